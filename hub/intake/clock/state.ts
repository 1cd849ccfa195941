import { type Micros, micros, type NodeIndex } from "../../base/units.ts";
import { AbsoluteClock, type Estimate } from "./absolute.ts";
import { type Course, Timeline } from "./timeline.ts";

/** Nodes one hub serves; node indices are below it. */
export const NODE_LIMIT = 64;
/** The counter in the radio that node time is unwrapped from. */
const WRAP = 2 ** 32;
/** Messages may be late by half a minute and in disorder by as much: a clock further back began again. */
const LATEST = 60e6;
/** A frame cannot be heard after its message has arrived; beyond what latency and skew explain, the clock jumped. */
const FUTURE = 5e6;

/** What hub time of a node rests on, best first. `none`: nothing has been heard from it. */
export type ClockSource = "unix" | "beacon" | "reply" | "arrival" | "none";

/** Where a node's time stands on another node's clock, seen through the access points that both hear. */
export interface Sight {
  readonly parent: ClockState;
  readonly parentTime: number;
  /** µs of the parent's clock per µs of the node's. */
  readonly ratio: number;
  /** Standard error, µs. */
  readonly error: number;
}

/** All that is known of one node's clock. Node times are unwrapped, hub times µs since the Unix epoch. */
export class ClockState {
  readonly node: NodeIndex;
  bootId: number | undefined;
  /** The node says that its time is Unix time. */
  claimsUnix = false;
  /** Request and reply have shown that it is not. */
  distrusted = false;
  absolute = new AbsoluteClock();
  heard = false;
  /** Number of this clock among all clocks and their restarts, in order of time. */
  life = 0;
  /** Latest node time and the arrival of the latest message. */
  last = 0;
  lastArrival = 0;
  source: ClockSource = "none";
  /** Node whose time line this one follows; undefined: it stands by itself. */
  parent: ClockState | undefined;
  /** The last look at it, and which of its clock's lives that was. */
  sight: (Sight & { readonly nodeTime: number; readonly generation: number }) | undefined;
  /** Bounds in µs: against the root, of the clock by itself against the hub, and what is still being corrected. */
  relative = 0;
  error = Number.POSITIVE_INFINITY;
  absoluteError = Number.POSITIVE_INFINITY;
  private absoluteSource: ClockSource = "none";
  remaining = 0;
  lastSteer = Number.NEGATIVE_INFINITY;
  steers = 0;
  restarts = 0;
  private earlierSteps = 0;
  private epoch = 0;
  private line: Timeline | undefined;

  constructor(node: NodeIndex) {
    this.node = node;
  }

  /** Node time is taken for hub time as it is. */
  get unixTime(): boolean {
    return this.claimsUnix && !this.distrusted;
  }

  get steps(): number {
    return this.earlierSteps + (this.line?.steps ?? 0);
  }

  /** Hub time, and the promise that it stays so. */
  at(nodeTime: number): Micros {
    return this.line === undefined ? micros(nodeTime) : this.line.at(nodeTime);
  }

  peek(nodeTime: number): Micros {
    return this.line === undefined ? micros(nodeTime) : this.line.peek(nodeTime);
  }

  /** Hub µs per node µs at a node time. */
  rateAt(nodeTime: number): number {
    return this.line?.rateAt(nodeTime) ?? 1;
  }

  rewrite(times: Float64Array, count: number): void {
    this.line?.rewrite(times, count);
  }

  restart(): void {
    this.earlierSteps += this.line?.steps ?? 0;
    this.restarts += 1;
    this.distrusted = false;
    this.absolute = new AbsoluteClock();
    this.line = undefined;
    this.heard = false;
    this.parent = undefined;
    this.sight = undefined;
    this.source = "none";
    this.error = Number.POSITIVE_INFINITY;
    this.absoluteError = Number.POSITIVE_INFINITY;
    this.relative = 0;
    this.remaining = 0;
    this.lastSteer = Number.NEGATIVE_INFINITY;
    this.steers = 0;
    this.epoch = 0;
  }

  /** Can this be a reading of the same clock? Reads a step back by 2^32 µs as a counter that wrapped. */
  accepts(raw: number, arrival: number): boolean {
    if (this.unixTime) return true;
    const time = this.unwrap(raw);
    if (time < this.last - LATEST) {
      const expected = this.last + Math.max(0, arrival - this.lastArrival);
      const wrapped = time + WRAP;
      if (wrapped < this.last - LATEST || wrapped > expected + LATEST) return false;
      this.epoch += WRAP;
      return true;
    }
    return this.line === undefined || time <= this.last || this.peek(time) <= arrival + FUTURE;
  }

  /** Node time without wraps; a reading from before the last wrap keeps its place. */
  unwrap(raw: number): number {
    const time = raw + this.epoch;
    return this.epoch > 0 && time > this.last + WRAP / 2 ? time - WRAP : time;
  }

  /** Takes note of a reading that is accepted. */
  arrive(raw: number, arrival: number): number {
    const time = this.unwrap(raw);
    if (!this.heard) {
      this.heard = true;
      this.last = time;
    }
    this.last = Math.max(this.last, time);
    this.lastArrival = Math.max(this.lastArrival, arrival);
    return time;
  }

  /** What is known of it without other nodes. */
  know(absolute: Estimate): void {
    this.absoluteError = absolute.error;
    this.absoluteSource = absolute.source;
  }

  /** On no other node. */
  standAlone(): void {
    this.settle({ source: this.absoluteSource, parent: undefined, relative: 0, error: this.absoluteError });
  }

  settle(place: {
    source: ClockSource;
    parent: ClockState | undefined;
    relative: number;
    error: number;
  }): void {
    this.source = place.source;
    this.parent = place.parent;
    this.relative = place.relative;
    this.error = place.error;
  }

  /** Leads the line onto a course. */
  lead(course: Course): void {
    this.line ??= new Timeline(course.nodeTime, course.hub);
    const correction = Math.abs(this.line.steer(course));
    this.remaining = this.parent === undefined ? 0 : correction;
    if (this.parent === undefined) this.error += correction;
    this.lastSteer = course.nodeTime;
    this.steers += 1;
  }
}
