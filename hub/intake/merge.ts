import type { NodeIndex } from "../base/units.ts";
import type { FrameBatch } from "../radio/batch.ts";
import { NODE_LIMIT } from "./clock/state.ts";
import { FrameKeys } from "./key.ts";
import { Presence } from "./presence.ts";
import { NO_SIGHTING, SightingTable, type Wanted } from "./sightings.ts";

/** What merging needs to know of the clocks; intake/align.ts has it. */
export interface Agreement {
  /** Bound of the difference between the hub times that two nodes give to one moment, µs. */
  between(node: NodeIndex, other: NodeIndex): number;
  /** Bound of the error of a node's hub time, µs. */
  uncertainty(node: NodeIndex): number;
}

export interface MergeCounts {
  /** Rows that became a sighting of their own. */
  sightings: number;
  /** Rows that are another node's reception of a known sighting. */
  receptions: number;
  /** Rows too late to be compared, from where another node listened: not counted as sightings. */
  late: number;
  /** Rows of a node whose clock is too unsure to compare them, from where another node listened. */
  unplaced: number;
}

/** Timestamps of two receivers for one frame scatter by this much however well their clocks agree. */
const SCATTER = 30;
/**
 * Frames without a sequence number are told apart by time. The answers to one station are at least 100 µs apart,
 * mostly milliseconds: where clocks agree worse than this, a wrong match is likelier than a right one.
 */
const WEAK_LIMIT = 4_000;
/** A sequence number repeats after 4,096 frames: over half a second even at the highest rates. */
const STRONG_LIMIT = 250_000;
/** A node that reported from a channel this long ago is taken to listen there still. */
const LISTENING = 2e6;

/**
 * Decides which receptions are one frame. A row that matches a remembered sighting (intake/key.ts) within the
 * clocks' agreement, and to which its own node has not contributed yet, is a further reception of it; the nearest
 * in time if several match. Every other row is a new sighting.
 *
 * A row from before the oldest remembered sighting cannot be compared. If another node reported from its channel
 * (or an overlapping one) until then or later, its frame may have been counted: it is `late`, never fresh. So is
 * a row whose node's clock is too unsure against a better one that listens there: `unplaced`. A frame lost this
 * way lowers a count; one counted twice would look like traffic that never was.
 *
 * With one node nothing is remembered: all is fresh.
 */
export class Merger {
  readonly counts: MergeCounts = { sightings: 0, receptions: 0, late: 0, unplaced: 0 };
  private readonly agreement: Agreement;
  private readonly presence = new Presence();
  private readonly keys = new FrameKeys();
  private readonly capacity: number;
  /** Made for the second node: most homes have one. */
  private table: SightingTable | undefined;
  private readonly tolerance = new Float64Array(NODE_LIMIT);
  private readonly wanted: Wanted = { low: 0, high: 0, time: 0, node: 0, limit: 0 };
  /** Of the batch at hand: until when others reported from its channel, and how unsure its clock is against them. */
  private othersUntil = Number.NEGATIVE_INFINITY;
  private disagreement = 0;
  private widest = 0;

  /** `capacity` sightings are remembered, a power of two: 2^18 are 50 s at 5,000 frames/s, in 9 MB. */
  constructor(agreement: Agreement, capacity = 2 ** 18) {
    this.agreement = agreement;
    if (!Number.isInteger(Math.log2(capacity)))
      throw new RangeError(`capacity ${capacity} is no power of two`);
    this.capacity = capacity;
  }

  /** Writes `fresh` of every row: 1 for a sighting, 0 for what is none. `time` is hub time. */
  merge(batch: FrameBatch): void {
    const { count } = batch;
    if (count === 0) return;
    const alone = this.isAlone(batch.node);
    this.presence.note(batch.node, batch.frequency, batch.time[count - 1] ?? 0);
    if (alone) {
      batch.fresh.fill(1, 0, count);
      this.counts.sightings += count;
      return;
    }
    this.compare(batch);
    this.keys.open(batch);
    const table = this.remembered();
    for (let row = 0; row < count; row++) batch.fresh[row] = this.isFresh(table, batch, row) ? 1 : 0;
  }

  /** Is this node the only one so far? What came before the second one was not remembered. */
  private isAlone(node: NodeIndex): boolean {
    const { nodes } = this.presence;
    const first = nodes[0];
    if (first === undefined) return true;
    if (nodes.length === 1 && first === node) return true;
    if (nodes.length === 1) this.remembered().forgetUntil(this.presence.lastNear(first, 0));
    return false;
  }

  private remembered(): SightingTable {
    this.table ??= new SightingTable(this.capacity, this.tolerance);
    return this.table;
  }

  /** How the batch's node stands to the others. */
  private compare(batch: FrameBatch): void {
    const { node } = batch;
    const begin = batch.time[0] ?? 0;
    const own = this.agreement.uncertainty(node);
    this.othersUntil = Number.NEGATIVE_INFINITY;
    this.disagreement = 0;
    this.widest = SCATTER;
    for (const other of this.presence.nodes) {
      if (other === node) continue;
      const between = this.agreement.between(node, other);
      this.tolerance[other] = between + SCATTER;
      const until = this.presence.lastNear(other, batch.frequency);
      if (until > this.othersUntil) this.othersUntil = until;
      if (until < begin - LISTENING) continue;
      this.widest = Math.max(this.widest, between + SCATTER);
      const theirs = this.agreement.uncertainty(other);
      const yields = own > theirs || (own === theirs && node > other);
      if (yields && between > this.disagreement) this.disagreement = between;
    }
  }

  private isFresh(table: SightingTable, batch: FrameBatch, row: number): boolean {
    const { keys, wanted, counts } = this;
    keys.read(batch, row);
    const limit = keys.numbered ? STRONG_LIMIT : WEAK_LIMIT;
    const time = batch.time[row] ?? 0;
    wanted.low = keys.low;
    wanted.high = keys.high;
    wanted.time = time;
    wanted.node = batch.node;
    wanted.limit = Math.min(this.widest, limit);
    const known = table.find(wanted);
    if (known !== NO_SIGHTING) {
      table.join(known, batch.node);
      counts.receptions += 1;
      return false;
    }
    if (time < table.horizon && time <= this.othersUntil) {
      counts.late += 1;
      return false;
    }
    if (this.disagreement > limit) {
      counts.unplaced += 1;
      return false;
    }
    table.add(wanted);
    counts.sightings += 1;
    return true;
  }
}
