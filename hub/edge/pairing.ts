import { randomBytes } from "node:crypto";
import { toHex } from "../base/bytes.ts";
import { printableText } from "../base/text.ts";
import type { Micros, NodeIndex } from "../base/units.ts";
import { nodeId } from "../expose/node-view.ts";
import type { CommandAnswer, PageCommand } from "../expose/snapshot.ts";
import type { NodeRecord } from "../intake/node.ts";
import { parseMac } from "../radio/mac.ts";
import type { HubCommand } from "../wire/commands.ts";
import { KEY_OCTETS } from "../wire/seal.ts";
import type { NodeTable } from "./store/node-table.ts";
import { StoreFailure } from "./store/store-failure.ts";

/** Octets of a node's name at most, as in its hello (firmware/PROTOCOL.md, 1). */
export const NODE_NAME_OCTETS = 32;

/** Commands that pair nodes that report over Wi-Fi, or part with them. */
export type PairingCommand = Extract<PageCommand, { command: "add_node" | "remove_node" | "configure_node" }>;
type Configure = Extract<PairingCommand, { command: "configure_node" }>;

export interface Pairing {
  readonly keys: Pick<NodeTable, "add" | "remove" | "list">;
  /** Nodes that have been heard. */
  readonly heard: () => Iterable<NodeRecord>;
  readonly isOpen: (node: NodeIndex) => boolean;
  readonly send: (node: NodeIndex, command: HubCommand) => void;
  readonly now: Micros;
}

export const isPairing = (command: PageCommand): command is PairingCommand =>
  command.command === "add_node" || command.command === "remove_node" || command.command === "configure_node";

/** Whether a node may be called so: it fits into its hello, can be read, and is no address. */
export function isNodeName(name: string): boolean {
  const octets = new TextEncoder().encode(name).length;
  const plain = printableText(name, NODE_NAME_OCTETS + 1) === name && parseMac(name) === undefined;
  return octets >= 1 && octets <= NODE_NAME_OCTETS && plain;
}

/** A key as nodes take it: 32 octets by chance. */
export const makeNodeKey = (): Uint8Array => new Uint8Array(randomBytes(KEY_OCTETS));

/** Makes a node's key, which the answer shows this once or the node gets over its cable, or forgets it. */
export function pair(command: PairingCommand, pairing: Pairing): CommandAnswer {
  const name = command.name.trim();
  try {
    if (command.command === "remove_node") {
      return pairing.keys.remove(name) ? { ok: true } : refused(`no node is called “${name}”`);
    }
    if (!isNodeName(name)) return refused(`a name has 1 to ${NODE_NAME_OCTETS} letters, digits or spaces`);
    if (command.command === "configure_node") return configure({ ...command, name }, pairing);
    const key = makeNodeKey();
    pairing.keys.add({ name, key, addedAt: pairing.now });
    return { ok: true, reveal: toHex(key) };
  } catch (error) {
    if (!(error instanceof StoreFailure)) throw error;
    return refused(
      error.problem === "taken" ? `“${name}” has a key already: remove it first` : error.message,
    );
  }
}

const refused = (error: string): CommandAnswer => ({ ok: false, error });

/** Over its cable alone: there a node takes settings from whoever holds it, and nobody else can read them. */
function configure({ node: id, name, ssid, password, hub }: Configure, pairing: Pairing): CommandAnswer {
  const { keys, now } = pairing;
  const record = [...pairing.heard()].find((one) => nodeId(one) === id && pairing.isOpen(one.index));
  const address = record?.hello?.mac;
  if (record === undefined || address === undefined) return refused("this node is not connected now");
  if (record.link.startsWith("udp:")) return refused("this node reports over Wi-Fi already");
  const before = keys.list().find((one) => one.mac === address);
  const taken = keys.list().some((one) => one.name === name && one.mac !== address);
  if (taken) return refused(`another node is called “${name}”: choose another name`);
  if (before !== undefined) keys.remove(before.name);
  const key = makeNodeKey();
  keys.add({ name, key, mac: address, addedAt: now });
  const settings = { ssid, psk: password, hub, name, key, uplink: "wifi" } as const;
  pairing.send(record.index, { kind: "configure", settings });
  return { ok: true };
}
