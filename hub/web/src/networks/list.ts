import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { AccessPointView, Snapshot } from "../../../expose/snapshot.ts";
import type { Lines } from "../chart/series.ts";
import { Commands } from "../commands.ts";
import { problemCard } from "../problems.ts";
import { shared } from "../styles.ts";
import { ago, plural, share } from "../words.ts";
import { airTable } from "./air.ts";
import { protectionWord, securityOf } from "./security.ts";

/** The access points of the home, and what else is on the air around it. */
export class NetworkList extends LitElement {
  static override styles = [
    shared,
    css`
      .list { padding: .2rem 1.1rem; }
      .point { border-top: 1px solid var(--line); padding-top: .5rem; margin-top: .6rem; }
      .use { min-width: 8rem; vertical-align: middle; } .stack { display: flex; height: .6rem; border-radius: 999px; overflow: hidden; background: var(--line); }
      .heard { background: var(--brand); } .reserved { background: #b06ab3; } .unheard { background: var(--soft); }
      .key { display: inline-block; width: .7rem; height: .7rem; border-radius: 3px; margin-right: .3rem; }
      .hint { background: var(--warn-ground); border-radius: 10px; padding: .5rem .75rem; }
      .narrow { display: none; }
      .legend { margin: .3rem 0 .7rem; }
      @media (max-width: 40rem) {
        thead { display: none; } .narrow { display: inline; } table, tbody, tr { display: block; }
        tr { padding: .5rem 0; border-bottom: 1px solid var(--line); } tr:last-child { border-bottom: 0; }
        td { display: flex; justify-content: space-between; gap: 1rem; border: 0; padding: .1rem 0; }
        td.head, td.use { display: block; } td::before { content: attr(data-label); color: var(--soft); font-size: .85rem; }
        td.head::before, td.use::before { content: none; }
      }
    `,
  ];
  static override properties = {
    snapshot: { attribute: false },
    now: { attribute: false },
    lines: { attribute: false },
  };
  declare snapshot: Snapshot | undefined;
  declare now: number;
  declare lines: Lines | undefined;
  readonly #commands = new Commands(this);

  constructor() {
    super();
    this.now = 0;
  }

  override render(): TemplateResult | typeof nothing {
    if (this.snapshot === undefined) return nothing;
    const { accessPoints, problems, channels } = this.snapshot;
    const home = accessPoints.filter((one) => one.home);
    const others = accessPoints.filter((one) => !one.home);
    const asked = problems.filter((one) => one.choices !== undefined);
    return html`
      ${this.#commands.failure()}
      <section>
        <h2>Your networks</h2>
        ${asked.map((one) => problemCard(one, this.#commands.send))}
        ${home.length === 0 ? this.#empty(asked.length > 0) : this.#home(home)}
      </section>
      ${
        channels.length === 0
          ? nothing
          : html`<section><h2>The air of the last minute</h2>
            ${airTable(channels)}
            <div class="card"><h4 style="margin-top:0">Air in use over the last minutes</h4>
              <air-chart .lines=${this.lines} .moment=${this.snapshot.now} label="Air in use" unit="%"></air-chart></div>
          </section>`
      }
      ${others.length === 0 ? nothing : this.#others(others)}
    `;
  }

  #empty(asked: boolean): TemplateResult | typeof nothing {
    if (asked) return nothing;
    const listening = this.snapshot?.nodes.some((one) => one.connected) === true;
    return html`<div class="card"><h3>No access point of yours has been heard yet</h3>
      ${
        listening
          ? html`<p>After ten minutes of listening Airwarden asks which network is yours; you can also name it in the configuration, under “Your networks”. A node has to be within its range.</p>`
          : html`<p>No node is listening yet. <a href="#nodes">Add a node</a></p>`
      }</div>`;
  }

  /** One card a network; a network of several access points says each. */
  #home(points: readonly AccessPointView[]): TemplateResult[] {
    const networks = Map.groupBy(points, (one) => (one.hidden ? one.bssid : (one.ssid ?? one.bssid)));
    return [...networks.values()].map((own) => {
      const [first] = own;
      const title = first === undefined || first.hidden ? "Hidden network" : (first.ssid ?? "Network");
      return html`<article class="card">
        <h3>${title}</h3>
        ${own.map((one) => this.#point(one))}
      </article>`;
    });
  }

  #point(one: AccessPointView): TemplateResult {
    const { words, tone, hint } = securityOf(one);
    const facts = [
      one.channel === null ? undefined : `channel ${one.channel}`,
      one.stations === null ? undefined : plural(one.stations, "device connected", "devices connected"),
      one.utilisation === null ? undefined : `air ${share(one.utilisation)} busy, as it says itself`,
      `last heard ${ago(this.now, one.lastSeen)}`,
    ].filter((fact) => fact !== undefined);
    return html`<div class="point" data-bssid=${one.bssid}>
      <p class=${tone}>${words}</p>
      <p class="soft">${protectionWord(one.pmf)}</p>
      ${hint === undefined ? nothing : html`<p class="hint"><strong>What to do:</strong> ${hint}</p>`}
      <p class="soft">Access point <code>${one.bssid}</code>${one.vendor === null ? nothing : ` by ${one.vendor}`} · ${facts.join(" · ")}</p>
    </div>`;
  }

  #others(points: readonly AccessPointView[]): TemplateResult {
    return html`<section><details><summary><h2 style="display:inline">Other networks nearby (${points.length})</h2></summary>
      <div class="card list" style="margin-top:.6rem"><table>
        <thead><tr><th>Network</th><th>Security</th><th class="number">Channel</th><th class="number">Busy</th><th class="number">Last heard</th></tr></thead>
        <tbody>${points.map(
          (one) => html`<tr data-bssid=${one.bssid}>
            <td class="head"><strong>${one.hidden ? "(hidden)" : (one.ssid ?? "—")}</strong><div class="soft"><code>${one.bssid}</code>${one.vendor === null ? nothing : ` · ${one.vendor}`}</div></td>
            <td data-label="Security">${one.security === "open" ? "no password" : one.security.toUpperCase().replace("_", "/")}</td>
            <td class="number" data-label="Channel">${one.channel ?? "—"}</td>
            <td class="number" data-label="Busy">${share(one.utilisation)}</td>
            <td class="number" data-label="Last heard">${ago(this.now, one.lastSeen)}</td>
          </tr>`,
        )}</tbody>
      </table></div></details></section>`;
  }
}
