import { html, nothing, type TemplateResult } from "lit";
import type { PageCommand } from "../../../expose/snapshot/command.ts";
import type { DeviceView, Snapshot } from "../../../expose/snapshot.ts";
import { deviceHouse } from "../house/device.ts";
import { ago, clock, octets, share, signalWord } from "../words.ts";
import { titleOf } from "./order.ts";
import { coverageSentence, probeSentence, traffic, uncertaintySentence } from "./sentences.ts";

export interface DetailContext {
  readonly snapshot: Snapshot;
  readonly now: number;
  /** Which field is open: the device's name, which device it is the same as, or an entity to add. */
  readonly field: "" | "name" | "join" | "entity";
  readonly open: (field: DetailContext["field"]) => void;
  readonly send: (command: PageCommand) => unknown;
}

const PEERS_SHOWN = 8;

/** All that is known of a device, in words, and what a person can say about it. */
export function detail(one: DeviceView, context: DetailContext): TemplateResult {
  const { now } = context;
  const uncertain = uncertaintySentence(one);
  return html`
    ${actions(one, context)}
    ${sameAs(one, context)}
    <dl>
      <dt>Address</dt><dd><code>${one.mac}</code>${one.randomized ? " (made up by the device to hide its real one)" : ""}</dd>
      ${one.vendor === null ? nothing : html`<dt>Maker</dt><dd>${one.vendor}</dd>`}
      ${one.network === null ? nothing : html`<dt>Network</dt><dd>${one.network}${one.bssid === null ? nothing : html` · access point <code>${one.bssid}</code>`}</dd>`}
      <dt>First heard</dt><dd>${clock(one.firstSeen)}</dd>
      <dt>Last heard</dt><dd>${ago(now, one.lastSeen)}</dd>
      <dt>Sent · received</dt><dd>${traffic(one.up)} · ${traffic(one.down)}</dd>
      <dt>How much is heard</dt><dd>${coverageSentence(one)}${uncertain === undefined ? nothing : html` <span class="soft">${uncertain}</span>`}</dd>
      <dt>Repeated frames</dt><dd>${share(one.retryShare)}${(one.retryShare ?? 0) > 0.3 ? html` <span class="soft">many: its reception is poor, or the air is full</span>` : nothing}</dd>
      <dt>Signal</dt><dd>${one.signals.length === 0 ? "—" : signals(one, now)}</dd>
      <dt>Looks for networks</dt><dd>${probeSentence(one)}</dd>
      <dt>Talks to</dt><dd>${peers(one, context)}</dd>
    </dl>
    ${deviceHouse(one, context)}
  `;
}

const signals = (one: DeviceView, now: number): TemplateResult[] =>
  [...one.signals]
    .sort((a, b) => b.rssi - a.rssi)
    .map(
      ({ node, rssi, lastHeard }) =>
        html`<div>${signalWord(rssi)} at node ${node} <span class="soft">(${rssi} dBm, ${ago(now, lastHeard)})</span></div>`,
    );

function peers(one: DeviceView, { snapshot }: DetailContext): TemplateResult | TemplateResult[] {
  if (one.peers.length === 0) return html`<span class="soft">Nobody that can be told yet.</span>`;
  return one.peers
    .slice(0, PEERS_SHOWN)
    .map(
      (peer) =>
        html`<div>${peerName(peer.mac, snapshot)} <span class="soft">(${octets(peer.octets)})</span></div>`,
    );
}

/** The other end by its name where it is known: another device, an access point, or what the address stands for. */
function peerName(mac: string, { devices, accessPoints }: Snapshot): TemplateResult | string {
  if (mac === "ff:ff:ff:ff:ff:ff") return "everybody on the network";
  const device = devices.find((one) => one.mac === mac);
  if (device !== undefined) return titleOf(device);
  const point = accessPoints.find((one) => one.bssid === mac);
  if (point !== undefined) return `the access point ${point.ssid ?? ""}`.trim();
  const group = (Number.parseInt(mac.slice(0, 2), 16) & 1) === 1;
  return html`${group ? "a group of devices" : "address"} <code>${mac}</code>`;
}

function actions(one: DeviceView, context: DetailContext): TemplateResult {
  const { field, open, send } = context;
  if (field === "name") return nameField(one, context);
  if (field === "join") return joinField(one, context);
  return html`<div class="actions">
    <button class=${one.known ? "" : "primary"} @click=${() => send({ command: "trust_device", mac: one.mac, known: !one.known })}>${one.known ? "Does not belong here" : "It belongs here"}</button>
    <button @click=${() => open("name")}>${one.name === null ? "Give it a name" : "Rename"}</button>
    <button @click=${() => open("join")}>Same device as…</button>
    <block-device .snapshot=${context.snapshot} .mac=${one.mac} .name=${titleOf(one)}></block-device>
  </div>`;
}

function nameField(one: DeviceView, { open, send }: DetailContext): TemplateResult {
  const save = async (submit: SubmitEvent): Promise<void> => {
    submit.preventDefault();
    const field = (submit.target as HTMLFormElement).elements.namedItem("name") as HTMLInputElement;
    await send({ command: "name_device", mac: one.mac, name: field.value });
    open("");
  };
  return html`<form class="actions" @submit=${save}>
    <input name="name" maxlength="60" .value=${one.name ?? ""} aria-label="Name of the device" autofocus />
    <button class="primary">Save</button>
    <button type="button" @click=${() => open("")}>Cancel</button>
  </form>`;
}

function joinField(one: DeviceView, { snapshot, open, send }: DetailContext): TemplateResult {
  const others = snapshot.devices.filter((other) => other.mac !== one.mac);
  const choose = async (change: Event): Promise<void> => {
    const mac = (change.target as HTMLSelectElement).value;
    open("");
    if (mac !== "") await send({ command: "merge_devices", macs: [one.mac, mac] });
  };
  return html`<div class="actions">
    <select data-join aria-label="The same device as" @change=${choose}>
      <option value="">choose a device</option>
      ${others.map((other) => html`<option value=${other.mac}>${titleOf(other)} · ${other.mac}</option>`)}
    </select>
    <button @click=${() => open("")}>Cancel</button>
  </div>`;
}

function sameAs(one: DeviceView, { snapshot, send }: DetailContext): TemplateResult | typeof nothing {
  if (one.sameAs === null) return nothing;
  const { macs, byHand, confidence } = one.sameAs;
  const nameOf = (mac: string): string => {
    const device = snapshot.devices.find((other) => other.mac === mac);
    return device === undefined ? mac : titleOf(device);
  };
  const others = macs.map(nameOf).join(", ");
  if (!byHand)
    return html`<p class="soft">Perhaps the same device as ${others} (${share(confidence)} sure)</p>`;
  return html`<p class="soft">The same device as ${others}
    <button class="quiet" @click=${() => send({ command: "split_device", mac: one.mac })}>It is not</button></p>`;
}
