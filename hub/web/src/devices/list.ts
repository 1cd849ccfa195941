import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { DeviceView, Snapshot } from "../../../expose/snapshot.ts";
import { Commands } from "../commands.ts";
import { focusOn } from "../focus.ts";
import { shared } from "../styles.ts";
import { ago, plural, share } from "../words.ts";
import { type DetailContext, detail } from "./detail.ts";
import { chosen, type Filter, ORDERS, type Order, titleOf } from "./order.ts";
import { signalSentence, traffic } from "./sentences.ts";

const FILTERS: readonly (readonly [Filter, string])[] = [
  ["all", "All"],
  ["new", "New"],
  ["known", "Known"],
];

/** The home's devices: who they are, how much air they take, and how much of them was heard. */
export class DeviceList extends LitElement {
  static override styles = [
    shared,
    css`
      .tools { display: flex; flex-wrap: wrap; gap: .5rem; margin-bottom: .75rem; align-items: center; }
      .tools input { flex: 1 1 12rem; }
      .choice { display: inline-flex; border: 1px solid var(--line); border-radius: 9px; overflow: hidden; background: var(--card); }
      .choice button { border: 0; border-radius: 0; background: none; }
      .choice button[aria-pressed=true] { background: var(--brand); color: var(--on-brand); }
      .list { padding: .2rem 1.1rem; }
      td { vertical-align: middle; }
      .open { display: grid; grid-template-columns: auto 1fr; gap: 0 .5rem; width: 100%; border: 0; background: none; padding: .25rem 0; text-align: left; }
      .open .name { font-weight: 600; } .open .soft { grid-column: 2; }
      .open .turn { align-self: start; transition: transform .15s; color: var(--soft); } .open[aria-expanded=true] .turn { transform: rotate(90deg); }
      .air { min-width: 6.5rem; } .air .bar { margin-top: .15rem; }
      td.detail { padding: 0 0 1rem 1.2rem; } tr.opened > td { border-bottom: 0; }
      @media (prefers-reduced-motion: reduce) { .open .turn { transition: none; } }
      @media (max-width: 46rem) {
        thead { display: none; }
        table, tbody, tr.device { display: block; } tr.device { padding: .45rem 0; border-bottom: 1px solid var(--line); }
        tr.device > td { display: flex; justify-content: space-between; gap: 1rem; border: 0; padding: .1rem 0 .1rem 1.2rem; font-size: .85rem; }
        tr.device > td.head { display: block; padding-left: 0; }
        tr.device > td::before { content: attr(data-label); color: var(--soft); }
        tr.device > td.head::before { content: none; }
        tr.device > td.secondary { display: none; }
        tr.more, td.detail { display: block; } td.detail { border-bottom: 1px solid var(--line); padding: 0 0 .8rem; }
        .air > div { flex: 1; max-width: 9rem; }
      }
    `,
  ];
  static override properties = {
    snapshot: { attribute: false },
    now: { attribute: false },
    search: { state: true },
    filter: { state: true },
    order: { state: true },
    opened: { state: true },
    field: { state: true },
  };
  declare snapshot: Snapshot | undefined;
  declare now: number;
  declare search: string;
  declare filter: Filter;
  declare order: Order;
  declare opened: string;
  declare field: DetailContext["field"];
  readonly #commands = new Commands(this);

  constructor() {
    super();
    this.now = 0;
    this.search = "";
    this.filter = "all";
    this.order = "air";
    this.opened = "";
    this.field = "";
  }

  override render(): TemplateResult | typeof nothing {
    if (this.snapshot === undefined) return nothing;
    const { hub, devices } = this.snapshot;
    const home = devices.filter((one) => one.home);
    return html`
      ${this.#commands.failure()}
      ${home.length === 0 ? this.#empty() : html`${this.#tools(home)}${this.#table(chosen(home, this))}`}
      ${home.length === 0 ? nothing : html`<p class="soft">Figures with ≈ are estimates: no node here can decode everything, so part of it is counted from acknowledgements and counters. “Heard” says how much was decoded.</p>`}
      ${hub.strangers === 0 ? nothing : html`<p class="soft">Beside yours, ${plural(hub.strangers, "address was", "addresses were")} heard nearby, of ${plural(hub.strangerDevices, "device", "devices")} or so of late. Neighbours are counted, not recorded.</p>`}
    `;
  }

  override updated(changed: ReadonlyMap<PropertyKey, unknown>): void {
    if (!changed.has("field")) return;
    const opened = { name: "input[name=name]", join: "select[data-join]", entity: undefined, "": undefined };
    const selector = opened[this.field];
    if (selector !== undefined) this.renderRoot.querySelector<HTMLElement>(selector)?.focus();
    else if (this.field === "" && this.opened !== "") void focusOn(this, ".open[aria-expanded=true]");
  }

  #tools(home: readonly DeviceView[]): TemplateResult {
    const fresh = home.filter((one) => !one.known).length;
    return html`<div class="tools">
      <input type="search" placeholder="Find a device" aria-label="Find a device" .value=${this.search}
        @input=${(input: InputEvent) => {
          this.search = (input.target as HTMLInputElement).value;
        }} />
      <span class="choice" role="group" aria-label="Which devices">${FILTERS.map(
        ([filter, label]) =>
          html`<button aria-pressed=${filter === this.filter ? "true" : "false"} @click=${() => {
            this.filter = filter;
          }}>${label}${filter === "new" && fresh > 0 ? ` (${fresh})` : ""}</button>`,
      )}</span>
      <select aria-label="Order of the devices" @change=${(change: Event) => {
        const { value } = change.target as HTMLSelectElement;
        this.order = ORDERS.find(([order]) => order === value)?.[0] ?? "air";
      }}>${ORDERS.map(([order, label]) => html`<option value=${order} ?selected=${order === this.order}>${label}</option>`)}</select>
    </div>`;
  }

  #empty(): TemplateResult {
    const { hub, nodes } = this.snapshot ?? {};
    const listening = nodes?.some((one) => one.connected) === true;
    const next = !listening
      ? html`No node is listening yet, so no device can be heard. <a href="#nodes">Add a node</a>`
      : hub?.homes.length === 0
        ? html`Airwarden does not know yet which network is yours. <a href="#networks">See your networks</a>`
        : "A node is listening. Devices appear as soon as they exchange data with your network; use one of them to speed it up.";
    return html`<div class="card"><h3>No devices of your home yet</h3><p>${next}</p></div>`;
  }

  #table(devices: readonly DeviceView[]): TemplateResult {
    if (devices.length === 0) {
      return html`<div class="card"><p class="soft">No device matches.</p><button @click=${() => {
        this.search = "";
        this.filter = "all";
      }}>Show all devices</button></div>`;
    }
    const most = Math.max(0.01, ...devices.map((one) => one.airtimeShare ?? 0));
    return html`<div class="card list"><table>
      <thead><tr>
        <th>Device</th><th>Air time, last minute</th><th class="number">Sent</th><th class="number">Received</th>
        <th class="number">Heard</th><th>Signal</th><th class="number">Last heard</th>
      </tr></thead>
      <tbody>${repeat(
        devices,
        (one) => one.mac,
        (one) => this.#row(one, most),
      )}</tbody>
    </table></div>`;
  }

  #row(one: DeviceView, most: number): TemplateResult {
    const opened = this.opened === one.mac;
    const part = Math.min(1, (one.airtimeShare ?? 0) / most);
    return html`<tr class="device ${opened ? "opened" : ""}" data-mac=${one.mac}>
        <td class="head">
          <button class="open" aria-expanded=${opened ? "true" : "false"} @click=${() => this.#toggle(one.mac)}>
            <span class="turn" aria-hidden="true">›</span>
            <span><span class="name">${titleOf(one)}</span>
              ${one.known ? nothing : html`<span class="tag warn">new</span>`}
              ${this.snapshot?.block.blocked.some(({ mac }) => mac === one.mac) ? html`<span class="tag bad">blocked</span>` : nothing}
              ${one.randomized ? html`<span class="tag" title="This device hides its real address">private</span>` : nothing}
              ${one.sameAs === null ? nothing : html`<span class="tag" title="This may be another address of a device in this list">${one.sameAs.byHand ? "joined" : "perhaps twice"}</span>`}</span>
            <span class="soft">${[one.name === null ? one.mac : one.vendor, one.area, one.network].filter((text) => text !== null).join(" · ")}</span>
          </button>
        </td>
        <td class="air" data-label="Air time"><div>${share(one.airtimeShare)}<div class="bar" aria-hidden="true"><span style="width:${(100 * part).toFixed(1)}%"></span></div></div></td>
        <td class="number secondary">${traffic(one.up)}</td>
        <td class="number secondary">${traffic(one.down)}</td>
        <td class="number secondary">${share(one.coverage)}</td>
        <td class="secondary">${signalSentence(one)}</td>
        <td class="number" data-label="Last heard">${ago(this.now, one.lastSeen)}</td>
      </tr>
      ${opened ? html`<tr class="more" data-detail=${one.mac}><td class="detail" colspan="7">${detail(one, this.#context())}</td></tr>` : nothing}`;
  }

  #toggle(mac: string): void {
    this.opened = this.opened === mac ? "" : mac;
    this.field = "";
  }

  #context(): DetailContext {
    const { snapshot } = this;
    if (snapshot === undefined) throw new TypeError("a detail without a snapshot");
    return {
      ...{ snapshot, now: this.now, field: this.field, send: this.#commands.send },
      open: (field) => {
        this.field = field;
      },
    };
  }
}
