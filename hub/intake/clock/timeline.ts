import { type Micros, micros } from "../../base/units.ts";

/** Fastest gentle correction, as a fraction of time. */
const GENTLE_RATE = 0.05;
/** Corrections up to this are worked off gently; a clock further ahead runs at half speed, one further behind jumps. */
const GENTLE = 1e6;
const BRAKE_RATE = 0.5;
/** Ahead by more than this, the hub's own clock was set back, and time steps with it. */
const MOST_BRAKED = 60e6;
/** Two a correction, one correction a second: what was mapped within the last half minute stays as it was. */
const SEGMENTS = 128;

/** Where a line shall go: through `hub` at `nodeTime`, at `slope` over the next `span` µs, then at `pace`. */
export interface Course {
  readonly nodeTime: number;
  readonly hub: number;
  readonly slope: number;
  readonly pace: number;
  readonly span: number;
}

/**
 * A node's time to hub time as connected straight pieces. Steering bends only what lies after every reading that
 * has been asked for, so that a frame's place never depends on what was learned later, and time never runs
 * backwards but where the hub's own clock was set back by more than a minute.
 */
export class Timeline {
  /** Beginning, hub time there and hub µs per node µs of each piece, a ring. */
  private readonly from = new Float64Array(SEGMENTS);
  private readonly hub = new Float64Array(SEGMENTS);
  private readonly rate = new Float64Array(SEGMENTS);
  private newest = 0;
  private count = 1;
  /** Latest node time that has been asked for. */
  private frontier: number;
  /** Corrections too large to be worked off gently. */
  steps = 0;

  constructor(nodeTime: number, hubTime: number) {
    this.from[0] = nodeTime;
    this.hub[0] = hubTime;
    this.rate[0] = 1;
    this.frontier = nodeTime;
  }

  /** Hub time of a node time. */
  at(nodeTime: number): Micros {
    if (nodeTime > this.frontier) this.frontier = nodeTime;
    return this.peek(nodeTime);
  }

  /** The same without a promise that it stays so. */
  peek(nodeTime: number): Micros {
    const piece = this.pieceAt(nodeTime);
    return micros((this.hub[piece] ?? 0) + (nodeTime - (this.from[piece] ?? 0)) * (this.rate[piece] ?? 1));
  }

  /** Hub µs per node µs at a node time, and where no more is known. */
  rateAt(nodeTime: number): number {
    return this.rate[this.pieceAt(Math.max(nodeTime, this.frontier))] ?? 1;
  }

  /** Rewrites ascending node times in place. */
  rewrite(times: Float64Array, count: number): void {
    if (count === 0) return;
    let end = Number.NEGATIVE_INFINITY;
    let from = 0;
    let hub = 0;
    let rate = 1;
    let latest = this.frontier;
    for (let i = 0; i < count; i++) {
      const time = times[i] ?? 0;
      if (time >= end || time < from) {
        const piece = this.pieceAt(time);
        from = this.isOldest(piece) ? Number.NEGATIVE_INFINITY : (this.from[piece] ?? 0);
        hub = (this.hub[piece] ?? 0) - (this.from[piece] ?? 0) * (this.rate[piece] ?? 1);
        rate = this.rate[piece] ?? 1;
        end = piece === this.newest ? Number.POSITIVE_INFINITY : (this.from[(piece + 1) % SEGMENTS] ?? 0);
      }
      if (time > latest) latest = time;
      times[i] = hub + time * rate;
    }
    this.frontier = latest;
  }

  /**
   * Leads the line onto `course` from the frontier on, over its `span` or longer where the correction is large.
   * Returns the correction in µs that is to be made.
   */
  steer(course: Course): number {
    const begin = Math.max(course.nodeTime, this.frontier);
    const now = this.peek(begin);
    const aim = course.hub + (begin - course.nodeTime) * course.slope;
    const error = aim - now;
    this.forgetAfter(begin);
    if (error > GENTLE || error < -MOST_BRAKED) {
      this.steps += 1;
      // Node time is whole µs: what has been given out for `begin` stays.
      this.append(begin + 1, aim + course.pace, course.pace);
      return error;
    }
    const fastest = error < -GENTLE ? BRAKE_RATE : GENTLE_RATE;
    const span = Math.max(course.span, Math.abs(error) / fastest);
    const rate = course.slope + error / span;
    this.append(begin, now, rate);
    this.append(begin + span, now + span * rate, course.pace);
    return error;
  }

  private pieceAt(nodeTime: number): number {
    let piece = this.newest;
    for (let i = 1; i < this.count && nodeTime < (this.from[piece] ?? 0); i++) {
      piece = (piece + SEGMENTS - 1) % SEGMENTS;
    }
    return piece;
  }

  private isOldest(piece: number): boolean {
    return piece === (this.newest + SEGMENTS - this.count + 1) % SEGMENTS;
  }

  private forgetAfter(nodeTime: number): void {
    while (this.count > 1 && (this.from[this.newest] ?? 0) >= nodeTime) {
      this.newest = (this.newest + SEGMENTS - 1) % SEGMENTS;
      this.count -= 1;
    }
  }

  private append(from: number, hub: number, rate: number): void {
    this.newest = (this.newest + 1) % SEGMENTS;
    if (this.count < SEGMENTS) this.count += 1;
    this.from[this.newest] = from;
    this.hub[this.newest] = hub;
    this.rate[this.newest] = rate;
  }
}
