import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { Snapshot } from "../../expose/snapshot.ts";
import { type LinkState, watch } from "./api.ts";
import { DeviceList } from "./devices.ts";
import { IncidentList } from "./incidents.ts";
import { NetworkList } from "./networks.ts";
import { NodeList } from "./nodes.ts";
import { shared } from "./styles.ts";
import { plural } from "./words.ts";

const TABS = [
  ["incidents", "Now"],
  ["devices", "Devices"],
  ["networks", "Networks"],
  ["nodes", "Nodes"],
] as const;
type Tab = (typeof TABS)[number][0];

const tabOf = (hash: string): Tab => TABS.find(([tab]) => `#${tab}` === hash)?.[0] ?? "incidents";

/** The frame around the pages: tabs by hash, so that any path prefix works. */
class AirwardenPage extends LitElement {
  static override styles = [
    shared,
    css`
      header { background: var(--card); border-bottom: 1px solid var(--line); position: sticky; top: 0; z-index: 1; }
      .bar, main { max-width: 62rem; margin: 0 auto; padding: .7rem 1rem; }
      .brand { display: flex; align-items: center; gap: .6rem; font-weight: 700; }
      .brand img { width: 1.7rem; height: 1.7rem; }
      nav { display: flex; gap: .25rem; overflow-x: auto; margin-top: .5rem; }
      nav a { color: var(--soft); text-decoration: none; padding: .35rem .8rem; border-radius: 8px; white-space: nowrap; }
      nav a[aria-current] { color: var(--brand); background: var(--ground); font-weight: 600; }
      nav a:focus-visible { outline: 2px solid var(--brand); }
      .badge { background: var(--bad); color: var(--card); border-radius: 999px; padding: 0 .45rem; font-size: .78rem; }
    `,
  ];
  static override properties = { tab: { state: true }, snapshot: { state: true }, link: { state: true } };
  declare tab: Tab;
  declare snapshot: Snapshot | undefined;
  declare link: LinkState;
  #stop: (() => void) | undefined;
  readonly #follow = (): void => {
    this.tab = tabOf(location.hash);
  };

  constructor() {
    super();
    this.tab = tabOf(location.hash);
    this.link = "connecting";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("hashchange", this.#follow);
    this.#stop = watch({
      snapshot: (snapshot) => {
        this.snapshot = snapshot;
      },
      link: (state) => {
        this.link = state;
      },
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("hashchange", this.#follow);
    this.#stop?.();
  }

  override render(): TemplateResult {
    return html`
      <header>
        <div class="bar">
          <div class="row">
            <span class="brand"><img src="./icon.svg" alt="" />Airwarden</span>
            <span class="soft" role="status">${this.#status()}</span>
          </div>
          <nav>${TABS.map(([tab, title]) => html`<a href="#${tab}" aria-current=${tab === this.tab ? "page" : nothing}>${title} ${tab === "incidents" ? this.#badge() : nothing}</a>`)}</nav>
        </div>
      </header>
      <main>${this.#body()}</main>
    `;
  }

  #status(): string {
    if (this.link === "lost") return "connection lost, trying again…";
    if (this.snapshot === undefined) return "starting…";
    const { hub, nodes } = this.snapshot;
    const listening = nodes.filter((one) => one.connected).length;
    const mode = hub.demo ? "demo home · " : "";
    return `${mode}${plural(listening, "node", "nodes")} listening · ${Math.round(hub.framesPerSecond)} frames/s`;
  }

  #badge(): TemplateResult | typeof nothing {
    const open =
      this.snapshot?.incidents.filter((one) => one.resolvedAt === null && !one.acknowledged).length ?? 0;
    return open === 0 ? nothing : html`<span class="badge" aria-label="${open} open">${open}</span>`;
  }

  #body(): TemplateResult {
    if (this.snapshot === undefined) {
      return html`<div class="card"><h3>Airwarden is starting</h3><p class="soft">This page fills as soon as the hub answers.</p></div>`;
    }
    if (this.tab === "devices") return html`<device-list .snapshot=${this.snapshot}></device-list>`;
    if (this.tab === "networks") return html`<network-list .snapshot=${this.snapshot}></network-list>`;
    if (this.tab === "nodes") return html`<node-list .snapshot=${this.snapshot}></node-list>`;
    return html`<incident-list .snapshot=${this.snapshot}></incident-list>`;
  }
}

customElements.define("incident-list", IncidentList);
customElements.define("device-list", DeviceList);
customElements.define("network-list", NetworkList);
customElements.define("node-list", NodeList);
customElements.define("airwarden-page", AirwardenPage);
