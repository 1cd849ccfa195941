import { randomBytes } from "node:crypto";
import { toHex } from "../base/bytes.ts";
import { printableText } from "../base/text.ts";
import type { Micros } from "../base/units.ts";
import type { CommandAnswer, PageCommand } from "../expose/snapshot.ts";
import { parseMac } from "../radio/mac.ts";
import { KEY_OCTETS } from "../wire/seal.ts";
import type { NodeTable } from "./store/node-table.ts";
import { StoreFailure } from "./store/store-failure.ts";

/** Octets of a node's name at most, as in its hello (firmware/PROTOCOL.md, 1). */
export const NODE_NAME_OCTETS = 32;

/** Commands that pair nodes that report over Wi-Fi, or part with them. */
export type PairingCommand = Extract<PageCommand, { command: "add_node" | "remove_node" }>;

export interface Pairing {
  readonly nodes: Pick<NodeTable, "add" | "remove">;
  readonly now: Micros;
}

export const isPairing = (command: PageCommand): command is PairingCommand =>
  command.command === "add_node" || command.command === "remove_node";

/** Whether a node may be called so: it fits into its hello, can be read, and is no address. */
export function isNodeName(name: string): boolean {
  const octets = new TextEncoder().encode(name).length;
  const plain = printableText(name, NODE_NAME_OCTETS + 1) === name && parseMac(name) === undefined;
  return octets >= 1 && octets <= NODE_NAME_OCTETS && plain;
}

/** A key as nodes take it: 32 octets by chance. */
export const makeNodeKey = (): Uint8Array => new Uint8Array(randomBytes(KEY_OCTETS));

/** Makes a node's key, which the answer shows this once, or forgets it. */
export function pair(command: PairingCommand, { nodes, now }: Pairing): CommandAnswer {
  const name = command.name.trim();
  try {
    if (command.command === "remove_node") {
      return nodes.remove(name) ? { ok: true } : { ok: false, error: `no node is called “${name}”` };
    }
    if (!isNodeName(name)) {
      return { ok: false, error: `a name has 1 to ${NODE_NAME_OCTETS} letters, digits or spaces` };
    }
    const key = makeNodeKey();
    nodes.add({ name, key, addedAt: now });
    return { ok: true, reveal: toHex(key) };
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
    const taken = error.problem === "taken";
    return { ok: false, error: taken ? `“${name}” has a key already: remove it first` : error.message };
  }
}
