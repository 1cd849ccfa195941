import { type Dbm, dbm, fromSeconds, type Micros, type NodeIndex } from "../../base/units.ts";

/** Bins of 2 dB from -100 dBm up: antennas that take turns make two hills, which a mean would hide between them. */
const BIN = 2;
const LOWEST = -100;
const BINS = 40;
/** Nodes in a pattern; a home has fewer. */
const MOST_NODES = 16;
/** Readings at a node before they are compared: the median of 20 is known to some 2 dB at the usual spread of 6. */
const ENOUGH = 20;
/** Readings before a place is known. */
const LEARNED = 100;
/** Readings that a pattern remembers: it follows furniture and seasons. */
const MEMORY = 5_000;
/** dB between patterns of two places. People and doors move a signal by up to 6, another room by 10 and more. */
const APART = 8;
/** µs between comparisons, and for how long all of them must say the same before the device has moved. */
const COMPARE_SPAN = fromSeconds(60);
const MOVED_SPAN = fromSeconds(600);
/** Places remembered per device: where it is charged, used, kept. */
const MOST_ZONES = 8;

/** How the device is heard at one node, in dBm. */
export interface NodePattern {
  readonly node: NodeIndex;
  readonly median: Dbm;
  /** Half of the readings lie in a span of this many dB. */
  readonly spread: number;
  readonly readings: number;
}

class Pattern {
  readonly node: NodeIndex;
  recent = new Float32Array(BINS);
  recentCount = 0;
  learned = new Float32Array(BINS);
  learnedCount = 0;
  /** Readings since the device was first heard elsewhere. */
  elsewhere = new Float32Array(BINS);
  elsewhereCount = 0;

  constructor(node: NodeIndex) {
    this.node = node;
  }

  /** Takes the recent readings for those of the place. */
  absorb(): void {
    const kept = Math.min(1, MEMORY / (this.learnedCount + this.recentCount));
    for (let i = 0; i < BINS; i++) {
      this.learned[i] = kept * ((this.learned[i] ?? 0) + (this.recent[i] ?? 0));
    }
    this.learnedCount = kept * (this.learnedCount + this.recentCount);
    this.#clear();
    this.elsewhere.fill(0);
    this.elsewhereCount = 0;
  }

  setAside(): void {
    for (let i = 0; i < BINS; i++) this.elsewhere[i] = (this.elsewhere[i] ?? 0) + (this.recent[i] ?? 0);
    this.elsewhereCount += this.recentCount;
    this.#clear();
  }

  /** The place where it was heard lately is its place. */
  settle(): void {
    this.learned.set(this.elsewhere);
    this.learnedCount = this.elsewhereCount;
    this.elsewhere.fill(0);
    this.elsewhereCount = 0;
  }

  #clear(): void {
    this.recent.fill(0);
    this.recentCount = 0;
  }
}

/** Where a device is, as the pattern of its signal over the nodes. A zone has a number, not a position. */
export class Place {
  /** Number of the zone that it is in, in the order in which they were found. */
  zone = 0;
  /** Since when; the beginning of a move, not the moment it was certain. */
  since: Micros;
  moves = 0;
  readonly #patterns: Pattern[] = [];
  readonly #zones: ReadonlyMap<NodeIndex, number>[] = [];
  #compared: Micros;
  #awaySince: Micros | undefined = undefined;

  constructor(at: Micros) {
    this.since = at;
    this.#compared = at;
  }

  /** A reading in dBm, below 0. */
  hear(node: NodeIndex, rssi: Dbm): void {
    let pattern: Pattern | undefined;
    for (const one of this.#patterns) if (one.node === node) pattern = one;
    if (pattern === undefined) {
      if (this.#patterns.length >= MOST_NODES) return;
      pattern = new Pattern(node);
      this.#patterns.push(pattern);
    }
    const bin = Math.min(Math.max(Math.floor((rssi - LOWEST) / BIN), 0), BINS - 1);
    pattern.recent[bin] = (pattern.recent[bin] ?? 0) + 1;
    pattern.recentCount += 1;
  }

  /** The pattern of the place, nodes with few readings left out. */
  pattern(): NodePattern[] {
    return this.#patterns
      .filter(({ learnedCount }) => learnedCount >= ENOUGH)
      .map(({ node, learned, learnedCount }) => ({
        node,
        median: dbm(quantile(learned, 0.5)),
        spread: quantile(learned, 0.75) - quantile(learned, 0.25),
        readings: Math.round(learnedCount),
      }));
  }

  tick(now: Micros): void {
    if (now - this.#compared < COMPARE_SPAN) return;
    this.#compared = now;
    const due = this.#patterns.filter(({ recentCount }) => recentCount >= ENOUGH);
    const judged = due.filter(({ learnedCount }) => learnedCount >= LEARNED);
    const away = judged.filter(({ recent, learned }) => distance(recent, learned) > APART).length;
    // One node alone may have been moved itself; where there are more, most must agree.
    const elsewhere = away > 0 && 2 * away > judged.length;
    if (!elsewhere) {
      if (judged.length > 0 || this.#awaySince === undefined) this.#stay(due);
      return;
    }
    this.#awaySince ??= now;
    for (const pattern of due) pattern.setAside();
    if (now - this.#awaySince >= MOVED_SPAN) this.#move();
  }

  #stay(due: readonly Pattern[]): void {
    this.#awaySince = undefined;
    for (const pattern of due) pattern.absorb();
    if (this.#zones.length === 0 && this.#patterns.some(({ learnedCount }) => learnedCount >= LEARNED)) {
      this.#zones.push(this.#medians());
    }
  }

  #move(): void {
    for (const pattern of this.#patterns) pattern.settle();
    this.moves += 1;
    this.since = this.#awaySince ?? this.since;
    this.#awaySince = undefined;
    const medians = this.#medians();
    const known = this.#zones.findIndex((zone) => isSameZone(zone, medians));
    if (known >= 0) this.zone = known;
    else if (this.#zones.length < MOST_ZONES) this.zone = this.#zones.push(medians) - 1;
  }

  #medians(): ReadonlyMap<NodeIndex, number> {
    return new Map(this.pattern().map(({ node, median }) => [node, median]));
  }
}

/** Both heard by a common node, and by all common ones alike. */
function isSameZone(one: ReadonlyMap<NodeIndex, number>, other: ReadonlyMap<NodeIndex, number>): boolean {
  const common = [...one].filter(([node]) => other.has(node));
  return (
    common.length > 0 && common.every(([node, median]) => Math.abs(median - (other.get(node) ?? 0)) <= APART)
  );
}

/**
 * Mean way in dB that readings of one distribution are from those of the other: the area between their distribution
 * functions (Wasserstein distance). Bins with a single recent reading are left out as outliers.
 */
function distance(recent: Float32Array, learned: Float32Array): number {
  let recentSum = 0;
  let learnedSum = 0;
  for (let i = 0; i < BINS; i++) {
    recentSum += trimmed(recent[i]);
    learnedSum += learned[i] ?? 0;
  }
  if (recentSum === 0 || learnedSum === 0) return 0;
  let difference = 0;
  let area = 0;
  for (let i = 0; i < BINS; i++) {
    difference += trimmed(recent[i]) / recentSum - (learned[i] ?? 0) / learnedSum;
    area += Math.abs(difference);
  }
  return area * BIN;
}

const trimmed = (count: number | undefined): number => (count === undefined || count <= 1 ? 0 : count);

/** Middle of the bin that the share of all readings is reached in, dBm. */
function quantile(bins: Float32Array, share: number): number {
  const total = bins.reduce((sum, count) => sum + count, 0);
  let sum = 0;
  for (let i = 0; i < BINS; i++) {
    sum += bins[i] ?? 0;
    if (sum >= share * total) return LOWEST + BIN * (i + 0.5);
  }
  return LOWEST;
}
