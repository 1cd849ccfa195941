import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { BlockRunView } from "../../../expose/snapshot/block.ts";
import type { PageCommand } from "../../../expose/snapshot/command.ts";
import type { Snapshot } from "../../../expose/snapshot.ts";
import { send } from "../api.ts";
import { focusOn } from "../focus.ts";
import { shared } from "../styles.ts";
import { clock, sentence } from "../words.ts";
import { callWords, isTold, ruleFor, warningFor } from "./calls.ts";
import { noHouse } from "./no-house.ts";

type Wish = "block" | "unblock";

/** Keeps a device off the network by what the person chose, or lets it on again: asks first, says how it ended. */
export class BlockDevice extends LitElement {
  static override styles = [
    shared,
    css`
      :host { display: inline-block; }
      dialog { border: 1px solid var(--line); border-radius: 14px; background: var(--card); color: var(--ink); max-width: min(30rem, calc(100vw - 2rem)); padding: 1.1rem 1.2rem; box-sizing: border-box; }
      dialog::backdrop { background: rgb(0 0 0 / 50%); }
      .said { margin: .4rem 0 0; }
    `,
  ];
  static override properties = {
    snapshot: { attribute: false },
    mac: { attribute: false },
    name: { attribute: false },
    incident: { attribute: false },
    wish: { state: true },
    busy: { state: true },
    failure: { state: true },
    sure: { state: true },
  };
  declare snapshot: Snapshot | undefined;
  declare mac: string;
  declare name: string;
  /** The alert that it is about; null where there is none. */
  declare incident: string | null;
  /** What the open dialog asks about. */
  declare wish: Wish | "";
  declare busy: boolean;
  declare failure: string;
  /** The person has read the first warning of two. */
  declare sure: boolean;
  /** The run that this part of the page began; its end is said here. */
  #since = Number.POSITIVE_INFINITY;

  constructor() {
    super();
    this.mac = "";
    this.name = "";
    this.incident = null;
    this.wish = "";
    this.busy = false;
    this.failure = "";
    this.sure = false;
  }

  override render(): TemplateResult | typeof nothing {
    const { snapshot } = this;
    if (snapshot === undefined) return nothing;
    const blocked = snapshot.block.blocked.find((one) => one.mac === this.mac);
    const last = this.#lastRun();
    const running = last?.outcome === "running" ? last.change : undefined;
    const busy = running ?? (this.busy ? this.wish : undefined);
    return html`
      ${blocked === undefined ? nothing : html`<span class="tag bad" title=${clock(blocked.since)}>blocked</span>`}
      ${
        busy !== undefined
          ? html`<button disabled>${busy === "block" ? "Blocking…" : "Unblocking…"}</button>`
          : blocked === undefined
            ? html`<button class="danger" @click=${() => this.#open("block")}>Block…</button>`
            : html`<button @click=${() => this.#open("unblock")}>Unblock…</button>`
      }
      ${this.#said()}
      <dialog aria-labelledby="asked" @close=${this.#closed}>${this.wish === "" ? nothing : this.#dialog(snapshot)}</dialog>
    `;
  }

  override updated(changed: ReadonlyMap<PropertyKey, unknown>): void {
    if (changed.has("mac") && changed.get("mac") !== undefined) {
      this.failure = "";
      this.#since = Number.POSITIVE_INFINITY;
    }
  }

  #lastRun(): BlockRunView | undefined {
    return this.snapshot?.block.runs.find((one) => one.mac === this.mac);
  }

  /** How the last wish of this part of the page went. */
  #said(): TemplateResult {
    const run = this.#lastRun();
    const own = run !== undefined && run.id > this.#since ? run : undefined;
    const failure = this.failure !== "" ? this.failure : own?.outcome === "failed" ? (own.failure ?? "") : "";
    if (failure !== "") {
      return html`<div class="notice bad said" role="alert"><span>That did not work. ${sentence(failure)}</span></div>`;
    }
    if (own === undefined) return html`<div role="status"></div>`;
    return html`<div role="status">${
      own.outcome === "running"
        ? html`<p class="soft said">Home Assistant has not finished yet.</p>`
        : own.change === "forget"
          ? nothing
          : html`<p class="good said">${own.change === "block" ? "Blocked: Home Assistant has done what you chose." : "Unblocked."}</p>`
    }</div>`;
  }

  #dialog(snapshot: Snapshot): TemplateResult {
    if (this.wish === "unblock") return this.#askUnblock(snapshot);
    const rule = ruleFor(snapshot.block, this.mac);
    const { homeAssistant } = snapshot.hub;
    if (homeAssistant !== "connected") return this.#explain(noHouse(homeAssistant));
    if (rule === undefined) {
      return this.#explain(
        html`Airwarden has no access to your router. Choose once what “Block” does: a script or a switch of Home Assistant, such as the one of your router for this device, or a smart plug.`,
        "Choose in the settings",
      );
    }
    const warning = warningFor(snapshot.block, this.mac);
    if (warning !== undefined && !this.sure) {
      return this.#frame(
        html`<p><strong>${warning}</strong></p>`,
        html`<button class="danger" @click=${() => {
          this.sure = true;
          void focusOn(this, "dialog .actions button");
        }}>Go on all the same</button>`,
      );
    }
    return this.#frame(
      html`<p>Home Assistant will ${callWords(rule.block, rule.name)}${isTold(rule.block.entity) ? html`, told its address <code>${this.mac}</code> and its name` : nothing}.</p>
        ${rule.problem === null ? nothing : html`<p class="warn">${sentence(rule.problem)}</p>`}
        <p class="soft">${
          rule.unblock === null
            ? "Nothing is chosen that takes it back: you will have to do that in Home Assistant."
            : html`To take it back, Home Assistant will ${callWords(rule.unblock)}.`
        } ${rule.mac === null && !isTold(rule.block.entity) ? "It is the same for every device: it is not told which one." : ""}</p>
        ${warning === undefined ? nothing : html`<p class="bad">${warning}</p>`}`,
      html`<button class="danger" @click=${() =>
        this.#send({
          command: "block_device",
          mac: this.mac,
          incident: this.incident,
          despite: warning !== undefined,
        })}>Block ${this.name}</button>`,
    );
  }

  #askUnblock(snapshot: Snapshot): TemplateResult {
    const blocked = snapshot.block.blocked.find((one) => one.mac === this.mac);
    const undo = blocked?.undo ?? ruleFor(snapshot.block, this.mac)?.unblock;
    const who = blocked === undefined || blocked.by === "" ? "" : ` by ${blocked.by}`;
    const since = html`<p class="soft">Blocked ${blocked === undefined ? "" : clock(blocked.since)}${who}.</p>`;
    const forget = html`<button @click=${() => this.#send({ command: "forget_block", mac: this.mac })}>It is not blocked any more</button>`;
    if (undo === undefined || undo === null) {
      return this.#frame(
        html`<p>Nothing is chosen that takes it back. Let it on again in Home Assistant, then say so here.</p>${since}`,
        forget,
      );
    }
    return this.#frame(
      html`<p>Home Assistant will ${callWords(undo)}${isTold(undo.entity) ? html`, told its address <code>${this.mac}</code>` : nothing}.</p>${since}`,
      html`<button class="primary" @click=${() => this.#send({ command: "unblock_device", mac: this.mac })}>Unblock ${this.name}</button>${forget}`,
    );
  }

  #explain(words: TemplateResult | string, next?: string): TemplateResult {
    return this.#frame(
      html`<p>${words}</p>`,
      next === undefined
        ? nothing
        : html`<a class="button" href="#settings" @click=${this.#close}>${next}</a>`,
    );
  }

  #frame(body: TemplateResult, buttons: TemplateResult | typeof nothing): TemplateResult {
    const title = this.wish === "unblock" ? `Unblock ${this.name}?` : `Block ${this.name}?`;
    return html`<h3 id="asked">${title}</h3>${body}
      <div class="actions">${buttons}<button @click=${this.#close}>Cancel</button></div>`;
  }

  #open(wish: Wish): void {
    this.wish = wish;
    this.sure = false;
    this.failure = "";
    this.#since = Number.POSITIVE_INFINITY;
    void this.updateComplete.then(() => this.#element()?.showModal());
  }

  readonly #close = (): void => this.#element()?.close();

  readonly #closed = (): void => {
    if (!this.busy) this.wish = "";
  };

  #element(): HTMLDialogElement | null {
    return this.renderRoot.querySelector("dialog");
  }

  async #send(command: PageCommand): Promise<void> {
    this.#since = this.snapshot?.block.runs[0]?.id ?? 0;
    this.busy = true;
    this.#close();
    const answer = await send(command);
    this.failure = answer.ok ? "" : answer.error;
    this.busy = false;
    this.wish = "";
  }
}
