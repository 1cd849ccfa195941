import { randomBytes } from "node:crypto";
import { printableText } from "../../base/text.ts";
import { parseMac } from "../../radio/mac.ts";
import { KEY_OCTETS } from "../../wire/seal.ts";

/** Octets of a node's name at most, as in its hello (firmware/PROTOCOL.md, 1). */
export const NODE_NAME_OCTETS = 32;

/** Whether a node may be called so: it fits into its hello, can be read, and is no address. */
export function isNodeName(name: string): boolean {
  const octets = new TextEncoder().encode(name).length;
  const plain = printableText(name, NODE_NAME_OCTETS + 1) === name && parseMac(name) === undefined;
  return octets >= 1 && octets <= NODE_NAME_OCTETS && plain;
}

/** A key as nodes take it: 32 octets by chance. */
export const makeNodeKey = (): Uint8Array => new Uint8Array(randomBytes(KEY_OCTETS));
