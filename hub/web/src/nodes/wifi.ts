import { html, type TemplateResult } from "lit";
import type { NodeView, PageCommand } from "../../../expose/snapshot.ts";

type Configure = Extract<PageCommand, { command: "configure_node" }>;

export interface WifiChoices {
  /** Nodes on a cable. */
  readonly boards: readonly NodeView[];
  /** Names of the home's networks. */
  readonly homes: readonly string[];
  /** Where the hub listens, as far as the page can tell. */
  readonly host: string;
}

const textOf = (form: HTMLFormElement, name: string): string =>
  (form.elements.namedItem(name) as HTMLInputElement | HTMLSelectElement).value;

/** Gives a board on a cable the Wi-Fi, so that it reports from anywhere. */
export function wifiForm(
  { boards, homes, host }: WifiChoices,
  move: (command: Configure) => Promise<boolean>,
): TemplateResult {
  const submit = async (submitted: SubmitEvent): Promise<void> => {
    submitted.preventDefault();
    const form = submitted.target as HTMLFormElement;
    const moved = await move({
      command: "configure_node",
      node: textOf(form, "node"),
      name: textOf(form, "name").trim(),
      ssid: textOf(form, "ssid"),
      password: textOf(form, "password"),
      hub: textOf(form, "hub").trim(),
    });
    if (moved) form.reset();
  };
  return html`<form class="fields" data-form="wifi" autocomplete="off" @submit=${submit}>
    <label>Board <select name="node">${boards.map((one) => html`<option value=${one.id}>${one.name} (${one.chip})</option>`)}</select></label>
    <label>Name of the node <input name="name" required maxlength="32" placeholder="hall" /></label>
    <label>Wi-Fi network (2.4 GHz, but for a C5) <input name="ssid" required maxlength="32" value=${homes[0] ?? ""} /></label>
    <label>Its password <input name="password" type="password" minlength="8" maxlength="64" autocomplete="off" /></label>
    <label>Where this hub listens <input name="hub" required value=${host} pattern="[A-Za-z0-9.\\-]+:[0-9]+|\\[[0-9a-fA-F:]+\\]:[0-9]+" /></label>
    <button class="primary">Give it the Wi-Fi</button>
  </form>`;
}
