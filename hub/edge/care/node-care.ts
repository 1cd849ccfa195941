import type { Mac, Micros, NodeIndex } from "../../base/units.ts";
import type { NodeUpdateView } from "../../expose/snapshot.ts";
import { canRestart, isHeard } from "../../expose/view/node.ts";
import type { NodeRecord } from "../../intake/node.ts";
import type { Pipeline } from "../../pipeline.ts";
import type { HubCommand } from "../../wire/commands.ts";
import { PROTOCOL, RESET_REASON } from "../../wire/kinds.ts";
import type { Log } from "../log.ts";
import type { NodeTable } from "../store/node-table.ts";
import { NodeDesk } from "./desk.ts";
import { Release } from "./firmware/release.ts";
import { NodeUpdates } from "./firmware/updates.ts";
import { Moves } from "./moves.ts";
import { Plans } from "./plans.ts";
import { Replies } from "./replies.ts";
import { Siblings } from "./siblings.ts";

export interface NodeCareOptions {
  readonly pipeline: Pipeline;
  /** Folder of the firmware that came with this hub. */
  readonly firmware: string;
  readonly now: () => Micros;
  readonly log: Log;
  readonly keys: NodeTable;
  /** A node knocks and is refused. */
  readonly isRefused: (node: Mac) => boolean;
  /** Sends the pipeline's commands at once: an update must not wait for the next second. */
  readonly send: () => void;
}

/**
 * What the hub does for its nodes beside listening to them: firmware, settings, restarts, where to listen, who else
 * reports over Wi-Fi.
 */
export class NodeCare {
  readonly #pipeline: Pipeline;
  readonly #send: () => void;
  readonly #updates: NodeUpdates;
  readonly #siblings: Siblings;
  readonly #plans: Plans;
  readonly moves: Moves;
  readonly desk: NodeDesk;

  constructor({ pipeline, firmware, keys, isRefused, now, log, send }: NodeCareOptions) {
    const isOpen = (node: NodeIndex): boolean => pipeline.isOpen(node);
    this.#pipeline = pipeline;
    this.#send = send;
    this.#updates = new NodeUpdates({
      release: new Release(firmware),
      node: (node) => pipeline.nodes.get(node),
      isOpen,
      command: (node, command) => this.#command(node, command),
      now,
      log,
    });
    this.#siblings = new Siblings({
      nodes: () => pipeline.nodes.all(),
      isOpen,
      command: (node, command) => pipeline.command(node, command),
    });
    this.moves = new Moves({
      ...{ links: (mac) => pipeline.nodes.of(mac), isOpen: ({ index }) => isOpen(index), isRefused, now },
      onAirAt: (mac) => pipeline.house.device(mac)?.lastSeen,
      ask: ({ index }) =>
        void this.#command(index, { kind: "welcome", protocol: PROTOCOL, bootId: 0, time: now() }),
    });
    const replies = new Replies((node, command) => this.#command(node, command));
    this.desk = new NodeDesk({
      ...{ keys, nodes: pipeline.nodes, isOpen, moves: this.moves, now },
      isHeard: (record) => isOpen(record.index) && isHeard(record, now()),
      ask: (node, command) => replies.ask(node, command),
      isUpdating: (node) => this.#updates.isRunning(node),
    });
    this.#plans = new Plans({
      nodes: () => pipeline.nodes.all(),
      accessPoints: () => pipeline.house.accessPoints(),
      isOpen,
      command: (node, command) => pipeline.command(node, command),
      now,
    });
    pipeline.onResult = (node, result) => {
      this.#updates.hear(node, result);
      this.#plans.hear(node, result);
      replies.hear(node, result);
    };
  }

  /** Call it once a second. */
  tick(): void {
    this.#updates.tick();
    this.#siblings.tick();
    this.#plans.tick();
    this.moves.tick();
  }

  /** Begins an update; gives a sentence where that cannot be. */
  update(node: NodeIndex): string | undefined {
    return this.#updates.start(node);
  }

  /** Starts a node anew; gives a sentence where that cannot be. */
  restart(node: NodeIndex): string | undefined {
    const hello = this.#pipeline.nodes.get(node)?.hello;
    if (hello === undefined || !this.#pipeline.isOpen(node)) return "this node is not connected now";
    if (!canRestart(hello.chip)) return "this node is a program: restart it on the computer that it runs on";
    if (this.#updates.isRunning(node)) {
      return "this node is being updated, and restarts by itself when that is done";
    }
    const sent = this.#command(node, { kind: "restart", reason: RESET_REASON.software });
    return sent === undefined ? "too many commands wait for this node: try again in a minute" : undefined;
  }

  view(record: NodeRecord): NodeUpdateView {
    return this.#updates.view(record);
  }

  /** Sends at once; gives the command's number, undefined where it cannot be sent now. */
  #command(node: NodeIndex, command: HubCommand): number | undefined {
    const sequence = this.#pipeline.isOpen(node) ? this.#pipeline.command(node, command) : undefined;
    this.#send();
    return sequence;
  }
}
