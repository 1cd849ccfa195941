import { fromSeconds, type Micros, micros } from "../base/units.ts";

export interface TrackerLimits {
  /** Most home devices. */
  readonly devices: number;
  /** Most other addresses in memory at one time. */
  readonly strangers: number;
  /** µs of silence after which an address or access point that is not home is forgotten. */
  readonly strangerMemory: Micros;
  readonly accessPoints: number;
  readonly elementBlocks: number;
  /** Pairs of transmitter and receiver that are counted. */
  readonly links: number;
  /** Edges between home devices and their peers. */
  readonly edges: number;
  /** Changes that wait for `takeChanges`. */
  readonly changes: number;
}

/** Where every network is home, as in a recording, nobody is a neighbour: only memory bounds what is kept. */
const FOREVER = micros(Number.POSITIVE_INFINITY);

const LIMITS: TrackerLimits = {
  devices: 10_000,
  strangers: 10_000,
  strangerMemory: fromSeconds(600),
  accessPoints: 2_048,
  elementBlocks: 8_192,
  links: 50_000,
  edges: 50_000,
  changes: 65_536,
};

/** The limits with those of `changed` in place of the usual ones. */
export function limitsOf(everyNetworkIsHome: boolean, changed: Partial<TrackerLimits> = {}): TrackerLimits {
  const strangerMemory = everyNetworkIsHome ? FOREVER : LIMITS.strangerMemory;
  return { ...LIMITS, strangerMemory, ...changed };
}

/** What is in memory, and what had to leave because memory was full. */
export interface Bounds {
  /** Addresses, shown or not. */
  readonly addresses: number;
  readonly links: number;
  readonly edges: number;
  readonly evicted: {
    readonly addresses: number;
    readonly accessPoints: number;
    readonly links: number;
    readonly edges: number;
  };
}
