import { BoundedMap } from "../../../base/bounded.ts";
import type { Mac } from "../../../base/units.ts";
import { NODE_REFUSED } from "../../../expose/problems.ts";
import type { ProblemView } from "../../../expose/snapshot.ts";
import { formatMac } from "../../../radio/mac.ts";
import type { Refusal } from "../../../wire/seal.ts";

/** A node that knocks and is refused. */
export interface RefusedNode {
  readonly nodeId: Mac;
  /** Where it sends from. */
  readonly address: string;
  readonly cause: Refusal;
}

interface Knocks extends RefusedNode {
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** A home has a handful of nodes. */
const CAPACITY = 64;
/** A stray datagram, or one that was damaged on its way, is no node that knocks. */
const ENOUGH = 3;
const LASTING_MS = 5000;
/** A node that sends nothing for so long has gone, or was given its key. */
const GONE_MS = 120_000;

/**
 * Nodes with a key here that are refused all the time. Whoever knows a node's address can make it look so, but only
 * while the node itself is not heard. Times are milliseconds of one clock.
 */
export class RefusedNodes {
  readonly #knocks = new BoundedMap<Mac, Knocks>({ capacity: CAPACITY });

  refused(node: RefusedNode, now: number): void {
    const before = this.#knocks.get(node.nodeId);
    const goesOn = before !== undefined && now - before.last < GONE_MS;
    const { first, count } = goesOn ? before : { first: now, count: 0 };
    this.#knocks.set(node.nodeId, { ...node, first, last: now, count: count + 1 });
  }

  /** The node itself was heard. */
  accepted(nodeId: Mac): void {
    this.#knocks.delete(nodeId);
  }

  list(now: number): RefusedNode[] {
    return [...this.#knocks.values()]
      .filter((one) => one.count >= ENOUGH && one.last - one.first >= LASTING_MS && now - one.last < GONE_MS)
      .map(({ nodeId, address, cause }) => ({ nodeId, address, cause }));
  }
}

interface Paired {
  readonly name: string;
  readonly mac: Mac | undefined;
}

/** What a person is told of refused nodes, and what to do. */
export function refusedProblems(refused: readonly RefusedNode[], paired: readonly Paired[]): ProblemView[] {
  return refused.flatMap(({ nodeId, address, cause }) => {
    const name = paired.find((one) => one.mac === nodeId)?.name;
    if (name === undefined) return [];
    return {
      id: `${NODE_REFUSED}${formatMac(nodeId).replaceAll(":", "")}`,
      title: `Node “${name}” is refused`,
      advice: `${REASONS[cause]} It sends from ${address}.`,
    };
  });
}

const NEW_KEY =
  "Give it a new key: plug it into this computer and move it to Wi-Fi again, or remove it on the Nodes tab and add it anew.";

const REASONS: Readonly<Record<Refusal, string>> = {
  wrong_key: `It sends with a key that Airwarden did not give it, so it is not heard. ${NEW_KEY}`,
  replay: `Its messages are older than what was heard of it, as after its memory was erased, so it is not heard. ${NEW_KEY}`,
  version: "It speaks another version of the protocol. Update the node's firmware, or Airwarden.",
  unknown_node: "It has no key here. Add it on the Nodes tab.",
  short: "It sends broken messages. Update the node's firmware.",
};
