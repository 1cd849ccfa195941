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
/**
 * Buckets of one slot, next to one another: what is looked up at one time lies together in memory. Enough for the 80
 * frames of a busy channel; with as many buckets as rows, a bucket is used again after a minute.
 */
const BUCKETS = 64;
/** 32-bit words of a row: the time in two, then these. One row fills half a cache line. */
const WORDS = 8;
const LOW = 2;
const HIGH = 3;
const FIRST_NODE = 4;
/** Nodes that heard it, one bit each, in two words. */
const NODES = 5;
/** Number of the sighting before it in the chain. */
const PREVIOUS = 7;
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
  /** Number of the newest sighting of each bucket. */
  private readonly head: Uint32Array;
  /** The rows, as words and as times. */
  private readonly words: Uint32Array;
  private readonly times: Float64Array;
  /** Sightings ever added, modulo 2^32. */
  private number = 0;
  private filled = false;

  /** `capacity` is a power of two. */
  constructor(capacity: number, tolerance: Float64Array) {
    this.mask = capacity - 1;
    this.tolerance = tolerance;
    this.head = new Uint32Array(capacity);
    this.words = new Uint32Array(capacity * WORDS);
    this.times = new Float64Array(this.words.buffer);
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
      const found = this.search(this.bucketOf(wanted, slot), wanted, nearest);
      if (found === NO_SIGHTING) continue;
      best = found;
      nearest = Math.abs(this.timeOf(found) - wanted.time);
    }
    return best;
  }

  /** A further node heard it. */
  join(sighting: number, node: number): void {
    const word = sighting * WORDS + NODES + (node >> 5);
    this.words[word] = (this.words[word] ?? 0) | (1 << (node & 31));
  }

  add(wanted: Wanted): void {
    const { words, head } = this;
    const number = (this.number + 1) >>> 0;
    this.number = number;
    const row = number & this.mask;
    if (this.filled) this.forgetUntil(this.timeOf(row));
    else if (row === this.mask) this.filled = true;
    const bucket = this.bucketOf(wanted, Math.floor(wanted.time / SLOT));
    const at = row * WORDS;
    this.times[at / 2] = wanted.time;
    words[at + LOW] = wanted.low;
    words[at + HIGH] = wanted.high;
    words[at + FIRST_NODE] = wanted.node;
    words[at + NODES] = 0;
    words[at + NODES + 1] = 0;
    words[at + PREVIOUS] = head[bucket] ?? 0;
    head[bucket] = number;
    this.join(row, wanted.node);
  }

  private bucketOf({ low }: Wanted, slot: number): number {
    return (slot * BUCKETS + (low & (BUCKETS - 1))) & this.mask;
  }

  private timeOf(row: number): number {
    return this.times[(row * WORDS) / 2] ?? 0;
  }

  private search(bucket: number, wanted: Wanted, beyond: number): number {
    let best = NO_SIGHTING;
    let nearest = beyond;
    let number = this.head[bucket] ?? 0;
    let age = (this.number - number) >>> 0;
    for (let step = 0; step < LONGEST_CHAIN && age < this.held(); step++) {
      const row = number & this.mask;
      const distance = Math.abs(this.timeOf(row) - wanted.time);
      if (distance < nearest && this.matches(row, wanted, distance)) {
        best = row;
        nearest = distance;
      }
      number = this.words[row * WORDS + PREVIOUS] ?? 0;
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
    const { words } = this;
    const at = row * WORDS;
    if (words[at + LOW] !== wanted.low || words[at + HIGH] !== wanted.high) return false;
    const tolerance = this.tolerance[words[at + FIRST_NODE] ?? 0] ?? 0;
    if (distance > tolerance || distance > wanted.limit) return false;
    const { node } = wanted;
    return (((words[at + NODES + (node >> 5)] ?? 0) >>> (node & 31)) & 1) === 0;
  }
}
