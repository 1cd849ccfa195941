import { type Micros, micros } from "../base/units.ts";
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

/** Frames to everyone within this are one round; a restart is one, or two with a pause in between. */
const ROUND = micros(750_000);
const ROUNDS = 4;
const ROUNDS_FORGED = 3;
/** Frames to everyone in one go: more than any restart sends. */
const GROUP_BURST = 12;
/** Over a minute: six restarts would take longer than that. */
const ROUNDS_SLOW = 6;
const ROUNDS_SLOW_SPREAD = micros(20e6);

/**
 * Frames whose numbers their transmitter cannot have given, and frames in all, that are no accident together; `spread`
 * is that of the former: three rounds, or none where they come in one go.
 */
const FORGED_SLOW = { forged: 3, frames: 5, spread: micros(1.8e6) };
const FORGED_BURST = { forged: 5, frames: 10, spread: micros(0) };
const FORGED_LONG = { forged: 6, frames: 8, spread: micros(10e6) };

/** Both ends say farewell again and again: a pair from each is enough to end it, also when one tries it twice. */
const EACH_WAY = 6;

/**
 * Frames to or from one client come in rounds too. A restart is one, the answers to a client that keeps on for an SA
 * Query are three; both together, as after a quick restart, are four.
 */
const LINK_ROUND = micros(500_000);
/** Frames that a restart explains: down and up, a disassociation and a deauthentication. */
const PER_LINK = 4;
/** Beyond that, and going on. */
const PERSISTENT = { excess: 8, rounds: 6 };
/** Beyond that in one second: more than a client asks for in the second it is not yet told. */
const BURST = { excess: 36, rounds: 1 };
/** Beyond that over a minute, one every two seconds: seven times as often refused would be one every nine. */
const PERSISTENT_LONG = { excess: 26, rounds: 20 };
/** Many clients in turn, none of them often; in a minute more often than two restarts with all their answers. */
const MANY = { links: 5, rounds: 5 };
const MANY_LONG = { links: 5, rounds: 12 };

interface Link {
  joins: number;
  rounds: number;
  /** When the round counted last was. */
  round: number;
  up: number;
  down: number;
}

interface Sums {
  frames: number;
  group: number;
  forged: number;
  forgedGroup: number;
  firstForged: number;
  lastForged: number;
  first: number;
  /** Rounds of frames to everyone, and when the earliest, the one counted last and the latest were. */
  rounds: number;
  round: number;
  firstGroup: number;
  lastGroup: number;
}

/** When the flood began, if what the ledger holds at `now` is one. */
export function floodSince(ledger: DeauthLedger, now: Micros): Micros | undefined {
  if (ledger.size < ROUNDS_FORGED) return undefined;
  // bounded: at most one entry a row of the ledger.
  const links = new Map<number, Link>();
  const short = sum(ledger, now - SHORT, links);
  if (groupFlood(short) || forgedFlood(short) || linkFlood(links)) return micros(short.first);
  links.clear();
  const long = sum(ledger, now - LONG, links);
  return slowFlood(links, long) ? micros(long.first) : undefined;
}

function groupFlood(sums: Sums): boolean {
  if (sums.group >= GROUP_BURST || sums.rounds >= ROUNDS) return true;
  return sums.rounds >= ROUNDS_FORGED && sums.forgedGroup > 0;
}

const forgedFlood = (sums: Sums): boolean => reaches(sums, FORGED_SLOW) || reaches(sums, FORGED_BURST);

const reaches = (
  sums: Sums,
  rule: { readonly forged: number; readonly frames: number; readonly spread: number },
): boolean =>
  sums.forged >= rule.forged &&
  sums.frames >= rule.frames &&
  sums.lastForged - sums.firstForged >= rule.spread;

function linkFlood(links: ReadonlyMap<number, Link>): boolean {
  for (const link of links.values()) {
    if (link.up >= EACH_WAY && link.down >= EACH_WAY) return true;
    if (excessOf(link, BURST.rounds) >= BURST.excess) return true;
  }
  let excess = 0;
  for (const link of links.values()) excess += excessOf(link, PERSISTENT.rounds);
  return excess >= PERSISTENT.excess || manyLinks(links, MANY);
}

/** The frames do not just answer attempts to join, which are at least half as many then. */
const unasked = (link: Link): boolean => 2 * link.joins < link.up + link.down;

/** Frames beyond what a restart explains, of a link that goes on for so many rounds. */
const excessOf = (link: Link, rounds: number): number =>
  link.rounds >= rounds && unasked(link) ? Math.max(0, link.up + link.down - PER_LINK) : 0;

function manyLinks(links: ReadonlyMap<number, Link>, rule: { links: number; rounds: number }): boolean {
  let many = 0;
  for (const link of links.values()) if (link.rounds >= rule.rounds && unasked(link)) many += 1;
  return many >= rule.links;
}

function slowFlood(links: ReadonlyMap<number, Link>, sums: Sums): boolean {
  const spread = sums.lastGroup - sums.firstGroup;
  if (sums.rounds >= ROUNDS_SLOW && spread >= ROUNDS_SLOW_SPREAD) return true;
  if (reaches(sums, FORGED_LONG) || manyLinks(links, MANY_LONG)) return true;
  for (const link of links.values()) {
    if (excessOf(link, PERSISTENT_LONG.rounds) >= PERSISTENT_LONG.excess) return true;
  }
  return false;
}

/** Sums of the rows from `from` on; per client into `links`. */
function sum(ledger: DeauthLedger, from: number, links: Map<number, Link>): Sums {
  const sums: Sums = {
    frames: 0,
    group: 0,
    forged: 0,
    forgedGroup: 0,
    firstForged: 0,
    lastForged: 0,
    first: 0,
    rounds: 0,
    round: Number.POSITIVE_INFINITY,
    firstGroup: 0,
    lastGroup: 0,
  };
  for (let n = 0; n < ledger.size; n++) {
    const row = ledger.rowAt(n);
    const time = ledger.time[row] ?? 0;
    if (time < from) break;
    const marks = ledger.marks[row] ?? 0;
    addToLink(links, ledger.peer[row] ?? 0, marks, time);
    if ((marks & MARK.join) !== 0) continue;
    add(sums, time, marks);
  }
  return sums;
}

/** Rows come newest first. */
function add(sums: Sums, time: number, marks: number): void {
  const forged = (marks & MARK.forged) !== 0;
  sums.frames += 1;
  sums.first = time;
  if (forged) {
    if (sums.forged === 0) sums.lastForged = time;
    sums.forged += 1;
    sums.firstForged = time;
  }
  if ((marks & MARK.group) === 0) return;
  if (sums.group === 0) sums.lastGroup = time;
  sums.group += 1;
  sums.firstGroup = time;
  if (sums.round - time >= ROUND) {
    sums.rounds += 1;
    sums.round = time;
  }
  if (forged) sums.forgedGroup += 1;
}

function addToLink(links: Map<number, Link>, peer: number, marks: number, time: number): void {
  if ((marks & MARK.group) !== 0) return;
  let link = links.get(peer);
  if (link === undefined) {
    link = { joins: 0, rounds: 0, round: Number.POSITIVE_INFINITY, up: 0, down: 0 };
    links.set(peer, link);
  }
  if ((marks & MARK.join) !== 0) {
    link.joins += 1;
    return;
  }
  if ((marks & MARK.fromAp) !== 0) link.down += 1;
  else link.up += 1;
  if (link.round - time < LINK_ROUND) return;
  link.rounds += 1;
  link.round = time;
}
