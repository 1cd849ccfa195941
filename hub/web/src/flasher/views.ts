import { html, nothing, type TemplateResult } from "lit";
import { octets } from "../words.ts";
import { type Build, imageAddress } from "./manifest.ts";
import type { Refusal } from "./support.ts";
import type { Network } from "./wifi.ts";

/** Where the person is. What can go wrong is said where it can be tried again. */
export type Stage =
  | { readonly kind: "ready"; readonly trouble?: string }
  | { readonly kind: "busy"; readonly words: string; readonly part?: number | undefined }
  | { readonly kind: "silent"; readonly trouble: string }
  | {
      readonly kind: "wifi";
      readonly networks: readonly Network[];
      readonly hasNetwork: boolean;
      readonly typed: boolean;
      readonly ssid: string;
      readonly trouble?: string;
    }
  | { readonly kind: "key"; readonly ssid: string; readonly trouble?: string }
  | { readonly kind: "done"; readonly end: End };

/** What the board does from now on. */
export type End =
  | { readonly kind: "cable" }
  | { readonly kind: "kept" }
  | { readonly kind: "network"; readonly ssid: string }
  | { readonly kind: "reports"; readonly name: string; readonly hub: string; readonly atHub: boolean };

export const troubleNotice = (words: string | undefined): TemplateResult | typeof nothing =>
  words === undefined ? nothing : html`<div class="notice bad" role="alert"><span>${words}</span></div>`;

export const refusalNotice = ({ reason, next }: Refusal): TemplateResult =>
  html`<div class="notice warn" data-refusal><span><strong>Not from this browser.</strong> ${reason}<br />${next}</span></div>`;

export const writtenNotice = ({ chipFamily, version }: Build): TemplateResult =>
  html`<div class="notice good" role="status"><span><strong>Written and read back.</strong> The ${chipFamily} has Airwarden ${version} now.</span></div>`;

export function imagesTable(builds: readonly Build[]): TemplateResult {
  return html`<details><summary class="soft">Images for ${builds.map((one) => one.chipFamily).join(", ")}</summary>
    <table>
      <thead><tr><th>Chip</th><th>Version</th><th class="number">Size</th><th>File</th></tr></thead>
      <tbody>${builds.map(
        (one) => html`<tr data-chip=${one.chip} data-offset=${one.offset} data-sha256=${one.sha256}>
          <td>${one.chipFamily}</td><td>${one.version}</td><td class="number">${octets(one.size)}</td>
          <td><a href=${imageAddress(one).href} download="airwarden-${one.chip}-${one.version}.bin">Download</a></td>
        </tr>`,
      )}</tbody>
    </table></details>`;
}

export interface ReadyActs {
  readonly write: (erase: boolean) => void;
  readonly provision: () => void;
}

export function readyView(trouble: string | undefined, acts: ReadyActs): TemplateResult {
  const submit = (submitted: SubmitEvent): void => {
    submitted.preventDefault();
    const form = submitted.target as HTMLFormElement;
    acts.write((form.elements.namedItem("erase") as HTMLInputElement).checked);
  };
  return html`<form @submit=${submit}>
    <ol class="steps">
      <li>Plug the board into <strong>this</strong> computer with a USB cable that carries data.</li>
      <li>Press the button and choose its port; it is often called “USB JTAG/serial” or “CP210x” or “CH340”.</li>
      <li>Wait until it is written. It takes about half a minute.</li>
      <li>Give it your Wi-Fi, or skip that for a board that stays on USB.</li>
    </ol>
    <p><label><input type="checkbox" name="erase" /> Erase the board first (when something else was on it; a node forgets its Wi-Fi and its key)</label></p>
    ${troubleNotice(trouble)}
    <div class="actions">
      <button class="primary">Choose the port and write</button>
      <button type="button" @click=${acts.provision}>It is written already: only give it Wi-Fi</button>
    </div>
  </form>`;
}

export function busyView({ words, part }: Extract<Stage, { kind: "busy" }>): TemplateResult {
  const percent = part === undefined ? undefined : Math.round(100 * part);
  return html`<p role="status"><strong>${words}</strong> ${percent === undefined ? nothing : `${percent} %`}</p>
    <div class="bar" role="progressbar" aria-label=${words} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent ?? nothing}><span style="width:${percent ?? 0}%"></span></div>
    <p class="soft">Leave the board plugged in and this page open.</p>`;
}

export interface SilentActs {
  readonly again: () => void;
  readonly skip: () => void;
}

export function silentView(trouble: string, { again, skip }: SilentActs): TemplateResult {
  return html`<div class="notice warn" role="alert"><span>${trouble}</span></div>
    <div class="actions">
      <button class="primary" @click=${again}>Choose its port again</button>
      <button @click=${skip}>Go on without: it stays on USB</button>
    </div>`;
}

export function doneView(end: End, again: () => void): TemplateResult {
  return html`<div data-done=${end.kind}>
    <h4>What to do next</h4>
    <ul>${nextSteps(end)}</ul>
    <button @click=${again}>Set up another board</button>
  </div>`;
}

function nextSteps(end: End): TemplateResult {
  switch (end.kind) {
    case "cable":
      return html`<li>Unplug it here and plug it into the computer that Airwarden runs on: it appears under Nodes by itself.</li>
        <li>There it can be given your Wi-Fi later.</li>`;
    case "kept":
      return html`<li>The board goes on as it was set up before, over its cable or your Wi-Fi.</li>
        <li>If it does not appear under Nodes, plug it into the computer that Airwarden runs on.</li>`;
    case "network":
      return html`<li>The board keeps “${end.ssid}”, and does not use it yet: over Wi-Fi a node sends nothing without a key.</li>
        <li>Unplug it here and plug it into the computer that Airwarden runs on. There, under Nodes → Over Wi-Fi, it gets its key together with your Wi-Fi.</li>
        <li>Or leave it on that cable: it reports over it at once.</li>`;
    case "reports":
      return html`<li>Unplug “${end.name}” and power it anywhere in reach of your Wi-Fi.</li>
        <li>It reports to ${end.hub} within a minute and ${end.atHub ? "appears above" : "appears on Airwarden's page under Nodes"}.</li>
        <li>If it does not: is that address right, as seen from your Wi-Fi? Plug it in here again and choose “only give it Wi-Fi”.</li>`;
  }
}
