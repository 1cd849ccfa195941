import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { PageCommand } from "../../../expose/snapshot/command.ts";
import type { HubView, NodeView } from "../../../expose/snapshot.ts";
import { Commands } from "../commands.ts";
import { shared } from "../styles.ts";
import { count, span } from "../words.ts";
import { channelsSentence, clockSentence, healthOf, lossSentence } from "./health.ts";
import { isUpdating, updateRow } from "./update.ts";
import { changeForm, nameForm, wifiForm } from "./wifi.ts";

/** What a person has opened on the card. */
type Open = "" | "name" | "wifi" | "change" | "restart" | "reset" | "forget" | "cable";

interface Question {
  readonly words: string;
  readonly yes: string;
  readonly command: PageCommand;
  readonly done: string;
}

/** One node: how it is, and what can be done with it. */
export class NodeCard extends LitElement {
  static override styles = [
    shared,
    css`
      .card { margin: 0; }
      .health { display: inline-flex; align-items: center; gap: .4rem; font-weight: 600; font-size: .9rem; }
      .health::before { content: ""; width: .6rem; height: .6rem; border-radius: 50%; background: currentColor; }
      .rate { font-size: 1.5rem; font-weight: 650; font-variant-numeric: tabular-nums; }
      .advice { background: var(--warn-ground); border-radius: 10px; padding: .5rem .75rem; margin: .5rem 0; }
      details, .notice { margin-top: .5rem; }
      form.fields { display: grid; gap: .6rem; margin-top: .6rem; }
      form.fields label { display: grid; gap: .15rem; grid-template-columns: minmax(0, 1fr); }
      .progress { display: flex; gap: .5rem; align-items: center; white-space: nowrap; }
    `,
  ];
  static override properties = {
    node: { attribute: false },
    hub: { attribute: false },
    now: { attribute: false },
    open: { state: true },
    busy: { state: true },
    said: { state: true },
  };
  declare node: NodeView | undefined;
  declare hub: HubView | undefined;
  declare now: number;
  declare open: Open;
  /** The node is asked; its answer takes some seconds. */
  declare busy: boolean;
  /** What was done last, in words. */
  declare said: string;
  readonly #commands = new Commands(this);

  constructor() {
    super();
    this.now = 0;
    this.open = "";
    this.busy = false;
    this.said = "";
  }

  override render(): TemplateResult | typeof nothing {
    const { node } = this;
    if (node === undefined) return nothing;
    const { tone, word, advice } = healthOf(node, this.now);
    return html`<article class="card" data-node=${node.id} aria-label="Node ${node.name}">
      <div class="row"><h3>${node.name} <span class="tag">${node.chip}</span></h3><span class="health ${tone}">${word}</span></div>
      ${advice.length === 0 ? nothing : html`<div class="advice">${advice.map((line) => html`<p>${line}</p>`)}</div>`}
      ${this.#commands.failure()}
      ${this.said === "" ? nothing : html`<div class="notice good" role="status"><span>${this.said}</span></div>`}
      ${
        node.connected
          ? html`<p><span class="rate">${count(Math.round(node.framesPerSecond))}</span> <span class="soft">frames a second on ${channelsSentence(node)}</span></p>`
          : nothing
      }
      ${updateRow(node, () => this.#send({ command: "update_node", node: node.id }))}
      ${details(node)}
      ${this.#actions(node)}
      ${this.#opened(node)}
    </article>`;
  }

  #actions(node: NodeView): TemplateResult {
    const reached = node.connected || node.cable !== null;
    const settles = node.restartable && reached && !isUpdating(node);
    const wireless = node.uplink === "wifi";
    return html`<div class="actions">
      <button ?disabled=${!reached} @click=${() => this.#tell({ command: "identify_node", node: node.id }, "Its light blinks for ten seconds.")}>Which one is it? Blink</button>
      ${settles ? this.#opener("name", "Rename") : nothing}
      ${settles && !wireless ? this.#opener("wifi", "Move to Wi-Fi") : nothing}
      ${settles && wireless ? this.#opener("change", "Change its Wi-Fi") : nothing}
      ${settles && wireless && node.cable !== null ? this.#opener("cable", "Back to the cable") : nothing}
      ${settles ? this.#opener("restart", "Restart") : nothing}
      ${settles ? this.#opener("reset", "Erase its settings") : nothing}
      ${node.connected ? nothing : this.#opener("forget", "Remove")}
    </div>`;
  }

  #opener(what: Open, words: string): TemplateResult {
    return html`<button class="quiet" aria-expanded=${this.open === what} @click=${() => {
      this.open = this.open === what ? "" : what;
      this.said = "";
    }}>${words}</button>`;
  }

  #opened(node: NodeView): TemplateResult | typeof nothing {
    const { hub, busy, open } = this;
    if (open === "" || hub === undefined) return nothing;
    const send = (command: PageCommand): Promise<boolean> => this.#tell(command);
    if (open === "name") return nameForm(node, busy, send);
    if (open === "change") return changeForm(node, { hub, busy }, send);
    if (open === "wifi") {
      return hub.nodeProblem === "off" || hub.nodeProblem === "closed"
        ? html`<p class="soft">Airwarden does not hear nodes over Wi-Fi now; “Add a node” below says why.</p>`
        : wifiForm({ boards: [node], hub, busy }, send);
    }
    return this.#ask(questionOf(open, node));
  }

  #ask({ words, yes, command, done }: Question): TemplateResult {
    return html`<div class="notice warn"><span>${words}</span><span class="actions">
      <button class="danger" ?disabled=${this.busy} @click=${() => this.#tell(command, done)}>${this.busy ? "Waiting for the node…" : yes}</button>
      <button @click=${() => {
        this.open = "";
      }}>Leave it</button></span></div>`;
  }

  readonly #send = (command: PageCommand): unknown => this.#commands.send(command);

  /** Waits for what the node says. */
  async #tell(command: PageCommand, done = ""): Promise<boolean> {
    this.busy = true;
    const answer = await this.#commands.send(command);
    this.busy = false;
    if (!answer.ok) return false;
    this.said = done || (command.command === "change_node" ? "The node has taken it and restarts." : "");
    this.open = "";
    return true;
  }
}

function questionOf(
  open: "restart" | "reset" | "forget" | "cable",
  { id, name, uplink }: NodeView,
): Question {
  switch (open) {
    case "restart":
      return {
        words: "It listens to nothing for some seconds.",
        yes: `Restart “${name}”`,
        command: { command: "restart_node", node: id },
        done: "It restarts.",
      };
    case "reset":
      return {
        words: `It forgets its name, its network and its key.${uplink === "wifi" ? " After that it is heard over a cable only." : ""} Do this before you give it away.`,
        yes: `Erase the settings of “${name}”`,
        command: { command: "reset_node", node: id },
        done: "It has forgotten everything, and restarts.",
      };
    case "forget":
      return {
        words: "It is shown no more, and its key is forgotten: it would have to be set up anew.",
        yes: `Remove “${name}”`,
        command: { command: "forget_node", node: id },
        done: "",
      };
    case "cable":
      return {
        words: "It reports over its cable from now on, and listens on all channels. It must stay plugged in.",
        yes: `Take “${name}” back to the cable`,
        command: { command: "use_cable", node: id },
        done: "",
      };
  }
}

function details(node: NodeView): TemplateResult {
  return html`<details><summary class="soft">Details</summary><dl>
    <dt>Heard</dt><dd>${count(node.frames)} frames</dd>
    <dt>Not delivered</dt><dd>${lossSentence(node)}</dd>
    <dt>Clock</dt><dd>${clockSentence(node.clock)}</dd>
    ${node.uptime === null ? nothing : html`<dt>Running for</dt><dd>${span(node.uptime)}</dd>`}
    ${node.temperature === null ? nothing : html`<dt>Temperature</dt><dd>${node.temperature} °C</dd>`}
    <dt>Firmware</dt><dd>${node.firmware}${node.update.latest === node.firmware ? ", up to date" : ""}</dd>
    <dt>Reports over</dt><dd><code>${node.link}</code></dd>
    ${node.cable === null || node.cable === node.link ? nothing : html`<dt>Plugged in at</dt><dd><code>${node.cable}</code></dd>`}
    ${node.mac === null ? nothing : html`<dt>Address</dt><dd><code>${node.mac}</code></dd>`}
  </dl></details>`;
}
