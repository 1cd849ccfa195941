import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { NodeView, PageCommand, Snapshot } from "../../expose/snapshot.ts";
import { send } from "./api.ts";
import { problemCard } from "./problems.ts";
import { shared } from "./styles.ts";
import { ago, count, plural, share } from "./words.ts";

/** The boards that listen: are they well, and how much do they hear? */
export class NodeList extends LitElement {
  static override styles = shared;
  static override properties = { snapshot: { attribute: false }, failure: { state: true } };
  declare snapshot: Snapshot | undefined;
  declare failure: string;

  constructor() {
    super();
    this.failure = "";
  }

  override render(): TemplateResult | typeof nothing {
    if (this.snapshot === undefined) return nothing;
    return html`
      ${this.failure === "" ? nothing : html`<p class="bad" role="alert">${this.failure}</p>`}
      ${this.snapshot.problems.map((one) => problemCard(one, (command) => this.#send(command)))}
      ${this.snapshot.nodes.length === 0 ? this.#empty() : this.snapshot.nodes.map((one) => this.#card(one))}
    `;
  }

  #empty(): TemplateResult {
    return html`<div class="card">
      <h3>No node yet</h3>
      <p>Airwarden listens through small boards (ESP32-C3, C6 or C5) or a Linux computer with a monitor-mode stick.</p>
      <ol>
        <li>Flash a board and plug it into this computer: it is found by itself.</li>
        <li>For a board that sends over Wi-Fi: <code>airwarden node add NAME</code> makes its key.</li>
      </ol>
    </div>`;
  }

  #card(one: NodeView): TemplateResult {
    return html`<article class="card" data-node=${one.id}>
      <div class="row">
        <h3>${one.name} <span class="tag">${one.chip}</span></h3>
        <span class=${one.connected ? "good" : "bad"}>${one.connected ? "listening" : `silent, last heard ${ago(this.snapshot?.now ?? 0, one.lastHeard)}`}</span>
      </div>
      ${one.problem === null ? nothing : html`<p class="warn">${one.problem}</p>`}
      <p>${count(Math.round(one.framesPerSecond))} frames a second ·
        ${one.channels.length === 0 ? `channel ${one.channel ?? "unknown"}` : one.channels.map((channel) => `channel ${channel.channel} ${share(channel.share)}`).join(" · ")}</p>
      <p class="soft">${count(one.frames)} frames · ${plural(one.dropped, "frame", "frames")} dropped in the node ·
        ${plural(one.lostMessages, "message", "messages")} lost · ${count(one.damaged)} damaged · firmware ${one.firmware} ·
        clock by ${one.clock.source}${one.clock.errorMicros === null ? "" : ` (± ${count(Math.round(one.clock.errorMicros))} µs)`}
        ${one.temperature === null ? "" : ` · ${one.temperature} °C`}</p>
      <button @click=${() => this.#send({ command: "identify_node", node: one.id })}>Blink</button>
    </article>`;
  }

  async #send(command: PageCommand): Promise<void> {
    this.failure = (await send(command)) ?? "";
  }
}
