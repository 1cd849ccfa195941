import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { NodeView, Snapshot } from "../../../expose/snapshot.ts";
import type { Lines } from "../chart/series.ts";
import { Commands } from "../commands.ts";
import { problemCard } from "../problems.ts";
import { shared } from "../styles.ts";
import { count, span } from "../words.ts";
import { channelsSentence, clockSentence, healthOf, lossSentence } from "./health.ts";

/** The boards that listen: are they well, and how much do they hear? And how to add one. */
export class NodeList extends LitElement {
  static override styles = [
    shared,
    css`
      .health { display: inline-flex; align-items: center; gap: .4rem; font-weight: 600; font-size: .9rem; }
      .health::before { content: ""; width: .6rem; height: .6rem; border-radius: 50%; background: currentColor; }
      .rate { font-size: 1.5rem; font-weight: 650; font-variant-numeric: tabular-nums; }
      .advice { background: var(--warn-ground); border-radius: 10px; padding: .5rem .75rem; margin: .5rem 0; }
      .grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: .75rem; margin-bottom: .75rem; }
      .grid .card { margin: 0; }
      details { margin-top: .5rem; }
    `,
  ];
  static override properties = {
    snapshot: { attribute: false },
    now: { attribute: false },
    lines: { attribute: false },
  };
  declare snapshot: Snapshot | undefined;
  declare now: number;
  declare lines: Lines | undefined;
  readonly #commands = new Commands(this);

  constructor() {
    super();
    this.now = 0;
  }

  override render(): TemplateResult | typeof nothing {
    if (this.snapshot === undefined) return nothing;
    const { nodes, problems } = this.snapshot;
    return html`
      ${this.#commands.failure()}
      ${problems.map((one) => problemCard(one, this.#commands.send))}
      <section aria-label="Nodes that listen">
        ${
          nodes.length === 0
            ? html`<div class="card"><h3>No node yet</h3><p>A node is a small board (or a Linux computer) that listens to Wi-Fi for Airwarden. Add the first one below.</p></div>`
            : html`<div class="grid">${repeat(
                nodes,
                (one) => one.id,
                (one) => this.#card(one),
              )}</div>`
        }
        ${
          nodes.length === 0
            ? nothing
            : html`<div class="card"><h4 style="margin-top:0">Frames a second, last minutes</h4>
              <air-chart .lines=${this.lines} .moment=${this.snapshot.now} label="Frames a second" unit="frames/s"></air-chart></div>`
        }
      </section>
      <add-node .snapshot=${this.snapshot} .now=${this.now}></add-node>
    `;
  }

  #card(one: NodeView): TemplateResult {
    const { tone, word, advice } = healthOf(one, this.now);
    return html`<article class="card" data-node=${one.id} aria-label="Node ${one.name}">
      <div class="row"><h3>${one.name} <span class="tag">${one.chip}</span></h3><span class="health ${tone}">${word}</span></div>
      ${advice.length === 0 ? nothing : html`<div class="advice">${advice.map((line) => html`<p>${line}</p>`)}</div>`}
      ${
        one.connected
          ? html`<p><span class="rate">${count(Math.round(one.framesPerSecond))}</span> <span class="soft">frames a second on ${channelsSentence(one)}</span></p>`
          : nothing
      }
      <details><summary class="soft">Details</summary><dl>
        <dt>Heard</dt><dd>${count(one.frames)} frames</dd>
        <dt>Not delivered</dt><dd>${lossSentence(one)}</dd>
        <dt>Clock</dt><dd>${clockSentence(one.clock)}</dd>
        ${one.uptime === null ? nothing : html`<dt>Running for</dt><dd>${span(one.uptime)}</dd>`}
        ${one.temperature === null ? nothing : html`<dt>Temperature</dt><dd>${one.temperature} °C</dd>`}
        <dt>Firmware</dt><dd>${one.firmware}</dd>
        <dt>Connected by</dt><dd><code>${one.link}</code></dd>
        ${one.mac === null ? nothing : html`<dt>Address</dt><dd><code>${one.mac}</code></dd>`}
      </dl></details>
      <div class="actions"><button ?disabled=${!one.connected} @click=${() => this.#commands.send({ command: "identify_node", node: one.id })}>Which one is it? Blink</button></div>
    </article>`;
  }
}
