import type { Micros, NodeIndex } from "../../../base/units.ts";
import type { NodeUpdateView } from "../../../expose/snapshot.ts";
import type { NodeRecord } from "../../../intake/node.ts";
import type { HubCommand } from "../../../wire/commands.ts";
import { CAPABILITY } from "../../../wire/kinds.ts";
import type { CommandResult } from "../../../wire/records/bodies.ts";
import { Failure } from "../../failure.ts";
import type { Log } from "../../log.ts";
import type { Firmware } from "./release.ts";
import { Transfer } from "./transfer.ts";

export interface NodeUpdatesOptions {
  readonly release: {
    versionFor(chip: string): string | undefined;
    /** Throws Failure. */
    load(chip: string): Firmware;
  };
  readonly node: (node: NodeIndex) => NodeRecord | undefined;
  readonly isOpen: (node: NodeIndex) => boolean;
  /** Sends at once; gives the command's sequence number, undefined where it cannot be sent now. */
  readonly command: (node: NodeIndex, command: HubCommand) => number | undefined;
  readonly now: () => Micros;
  readonly log: Log;
}

/** Updates of the nodes' firmware over the links they have, one a node. */
export class NodeUpdates {
  readonly #options: NodeUpdatesOptions;
  /** By node: at most as many as the hub has nodes. */
  readonly #transfers = new Map<NodeIndex, Transfer>();

  constructor(options: NodeUpdatesOptions) {
    this.#options = options;
  }

  /** Begins to give a node the firmware of this hub; gives a sentence where that cannot be. */
  start(node: NodeIndex): string | undefined {
    const { release, command, now } = this.#options;
    const record = this.#options.node(node);
    const hello = record?.hello;
    if (record === undefined || hello === undefined || !this.#options.isOpen(node)) {
      return "this node is not connected now";
    }
    if (this.isRunning(node)) return "this node is being updated already";
    if ((hello.capabilities & CAPABILITY.canUpdate) === 0) {
      return "this node takes no updates: flash it over USB";
    }
    try {
      const firmware = release.load(hello.chip);
      if (firmware.version === hello.firmware) return `this node runs ${hello.firmware} already`;
      const send = (one: HubCommand): number | undefined => command(node, one);
      this.#transfers.set(node, new Transfer(firmware, hello.bootId, { send, now: now() }));
      this.#options.log.info(() => `node ${record.name}: gets firmware ${firmware.version}`);
      return undefined;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return error.message;
    }
  }

  isRunning(node: NodeIndex): boolean {
    return this.#transfers.get(node)?.over === false;
  }

  /** What became of a command. */
  hear(node: NodeIndex, result: CommandResult): void {
    this.#step(node, (transfer) => transfer.hear(result, this.#options.now()));
  }

  /** Call it once a second. */
  tick(): void {
    for (const node of this.#transfers.keys()) {
      const record = this.#options.node(node);
      this.#step(node, (transfer) => {
        if (!transfer.over) transfer.look(record?.hello, record?.heartbeat, this.#options.now());
      });
    }
  }

  /** How far the update of a node is, and which version it could have. */
  view(record: NodeRecord): NodeUpdateView {
    const { hello } = record;
    const updates = hello !== undefined && (hello.capabilities & CAPABILITY.canUpdate) !== 0;
    const latest = updates ? this.#options.release.versionFor(hello.chip) : undefined;
    const transfer = this.#transfers.get(record.index);
    return {
      latest: latest ?? null,
      phase: transfer?.phase ?? null,
      percent: transfer?.percent ?? null,
      problem: transfer?.problem ?? null,
    };
  }

  #step(node: NodeIndex, act: (transfer: Transfer) => void): void {
    const transfer = this.#transfers.get(node);
    if (transfer === undefined) return;
    const before = transfer.phase;
    act(transfer);
    if (transfer.phase !== before) this.#tell(node, transfer);
  }

  #tell(node: NodeIndex, { phase, version, problem }: Transfer): void {
    const { log } = this.#options;
    const name = this.#options.node(node)?.name ?? "";
    switch (phase) {
      case "failed":
        log.warn(() => `node ${name}: not updated to ${version}: ${problem}`);
        return;
      case "starting":
        log.info(() => `node ${name}: has all of ${version} and starts it`);
        return;
      case "trial":
        log.info(() => `node ${name}: runs ${version}, on trial`);
        return;
      case "done":
        log.info(() => `node ${name}: updated to ${version}`);
        return;
      case "sending":
        return;
    }
  }
}
