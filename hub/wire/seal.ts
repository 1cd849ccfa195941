import { createCipheriv, createDecipheriv, hkdfSync } from "node:crypto";
import { BoundedMap } from "../base/bounded.ts";
import { sameBytes } from "../base/bytes.ts";
import { type Mac, mac } from "../base/units.ts";
import { ReplayWindow } from "./seal/replay.ts";

/** Octets of a datagram: at most, and before and behind the ciphertext (firmware/PROTOCOL.md, 6). */
export const DATAGRAM_OCTETS = 1400;
const HEADER_OCTETS = 20;
const TAG_OCTETS = 16;
/** Longest message that fits one datagram. */
export const SEALED_MESSAGE_OCTETS = DATAGRAM_OCTETS - HEADER_OCTETS - TAG_OCTETS;
export const KEY_OCTETS = 32;

const MAGIC_FIRST = 0x41;
const MAGIC_SECOND = 0x57;
const VERSION = 1;
const CIPHER = "chacha20-poly1305";
const LAST_COUNTER = 2 ** 32 - 1;
/** Nodes whose keys and windows are kept at hand; a home has a handful. */
const NODES = 256;

export type Sender = "node" | "hub";

/** Key of one direction of one boot: HKDF-SHA-256 (RFC 5869), salt boot id, info by sender. */
function deriveKey(key: Uint8Array, bootId: number, sender: Sender): Uint8Array {
  const salt = new Uint8Array(4);
  new DataView(salt.buffer).setUint32(0, bootId, true);
  return new Uint8Array(hkdfSync("sha256", key, salt, `airwarden 1 ${sender}`, KEY_OCTETS));
}

/** Boot id and counter of a header, then four zero octets. */
function nonceOf(header: Uint8Array): Uint8Array {
  const nonce = new Uint8Array(12);
  nonce.set(header.subarray(12, HEADER_OCTETS));
  return nonce;
}

export interface SealerOptions {
  /** 32 octets, the node's. */
  readonly key: Uint8Array;
  readonly nodeId: Mac | bigint;
  /** The node's, in both directions. */
  readonly bootId: number;
  readonly sender: Sender;
  /** 0 unless counters of this boot and direction were used before, by an earlier life of this side. */
  readonly firstCounter?: number;
}

/** Turns the messages of one direction of one boot into datagrams. Two for the same boot and direction must never share counters. */
export class Sealer {
  readonly #key: Uint8Array;
  readonly #header: Uint8Array;
  #counter: number;

  /** Throws RangeError for a key that is not 32 octets. */
  constructor(options: SealerOptions) {
    if (options.key.length !== KEY_OCTETS) throw new RangeError("a node key has 32 octets");
    this.#counter = options.firstCounter ?? 0;
    this.#key = deriveKey(options.key, options.bootId, options.sender);
    this.#header = new Uint8Array(HEADER_OCTETS);
    this.#header.set([MAGIC_FIRST, MAGIC_SECOND, VERSION, 0]);
    const view = new DataView(this.#header.buffer);
    view.setBigUint64(4, BigInt(options.nodeId), true);
    view.setUint32(12, options.bootId, true);
  }

  /** Of the next datagram. */
  get counter(): number {
    return this.#counter;
  }

  /**
   * One datagram. Undefined where the message is longer than SEALED_MESSAGE_OCTETS, or the last counter of this boot
   * is used: then only a new boot id goes on.
   */
  seal(message: Uint8Array): Uint8Array | undefined {
    if (message.length > SEALED_MESSAGE_OCTETS || this.#counter >= LAST_COUNTER) return undefined;
    const datagram = new Uint8Array(HEADER_OCTETS + message.length + TAG_OCTETS);
    datagram.set(this.#header);
    new DataView(datagram.buffer).setUint32(16, this.#counter, true);
    this.#counter += 1;
    const header = datagram.subarray(0, HEADER_OCTETS);
    const cipher = createCipheriv(CIPHER, this.#key, nonceOf(header), { authTagLength: TAG_OCTETS });
    cipher.setAAD(header, { plaintextLength: message.length });
    datagram.set(cipher.update(message), HEADER_OCTETS);
    cipher.final();
    datagram.set(cipher.getAuthTag(), HEADER_OCTETS + message.length);
    return datagram;
  }
}

/**
 * `short` is whatever cannot be a datagram of ours at all: too short, too long, another magic. `wrong_key` is whatever
 * the key does not open, a forged or damaged datagram among them.
 */
export type Refusal = "unknown_node" | "wrong_key" | "replay" | "version" | "short";

export type Opened =
  | {
      readonly ok: true;
      readonly nodeId: Mac;
      readonly bootId: number;
      readonly counter: number;
      readonly message: Uint8Array;
      /** The node's, which it was sealed under. */
      readonly nodeKey: Uint8Array;
      /** The first datagram of this boot under this key: the store now keeps `bootId` as the floor of both. */
      readonly newBoot: boolean;
    }
  | { readonly ok: false; readonly cause: Refusal };

export interface OpenerOptions {
  /** The node's 32 octets, undefined for a node that nobody has paired. */
  readonly keyOf: (nodeId: Mac) => Uint8Array | undefined;
  /**
   * Highest boot id accepted under this key in an earlier life of this side, 0 where there was none; it is accepted
   * once more.
   */
  readonly bootFloorOf: (nodeId: Mac, nodeKey: Uint8Array) => number;
  /** Whose datagrams are opened. */
  readonly sender: Sender;
}

/** What is known of the boot of a node whose datagram was opened last. */
interface Boot {
  readonly bootId: number;
  /** The node key that `key` was derived from. */
  readonly nodeKey: Uint8Array;
  readonly key: Uint8Array;
  readonly window: ReplayWindow;
}

/** Opens the datagrams of one direction, of all nodes. */
export class Opener {
  readonly #options: OpenerOptions;
  readonly #boots = new BoundedMap<Mac, Boot>({ capacity: NODES });

  constructor(options: OpenerOptions) {
    this.#options = options;
  }

  /** Highest boot id accepted of a node since this opener was made, undefined for none. */
  acceptedBoot(nodeId: Mac): number | undefined {
    return this.#boots.get(nodeId)?.bootId;
  }

  /** Total: every datagram gives a message (a fresh copy) or a cause, whatever its octets. */
  open(datagram: Uint8Array): Opened {
    const header = headerOf(datagram);
    if (typeof header === "string") return { ok: false, cause: header };
    const { nodeId, bootId, counter } = header;
    const nodeKey = this.#options.keyOf(nodeId);
    if (nodeKey?.length !== KEY_OCTETS) return { ok: false, cause: "unknown_node" };
    const known = this.#boots.get(nodeId);
    const current = known?.bootId === bootId && sameBytes(known.nodeKey, nodeKey) ? known : undefined;
    const key = current?.key ?? deriveKey(nodeKey, bootId, this.#options.sender);
    const message = decrypt(datagram, key);
    if (message === undefined) return { ok: false, cause: "wrong_key" };
    const boot = current ?? this.#newBoot(nodeId, { bootId, nodeKey, key });
    if (boot === undefined || !boot.window.accept(counter)) return { ok: false, cause: "replay" };
    return { ok: true, nodeId, bootId, counter, message, nodeKey: boot.nodeKey, newBoot: boot !== known };
  }

  /** The boot, unless it is one that must not come back. */
  #newBoot(nodeId: Mac, boot: Omit<Boot, "window">): Boot | undefined {
    const known = this.#boots.get(nodeId);
    // A new node key opens nothing that the old one sealed, so boot ids and counters start anew with it.
    const same = known !== undefined && sameBytes(known.nodeKey, boot.nodeKey);
    const floor = same ? known.bootId : this.#options.bootFloorOf(nodeId, boot.nodeKey);
    if (boot.bootId < floor) return undefined;
    const next = { ...boot, nodeKey: boot.nodeKey.slice(), window: new ReplayWindow() };
    this.#boots.set(nodeId, next);
    return next;
  }
}

interface Header {
  readonly nodeId: Mac;
  readonly bootId: number;
  readonly counter: number;
}

function headerOf(datagram: Uint8Array): Header | Refusal {
  const tooShort = datagram.length < HEADER_OCTETS + TAG_OCTETS;
  if (tooShort || datagram.length > DATAGRAM_OCTETS) return "short";
  if (datagram[0] !== MAGIC_FIRST || datagram[1] !== MAGIC_SECOND) return "short";
  if (datagram[2] !== VERSION || datagram[3] !== 0) return "version";
  const view = new DataView(datagram.buffer, datagram.byteOffset, HEADER_OCTETS);
  const nodeId = view.getBigUint64(4, true);
  if (nodeId >= 1n << 48n) return "unknown_node";
  return { nodeId: mac(Number(nodeId)), bootId: view.getUint32(12, true), counter: view.getUint32(16, true) };
}

/** The node that a datagram says it is from, proved by nothing; undefined where it does not say. */
export function claimedNode(datagram: Uint8Array): Mac | undefined {
  const header = headerOf(datagram);
  return typeof header === "string" ? undefined : header.nodeId;
}

function decrypt(datagram: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  const header = datagram.subarray(0, HEADER_OCTETS);
  const end = datagram.length - TAG_OCTETS;
  const decipher = createDecipheriv(CIPHER, key, nonceOf(header), { authTagLength: TAG_OCTETS });
  decipher.setAuthTag(datagram.subarray(end));
  decipher.setAAD(header, { plaintextLength: end - HEADER_OCTETS });
  const message = decipher.update(datagram.subarray(HEADER_OCTETS, end));
  try {
    decipher.final();
  } catch {
    // The only way node:crypto says that the tag does not fit.
    return undefined;
  }
  // Not as the Buffer it is: its slice() would share memory.
  return new Uint8Array(message.buffer, message.byteOffset, message.length);
}
