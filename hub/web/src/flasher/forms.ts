import { html, nothing, type TemplateResult } from "lit";
import type { Snapshot } from "../../../expose/snapshot.ts";
import type { KeyOfNode } from "./key.ts";
import { type Stage, troubleNotice } from "./views.ts";

type WifiStage = Extract<Stage, { kind: "wifi" }>;
type KeyStage = Extract<Stage, { kind: "key" }>;

/** Names that mean this computer to a browser and nothing to a board. */
const LOOPBACK = /^(localhost|127\.[\d.]+|\[::1\])$/;

const fieldOf = (form: HTMLFormElement, name: string): string =>
  (form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement | null)?.value ?? "";

/** Without what cannot be seen or turns text around: strangers chose these names. */
const shown = (name: string): string => name.replaceAll(/[\p{Cc}\p{Cf}]/gu, "·");

export interface WifiActs {
  readonly join: (ssid: string, password: string) => void;
  readonly type: () => void;
  readonly skip: () => void;
}

/** `known`: names of the home's networks, offered where the board tells none. */
export function wifiView(
  stage: WifiStage,
  known: readonly string[],
  { join, type, skip }: WifiActs,
): TemplateResult {
  const { networks, hasNetwork, trouble } = stage;
  const submit = (submitted: SubmitEvent): void => {
    submitted.preventDefault();
    const form = submitted.target as HTMLFormElement;
    join(fieldOf(form, "ssid"), fieldOf(form, "password"));
  };
  return html`<form class="fields" data-form="join" autocomplete="off" @submit=${submit}>
    <h4>Your Wi-Fi</h4>
    <p>${hasNetwork ? "The board still keeps a network from before. Give it another, or leave it as it is." : "With your Wi-Fi the board can listen from anywhere in its reach; it hears the channel of that network then, and no other. It tries at once and says whether it could join."}</p>
    ${troubleNotice(trouble)}
    ${networkField(stage, known)}
    <label>Its password <input name="password" type="password" minlength="8" maxlength="64" autocomplete="off" placeholder="empty for an open network" /></label>
    <div class="actions">
      <button class="primary">Join</button>
      ${networks.length > 0 && !stage.typed ? html`<button type="button" @click=${type}>Another network</button>` : nothing}
      <button type="button" @click=${skip}>${hasNetwork ? "Leave it as it is" : "Skip: it stays on USB"}</button>
    </div>
    <p class="soft">The password goes to the board over its cable, and nowhere else.</p>
  </form>`;
}

function networkField({ networks, typed, ssid }: WifiStage, known: readonly string[]): TemplateResult {
  if (networks.length > 0 && !typed) {
    return html`<label>Network <select name="ssid">${networks.map((one) => html`<option value=${one.name} ?selected=${one.name === ssid}>${shown(one.name)}${one.secured ? "" : " (open)"}</option>`)}</select></label>`;
  }
  return html`<label>Name of the network (2.4 GHz, but for a C5)
      <input name="ssid" required maxlength="32" list="known" .value=${ssid || known[0] || ""} /></label>
    <datalist id="known">${known.map((one) => html`<option value=${one}></option>`)}</datalist>`;
}

export interface KeyField {
  readonly name: string;
  /** `host:port`, empty where the page cannot tell. */
  readonly hub: string;
  /** Who makes the key: the hub that serves this page, unless it takes no nodes over Wi-Fi; else it is typed. */
  readonly source: "hub" | "closed" | "typed";
}

/** What the page at `hostname` knows before the person says it; without a snapshot it is a page of its own. */
export function keyFieldOf(snapshot: Snapshot | undefined, hostname: string, name: string): KeyField {
  if (snapshot === undefined) return { name, hub: "", source: "typed" };
  const { nodePort, nodeHosts } = snapshot.hub;
  if (nodePort === null) return { name, hub: "", source: "closed" };
  const host = nodeHosts[0] ?? (LOOPBACK.test(hostname) ? undefined : hostname);
  return { name, hub: host === undefined ? "" : `${host}:${nodePort}`, source: "hub" };
}

export interface KeyActs {
  readonly give: (wish: KeyOfNode) => void;
  readonly later: () => void;
}

export function keyView(
  { ssid, trouble }: KeyStage,
  field: KeyField,
  { give, later }: KeyActs,
): TemplateResult {
  const submit = (submitted: SubmitEvent): void => {
    submitted.preventDefault();
    const form = submitted.target as HTMLFormElement;
    const key = fieldOf(form, "key").trim().toLowerCase();
    give({ name: fieldOf(form, "name").trim(), hub: fieldOf(form, "hub").trim(), key });
  };
  return html`<div class="notice good" role="status"><span><strong>The board has joined “${shown(ssid)}”</strong> and keeps it.</span></div>
    <form class="fields" data-form="key" autocomplete="off" @submit=${submit}>
      <h4>Its key</h4>
      <p>It sends nothing over Wi-Fi yet: what a node sends is encrypted with a key of its own, and it has none for now, nor the address of Airwarden.</p>
      ${troubleNotice(trouble)}
      ${field.source === "closed" ? closedNotice() : keyFields(field)}
      <div class="actions">
        ${field.source === "closed" ? nothing : html`<button class="primary">${field.source === "hub" ? "Make its key and send it" : "Send it"}</button>`}
        <button type="button" @click=${later}>Later, at the hub</button>
      </div>
    </form>`;
}

const closedNotice = (): TemplateResult =>
  html`<div class="notice warn"><span>Nodes cannot reach Airwarden over Wi-Fi now. Under “Over Wi-Fi, from anywhere in the house” it says why, and what to do.</span></div>`;

function keyFields({ name, hub, source }: KeyField): TemplateResult {
  return html`
    ${source === "typed" ? html`<p>Airwarden makes the key: on its page, Nodes → Over Wi-Fi → <em>Make its key</em>. The address stands beside it.</p>` : nothing}
    <label>Name of the node <input name="name" required maxlength="32" placeholder="hall" value=${name} /></label>
    ${
      source === "typed"
        ? html`<label>Its key <input name="key" required pattern="\\s*[0-9a-fA-F]{64}\\s*" title="64 digits and letters from a to f" placeholder="64 digits and letters" autocomplete="off" /></label>`
        : nothing
    }
    <label>Where Airwarden listens <input name="hub" required maxlength="96" pattern="[A-Za-z0-9._\\-]+:[0-9]{1,5}" title="name or address, a colon and the port, such as 192.168.1.10:4729" placeholder="192.168.1.10:4729" value=${hub} /></label>`;
}
