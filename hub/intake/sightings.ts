import { place } from "./key.ts";

export const NO_SIGHTING = -1;

/** What a row is looked up by: its key, hub time, node, and how far off in time a match may be, µs. */
export interface Wanted {
  low: number;
  high: number;
  time: number;
  node: number;
  limit: number;
}

/** µs of time that a key is filed under: a match is in this slot or in those that `limit` reaches. */
const SLOT = 2 ** 14;
/** Sightings with one key in one slot that are looked at: a flood of identical frames has some 80. */
const LONGEST_CHAIN = 256;

/**
 * The sightings of the last while. All memory is taken once: a ring of `capacity` rows, found through chains from
 * newest to oldest, one a bucket; a chain ends where the ring has moved on. No allocation, no deletion.
 */
export class SightingTable {
  /** Hub time before which sightings have been forgotten, or never were remembered. */
  horizon = Number.NEGATIVE_INFINITY;
  private readonly mask: number;
  /** By node: how far off in time a match may be with a sighting that this node heard first, µs. */
  private readonly tolerance: Float64Array;
  /** Number of the newest sighting of each bucket, and of the one before each sighting. */
  private readonly head: Uint32Array;
  private readonly previous: Uint32Array;
  private readonly time: Float64Array;
  private readonly low: Uint32Array;
  private readonly high: Uint32Array;
  private readonly firstNode: Uint8Array;
  /** Nodes that heard it, one bit each. */
  private readonly nodesLow: Uint32Array;
  private readonly nodesHigh: Uint32Array;
  /** Sightings ever added, modulo 2^32. */
  private number = 0;
  private filled = false;

  constructor(capacity: number, tolerance: Float64Array) {
    if (!Number.isInteger(Math.log2(capacity)))
      throw new RangeError(`capacity ${capacity} is no power of two`);
    this.mask = capacity - 1;
    this.tolerance = tolerance;
    this.head = new Uint32Array(capacity);
    this.previous = new Uint32Array(capacity);
    this.time = new Float64Array(capacity).fill(Number.NEGATIVE_INFINITY);
    this.low = new Uint32Array(capacity);
    this.high = new Uint32Array(capacity);
    this.firstNode = new Uint8Array(capacity);
    this.nodesLow = new Uint32Array(capacity);
    this.nodesHigh = new Uint32Array(capacity);
  }

  /** What was before `time` is not remembered. */
  forgetUntil(time: number): void {
    if (time > this.horizon) this.horizon = time;
  }

  /** The sighting nearest in time that this row may be a reception of, or NO_SIGHTING. */
  find(wanted: Wanted): number {
    const from = Math.floor((wanted.time - wanted.limit) / SLOT);
    const to = Math.floor((wanted.time + wanted.limit) / SLOT);
    let best = NO_SIGHTING;
    let nearest = Number.POSITIVE_INFINITY;
    for (let slot = from; slot <= to; slot++) {
      const found = this.search(place(wanted.low, slot) & this.mask, wanted, nearest);
      if (found === NO_SIGHTING) continue;
      best = found;
      nearest = Math.abs((this.time[found] ?? 0) - wanted.time);
    }
    return best;
  }

  /** A further node heard it. */
  join(sighting: number, node: number): void {
    if (node < 32) this.nodesLow[sighting] = (this.nodesLow[sighting] ?? 0) | (1 << node);
    else this.nodesHigh[sighting] = (this.nodesHigh[sighting] ?? 0) | (1 << (node - 32));
  }

  add(wanted: Wanted): void {
    const number = (this.number + 1) >>> 0;
    this.number = number;
    const row = number & this.mask;
    if (this.filled) this.forgetUntil(this.time[row] ?? 0);
    else if (row === this.mask) this.filled = true;
    const bucket = place(wanted.low, Math.floor(wanted.time / SLOT)) & this.mask;
    this.previous[row] = this.head[bucket] ?? 0;
    this.head[bucket] = number;
    this.time[row] = wanted.time;
    this.low[row] = wanted.low;
    this.high[row] = wanted.high;
    this.firstNode[row] = wanted.node;
    this.nodesLow[row] = 0;
    this.nodesHigh[row] = 0;
    this.join(row, wanted.node);
  }

  private search(bucket: number, wanted: Wanted, beyond: number): number {
    let best = NO_SIGHTING;
    let nearest = beyond;
    let number = this.head[bucket] ?? 0;
    let age = (this.number - number) >>> 0;
    for (let step = 0; step < LONGEST_CHAIN && age < this.held(); step++) {
      const row = number & this.mask;
      const distance = Math.abs((this.time[row] ?? 0) - wanted.time);
      if (distance < nearest && this.matches(row, wanted, distance)) {
        best = row;
        nearest = distance;
      }
      number = this.previous[row] ?? 0;
      const older = (this.number - number) >>> 0;
      if (older <= age) break;
      age = older;
    }
    return best;
  }

  /** Sightings in the ring; a number as old as this names none. */
  private held(): number {
    return this.filled ? this.mask + 1 : this.number;
  }

  private matches(row: number, wanted: Wanted, distance: number): boolean {
    if (this.low[row] !== wanted.low || this.high[row] !== wanted.high) return false;
    const tolerance = this.tolerance[this.firstNode[row] ?? 0] ?? 0;
    if (distance > tolerance || distance > wanted.limit) return false;
    const { node } = wanted;
    const heard = node < 32 ? (this.nodesLow[row] ?? 0) >>> node : (this.nodesHigh[row] ?? 0) >>> (node - 32);
    return (heard & 1) === 0;
  }
}
