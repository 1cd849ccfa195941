import { BoundedMap } from "../../base/bounded.ts";
import type { Mac } from "../../base/units.ts";
import { inverseAt, type Line, type LineFitter, valueAt } from "./fit.ts";

/**
 * Beacons a relation remembers, at one a second: enough for 30 and some to lose, short enough for the bend of a
 * warming crystal (0.02 ppm/s) to stay below 10 µs.
 */
const TSF_POINTS = 48;
/** Beacons before a relation is believed. */
const LEAST_POINTS = 4;
/** A TSF further than this from where it should be is no jitter: the access point restarted, or somebody forges. */
const JUMP = 200;
/** Jumped beacons that agree with each other before they are believed. */
const PERSISTENT = 3;
/** Node µs without a beacon after which the past says nothing about a crystal's speed. */
const STALE = 300e6;
/** Access points remembered; a home hears tens, a forger of beacons thousands. */
const ACCESS_POINTS = 64;
const NODES = 64;

/** How one access point's TSF relates to one node's clock. */
export class TsfRelation {
  private readonly nodeTimes = new Float64Array(TSF_POINTS);
  private readonly tsfs = new Float64Array(TSF_POINTS);
  private next = 0;
  private count = 0;
  private readonly suspectTimes: number[] = [];
  private readonly suspectTsfs: number[] = [];
  private line: Line | undefined;
  /** TSF as a function of node time; undefined while too little is known or the last beacon disagreed. */
  get current(): Line | undefined {
    return this.suspectTimes.length > 0 ? undefined : this.line;
  }

  /** TSF of the oldest and of the newest beacon behind the line. */
  firstTsf = 0;
  lastTsf = 0;
  lastTime = Number.NEGATIVE_INFINITY;

  add(nodeTime: number, tsf: number, fitter: LineFitter): void {
    if (nodeTime <= this.lastTime) return;
    if (nodeTime - this.lastTime > STALE) this.restart();
    this.lastTime = nodeTime;
    if (this.fits(nodeTime, tsf)) {
      this.suspectTimes.length = 0;
      this.suspectTsfs.length = 0;
      this.keep(nodeTime, tsf, fitter);
    } else this.suspect(nodeTime, tsf, fitter);
  }

  private restart(): void {
    this.count = 0;
    this.next = 0;
    this.line = undefined;
    this.suspectTimes.length = 0;
    this.suspectTsfs.length = 0;
  }

  private fits(nodeTime: number, tsf: number): boolean {
    if (this.line !== undefined) return Math.abs(tsf - valueAt(this.line, nodeTime)) <= JUMP;
    if (this.count === 0) return true;
    const last = (this.next + TSF_POINTS - 1) % TSF_POINTS;
    return agree(nodeTime - (this.nodeTimes[last] ?? 0), tsf - (this.tsfs[last] ?? 0));
  }

  private keep(nodeTime: number, tsf: number, fitter: LineFitter): void {
    this.nodeTimes[this.next] = nodeTime;
    this.tsfs[this.next] = tsf;
    this.next = (this.next + 1) % TSF_POINTS;
    if (this.count < TSF_POINTS) this.count += 1;
    this.firstTsf = this.tsfs[this.count < TSF_POINTS ? 0 : this.next] ?? 0;
    this.lastTsf = tsf;
    if (this.count >= LEAST_POINTS) this.line = fitter.fit(this.nodeTimes, this.tsfs, this.count);
  }

  private suspect(nodeTime: number, tsf: number, fitter: LineFitter): void {
    const last = this.suspectTimes.length - 1;
    const follows =
      last < 0 || agree(nodeTime - (this.suspectTimes[last] ?? 0), tsf - (this.suspectTsfs[last] ?? 0));
    if (!follows) {
      this.suspectTimes.length = 0;
      this.suspectTsfs.length = 0;
    }
    this.suspectTimes.push(nodeTime);
    this.suspectTsfs.push(tsf);
    if (this.suspectTimes.length < PERSISTENT) return;
    const times = this.suspectTimes.splice(0);
    const tsfs = this.suspectTsfs.splice(0);
    this.restart();
    for (let i = 0; i < times.length; i++) this.keep(times[i] ?? 0, tsfs[i] ?? 0, fitter);
  }
}

/** Do two clocks agree on a span, within their skew and jitter? */
const agree = (span: number, other: number): boolean => Math.abs(other - span) <= JUMP + span * 200e-6;

interface AccessPointClock {
  /** By node index. */
  readonly relations: (TsfRelation | undefined)[];
  beacons: number;
}

/** TSF relations of all access points and nodes; an access point with a history is not evicted by new names. */
export class TsfTable {
  private readonly accessPoints = new BoundedMap<Mac, AccessPointClock>({
    capacity: ACCESS_POINTS,
    protect: (clock) => clock.beacons >= 10,
  });

  add(bssid: Mac, node: number, beacon: { nodeTime: number; tsf: number }, fitter: LineFitter): void {
    let clock = this.accessPoints.get(bssid);
    if (clock === undefined) {
      clock = { relations: new Array<TsfRelation | undefined>(NODES).fill(undefined), beacons: 0 };
      this.accessPoints.set(bssid, clock);
    } else this.accessPoints.touch(bssid);
    clock.beacons += 1;
    let relation = clock.relations[node];
    if (relation === undefined) {
      relation = new TsfRelation();
      clock.relations[node] = relation;
    }
    relation.add(beacon.nodeTime, beacon.tsf, fitter);
  }

  /** A node's clock began again: nothing that was known of it holds. */
  forget(node: number): void {
    for (const clock of this.accessPoints.values()) clock.relations[node] = undefined;
  }

  /** Relations of both nodes to each access point that both hear and whose TSF has not restarted between them. */
  *common(
    node: number,
    other: number,
  ): Generator<{ readonly own: Line; readonly theirs: Line }, void, undefined> {
    for (const clock of this.accessPoints.values()) {
      const own = clock.relations[node];
      const theirs = clock.relations[other];
      if (own?.current === undefined || theirs?.current === undefined) continue;
      const overlap = Math.min(own.lastTsf, theirs.lastTsf) - Math.max(own.firstTsf, theirs.firstTsf);
      if (overlap > 0) yield { own: own.current, theirs: theirs.current };
    }
  }
}

/** The other node's time at a node's time, through the TSF of an access point that both hear. */
export const across = (pair: { own: Line; theirs: Line }, nodeTime: number): number =>
  inverseAt(pair.theirs, valueAt(pair.own, nodeTime));
