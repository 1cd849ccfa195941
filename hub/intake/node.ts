import type { Mac, Megahertz, Micros, NodeIndex } from "../base/units.ts";
import { Listening } from "./listening.ts";

/** What a node says of itself when it starts. */
export interface NodeHello {
  readonly protocol: number;
  readonly firmware: string;
  readonly chip: string;
  readonly mac: Mac;
  readonly bootId: number;
  readonly resetReason: number;
  readonly capabilities: number;
  readonly name: string;
}

/** How a node is doing; figures since its boot. */
export interface NodeHeartbeat {
  /** Seconds. */
  readonly uptime: number;
  readonly received: number;
  readonly drops: Drops;
  readonly ringHighWater: number;
  readonly heapLowWater: number;
  /** °C. */
  readonly temperature: number | undefined;
  /** Of the node's own access point, dBm. */
  readonly rssi: number | undefined;
  readonly degradeStep: number;
  readonly safeMode: boolean;
}

/** Frames that a node lost, by the place where it lost them. */
export interface Drops {
  readonly ring: number;
  readonly link: number;
  readonly thinned: number;
  readonly sibling: number;
}

const NO_DROPS: Drops = { ring: 0, link: 0, thinned: 0, sibling: 0 };
/** Messages that may overtake each other; one further back is a repetition. */
const REORDER = 64;

/** One node as the hub knows it. Counts are over all its boots, times are hub time. */
export class NodeRecord {
  readonly index: NodeIndex;
  /** A serial path, or the address that its datagrams carry: known before it has said hello. */
  readonly link: string;
  hello: NodeHello | undefined;
  /** Its version of the protocol is the hub's or next to it; else only what never changes is read of it. */
  understood = true;
  heartbeat: NodeHeartbeat | undefined;
  readonly firstHeard: Micros;
  /** Arrival of the latest message of any kind. */
  lastHeard: Micros;
  /** Over this link it only answers: it reports over its other one (firmware/PROTOCOL.md, 1). */
  aside = false;
  /** A person has parted with it: it is shown again when it is heard again. */
  forgotten = false;
  /** Boots the hub has witnessed, the first one included. */
  boots = 0;
  messages = 0;
  lostMessages = 0;
  /** Messages that arrived but could not be read. */
  damaged = 0;
  frames = 0;
  /** Receptions without a frame, as its dwells state them. */
  undecodable = 0;
  /** Where it listened last. */
  frequency: Megahertz | undefined;
  /** Up to when it has reported everything it heard. */
  reported: Micros | undefined;
  /** Up to when it has stated what it listened to; undefined: it never has. */
  dwelled: Micros | undefined;
  readonly listening = new Listening();
  private expected: number | undefined;
  /** Messages with numbers from long before: of the next boot, where its hello is still to come. */
  private early = 0;
  private earlierDrops = NO_DROPS;
  private earlierDropped = 0;
  private droppedNow = 0;

  constructor(index: NodeIndex, link: string, now: Micros) {
    this.index = index;
    this.link = link;
    this.firstHeard = now;
    this.lastHeard = now;
  }

  get name(): string {
    return this.hello?.name ?? "";
  }

  /** Frames lost in the node, by place; empty without heartbeats. */
  get drops(): Drops {
    return sum(this.earlierDrops, this.heartbeat?.drops ?? NO_DROPS);
  }

  /** Frames lost in the node, all places, as its frame messages state it. */
  get dropped(): number {
    return this.earlierDropped + this.droppedNow;
  }

  /** Another boot id: figures since boot begin again. True when it is another boot. */
  greet(hello: NodeHello): boolean {
    const reboot = this.hello === undefined || this.hello.bootId !== hello.bootId;
    if (reboot) {
      if (this.hello !== undefined) this.expected = this.early;
      this.early = 0;
      this.boots += 1;
      this.earlierDrops = this.drops;
      this.earlierDropped = this.dropped;
      this.droppedNow = 0;
      this.heartbeat = undefined;
    }
    this.hello = hello;
    return reboot;
  }

  /** Counts a message by its sequence number: a gap is loss, a number from before fills one. */
  number(sequence: number): void {
    this.messages += 1;
    const ahead = this.expected === undefined ? 0 : (sequence - this.expected) | 0;
    if (ahead >= 0) {
      this.lostMessages += ahead;
      this.expected = (sequence + 1) >>> 0;
      this.early = 0;
    } else if (ahead >= -REORDER && this.lostMessages > 0) this.lostMessages -= 1;
    else this.early += 1;
  }

  setDropped(dropped: number): void {
    // Within one boot it only rises; a lower figure is from a message that was overtaken.
    this.droppedNow = Math.max(this.droppedNow, dropped);
  }
}

function sum(left: Drops, right: Drops): Drops {
  return {
    ring: left.ring + right.ring,
    link: left.link + right.link,
    thinned: left.thinned + right.thinned,
    sibling: left.sibling + right.sibling,
  };
}
