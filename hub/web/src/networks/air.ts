import { html, nothing, type TemplateResult } from "lit";
import type { ChannelView } from "../../../expose/snapshot.ts";
import { share } from "../words.ts";

/** A channel busier than this feels slow: waiting times grow steeply beyond half. */
const BUSY = 0.6;

function airWord(one: ChannelView): string {
  const busy = Math.max(one.stated ?? 0, one.heard + one.reserved);
  if (busy >= BUSY) return "crowded";
  return busy >= BUSY / 2 ? "lively" : "calm";
}

const width = (value: number): string => `width:${(100 * Math.min(1, Math.max(0, value))).toFixed(1)}%`;

/** How the time of each channel was used over the last minute. */
export function airTable(channels: readonly ChannelView[]): TemplateResult | typeof nothing {
  if (channels.length === 0) return nothing;
  return html`<div class="card list"><table class="air">
    <thead><tr><th>Channel</th><th>In use</th><th class="number">Heard</th><th class="number">Reserved</th><th class="number">Busy</th><th class="number">Not heard</th></tr></thead>
    <tbody>${channels.map(
      (one) => html`<tr data-channel=${one.channel ?? one.frequency}>
        <td class="head"><strong>${one.channel === null ? `${one.frequency} MHz` : html`<span class="narrow">Channel </span>${one.channel}`}</strong> <span class="tag">${airWord(one)}</span></td>
        <td class="use" aria-hidden="true"><div class="stack">
          <span class="heard" style=${width(one.heard)}></span><span class="reserved" style=${width(one.reserved)}></span><span class="unheard" style=${width(one.unheard ?? 0)}></span>
        </div></td>
        <td class="number" data-label="Heard">${share(one.heard)}</td>
        <td class="number" data-label="Reserved">${share(one.reserved)}</td>
        <td class="number" data-label="Busy">${share(one.stated)}</td>
        <td class="number" data-label="Not heard">${share(one.unheard)}</td>
      </tr>`,
    )}</tbody>
  </table>
  <p class="legend soft"><span class="key heard"></span>heard: frames that a node decoded · <span class="key reserved"></span>reserved: for frames that no node can decode · <span class="key unheard"></span>not heard: busy beyond that, as the access points themselves say (“Busy”)</p></div>`;
}
