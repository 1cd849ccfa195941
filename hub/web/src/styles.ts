import { css } from "lit";

/** What all parts of the page look like; colours and their contrast are set in page.css. */
export const shared = css`
  :host { display: block; }
  section { margin: 0 0 1.75rem; }
  h2 { font-size: 1.15rem; margin: 0 0 .6rem; }
  h3 { font-size: 1.02rem; margin: 0; }
  h4 { font-size: .9rem; margin: 1rem 0 .25rem; color: var(--soft); font-weight: 600; }
  p { margin: .35rem 0; }
  ul, ol { margin: .35rem 0; padding-left: 1.3rem; }
  li { margin: .2rem 0; }
  a { color: var(--brand); }
  .card { background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 1rem 1.1rem; margin: 0 0 .75rem; }
  .soft { color: var(--soft); font-size: .88rem; }
  .row { display: flex; gap: .5rem .75rem; align-items: baseline; flex-wrap: wrap; justify-content: space-between; }
  .actions { display: flex; gap: .5rem; align-items: center; flex-wrap: wrap; margin: .7rem 0 0; }
  .tag { display: inline-block; border: 1px solid var(--line); border-radius: 999px; padding: 0 .55rem; font-size: .76rem; font-weight: 500; color: var(--soft); white-space: nowrap; }
  .tag.good { background: var(--good-ground); border-color: transparent; color: var(--good); }
  .tag.warn { background: var(--warn-ground); border-color: transparent; color: var(--warn); }
  .tag.bad { background: var(--bad-ground); border-color: transparent; color: var(--bad); }
  .good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); }
  .notice { border-radius: 10px; padding: .6rem .9rem; margin: 0 0 .75rem; display: flex; gap: .6rem; justify-content: space-between; align-items: center; flex-wrap: wrap; }
  .notice, .notice.bad, .notice.good, .notice.warn { color: var(--ink); }
  .notice.bad { background: var(--bad-ground); }
  .notice.good { background: var(--good-ground); }
  .notice.warn { background: var(--warn-ground); }
  .notice.answer { position: fixed; z-index: 2; bottom: 1rem; left: 50%; transform: translateX(-50%); width: min(40rem, calc(100vw - 1.5rem)); margin: 0; box-sizing: border-box; border: 1px solid var(--line); box-shadow: 0 4px 18px rgb(0 0 0 / 30%); }
  button, select, .button { font: inherit; font-size: .9rem; line-height: 1.3; border: 1px solid var(--line); background: var(--card); color: var(--ink); border-radius: 9px; padding: .45rem .8rem; cursor: pointer; min-height: 2.3rem; max-width: 100%; box-sizing: border-box; }
  button:hover, select:hover { border-color: var(--brand); }
  button.primary { background: var(--brand); border-color: var(--brand); color: var(--on-brand); font-weight: 600; }
  button.danger { color: var(--bad); }
  button[disabled], button.primary[disabled], button.danger[disabled] { background: var(--raised); border-color: var(--line); color: var(--soft); font-weight: 400; cursor: default; }
  button.quiet { border-color: transparent; background: none; color: var(--brand); padding: .3rem .5rem; min-height: 1.9rem; }
  :focus-visible { outline: 2px solid var(--brand); outline-offset: 2px; border-radius: 6px; }
  input { font: inherit; padding: .45rem .65rem; border: 1px solid var(--line); border-radius: 9px; background: var(--card); color: var(--ink); min-height: 2.3rem; box-sizing: border-box; max-width: 100%; }
  input[type=checkbox] { min-height: 0; }
  ::placeholder { color: var(--soft); opacity: 1; }
  strong, code, s, .name, .what, span.soft { unicode-bidi: isolate; }
  label { font-size: .9rem; min-width: 0; max-width: 100%; }
  summary { cursor: pointer; }
  table { border-collapse: collapse; width: 100%; font-size: .9rem; }
  th { text-align: left; font-weight: 600; color: var(--soft); font-size: .8rem; }
  th, td { padding: .45rem .6rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
  tr:last-child > th, tr:last-child > td { border-bottom: 0; }
  td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  dl { display: grid; grid-template-columns: minmax(7rem, auto) 1fr; gap: .25rem .9rem; margin: .4rem 0 0; font-size: .9rem; }
  dt { color: var(--soft); }
  dd { margin: 0; min-width: 0; }
  code { font-family: ui-monospace, monospace; font-size: .86em; }
  .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .bar { position: relative; height: .45rem; border-radius: 999px; background: var(--line); overflow: hidden; }
  .bar > span { display: block; height: 100%; background: var(--brand); border-radius: 999px; }
  @media (max-width: 30rem) {
    .card { padding: .85rem .9rem; }
    dl { grid-template-columns: 1fr; gap: 0; }
    dd { margin-bottom: .45rem; }
  }
`;
