import { html, nothing, type TemplateResult } from "lit";
import type { NodeView } from "../../../expose/snapshot.ts";
import { sentence } from "../words.ts";

const RUNNING: ReadonlySet<NodeView["update"]["phase"]> = new Set(["sending", "starting", "trial"]);

/** An update is on its way. */
export const isUpdating = ({ update }: NodeView): boolean => RUNNING.has(update.phase);

/** Another firmware than its own came with this Airwarden, and it can be given to the node now. */
export const canUpdate = (node: NodeView): boolean =>
  node.connected && !isUpdating(node) && node.update.latest !== null && node.update.latest !== node.firmware;

export interface UpdateWords {
  readonly tone: "good" | "warn" | "bad";
  readonly text: string;
  /** 0 to 100 while the image is being sent. */
  readonly percent: number | null;
}

/** How far an update is, or how it ended; undefined where nobody has asked for one. */
export function updateWords({ update, firmware }: NodeView): UpdateWords | undefined {
  const { phase, percent, problem, latest } = update;
  const version = latest ?? "the new firmware";
  switch (phase) {
    case null:
      return undefined;
    case "sending":
      return {
        tone: "good",
        text: `Sending ${version} to the node. It goes on listening meanwhile.`,
        percent,
      };
    case "starting":
      return { tone: "good", text: `The node has all of ${version} and starts it.`, percent: null };
    case "trial":
      return {
        tone: "good",
        text: `The node runs ${version} on trial. After a minute of good work it keeps it, else it goes back by itself.`,
        percent: null,
      };
    case "done":
      return { tone: "good", text: `Updated to ${firmware}.`, percent: null };
    case "failed":
      return {
        tone: "bad",
        text: `Not updated. ${sentence(problem ?? "nobody knows why")} The node goes on with ${firmware}.`,
        percent: null,
      };
  }
}

/** The firmware of a node: its version, what it could have, and the update that runs or ran last. */
export function updateRow(node: NodeView, start: () => unknown): TemplateResult {
  const words = updateWords(node);
  const { latest } = node.update;
  const failed = node.update.phase === "failed";
  return html`<div data-update=${node.update.phase ?? "none"}>
    ${
      words === undefined
        ? nothing
        : html`<div class="notice ${words.tone}" role="status"><span>${words.text}</span>${
            words.percent === null ? nothing : progress(words.percent)
          }</div>`
    }
    ${
      canUpdate(node)
        ? html`<div class="row"><span class="soft">Firmware ${node.firmware}; ${latest} came with this Airwarden.</span><button class="primary" @click=${start}>${failed ? "Try again" : `Update to ${latest}`}</button></div>`
        : nothing
    }
  </div>`;
}

const progress = (percent: number): TemplateResult =>
  html`<span class="progress"><progress max="100" value=${percent} aria-label="Sent">${percent} %</progress> ${percent} %</span>`;

/** Offers to update all nodes that can be; nothing for one alone, which has a button of its own. */
export function updateAll(
  nodes: readonly NodeView[],
  start: (nodes: readonly NodeView[]) => unknown,
): TemplateResult | typeof nothing {
  const ready = nodes.filter(canUpdate);
  if (ready.length < 2) return nothing;
  return html`<div class="notice" data-update-all><span>New firmware for ${ready.length} nodes came with this Airwarden.</span><button class="primary" @click=${() => start(ready)}>Update all</button></div>`;
}
