import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { AccessPointView, Snapshot } from "../../expose/snapshot.ts";
import { shared } from "./styles.ts";
import { ago, share } from "./words.ts";

/** The access points of the home, and what else is on the air around it. */
export class NetworkList extends LitElement {
  static override styles = shared;
  static override properties = { snapshot: { attribute: false } };
  declare snapshot: Snapshot | undefined;

  override render(): TemplateResult | typeof nothing {
    if (this.snapshot === undefined) return nothing;
    const home = this.snapshot.accessPoints.filter((one) => one.home);
    const others = this.snapshot.accessPoints.filter((one) => !one.home);
    return html`
      <section>
        <h2>Your networks</h2>
        ${
          home.length === 0
            ? html`<div class="card"><p>No access point of yours has been heard yet.</p>
                <p class="soft">Say which network is yours with the option <code>home</code>; a node has to be within its range.</p></div>`
            : this.#table(home)
        }
      </section>
      ${others.length === 0 ? nothing : html`<section><h2>Other networks nearby</h2>${this.#table(others)}</section>`}
    `;
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
