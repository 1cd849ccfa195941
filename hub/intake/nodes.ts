import {
  type Mac,
  type Megahertz,
  type Micros,
  megahertz,
  micros,
  type NodeIndex,
  nodeIndex,
} from "../base/units.ts";
import type { FrameBatch } from "../radio/batch.ts";
import { NODE_LIMIT } from "./clock/state.ts";
import { covered, type Span } from "./listening.ts";
import { type NodeHeartbeat, type NodeHello, NodeRecord } from "./node.ts";

/**
 * How long a frequency was listened to: the denominator of every rate. `stated`: by the nodes' dwell messages;
 * `assumed`: some of it because a node without them streamed frames from there; `unknown`: by nobody.
 */
export interface Exposure {
  readonly listened: Micros;
  /** Nodes that listened. */
  readonly nodes: number;
  readonly origin: "stated" | "assumed" | "unknown";
}

/** Messages of one node may overtake each other by this much. */
const SETTLE = 2e6;
/** A node silent for this long is not waited for. */
const SILENT = 10e6;
/** A node keeps what it cannot send for half a minute; what is older than this is late for everybody. */
const LONGEST_WAIT = 32e6;
/** A dwell message follows its dwell; a node that states none for this long is not waited for with its frames. */
const DWELL_WAIT = 5e6;
/** A node without dwell messages is taken to listen between two messages that are no further apart than this. */
const ASSUMED_GAP = 5e6;

/** All nodes of this hub. Indices are given in order of first appearance and stay while the hub runs. */
export class Nodes {
  /** Nodes turned away because there are 64 already. */
  refused = 0;
  private readonly records: NodeRecord[] = [];
  private readonly byLink = new Map<string, NodeRecord>();
  private mark = Number.NEGATIVE_INFINITY;

  /** The node on this link (a serial path, an address), new or known; undefined when there are 64 others. */
  admit(link: string, now: Micros): NodeRecord | undefined {
    const known = this.byLink.get(link);
    if (known !== undefined) return known;
    if (this.records.length >= NODE_LIMIT) {
      this.refused += 1;
      return undefined;
    }
    const record = new NodeRecord(nodeIndex(this.records.length), link, now);
    this.records.push(record);
    this.byLink.set(link, record);
    return record;
  }

  get(node: NodeIndex): NodeRecord | undefined {
    return this.records[node];
  }

  all(): readonly NodeRecord[] {
    return this.records;
  }

  /** A message of any kind that could be read, with its sequence number; call it before what it says. */
  message(node: NodeIndex, sequence: number, arrival: Micros): void {
    const record = this.records[node];
    if (record === undefined) return;
    record.number(sequence);
    record.forgotten = false;
    record.lastHeard = micros(Math.max(record.lastHeard, arrival));
  }

  /** What of a node can be known on all of its links. */
  of(mac: Mac): NodeRecord[] {
    return this.records.filter((record) => record.hello?.mac === mac && !record.forgotten);
  }

  /** The link that each node reports over; a node that came back on another link is on the one heard last. */
  reporting(): NodeRecord[] {
    const latest = new Map<Mac | string, NodeRecord>();
    for (const record of this.records) {
      if (record.forgotten) continue;
      const node = record.hello?.mac ?? record.link;
      const before = latest.get(node);
      if (before === undefined || isLater(record, before)) latest.set(node, record);
    }
    return [...latest.values()];
  }

  /** Messages that arrived damaged. */
  damaged(node: NodeIndex, messages: number): void {
    const record = this.records[node];
    if (record !== undefined) record.damaged += messages;
  }

  /** True when it is another boot than the last one. Call it before `message`. */
  hello(node: NodeIndex, hello: NodeHello): boolean {
    const record = this.records[node];
    if (record === undefined) return false;
    const known = record.hello !== undefined;
    const reboot = record.greet(hello);
    // Before its first hello it has said where it listens, and is the same boot.
    if (reboot && known) record.frequency = undefined;
    return reboot;
  }

  /** `time` in hub time. */
  heartbeat(node: NodeIndex, heartbeat: NodeHeartbeat, time: Micros): void {
    const record = this.records[node];
    if (record === undefined) return;
    record.heartbeat = heartbeat;
    if (record.frequency !== undefined) assume(record, record.frequency, { from: time, to: time });
    report(record, time);
  }

  /** A batch in hub time. */
  frames(batch: FrameBatch): void {
    const record = this.records[batch.node];
    if (record === undefined || batch.count === 0) return;
    record.frames += batch.count;
    record.setDropped(batch.dropped);
    const span = { from: batch.time[0] ?? 0, to: batch.time[batch.count - 1] ?? 0 };
    assume(record, batch.frequency, span);
    record.frequency = batch.frequency;
    report(record, span.to);
  }

  /** What was listened to; `start` in hub time. */
  dwell(
    node: NodeIndex,
    dwell: { readonly frequency: Megahertz; readonly listened: Micros; readonly undecodable: number },
    start: Micros,
  ): void {
    const record = this.records[node];
    if (record === undefined) return;
    const end = micros(start + dwell.listened);
    record.listening.add(dwell.frequency, { from: start, to: end }, true);
    record.frequency = dwell.frequency;
    record.undecodable += dwell.undecodable;
    record.dwelled = micros(Math.max(record.dwelled ?? end, end));
    report(record, end);
  }

  /** µs of `from` to `to` in which at least one node listened to a frequency. */
  exposure(frequency: Megahertz, from: Micros, to: Micros): Exposure {
    return this.sum(this.records, frequency, { from, to });
  }

  /** The same of one node. */
  exposureOf(node: NodeIndex, frequency: Megahertz, span: { from: Micros; to: Micros }): Exposure {
    const record = this.records[node];
    return this.sum(record === undefined ? [] : [record], frequency, span);
  }

  /** µs that a node listened to each frequency within a span. */
  channels(node: NodeIndex, span: { from: Micros; to: Micros }): Map<Megahertz, Micros> {
    const found = new Map<Megahertz, Micros>();
    for (const frequency of this.records[node]?.listening.frequencies(span) ?? []) {
      const known = megahertz(frequency);
      found.set(known, this.exposureOf(node, known, span).listened);
    }
    return found;
  }

  /**
   * Hub time up to which every node has reported what it heard, less the time in which messages may overtake each
   * other; windows up to here can be closed. It never goes back, waits for no node that is silent or not understood, and
   * for none longer than half a minute. `now` is the hub's clock.
   */
  watermark(now: Micros): Micros {
    let slowest = Number.POSITIVE_INFINITY;
    for (const record of this.records) {
      if (now - record.lastHeard > SILENT || !record.understood) continue;
      slowest = Math.min(slowest, completeUntil(record) ?? now - SILENT);
    }
    if (slowest === Number.POSITIVE_INFINITY) slowest = now - SILENT;
    const mark = Math.max(Math.min(slowest, now) - SETTLE, now - LONGEST_WAIT);
    this.mark = Math.max(this.mark, mark);
    return micros(this.mark);
  }

  private sum(records: readonly NodeRecord[], frequency: Megahertz, span: Span): Exposure {
    const spans: Span[] = [];
    let nodes = 0;
    let assumed = false;
    for (const record of records) {
      const before = spans.length;
      for (const heard of record.listening.within(frequency, span)) {
        spans.push(heard);
        assumed ||= !heard.stated;
      }
      if (spans.length > before) nodes += 1;
    }
    const origin = nodes === 0 ? "unknown" : assumed ? "assumed" : "stated";
    return { listened: micros(covered(spans)), nodes, origin };
  }
}

/** A link over which a node only answers counts where there is no other. */
function isLater(record: NodeRecord, before: NodeRecord): boolean {
  return record.aside === before.aside ? before.lastHeard <= record.lastHeard : before.aside;
}

function report(record: NodeRecord, time: number): void {
  record.reported = micros(Math.max(record.reported ?? time, time));
}

/** Up to when both the frames of a node and what it listened to are known. */
function completeUntil(record: NodeRecord): number | undefined {
  const { reported, dwelled } = record;
  if (reported === undefined || dwelled === undefined) return reported;
  return Math.max(Math.min(dwelled, reported), reported - DWELL_WAIT);
}

/** Without dwell messages: it listened where its frames came from, since its last message if that was from there. */
function assume(record: NodeRecord, frequency: Megahertz, span: Span): void {
  if (record.dwelled !== undefined || frequency === 0) return;
  const before = record.reported ?? Number.NEGATIVE_INFINITY;
  const steady = record.frequency === frequency && before < span.from && span.from - before <= ASSUMED_GAP;
  record.listening.add(frequency, { from: steady ? before : span.from, to: span.to }, false);
}
