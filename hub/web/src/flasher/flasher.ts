import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { shared } from "../styles.ts";
import { octets } from "../words.ts";
import { type Build, ImageError, imageAddress, loadBuilds } from "./manifest.ts";
import { type Browser, plainFailure, whyNot } from "./support.ts";
import type { Port } from "./write.ts";

type State =
  | { readonly kind: "ready" }
  | { readonly kind: "busy"; readonly words: string; readonly part: number | undefined }
  | { readonly kind: "done"; readonly build: Build }
  | { readonly kind: "failed"; readonly words: string };

interface WithSerial {
  readonly serial?: { requestPort(): Promise<Port> };
}

const thisBrowser = (): Browser => ({
  secure: isSecureContext,
  serial: "serial" in navigator,
  userAgent: navigator.userAgent,
});

/** Writes the firmware to a board at this computer's USB, or says exactly why this browser cannot. */
export class NodeFlasher extends LitElement {
  static override styles = [
    shared,
    css`
      .steps li { margin: .3rem 0; }
      table { margin: .5rem 0; }
      .bar { height: .7rem; margin: .4rem 0; }
    `,
  ];
  static override properties = {
    builds: { state: true },
    state: { state: true },
    erase: { state: true },
  };
  /** Undefined until the manifest has been asked for. */
  declare builds: readonly Build[] | undefined;
  declare state: State;
  declare erase: boolean;

  constructor() {
    super();
    this.state = { kind: "ready" };
    this.erase = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  override render(): TemplateResult | typeof nothing {
    if (this.builds === undefined) return html`<p class="soft">Looking for images…</p>`;
    if (this.builds.length === 0) {
      return html`<p>There are no firmware images here yet. Where Airwarden runs from its source, <code>npm run firmware</code> builds them; releases bring them along.</p>`;
    }
    const refusal = whyNot(thisBrowser());
    return html`
      ${
        refusal === undefined
          ? this.#writer()
          : html`<div class="notice warn" data-refusal><span><strong>Not from this browser.</strong> ${refusal.reason}<br />${refusal.next}</span></div>`
      }
      ${this.#images(this.builds)}
    `;
  }

  async #load(): Promise<void> {
    try {
      this.builds = await loadBuilds();
    } catch {
      this.builds = [];
    }
  }

  #images(builds: readonly Build[]): TemplateResult {
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

  #writer(): TemplateResult {
    const { state } = this;
    if (state.kind === "busy") return progress(state);
    if (state.kind === "done") return this.#done(state.build);
    return html`
      <ol class="steps">
        <li>Plug the board into <strong>this</strong> computer with a USB cable that carries data.</li>
        <li>Press the button and choose its port; it is often called “USB JTAG/serial” or “CP210x” or “CH340”.</li>
        <li>Wait until it is written. It takes about half a minute.</li>
      </ol>
      <p><label><input type="checkbox" .checked=${this.erase} @change=${(change: Event) => {
        this.erase = (change.target as HTMLInputElement).checked;
      }} /> Erase the board first (when something else was on it; a node forgets its Wi-Fi and its key)</label></p>
      ${state.kind === "failed" ? html`<div class="notice bad" role="alert"><span>${state.words}</span></div>` : nothing}
      <div class="actions"><button class="primary" @click=${this.#write}>Choose the port and write</button></div>
    `;
  }

  #done({ chipFamily, version }: Build): TemplateResult {
    return html`<div class="notice good" role="status"><span><strong>Done.</strong> The ${chipFamily} runs Airwarden ${version} now.</span></div>
      <ul>
        <li>Unplug it here and plug it into the computer that Airwarden runs on: it appears under Nodes by itself.</li>
        <li>There it can be given your Wi-Fi, so that it can listen from anywhere in the house.</li>
      </ul>
      <button @click=${() => {
        this.state = { kind: "ready" };
      }}>Write another board</button>`;
  }

  readonly #write = async (): Promise<void> => {
    const { serial } = navigator as WithSerial;
    if (serial === undefined || this.builds === undefined) return;
    const step = (words: string, part?: number): void => {
      this.state = { kind: "busy", words, part };
    };
    try {
      const port = await serial.requestPort();
      step("Opening the port…");
      const { writeBoard } = await import("./write.ts");
      const build = await writeBoard(port, { builds: this.builds, erase: this.erase, step });
      this.state = { kind: "done", build };
    } catch (cause) {
      const words = cause instanceof ImageError ? cause.message : plainFailure(cause);
      this.state = { kind: "failed", words };
    }
  };
}

function progress({ words, part }: Extract<State, { kind: "busy" }>): TemplateResult {
  const percent = part === undefined ? undefined : Math.round(100 * part);
  return html`<p role="status"><strong>${words}</strong> ${percent === undefined ? nothing : `${percent} %`}</p>
    <div class="bar" role="progressbar" aria-label=${words} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${percent ?? nothing}><span style="width:${percent ?? 0}%"></span></div>
    <p class="soft">Leave the board plugged in and this page open.</p>`;
}
