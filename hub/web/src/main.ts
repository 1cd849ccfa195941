import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { Snapshot } from "../../expose/snapshot.ts";
import { askRefusal, type LinkState, watch } from "./api.ts";
import { BlockDevice } from "./block/block-device.ts";
import { AirChart } from "./chart/chart.ts";
import { PageHistory } from "./chart/series.ts";
import { DeviceList } from "./devices/list.ts";
import { NodeFlasher } from "./flasher/flasher.ts";
import { EntityField } from "./house/choose.ts";
import { IncidentList } from "./incidents/list.ts";
import { NetworkList } from "./networks/list.ts";
import { AddNode } from "./nodes/add.ts";
import { NodeCard } from "./nodes/card.ts";
import { NodeList } from "./nodes/list.ts";
import { BlockSettings } from "./settings/block.ts";
import { BlockForm } from "./settings/block-form.ts";
import { AlertBudget } from "./settings/budget.ts";
import { HouseSettings } from "./settings/house.ts";
import { SettingsPage } from "./settings/page.ts";
import { TestAlert } from "./settings/test-alert.ts";
import { shared } from "./styles.ts";
import { ago, clock, plural, sentence } from "./words.ts";

const TABS = [
  ["incidents", "Now"],
  ["devices", "Devices"],
  ["networks", "Networks"],
  ["nodes", "Nodes"],
  ["settings", "Settings"],
] as const;
type Tab = (typeof TABS)[number][0];

const TICK_MS = 1000;
/** A page that has not heard for a moment says so; a short hiccup is nobody's concern. */
const STALE_MS = 4000;
/** Home Assistant may have been away, or made the person an administrator meanwhile. */
const ASK_AGAIN_MS = 60_000;

const tabOf = (hash: string): Tab => TABS.find(([tab]) => `#${tab}` === hash)?.[0] ?? "incidents";

/** The frame around the pages: tabs by hash, so that any path prefix works. */
class AirwardenPage extends LitElement {
  static override styles = [
    shared,
    css`
      header { background: var(--card); border-bottom: 1px solid var(--line); position: sticky; top: 0; z-index: 1; }
      .inner, main { max-width: 64rem; margin: 0 auto; padding: .6rem 1rem 0; }
      main { padding: 1.1rem 1rem 3rem; }
      header .row { align-items: center; } .brand { display: flex; align-items: center; gap: .6rem; font-weight: 700; }
      .brand img { width: 1.7rem; height: 1.7rem; }
      nav { display: flex; gap: .1rem; overflow-x: auto; margin-top: .3rem; }
      nav a { color: var(--soft); text-decoration: none; padding: .5rem .8rem; white-space: nowrap; border-bottom: 3px solid transparent; }
      nav a:focus-visible { outline-offset: -3px; }
      nav a[aria-current] { color: var(--brand); border-bottom-color: var(--brand); font-weight: 600; }
      .badge { background: var(--bad); color: var(--card); border-radius: 999px; padding: 0 .45rem; font-size: .78rem; font-weight: 600; }
      .stale { background: var(--warn-ground); border-bottom: 1px solid var(--line); }
      .stale .inner { padding: .5rem 1rem; }
      @media (max-width: 30rem) { nav { justify-content: space-between; } nav a { padding: .5rem .2rem; font-size: .9rem; } .inner, main { padding-inline: .75rem; } }
      @media (max-width: 21rem) { nav a { padding-inline: .1rem; font-size: .78rem; } }
    `,
  ];
  static override properties = {
    tab: { state: true },
    snapshot: { state: true },
    link: { state: true },
    now: { state: true },
    stale: { state: true },
    refusal: { state: true },
  };
  declare tab: Tab;
  declare snapshot: Snapshot | undefined;
  declare link: LinkState;
  /** The hub's time, going on while the hub is not heard. */
  declare now: number;
  declare stale: boolean;
  /** Why the person may change nothing here. */
  declare refusal: string | undefined;
  readonly #history = new PageHistory();
  /** Version of the hub that served this page. */
  #version: string | undefined;
  #heard = 0;
  #stop: (() => void) | undefined;
  #tick: ReturnType<typeof setInterval> | undefined;
  #again: ReturnType<typeof setInterval> | undefined;
  readonly #follow = (): void => {
    this.tab = tabOf(location.hash);
    scrollTo(0, 0);
  };

  constructor() {
    super();
    this.tab = tabOf(location.hash);
    this.link = "connecting";
    this.now = 0;
    this.stale = false;
    this.refusal = undefined;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("hashchange", this.#follow);
    this.#heard = performance.now();
    this.#tick = setInterval(() => this.#ticked(), TICK_MS);
    this.#again = setInterval(() => this.refusal !== undefined && void this.#askRefusal(), ASK_AGAIN_MS);
    this.#stop = watch({
      snapshot: (snapshot) => this.#take(snapshot),
      link: (state) => {
        this.link = state;
      },
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("hashchange", this.#follow);
    clearInterval(this.#tick);
    clearInterval(this.#again);
    this.#stop?.();
  }

  override render(): TemplateResult {
    return html`
      <header>
        <div class="inner">
          <div class="row">
            <span class="brand"><img src="./icon.svg" alt="" />Airwarden</span>
            <span class=${this.stale ? "warn" : "soft"}>${this.#status()}</span>
          </div>
          <nav aria-label="Parts of the page">${TABS.map(([tab, title]) => html`<a href="#${tab}" aria-current=${tab === this.tab ? "page" : nothing}>${title} ${tab === "incidents" ? this.#badge() : nothing}</a>`)}</nav>
        </div>
      </header>
      <div aria-live="polite">${this.#banner()}${this.#lookingOn()}</div>
      <main>${this.#body()}</main>
    `;
  }

  async #askRefusal(): Promise<void> {
    this.refusal = await askRefusal();
  }

  #take(snapshot: Snapshot): void {
    if (this.snapshot === undefined || this.stale) void this.#askRefusal();
    this.#version ??= snapshot.version;
    this.#heard = performance.now();
    this.#history.add(snapshot);
    this.snapshot = snapshot;
    this.now = snapshot.now;
    this.stale = false;
  }

  /** Times stay true while nothing is heard. */
  #ticked(): void {
    const silent = performance.now() - this.#heard;
    this.stale = silent > STALE_MS;
    if (this.snapshot !== undefined && this.stale) this.now = this.snapshot.now + silent / 1000;
  }

  #status(): string {
    if (this.snapshot === undefined) return this.link === "lost" ? "no connection" : "connecting…";
    if (this.stale) return "not up to date";
    const { hub, nodes } = this.snapshot;
    const listening = nodes.filter((one) => one.connected).length;
    const mode = hub.demo ? "demo home · " : "";
    if (listening === 0) return `${mode}no node listening`;
    return `${mode}${plural(listening, "node", "nodes")} listening · ${Math.round(hub.framesPerSecond)} frames/s`;
  }

  #banner(): TemplateResult | typeof nothing {
    const { snapshot } = this;
    const reload = html`<button @click=${() => location.reload()}>Reload the page</button>`;
    if (snapshot !== undefined && this.stale) {
      return html`<div class="stale" data-stale><div class="inner row"><span><strong>The hub is not heard.</strong> This is how it was ${ago(this.now, snapshot.now)} (<time>${clock(snapshot.now)}</time>). Trying again…</span>${reload}</div></div>`;
    }
    if (snapshot !== undefined && snapshot.version !== this.#version) {
      return html`<div class="stale"><div class="inner row"><span>Airwarden was updated to ${snapshot.version}.</span>${reload}</div></div>`;
    }
    return nothing;
  }

  /** Said before a button is tried in vain. */
  #lookingOn(): TemplateResult | typeof nothing {
    if (this.refusal === undefined) return nothing;
    return html`<div class="stale" data-refusal><div class="inner"><strong>You can look at everything, and change nothing.</strong> ${sentence(this.refusal)}</div></div>`;
  }

  #badge(): TemplateResult | typeof nothing {
    const open =
      this.snapshot?.incidents.filter((one) => one.resolvedAt === null && !one.acknowledged).length ?? 0;
    return open === 0
      ? nothing
      : html`<span class="badge">${open}<span class="hidden"> not yet seen</span></span>`;
  }

  #body(): TemplateResult {
    const { snapshot, now } = this;
    if (snapshot === undefined) return this.#waiting();
    if (this.tab === "devices") return html`<device-list .snapshot=${snapshot} .now=${now}></device-list>`;
    if (this.tab === "networks") {
      return html`<network-list .snapshot=${snapshot} .now=${now} .lines=${this.#history.air.lines()}></network-list>`;
    }
    if (this.tab === "nodes") {
      return html`<node-list .snapshot=${snapshot} .now=${now} .lines=${this.#history.frames.lines()}></node-list>`;
    }
    if (this.tab === "settings")
      return html`<settings-page .snapshot=${snapshot} .now=${now}></settings-page>`;
    return html`<incident-list .snapshot=${snapshot} .now=${now}></incident-list>`;
  }

  #waiting(): TemplateResult {
    if (!this.stale) {
      return html`<div class="card" role="status"><h3>Airwarden is starting</h3><p class="soft">This page fills as soon as the hub answers.</p></div>`;
    }
    return html`<div class="card" role="status"><h3>The hub does not answer yet</h3>
      <p>It may still be starting; this page goes on by itself as soon as it answers. If this lasts for more than a minute, look at Airwarden's log.</p>
      <button @click=${() => location.reload()}>Reload the page</button></div>`;
  }
}

customElements.define("air-chart", AirChart);
customElements.define("block-device", BlockDevice);
customElements.define("incident-list", IncidentList);
customElements.define("device-list", DeviceList);
customElements.define("network-list", NetworkList);
customElements.define("node-flasher", NodeFlasher);
customElements.define("add-node", AddNode);
customElements.define("node-card", NodeCard);
customElements.define("node-list", NodeList);
customElements.define("block-form", BlockForm);
customElements.define("block-settings", BlockSettings);
customElements.define("test-alert", TestAlert);
customElements.define("alert-budget", AlertBudget);
customElements.define("entity-field", EntityField);
customElements.define("house-settings", HouseSettings);
customElements.define("settings-page", SettingsPage);
customElements.define("airwarden-page", AirwardenPage);
