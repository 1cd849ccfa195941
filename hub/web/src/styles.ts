import { css } from "lit";

export const shared = css`
  :host { display: block; }
  section { margin: 0 0 1.5rem; }
  h2 { font-size: 1.15rem; margin: 0 0 .6rem; }
  h3 { font-size: 1rem; margin: 0; }
  p { margin: .3rem 0; }
  .card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem; margin-bottom: .75rem; }
  .soft { color: var(--soft); font-size: .88rem; }
  .row { display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap; justify-content: space-between; }
  .tag { display: inline-block; border: 1px solid var(--line); border-radius: 999px; padding: 0 .55rem; font-size: .78rem; color: var(--soft); }
  .good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
  button { font: inherit; font-size: .9rem; border: 1px solid var(--line); background: var(--card); color: var(--ink); border-radius: 8px; padding: .4rem .8rem; cursor: pointer; }
  button:hover { border-color: var(--brand); }
  button:focus-visible, input:focus-visible, summary:focus-visible { outline: 2px solid var(--brand); outline-offset: 2px; }
  button[disabled] { opacity: .5; cursor: default; }
  input { font: inherit; padding: .4rem .6rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: var(--ink); }
  .scroll { overflow-x: auto; }
  table { border-collapse: collapse; width: 100%; font-size: .9rem; }
  th { text-align: left; font-weight: 600; color: var(--soft); font-size: .8rem; }
  th, td { padding: .45rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
  td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .quiet { border: 0; background: none; color: var(--brand); padding: .2rem .5rem .2rem 0; font-size: .82rem; }
  @media (max-width: 40rem) {
    table.wide thead { display: none; }
    table.wide, table.wide tbody, table.wide tr { display: block; }
    table.wide tr { padding: .5rem 0; border-bottom: 1px solid var(--line); }
    table.wide tr:last-child { border-bottom: 0; }
    table.wide td { display: flex; justify-content: space-between; gap: 1rem; border: 0; padding: .12rem 0; }
    table.wide td.head { display: block; }
    table.wide td::before { content: attr(data-label); color: var(--soft); font-size: .85rem; }
    table.wide td.head::before { content: none; }
  }
  code { font-family: ui-monospace, monospace; font-size: .85em; }
`;
