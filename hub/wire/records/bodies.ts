import type { Dbm, Mac, Megahertz, Micros } from "../../base/units.ts";

export interface Hello {
  readonly kind: "hello";
  /** Version the node speaks; PROTOCOL in kinds.ts is ours. */
  readonly protocol: number;
  readonly firmware: string;
  readonly chip: string;
  readonly mac: Mac;
  readonly bootId: number;
  /** RESET_REASON of kinds.ts. */
  readonly resetReason: number;
  /** Bits of CAPABILITY in kinds.ts. */
  readonly capabilities: number;
  /** Safe to show. */
  readonly name: string;
  readonly configuration: number;
  /** Node time when it was sent. */
  readonly clock: Micros;
}

/** Frames heard, still packed: views into the message, for FrameDecoder. */
export interface Frames {
  readonly kind: "frames";
  /** Node time of the first record. */
  readonly start: Micros;
  readonly frequency: Megahertz;
  readonly noise: Dbm;
  readonly dropped: number;
  readonly thinned: number;
  readonly addresses: Uint8Array;
  readonly phys: Uint8Array;
  readonly records: Uint8Array;
}

export interface Heartbeat {
  readonly kind: "heartbeat";
  readonly time: Micros;
  /** Seconds since boot. */
  readonly uptime: number;
  readonly received: number;
  /** Frames lost since boot, by place. */
  readonly drops: {
    readonly ring: number;
    readonly link: number;
    readonly thinned: number;
    readonly sibling: number;
  };
  /** Most ring slots in use so far. */
  readonly ringHighWater: number;
  /** Fewest free octets of heap so far. */
  readonly heapLowWater: number;
  /** °C, undefined where the chip does not say. */
  readonly temperature: number | undefined;
  /** Of the node's own access point; undefined on a serial link. */
  readonly rssi: Dbm | undefined;
  readonly degradeStep: number;
  readonly safeMode: boolean;
}

/** What was listened to: the denominator of every rate. */
export interface Dwell {
  readonly kind: "dwell";
  readonly frequency: Megahertz;
  readonly start: Micros;
  readonly listened: Micros;
  readonly frames: number;
  readonly undecodable: number;
}

export interface LogLine {
  readonly kind: "log";
  readonly level: "error" | "warning" | "info";
  /** Safe to show. */
  readonly text: string;
}

export interface TimeReply {
  readonly kind: "time_reply";
  readonly token: number;
  /** Node time when the request arrived, and when this reply was sent. */
  readonly arrived: Micros;
  readonly sent: Micros;
}

export interface CommandResult {
  readonly kind: "result";
  /** Sequence number of the command. */
  readonly command: number;
  /** RESULT of kinds.ts. */
  readonly code: number;
  /** Safe to show. */
  readonly text: string;
}

/** The elements of a management frame under the hash that records name them by. */
export interface Elements {
  readonly kind: "elements";
  readonly hash: number;
  readonly subtype: number;
  /** `id · length · kept · octets`… (PROTOCOL.md, 4); a view into the message. */
  readonly blocks: Uint8Array;
}

/** Frames left out by the degrade ladder or the sibling filter. */
export interface Totals {
  readonly kind: "totals";
  readonly start: Micros;
  readonly span: Micros;
  readonly classes: readonly {
    /** THINNED of kinds.ts. */
    readonly class: number;
    readonly frames: number;
    readonly octets: number;
    /** Whose frames they were; undefined for all that had no row of their own. */
    readonly address: Mac | undefined;
  }[];
}

export type NodeBody =
  | Hello
  | Frames
  | Heartbeat
  | Dwell
  | LogLine
  | TimeReply
  | CommandResult
  | Elements
  | Totals;
