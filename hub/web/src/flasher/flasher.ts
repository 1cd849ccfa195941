import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { Snapshot } from "../../../expose/snapshot.ts";
import { shared } from "../styles.ts";
import { keyFieldOf, keyView, wifiView } from "./forms.ts";
import type { KeyOfNode } from "./key.ts";
import { type Build, ImageError, loadRelease, type Release } from "./manifest.ts";
import { Cable } from "./port.ts";
import { type Browser, plainFailure, plainRefusal, whyNot } from "./support.ts";
import {
  busyView,
  doneView,
  type End,
  imagesTable,
  readyView,
  refusalNotice,
  type Stage,
  silentView,
  writtenNotice,
} from "./views.ts";
import type { BoardWifi } from "./wifi.ts";

const thisBrowser = (): Browser => ({
  secure: isSecureContext,
  serial: "serial" in navigator,
  userAgent: navigator.userAgent,
});

/** A board on a bridge chip whose image talks over the chip's own USB. */
const OTHER_SOCKET =
  "This cable is in the socket of the board's bridge chip, and the image talks over the chip's own USB. If the board has a second socket, move the cable there and choose its port again. If it has one only, it needs an image for bridge chips: npm run firmware -- --uart makes it.";
const NO_ANSWER =
  "The board does not answer yet. Press its RESET button, or unplug it and plug it in again; then choose its port again.";

/** Writes the firmware to a board at this computer's USB and gives it its Wi-Fi, or says why this browser cannot. */
export class NodeFlasher extends LitElement {
  static override styles = [
    shared,
    css`
      .steps li { margin: .3rem 0; }
      table { margin: .5rem 0; }
      .bar { height: .7rem; margin: .4rem 0; }
      form.fields, form.fields label { display: grid; grid-template-columns: minmax(0, 1fr); gap: .6rem; max-width: 26rem; }
      form.fields label { gap: .15rem; }
      form.fields .notice { margin: 0; }
    `,
  ];
  static override properties = {
    snapshot: { attribute: false },
    release: { state: true },
    stage: { state: true },
    written: { state: true },
  };
  /** Of the hub that serves this page; undefined on a page of its own. */
  declare snapshot: Snapshot | undefined;
  /** Undefined until the manifest has been asked for. */
  declare release: Release | undefined;
  declare stage: Stage;
  declare written: Build | undefined;
  #cable: Cable | undefined;
  #wifi: BoardWifi | undefined;
  #name = "";

  constructor() {
    super();
    this.stage = { kind: "ready" };
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    if (this.#wifi !== undefined) void this.#letGo();
  }

  override render(): TemplateResult | typeof nothing {
    if (this.release === undefined) return html`<p class="soft">Looking for images…</p>`;
    const { builds } = this.release;
    if (builds.length === 0) {
      return html`<p>There are no firmware images here yet. Where Airwarden runs from its source, <code>npm run firmware</code> builds them; releases bring them along.</p>`;
    }
    const refusal = whyNot(thisBrowser());
    return html`
      ${refusal === undefined ? html`${this.written === undefined ? nothing : writtenNotice(this.written)}${this.#stage()}` : refusalNotice(refusal)}
      ${imagesTable(builds)}
    `;
  }

  async #load(): Promise<void> {
    try {
      this.release = await loadRelease();
    } catch {
      this.release = { builds: [], wait: 0 };
    }
  }

  #stage(): TemplateResult {
    const { stage } = this;
    switch (stage.kind) {
      case "ready":
        return readyView(stage.trouble, {
          write: (erase) => void this.#begin(() => this.#write(erase)),
          provision: () => void this.#begin(() => this.#meet(true)),
        });
      case "busy":
        return busyView(stage);
      case "silent":
        return silentView(stage.trouble, {
          again: () => void this.#again(),
          skip: () => void this.#end({ kind: "cable" }),
        });
      case "wifi":
        return wifiView(stage, this.snapshot?.hub.homes ?? [], {
          join: (ssid, password) => void this.#join(stage, ssid, password),
          type: () => {
            this.stage = { ...stage, typed: true, ssid: "" };
          },
          skip: () => void this.#end({ kind: stage.hasNetwork ? "kept" : "cable" }),
        });
      case "key":
        return keyView(stage, keyFieldOf(this.snapshot, location.hostname, this.#name), {
          give: (wish) => void this.#give(stage, wish),
          later: () => void this.#end({ kind: "network", ssid: stage.ssid }),
        });
      case "done":
        return doneView(stage.end, () => {
          this.written = undefined;
          this.stage = { kind: "ready" };
        });
    }
  }

  readonly #step = (words: string, part?: number): void => {
    this.stage = { kind: "busy", words, part };
  };

  /** Asks for a port, which only a click may, and goes on with it. */
  async #begin(go: () => Promise<void>): Promise<void> {
    this.written = undefined;
    try {
      this.#cable = await Cable.choose();
      await go();
    } catch (cause) {
      await this.#letGo();
      this.stage = {
        kind: "ready",
        trouble: cause instanceof ImageError ? cause.message : plainFailure(cause),
      };
    }
  }

  async #write(erase: boolean): Promise<void> {
    const cable = this.#cable;
    if (cable === undefined || this.release === undefined) return;
    this.#step("Opening the port…");
    const { writeBoard } = await import("./write.ts");
    this.written = await writeBoard(cable, { builds: this.release.builds, erase, step: this.#step });
    if (cable.isBridge && this.written.serialType !== "uart") {
      this.stage = { kind: "silent", trouble: OTHER_SOCKET };
      return;
    }
    await this.#meet(false);
  }

  async #again(): Promise<void> {
    try {
      this.#cable = await Cable.choose();
    } catch (cause) {
      this.stage = { kind: "silent", trouble: plainFailure(cause) };
      return;
    }
    await this.#meet(true);
  }

  /** Waits for the board to start and asks which networks it hears. */
  async #meet(running: boolean): Promise<void> {
    const cable = this.#cable;
    if (cable === undefined) return;
    this.#step(running ? "Asking the board…" : "Waiting for the board to start…");
    try {
      const { BoardWifi } = await import("./wifi.ts");
      const port = await cable.open();
      const wait = 1000 * (this.release?.wait ?? 0);
      this.#wifi = await BoardWifi.meet(port, wait, () => this.#lost());
    } catch (cause) {
      await this.#letGo();
      const said = cause instanceof Error && cause.name === "WifiError" ? NO_ANSWER : plainFailure(cause);
      this.stage = { kind: "silent", trouble: said };
      return;
    }
    this.#name = this.#wifi.name;
    const networks = await this.#wifi.networks();
    const ssid = networks[0]?.name ?? "";
    this.stage = { kind: "wifi", networks, hasNetwork: this.#wifi.hasNetwork, typed: false, ssid };
  }

  async #join(form: Extract<Stage, { kind: "wifi" }>, ssid: string, password: string): Promise<void> {
    this.#step(`The board is joining “${ssid}”. That takes up to half a minute…`);
    try {
      await this.#wifi?.join(ssid, password);
    } catch (cause) {
      if (this.#wifi !== undefined) this.stage = { ...form, ssid, trouble: plainRefusal(ssid, cause) };
      return;
    }
    await this.#letGo();
    this.stage = { kind: "key", ssid };
  }

  async #give(form: Extract<Stage, { kind: "key" }>, wish: KeyOfNode): Promise<void> {
    const { name, hub } = wish;
    this.#name = name;
    this.#step("Giving the board its key…");
    try {
      const { giveKey } = await import("./pairing.ts");
      if (this.#cable !== undefined) await giveKey(this.#cable, wish, this.snapshot);
    } catch (cause) {
      await this.#letGo();
      const trouble =
        cause instanceof Error && cause.name === "KeyError" ? cause.message : plainFailure(cause);
      this.stage = { kind: "key", ssid: form.ssid, trouble };
      return;
    }
    await this.#end({ kind: "reports", name, hub, atHub: this.snapshot !== undefined });
  }

  #lost(): void {
    this.#wifi = undefined;
    void this.#letGo();
    this.stage = { kind: "silent", trouble: plainFailure("disconnected") };
  }

  async #end(end: End): Promise<void> {
    await this.#letGo();
    this.stage = { kind: "done", end };
  }

  /** Leaves the port to whoever wants it next. */
  async #letGo(): Promise<void> {
    const wifi = this.#wifi;
    this.#wifi = undefined;
    await wifi?.close();
    await this.#cable?.close();
  }
}
