import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { NodeView, Snapshot } from "../../../expose/snapshot.ts";
import type { Lines } from "../chart/series.ts";
import { Commands } from "../commands.ts";
import { problemCard } from "../problems.ts";
import { shared } from "../styles.ts";
import { moveCard } from "./moves.ts";
import { portsCard } from "./ports.ts";
import { updateAll } from "./update.ts";

/** The boards that listen: are they well, and how much do they hear? And how to add one. */
export class NodeList extends LitElement {
  static override styles = [
    shared,
    css`
      .grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 19rem), 1fr)); gap: .75rem; margin-bottom: .75rem; }
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
    const { snapshot, now } = this;
    if (snapshot === undefined) return nothing;
    const { nodes, problems, moves, ports } = snapshot;
    const { send } = this.#commands;
    return html`
      ${this.#commands.failure()}
      ${problems.map((one) => problemCard(one, send))}
      ${moves.map((move) => moveCard(move, { now, node: nodes.find((one) => one.id === move.node), send }))}
      <section aria-label="Nodes that listen">
        ${updateAll(nodes, this.#update)}
        ${this.#cards(snapshot)}
        ${portsCard(ports, nodes, send)}
      </section>
      <add-node .snapshot=${snapshot} .now=${now}></add-node>
    `;
  }

  #cards({ nodes, hub, now }: Snapshot): TemplateResult | typeof nothing {
    if (nodes.length === 0) return nothing;
    return html`<div class="grid">${repeat(
      nodes,
      (one) => one.id,
      (one) => html`<node-card .node=${one} .hub=${hub} .now=${this.now}></node-card>`,
    )}</div>
    <div class="card"><h4 style="margin-top:0">Frames a second, last minutes</h4>
      <p class="soft">A frame is one short transmission on the air: yours, and those of neighbours on the same channel.</p>
      <air-chart .lines=${this.lines} .moment=${now} label="Frames a second" unit="frames/s"></air-chart></div>`;
  }

  /** One after the other: what one of them refuses is shown, the others go on. */
  readonly #update = async (nodes: readonly NodeView[]): Promise<void> => {
    for (const { id } of nodes) await this.#commands.send({ command: "update_node", node: id });
  };
}
