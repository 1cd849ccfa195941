import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { AccessPointView, ChannelView, PageCommand, Snapshot } from "../../expose/snapshot.ts";
import { send } from "./api.ts";
import { problemCard } from "./problems.ts";
import { shared } from "./styles.ts";
import { ago, share } from "./words.ts";

/** The access points of the home, and what else is on the air around it. */
export class NetworkList extends LitElement {
  static override styles = shared;
  static override properties = { snapshot: { attribute: false }, failure: { state: true } };
  declare snapshot: Snapshot | undefined;
  declare failure: string;

  constructor() {
    super();
    this.failure = "";
  }

  override render(): TemplateResult | typeof nothing {
    if (this.snapshot === undefined) return nothing;
    const home = this.snapshot.accessPoints.filter((one) => one.home);
    const others = this.snapshot.accessPoints.filter((one) => !one.home);
    const asked = this.snapshot.problems.filter((one) => one.choices !== undefined);
    return html`
      ${this.failure === "" ? nothing : html`<p class="bad" role="alert">${this.failure}</p>`}
      <section>
        <h2>Your networks</h2>
        ${asked.map((one) => problemCard(one, (command) => this.#send(command)))}
        ${
          home.length === 0 && asked.length > 0
            ? nothing
            : home.length === 0
              ? html`<div class="card"><p>No access point of yours has been heard yet.</p>
                <p class="soft">After ten minutes of listening Airwarden asks which network is yours; you can also say it with the option <code>home</code>. A node has to be within its range.</p></div>`
              : this.#table(home)
        }
      </section>
      ${this.#air(this.snapshot.channels)}
      ${others.length === 0 ? nothing : html`<section><h2>Other networks nearby</h2>${this.#table(others)}</section>`}
    `;
  }

  #air(channels: readonly ChannelView[]): TemplateResult | typeof nothing {
    if (channels.length === 0) return nothing;
    return html`<section><h2>The air of the last minute</h2><div class="card scroll"><table class="wide">
      <thead><tr><th>Channel</th><th class="number">Heard</th><th class="number">Reserved</th><th class="number">Busy</th><th class="number">Not heard</th></tr></thead>
      <tbody>${channels.map(
        (one) => html`<tr data-channel=${one.channel ?? one.frequency}>
          <td class="head">${one.channel ?? `${one.frequency} MHz`}</td>
          <td class="number" data-label="Heard" title="Frames that a node here decoded">${share(one.heard)}</td>
          <td class="number" data-label="Reserved" title="Reserved for frames that no node here can decode">${share(one.reserved)}</td>
          <td class="number" data-label="Busy" title="As the access points state it">${share(one.stated)}</td>
          <td class="number" data-label="Not heard" title="Stated as busy beyond what is accounted for here">${share(one.unheard)}</td>
        </tr>`,
      )}</tbody>
    </table></div></section>`;
  }

  async #send(command: PageCommand): Promise<void> {
    this.failure = (await send(command)) ?? "";
  }

  #table(points: readonly AccessPointView[]): TemplateResult {
    return html`<div class="card scroll"><table class="wide">
      <thead><tr><th>Network</th><th>Security</th><th class="number">Channel</th><th class="number">Devices</th><th class="number">Busy</th><th class="number">Last</th></tr></thead>
      <tbody>${points.map((one) => this.#row(one))}</tbody>
    </table></div>`;
  }

  #row(one: AccessPointView): TemplateResult {
    const weak = one.security === "open" || one.security === "wep" || one.security === "wpa";
    return html`<tr data-bssid=${one.bssid}>
      <td class="head"><strong>${one.hidden ? "(hidden)" : (one.ssid ?? "—")}</strong>
        <div class="soft"><code>${one.bssid}</code>${one.vendor === null ? nothing : ` · ${one.vendor}`}</div></td>
      <td data-label="Security" class=${weak && one.home ? "warn" : ""}>${one.security.toUpperCase().replace("_", "/")}${one.pmf === "required" || one.pmf === "capable" ? html` <span class="tag" title="Protected management frames">PMF</span>` : nothing}</td>
      <td class="number" data-label="Channel">${one.channel ?? "—"}</td>
      <td class="number" data-label="Devices">${one.stations ?? "—"}</td>
      <td class="number" data-label="Busy" title="As the access point itself states it">${share(one.utilisation)}</td>
      <td class="number" data-label="Last heard">${ago(this.snapshot?.now ?? 0, one.lastSeen)}</td>
    </tr>`;
  }
}
