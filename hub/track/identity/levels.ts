import { type Dbm, dbm, type Megahertz, type NodeIndex } from "../../base/units.ts";

/** How loud something was at one node, dBm. */
export interface Loudness {
  readonly node: NodeIndex;
  /** That the node listened to. */
  frequency: Megahertz;
  rssi: Dbm;
}

/** Nodes kept; a home has fewer. */
const MOST_NODES = 8;
/**
 * dB below the loudest node within which a node of another channel tells of the place: fainter ones hear the frame
 * through the skirts of its channel. Of nodes on one channel every level tells.
 */
const TELLING = 12;

/** Keeps the loudest reading of each node. A power of 0 dBm or more is no reading. */
export function louder(levels: Loudness[], { node, frequency, rssi }: Readonly<Loudness>): void {
  if (rssi >= 0) return;
  for (const level of levels) {
    if (level.node !== node) continue;
    if (rssi <= level.rssi) return;
    level.rssi = rssi;
    level.frequency = frequency;
    return;
  }
  if (levels.length < MOST_NODES) levels.push({ node, frequency, rssi });
}

/** Mean in dB, per node, of what each of `all` was heard with, what tells nothing left out. */
export function meanLevels(all: readonly (readonly Loudness[])[]): Loudness[] {
  // bounded: at most 8 nodes a member
  const sums = new Map<NodeIndex, { frequency: Megahertz; sum: number; count: number }>();
  for (const levels of all) {
    for (const { node, frequency, rssi } of telling(levels)) {
      const mean = sums.get(node) ?? { frequency, sum: 0, count: 0 };
      mean.sum += rssi;
      mean.count += 1;
      sums.set(node, mean);
    }
  }
  return [...sums].map(([node, { frequency, sum, count }]) => ({ node, frequency, rssi: dbm(sum / count) }));
}

function telling(levels: readonly Loudness[]): readonly Loudness[] {
  let loudest = levels[0];
  for (const level of levels) if (loudest === undefined || level.rssi > loudest.rssi) loudest = level;
  if (loudest === undefined) return levels;
  const { frequency, rssi } = loudest;
  return levels.filter((level) => level.frequency === frequency || level.rssi >= rssi - TELLING);
}

/** Bins of 4 dB from -104 dBm up to 0. */
const BIN = 4;
const LOWEST = -104;
const BINS = 26;
/** A reading tells of its own bin and of those beside it: a spread of some 4 dB, that of frames of one place. */
const KERNEL = [0.08, 0.22, 0.4, 0.22, 0.08] as const;
const REACH = 2;

const binOf = (rssi: number): number => Math.min(BINS - 1, Math.max(0, Math.floor((rssi - LOWEST) / BIN)));

interface NodePattern {
  readonly node: NodeIndex;
  readonly bins: Float32Array;
  count: number;
}

/** How loud a device usually is at each node: a mixture, since antennas and places take turns. The past fades. */
export class Pattern {
  readonly #nodes: NodePattern[] = [];

  /** Takes one reading a node; of more than `memory` of them the earlier ones lose a little. */
  take(levels: readonly Loudness[], memory: number): void {
    for (const { node, rssi } of levels) {
      const pattern = this.#at(node) ?? this.#begin(node);
      if (pattern === undefined) continue;
      if (pattern.count + 1 > memory) {
        const kept = (memory - 1) / pattern.count;
        for (let i = 0; i < BINS; i++) pattern.bins[i] = kept * (pattern.bins[i] ?? 0);
        pattern.count *= kept;
      }
      const bin = binOf(rssi);
      pattern.bins[bin] = (pattern.bins[bin] ?? 0) + 1;
      pattern.count += 1;
    }
  }

  /**
   * Logarithm of how much likelier these levels are here than anywhere between -104 and 0 dBm: the smoothed density of
   * past readings, into which `unknown` readings of a device of which nothing is known are mixed. A node that has
   * heard nothing so far says nothing.
   */
  fit(levels: readonly Loudness[], unknown: number): number {
    let sum = 0;
    for (const { node, rssi } of levels) {
      const pattern = this.#at(node);
      if (pattern === undefined) continue;
      const bin = binOf(rssi);
      let near = 0;
      for (let i = -REACH; i <= REACH; i++) near += (KERNEL[i + REACH] ?? 0) * (pattern.bins[bin + i] ?? 0);
      sum += Math.log((near * BINS + unknown) / (pattern.count + unknown));
    }
    return sum;
  }

  #at(node: NodeIndex): NodePattern | undefined {
    for (const pattern of this.#nodes) if (pattern.node === node) return pattern;
    return undefined;
  }

  #begin(node: NodeIndex): NodePattern | undefined {
    if (this.#nodes.length >= MOST_NODES) return undefined;
    const pattern = { node, bins: new Float32Array(BINS), count: 0 };
    this.#nodes.push(pattern);
    return pattern;
  }
}
