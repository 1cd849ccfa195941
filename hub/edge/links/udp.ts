import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { Mac, NodeIndex } from "../../base/units.ts";
import { formatMac } from "../../radio/mac.ts";
import { claimedNode, Opener, type Refusal, Sealer } from "../../wire/seal.ts";
import { causeOf, Failure, systemCode } from "../failure.ts";
import type { Log } from "../log.ts";
import { StoreFailure } from "../store/store-failure.ts";
import type { Link, LinkEnd } from "./link.ts";
import { RefusalBudget } from "./udp/budget.ts";
import { type RefusedNode, RefusedNodes } from "./udp/refused.ts";

/** Octets of datagrams that may wait in the system while the hub is busy: 700 full ones. */
const RECEIVE_BUFFER = 1 << 20;
/** A node says something every few seconds; after this it has gone. */
const GONE_MS = 60_000;
const SWEEP_MS = 5000;
/** Counters taken from the store at once: a write for every 256 commands, 256 lost at a restart. */
const COUNTER_BLOCK = 256;
/** One line a cause and minute, whatever strangers send. */
const COMPLAIN_MS = 60_000;

/** A start of a node under a key: with another key numbers begin anew. */
export interface NodeBoot {
  readonly nodeId: Mac;
  readonly nodeKey: Uint8Array;
  readonly bootId: number;
}

/** Keys and counters of nodes, kept by the store. */
export interface NodeKeys {
  /** 32 octets; undefined for a node that nobody has paired. */
  keyOf(nodeId: Mac): Uint8Array | undefined;
  /** Highest boot id accepted under this key so far, 0 for none; endless where the key is the node's no more. */
  bootFloorOf(nodeId: Mac, nodeKey: Uint8Array): number;
  /** The node has started anew: `bootId` is the floor of its key from now on. */
  booted(boot: NodeBoot): void;
  /**
   * Sets `count` counters of the hub's side of a boot apart, for ever, and gives the first: none is ever used twice,
   * also by a hub that was killed. Throws StoreFailure where the store has been full for too long.
   */
  reserveCounters(boot: NodeBoot, count: number): number;
  /** The node proves a key that has no address yet: from now on it is that node's. Undefined where none fits. */
  adopt(nodeId: Mac, opens: (key: Uint8Array) => boolean): Uint8Array | undefined;
}

export interface UdpOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly end: LinkEnd;
  readonly log: Log;
  readonly keys: NodeKeys;
  /** Milliseconds that never run backwards. */
  readonly now: () => number;
}

export interface UdpCounters {
  opened: number;
  /** Dropped unopened because their source had used up its second. */
  throttled: number;
  /** Replies that were longer than a datagram. */
  unsent: number;
  readonly refused: Record<Refusal, number>;
}

interface Peer {
  readonly node: NodeIndex;
  boot: NodeBoot;
  /** Undefined while no counters can be had: then nothing is sent. */
  sealer: Sealer | undefined;
  /** Counters of the store's reservation end here. */
  reservedUntil: number;
  address: string;
  port: number;
  heardAt: number;
}

/** Nodes that report over Wi-Fi: sealed datagrams, a key for every node, nothing else is heard. */
export class UdpLink implements Link {
  readonly #options: UdpOptions;
  readonly #opener: Opener;
  readonly #budget = new RefusalBudget();
  readonly #peers = new Map<Mac, Peer>();
  readonly #refusedNodes = new RefusedNodes();
  readonly #complainedAt = new Map<Refusal, number>();
  readonly #counters: UdpCounters = {
    opened: 0,
    throttled: 0,
    unsent: 0,
    refused: { unknown_node: 0, wrong_key: 0, replay: 0, version: 0, short: 0 },
  };
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: UdpOptions) {
    this.#options = options;
    const { keys } = options;
    this.#opener = new Opener({
      keyOf: (nodeId) => keys.keyOf(nodeId),
      bootFloorOf: (nodeId, nodeKey) => keys.bootFloorOf(nodeId, nodeKey),
      sender: "node",
    });
  }

  get counters(): Readonly<UdpCounters> {
    return this.#counters;
  }

  /** Port that is open, undefined before `start`. */
  get port(): number | undefined {
    return this.#socket?.address().port;
  }

  refused(): RefusedNode[] {
    return this.#refusedNodes.list(this.#options.now());
  }

  /** Opens the port; throws Failure when it is taken or may not be opened. */
  async start(): Promise<void> {
    const { host, port, log } = this.#options;
    const socket = createSocket({ type: isIPv6(host) ? "udp6" : "udp4", recvBufferSize: RECEIVE_BUFFER });
    await new Promise<void>((resolve, reject) => {
      socket.once("error", (error) => reject(udpFailure(host, port, error)));
      socket.bind(port, host, resolve);
    });
    socket.removeAllListeners("error");
    socket.on("error", (error) => log.warn(() => `UDP port ${port}: ${causeOf(error)}`));
    socket.on("message", (datagram, from) => this.#receive(datagram, from));
    this.#socket = socket;
    this.#timer = setInterval(() => this.#sweep(), SWEEP_MS);
    const alone = /^127\.|^::1$|^localhost$/.test(host) ? ", of this machine only: see --host" : "";
    log.info(() => `listening for nodes on UDP port ${this.port}${alone}`);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    for (const peer of this.#peers.values()) this.#options.end.closed(peer.node);
    this.#peers.clear();
    if (socket !== undefined) await new Promise<void>((resolve) => socket.close(() => resolve()));
  }

  send(node: NodeIndex, message: Uint8Array): boolean {
    const peer = [...this.#peers.values()].find((one) => one.node === node);
    if (peer?.sealer === undefined || this.#socket === undefined) return false;
    if (peer.sealer.counter >= peer.reservedUntil) {
      const first = this.#reserve(peer.boot);
      if (first === undefined) return false;
      peer.reservedUntil = first + COUNTER_BLOCK;
    }
    const datagram = peer.sealer.seal(message);
    if (datagram === undefined) {
      this.#counters.unsent += 1;
      return false;
    }
    this.#socket.send(datagram, peer.port, peer.address);
    return true;
  }

  #receive(datagram: Uint8Array, from: RemoteInfo): void {
    const now = this.#options.now();
    if (!this.#budget.allows(from.address, now)) {
      this.#counters.throttled += 1;
      return;
    }
    let opened = this.#opener.open(datagram);
    if (!opened.ok && opened.cause === "unknown_node" && this.#adopt(datagram)) {
      opened = this.#opener.open(datagram);
    }
    if (!opened.ok) {
      this.#refuse(datagram, from, opened.cause);
      return;
    }
    this.#counters.opened += 1;
    this.#budget.accepted(from.address, now);
    this.#refusedNodes.accepted(opened.nodeId);
    if (opened.newBoot) this.#options.keys.booted(opened);
    const peer = this.#peer(opened);
    peer.address = from.address;
    peer.port = from.port;
    peer.heardAt = now;
    this.#options.end.message(peer.node, opened.message);
  }

  /** A key was made for a node whose address nobody knew: does it open this? */
  #adopt(datagram: Uint8Array): boolean {
    const nodeId = claimedNode(datagram);
    if (nodeId === undefined) return false;
    const opens = (key: Uint8Array): boolean =>
      new Opener({ keyOf: () => key, bootFloorOf: () => 0, sender: "node" }).open(datagram).ok;
    const adopted = this.#options.keys.adopt(nodeId, opens) !== undefined;
    if (adopted) this.#options.log.info(() => `node ${formatMac(nodeId)} has proved its key`);
    return adopted;
  }

  #peer({ nodeId, nodeKey, bootId, newBoot }: NodeBoot & { readonly newBoot: boolean }): Peer {
    const known = this.#peers.get(nodeId);
    if (known !== undefined && !newBoot) return known;
    const boot = { nodeId, nodeKey, bootId };
    const sealing = this.#sealing(boot);
    if (known !== undefined) return Object.assign(known, sealing, { boot });
    const node = this.#options.end.opened(`udp:${formatMac(nodeId)}`);
    const peer = { node, boot, ...sealing, address: "", port: 0, heardAt: 0 };
    this.#peers.set(nodeId, peer);
    return peer;
  }

  #sealing(boot: NodeBoot): Pick<Peer, "sealer" | "reservedUntil"> {
    const first = this.#reserve(boot);
    if (first === undefined) return { sealer: undefined, reservedUntil: 0 };
    const { nodeId, nodeKey: key, bootId } = boot;
    const sealer = new Sealer({ key, nodeId, bootId, sender: "hub", firstCounter: first });
    return { sealer, reservedUntil: first + COUNTER_BLOCK };
  }

  /** The first of a block of counters, undefined where the store cannot keep them: better mute than unsafe. */
  #reserve(boot: NodeBoot): number | undefined {
    try {
      return this.#options.keys.reserveCounters(boot, COUNTER_BLOCK);
    } catch (error) {
      if (!(error instanceof StoreFailure)) throw error;
      this.#options.log.warn(() => `nothing can be sent to node ${formatMac(boot.nodeId)}: ${error.message}`);
      return undefined;
    }
  }

  #refuse(datagram: Uint8Array, from: RemoteInfo, cause: Refusal): void {
    const now = this.#options.now();
    this.#counters.refused[cause] += 1;
    this.#budget.refused(from.address, now);
    const nodeId = claimedNode(datagram);
    if (nodeId === undefined) return;
    // Whoever it may be: without a key here it is nobody's node.
    const paired = this.#options.keys.keyOf(nodeId) !== undefined;
    if (paired) this.#refusedNodes.refused({ nodeId, address: from.address, cause }, now);
    if (now - (this.#complainedAt.get(cause) ?? Number.NEGATIVE_INFINITY) < COMPLAIN_MS) return;
    this.#complainedAt.set(cause, now);
    this.#options.log.warn(() => complaint(cause, formatMac(nodeId), from.address));
  }

  #sweep(): void {
    const now = this.#options.now();
    for (const [nodeId, peer] of this.#peers) {
      if (peer.sealer === undefined) Object.assign(peer, this.#sealing(peer.boot));
      if (now - peer.heardAt < GONE_MS) continue;
      this.#peers.delete(nodeId);
      this.#options.end.closed(peer.node);
    }
  }
}

function complaint(cause: Refusal, node: string, address: string): string {
  switch (cause) {
    case "unknown_node":
      return `${address} sends as node ${node}, which has no key here: airwarden node add NAME --mac ${node}`;
    case "wrong_key":
      return `${address} sends as node ${node} with a key that does not fit: give it the key of airwarden node add`;
    case "replay":
      return `${address} sends old datagrams of node ${node} again: refused; if its flash was erased, give it a new key: airwarden node provision`;
    case "version":
      return `node ${node} at ${address} speaks another version of the protocol: update the node or the hub`;
    case "short":
      return `${address} sends broken datagrams of node ${node}: refused`;
  }
}

function udpFailure(host: string, port: number, error: unknown): Failure {
  const code = systemCode(error);
  const advice =
    code === "EADDRINUSE"
      ? "is in use by another program, perhaps another hub: stop that one or choose another with --udp"
      : code === "EACCES"
        ? "may not be opened: choose one above 1023 with --udp"
        : code === "EADDRNOTAVAIL" || code === "ENOTFOUND"
          ? `cannot be opened: ${host} is not an address of this machine, see --host`
          : `cannot be opened: ${causeOf(error)}`;
  return new Failure(`UDP port ${port} ${advice}`, { cause: error });
}
