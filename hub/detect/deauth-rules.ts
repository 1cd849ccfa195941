import { type Micros, micros, SECOND } from "../base/units.ts";
import { type DeauthLedger, MARK } from "./deauth-ledger.ts";

/**
 * What a genuine network does, and so what is no flood:
 * - An access point that goes down or comes up says so once to everyone, or in one burst to each client, with a
 *   disassociation and a deauthentication at most. Then it is silent or serves again.
 * - An access point that does not know a client answers each of its frames (reason 6 or 7, IEEE 802.11-2020,
 *   11.3.2). A client that obeys is gone after the first; one that trusts only protected frames keeps on until its
 *   SA Query ends, about one second (dot11AssociationSAQueryMaximumTimeout, 1,000 TU).
 * - An access point that refuses a client says so once per attempt to join.
 * - A client that leaves says so once or twice, and its access point does not shout back.
 */
const SHORT = micros(6e6);
const LONG = micros(60e6);

/** Frames to everyone: a restart is one burst, so the fourth one over this long is a repeated attempt. */
const GROUP_REPEATED = 4;
const GROUP_FORGED = 3;
const GROUP_SPREAD = micros(2e6);
/** Frames to everyone in one go: more than any restart sends. */
const GROUP_BURST = 12;
/** Over a minute: six restarts would take longer than that. */
const GROUP_SLOW = 6;
const GROUP_SLOW_SPREAD = micros(20e6);

/** Frames whose numbers their transmitter cannot have given, and frames in all, that are no accident together. */
const FORGED_SLOW = { forged: 3, frames: 5, spread: GROUP_SPREAD };
const FORGED_BURST = { forged: 5, frames: 10, spread: micros(0) };
const FORGED_LONG = { forged: 6, frames: 8, spread: micros(10e6) };

/** Both ends say farewell again and again: one genuine end is enough to end it. */
const EACH_WAY = 3;

/** Frames to or from one client that a restart explains: down and up, a disassociation and a deauthentication. */
const PER_LINK = 4;
/** Beyond that, and for longer than an SA Query lasts. */
const PERSISTENT = { excess: 8, spread: micros(3e6) };
/** Beyond that in one second: more than a client asks for in the second it is not yet told. */
const BURST_EXCESS = 36;
/** Beyond that over a minute, one every two seconds: no restart, and nobody asks that long to be told. */
const PERSISTENT_LONG = { excess: 26, spread: micros(20e6) };
/**
 * Many clients, one after the other, for longer than a burst. A restart that has to repeat each frame to forty absent
 * clients takes as long; but it tells each of them a pair at most, and the clients do not say farewell themselves.
 */
const MANY = { frames: 20, spread: micros(3e6), slots: 4, pair: 2, upShare: 1 / 4 };

interface Link {
  joins: number;
  up: number;
  down: number;
}

interface Sums {
  frames: number;
  group: number;
  forged: number;
  forgedGroup: number;
  first: number;
  firstGroup: number;
  lastGroup: number;
  slots: number;
}

/** When the flood began, if what the ledger holds at `now` is one. */
export function floodSince(ledger: DeauthLedger, now: Micros): Micros | undefined {
  if (ledger.size < Math.min(GROUP_FORGED, FORGED_SLOW.frames)) return undefined;
  // bounded: at most one entry a row of the ledger.
  const links = new Map<number, Link>();
  const short = sum(ledger, now - SHORT, links);
  if (groupFlood(short) || forgedFlood(short, now) || linkFlood(links, short, now))
    return micros(short.first);
  links.clear();
  const long = sum(ledger, now - LONG, links);
  return slowFlood(links, long, now) ? micros(long.first) : undefined;
}

function groupFlood(sums: Sums): boolean {
  if (sums.group >= GROUP_BURST) return true;
  if (sums.lastGroup - sums.firstGroup < GROUP_SPREAD) return false;
  return sums.group >= GROUP_REPEATED || (sums.group >= GROUP_FORGED && sums.forgedGroup > 0);
}

function forgedFlood(sums: Sums, now: Micros): boolean {
  return reaches(sums, FORGED_SLOW, now) || reaches(sums, FORGED_BURST, now);
}

const reaches = (
  sums: Sums,
  rule: { readonly forged: number; readonly frames: number; readonly spread: number },
  now: Micros,
): boolean => sums.forged >= rule.forged && sums.frames >= rule.frames && now - sums.first >= rule.spread;

function linkFlood(links: ReadonlyMap<number, Link>, sums: Sums, now: Micros): boolean {
  for (const link of links.values()) if (link.up >= EACH_WAY && link.down >= EACH_WAY) return true;
  const spread = now - sums.first;
  const excess = excessOf(links);
  if (excess >= BURST_EXCESS) return true;
  return (excess >= PERSISTENT.excess && spread >= PERSISTENT.spread) || manyFlood(links, sums, spread);
}

/** Frames beyond what a restart explains, of links where they do not answer attempts to join. */
function excessOf(links: ReadonlyMap<number, Link>): number {
  let excess = 0;
  for (const link of links.values()) {
    const answersJoins = 2 * link.joins >= link.up + link.down;
    if (!answersJoins) excess += Math.max(0, link.up + link.down - PER_LINK);
  }
  return excess;
}

function manyFlood(links: ReadonlyMap<number, Link>, sums: Sums, spread: number): boolean {
  if (sums.frames < MANY.frames || spread < MANY.spread || sums.slots < MANY.slots) return false;
  let up = 0;
  for (const link of links.values()) up += link.up;
  return up >= MANY.upShare * sums.frames || sums.frames - sums.group > MANY.pair * links.size;
}

function slowFlood(links: ReadonlyMap<number, Link>, sums: Sums, now: Micros): boolean {
  const spread = sums.lastGroup - sums.firstGroup;
  if (sums.group >= GROUP_SLOW && spread >= GROUP_SLOW_SPREAD) return true;
  if (reaches(sums, FORGED_LONG, now)) return true;
  return excessOf(links) >= PERSISTENT_LONG.excess && now - sums.first >= PERSISTENT_LONG.spread;
}

/** Sums of the rows from `from` on; per client into `links`. */
function sum(ledger: DeauthLedger, from: number, links: Map<number, Link>): Sums {
  const sums: Sums = {
    frames: 0,
    group: 0,
    forged: 0,
    forgedGroup: 0,
    first: 0,
    firstGroup: 0,
    lastGroup: 0,
    slots: 0,
  };
  let slot = -1;
  for (let n = 0; n < ledger.size; n++) {
    const row = ledger.rowAt(n);
    const time = ledger.time[row] ?? 0;
    if (time < from) break;
    const marks = ledger.marks[row] ?? 0;
    addToLink(links, ledger.peer[row] ?? 0, marks);
    if ((marks & MARK.join) !== 0) continue;
    add(sums, time, marks);
    const second = Math.floor(time / SECOND);
    if (second !== slot) sums.slots += 1;
    slot = second;
  }
  return sums;
}

/** Rows come newest first. */
function add(sums: Sums, time: number, marks: number): void {
  const forged = (marks & MARK.forged) !== 0;
  sums.frames += 1;
  sums.first = time;
  if (forged) sums.forged += 1;
  if ((marks & MARK.group) === 0) return;
  if (sums.group === 0) sums.lastGroup = time;
  sums.group += 1;
  sums.firstGroup = time;
  if (forged) sums.forgedGroup += 1;
}

function addToLink(links: Map<number, Link>, peer: number, marks: number): void {
  if ((marks & MARK.group) !== 0) return;
  let link = links.get(peer);
  if (link === undefined) {
    link = { joins: 0, up: 0, down: 0 };
    links.set(peer, link);
  }
  if ((marks & MARK.join) !== 0) {
    link.joins += 1;
    return;
  }
  if ((marks & MARK.fromAp) !== 0) link.down += 1;
  else link.up += 1;
}
