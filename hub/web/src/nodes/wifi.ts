import { html, type TemplateResult } from "lit";
import type { PageCommand } from "../../../expose/snapshot/command.ts";
import type { HubView, NodeView } from "../../../expose/snapshot.ts";
import { hubField } from "./address.ts";

type Configure = Extract<PageCommand, { command: "configure_node" }>;
type Change = Extract<PageCommand, { command: "change_node" }>;

export const textOf = (form: HTMLFormElement, name: string): string =>
  (form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement).value.trim();

/** A password may begin or end in a blank. */
const passwordOf = (form: HTMLFormElement): string =>
  (form.elements.namedItem("password") as HTMLInputElement).value;

const password = (label: string): TemplateResult =>
  html`<label>${label} <input name="password" type="password" minlength="8" maxlength="64" autocomplete="off" /></label>`;

const COUNTRY = html`<label>Country, two letters (allows all channels that are used there) <input name="country" maxlength="2" pattern="[A-Za-z]{2}" placeholder="DE" title="Two letters, such as DE" autocomplete="off" /></label>`;

function countryOf(form: HTMLFormElement): { readonly country?: string } {
  const country = textOf(form, "country").toUpperCase();
  return country === "" ? {} : { country };
}

/** Sends when the form is handed in; one that was answered well is emptied. */
function handIn<C>(read: (form: HTMLFormElement) => C, send: (command: C) => Promise<boolean>) {
  return async (submitted: SubmitEvent): Promise<void> => {
    submitted.preventDefault();
    const form = submitted.target as HTMLFormElement;
    if (await send(read(form))) form.reset();
  };
}

export interface WifiChoices {
  /** Nodes on a cable. */
  readonly boards: readonly NodeView[];
  readonly hub: HubView;
  /** A command is under way. */
  readonly busy: boolean;
}

/** Gives a board on a cable the Wi-Fi, so that it reports from anywhere. */
export function wifiForm(
  { boards, hub, busy }: WifiChoices,
  send: (command: Configure) => Promise<boolean>,
): TemplateResult {
  const read = (form: HTMLFormElement): Configure => ({
    command: "configure_node",
    node: textOf(form, "node"),
    name: textOf(form, "name"),
    ssid: (form.elements.namedItem("ssid") as HTMLInputElement).value,
    password: passwordOf(form),
    hub: textOf(form, "hub"),
    ...countryOf(form),
  });
  return html`<form class="fields" data-form="wifi" autocomplete="off" @submit=${handIn(read, send)}>
    <label>Board <select name="node">${boards.map((one) => html`<option value=${one.id}>${one.name} (${one.chip})</option>`)}</select></label>
    <label>Name of the node <input name="name" required maxlength="32" placeholder="hall" /></label>
    <label>Wi-Fi network (2.4 GHz, but for a C5) <input name="ssid" required maxlength="32" value=${hub.homes[0] ?? ""} /></label>
    ${password("Its password (nothing for an open network)")}
    ${hubField(hub, "Where Airwarden listens")}
    ${COUNTRY}
    <button class="primary" ?disabled=${busy}>${busy ? "Waiting for the node…" : "Give it the Wi-Fi"}</button>
  </form>`;
}

/** Other settings for a node that reports over Wi-Fi; what is left empty stays as it is. */
export function changeForm(
  node: NodeView,
  { hub, busy }: Omit<WifiChoices, "boards">,
  send: (command: Change) => Promise<boolean>,
): TemplateResult {
  const read = (form: HTMLFormElement): Change => {
    const ssid = (form.elements.namedItem("ssid") as HTMLInputElement).value;
    const address = textOf(form, "hub");
    return {
      ...{ command: "change_node", node: node.id },
      ...(ssid === "" ? {} : { network: { ssid, password: passwordOf(form) } }),
      ...(address === "" ? {} : { hub: address }),
      ...countryOf(form),
    };
  };
  return html`<form class="fields" data-form="change" autocomplete="off" @submit=${handIn(read, send)}>
    <p class="soft">What you leave empty stays as it is. ${
      node.cable === null
        ? html`If the node does not reach this hub that way, for a wrong password say, it goes back to the settings it has now, after about three minutes. Nothing is heard of it meanwhile.`
        : "It is told over its cable, so a mistake can be put right here."
    }</p>
    <label>Another Wi-Fi network <input name="ssid" maxlength="32" /></label>
    ${password("Its password (nothing for an open network)")}
    ${hubField(hub, "Another address of this hub", false)}
    ${COUNTRY}
    <button class="primary" ?disabled=${busy}>${busy ? "Waiting for the node…" : "Change it"}</button>
  </form>`;
}

/** A new name. */
export function nameForm(
  node: NodeView,
  busy: boolean,
  send: (command: Change) => Promise<boolean>,
): TemplateResult {
  const read = (form: HTMLFormElement): Change => ({
    ...{ command: "change_node", node: node.id, name: textOf(form, "name") },
  });
  return html`<form class="actions" data-form="name" @submit=${handIn(read, send)}>
    <input name="name" required maxlength="32" value=${node.name} aria-label="New name of ${node.name}" />
    <button class="primary" ?disabled=${busy}>${busy ? "Waiting for the node…" : "Rename"}</button>
    <span class="soft">It restarts for that, and listens again after some seconds.</span>
  </form>`;
}
