import type { Micros, NodeIndex } from "../../base/units.ts";
import type { NodeUpdateView } from "../../expose/snapshot.ts";
import type { NodeRecord } from "../../intake/node.ts";
import type { Pipeline } from "../../pipeline.ts";
import type { HubCommand } from "../../wire/commands.ts";
import type { Log } from "../log.ts";
import { NodeUpdates } from "./node-updates.ts";
import { Release } from "./release.ts";
import { Siblings } from "./siblings.ts";

export interface NodeCareOptions {
  readonly pipeline: Pipeline;
  /** Folder of the firmware that came with this hub. */
  readonly firmware: string;
  readonly now: () => Micros;
  readonly log: Log;
  /** Sends the pipeline's commands at once: an update must not wait for the next second. */
  readonly send: () => void;
}

/** What the hub does for its nodes beside listening to them: firmware, and who else reports over Wi-Fi. */
export class NodeCare {
  readonly #updates: NodeUpdates;
  readonly #siblings: Siblings;

  constructor({ pipeline, firmware, now, log, send }: NodeCareOptions) {
    const isOpen = (node: NodeIndex): boolean => pipeline.isOpen(node);
    this.#updates = new NodeUpdates({
      release: new Release(firmware),
      node: (node) => pipeline.nodes.get(node),
      isOpen,
      command: (node: NodeIndex, command: HubCommand) => {
        const sequence = isOpen(node) ? pipeline.command(node, command) : undefined;
        send();
        return sequence;
      },
      now,
      log,
    });
    this.#siblings = new Siblings({
      nodes: () => pipeline.nodes.all(),
      isOpen,
      command: (node, command) => pipeline.command(node, command),
    });
    pipeline.onResult = (node, result) => this.#updates.hear(node, result);
  }

  /** Call it once a second. */
  tick(): void {
    this.#updates.tick();
    this.#siblings.tick();
  }

  /** Begins an update; gives a sentence where that cannot be. */
  update(node: NodeIndex): string | undefined {
    return this.#updates.start(node);
  }

  view(record: NodeRecord): NodeUpdateView {
    return this.#updates.view(record);
  }
}
