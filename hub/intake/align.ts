import { type Micros, micros, type NodeIndex } from "../base/units.ts";
import type { FrameBatch } from "../radio/batch.ts";
import type { Estimate, TimeReply } from "./clock/absolute.ts";
import { readBeacons } from "./clock/beacons.ts";
import { LineFitter } from "./clock/fit.ts";
import { bequeath, costOf, leads, rankOf, rootOf } from "./clock/order.ts";
import { combine } from "./clock/relate.ts";
import { type ClockSource, ClockState, NODE_LIMIT, type Sight } from "./clock/state.ts";
import { TsfTable } from "./clock/tsf.ts";

export interface ClockQuality {
  readonly source: ClockSource;
  /** Bound of the error against the hub's clock, µs. */
  readonly error: number;
  /** Bound of the error against the other nodes that hang on the same one, µs. */
  readonly relative: number;
  /** Node on whose clock this one hangs; itself when on none. */
  readonly root: NodeIndex;
  /** Times its clock began again: restarts, and counters set back. */
  readonly restarts: number;
  /** Corrections too large to be worked off gently. */
  readonly steps: number;
}

/** µs of node time between two corrections: the past of a line reaches back over a minute. */
const STEER_EVERY = 1e6;
/** µs over which a settled root works off what request and reply say: the others follow it without strain. */
const CALM = 30e6;
/** Change of speed that those who follow do not notice within the second between two of their corrections. */
const STRAIN = 20e-6;
/** Larger corrections would swing about their aim with so little change of speed: CALM² · STRAIN. */
const MOST_EASED = 18e3;
/** Corrections without that pause at the beginning, while each reading is much better than the one before. */
const EAGER = 12;
/** Systematic error of a timestamp: interrupt, quantisation, the way through the receiver. */
const SYSTEMATIC = 5;
/** A TSF may refine what request and reply say, never contradict it: more than this beyond their bounds is forged. */
const CONTRADICTION = 5e3;
/** µs that a node follows its parent without a common beacon, and by how much their crystals may drift apart. */
const COAST = 60e6;
const WANDER = 0.5e-6;
/** A Unix clock that differs by more than this from the hub's is not set: a board without a battery, say. */
const UNSET = 1e6;
/** Two Unix clocks kept by NTP in one house agree about this well. */
const UNIX_ERROR = 1e3;

/**
 * Brings the clocks of all nodes onto hub time. Nodes that hear the same access points hang on one of them through
 * the TSF of those, to microseconds; that one hangs on the hub by request and reply, or by arrivals. What has been
 * given out is never taken back: corrections bend the future of a node's line only (intake/clock/timeline.ts).
 */
export class Aligner {
  private readonly fitter = new LineFitter(128);
  private readonly tsf = new TsfTable();
  private readonly clocks: (ClockState | undefined)[] = new Array<ClockState | undefined>(NODE_LIMIT).fill(
    undefined,
  );
  /** Latest arrival of anything. */
  private now = micros(0);
  private lives = 0;

  /** A node said hello: another boot id is another clock. */
  hello(
    node: NodeIndex,
    hello: { readonly bootId: number; readonly clock: Micros; readonly unixTime: boolean },
    arrival: Micros,
  ): void {
    const state = this.stateOf(node);
    if (state.bootId !== hello.bootId || state.claimsUnix !== hello.unixTime) {
      if (state.heard) this.restart(state);
      state.bootId = hello.bootId;
      state.claimsUnix = hello.unixTime;
    }
    this.read(node, hello.clock, arrival);
  }

  /** The node's clock stood at `clock` when it sent something that arrived now: heartbeat, dwell. */
  read(node: NodeIndex, clock: Micros, arrival: Micros): Micros {
    const state = this.stateOf(node);
    const time = this.place(state, clock, arrival);
    state.absolute.arrival(time, arrival);
    this.steer(state, time);
    return state.at(time);
  }

  /** The answer to a time request. A reply whose four times contradict each other is ignored: false. */
  timeReply(node: NodeIndex, reply: TimeReply, round: { requestedAt: Micros; arrival: Micros }): boolean {
    const state = this.stateOf(node);
    if (state.unixTime && isElsewhere(reply, round)) {
      this.restart(state);
      state.distrusted = true;
    }
    const sent = this.place(state, reply.sent, round.arrival);
    const arrived = sent - (reply.sent - reply.arrived);
    const good = state.absolute.reply({ token: reply.token, arrived, sent }, round, this.fitter);
    if (good) this.steer(state, sent, true);
    return good;
  }

  /** Rewrites `batch.time`, ascending node time, to hub time in place. */
  align(batch: FrameBatch, arrival: Micros): void {
    const { count, time } = batch;
    if (count === 0) return;
    const state = this.stateOf(batch.node);
    const epoch = this.place(state, time[count - 1] ?? 0, arrival) - (time[count - 1] ?? 0);
    if (epoch !== 0) for (let row = 0; row < count; row++) time[row] = (time[row] ?? 0) + epoch;
    const last = time[count - 1] ?? 0;
    const beacons = readBeacons(batch, (bssid, beacon) =>
      this.tsf.add(bssid, batch.node, beacon, this.fitter),
    );
    state.absolute.arrival(last, arrival);
    this.steer(state, last, beacons > 0);
    state.rewrite(time, count);
  }

  /** Hub time of a node time near now, such as the start of a dwell. */
  toHub(node: NodeIndex, nodeTime: Micros): Micros {
    const state = this.clocks[node];
    return state === undefined ? nodeTime : state.at(state.unwrap(nodeTime));
  }

  quality(node: NodeIndex): ClockQuality {
    const state = this.clocks[node];
    if (state === undefined || !state.heard) {
      const unknown = Number.POSITIVE_INFINITY;
      return { source: "none", error: unknown, relative: unknown, root: node, restarts: 0, steps: 0 };
    }
    const root = rootOf(state);
    const { restarts, steps } = state;
    const relative = state.relative + state.remaining;
    return { source: state.source, error: root.error + relative, relative, root: root.node, restarts, steps };
  }

  /** Bound of the difference between the hub times that two nodes give to one moment, µs. */
  between(node: NodeIndex, other: NodeIndex): number {
    const state = this.clocks[node];
    const theirs = this.clocks[other];
    if (!state?.heard || !theirs?.heard) return Number.POSITIVE_INFINITY;
    const relative = state.relative + state.remaining + theirs.relative + theirs.remaining;
    const root = rootOf(state);
    const theirRoot = rootOf(theirs);
    return root === theirRoot ? relative : relative + root.error + theirRoot.error;
  }

  /** Bound of the error of a node's hub time against the hub's clock, µs. */
  uncertainty(node: NodeIndex): number {
    const state = this.clocks[node];
    if (!state?.heard) return Number.POSITIVE_INFINITY;
    return rootOf(state).error + state.relative + state.remaining;
  }

  private stateOf(node: NodeIndex): ClockState {
    const known = this.clocks[node];
    if (known !== undefined) return known;
    const state = new ClockState(node);
    if (node >= 0 && node < NODE_LIMIT) this.clocks[node] = state;
    return state;
  }

  private restart(state: ClockState): void {
    bequeath(this.clocks, state, this.now);
    state.restart();
    this.tsf.forget(state.node);
  }

  /** Node time without wraps; starts the clock anew where it cannot be the same one. */
  private place(state: ClockState, nodeTime: number, arrival: number): number {
    this.now = micros(Math.max(this.now, arrival));
    if (state.heard && !state.accepts(nodeTime, arrival)) this.restart(state);
    if (!state.heard) state.life = ++this.lives;
    return state.arrive(nodeTime, arrival);
  }

  private steer(state: ClockState, nodeTime: number, better = false): void {
    if (state.unixTime) {
      state.settle({ source: "unix", parent: undefined, relative: 0, error: UNIX_ERROR });
      return;
    }
    const due = state.lastSteer + STEER_EVERY;
    if (nodeTime < due && !(better && state.steers < EAGER)) return;
    const absolute = state.absolute.at(nodeTime, this.fitter);
    if (absolute === undefined) return;
    state.know(absolute);
    const sight = this.bestSight(state, { nodeTime, hub: absolute.hub });
    if (sight === undefined) alone(state, nodeTime, absolute);
    else follow(state, nodeTime, sight);
  }

  /** The node to hang on: on the best root, over the fewest others. Undefined: on none. */
  private bestSight(state: ClockState, at: { nodeTime: number; hub: number }): Sight | undefined {
    const coasting = coast(state, at.nodeTime, this.now);
    let best = coasting;
    let bestCost = rankOf(state, this.now);
    if (coasting !== undefined) bestCost = costOf(state, coasting.parent, this.now) ?? bestCost;
    for (const other of this.clocks) {
      if (other === undefined || other === state || !leads(other, this.now)) continue;
      const way = costOf(state, other, this.now);
      if (way === undefined) continue;
      // The present parent wins a tie, so that nodes do not swing between equals; a fresh look at it wins over none.
      const cost = way + (other === state.parent ? -0.25 : 0.25);
      if (cost >= bestCost) continue;
      const sight = combine(this.tsf.common(state.node, other.node), {
        ...{ state, other, ...at },
        limit: contradiction(state, other),
      });
      if (sight === undefined) continue;
      best = sight;
      bestCost = cost;
    }
    return best;
  }
}

/** How far from request and reply a TSF may lead: three times what each of the clocks may be off, and latency. */
const contradiction = (state: ClockState, other: ClockState): number =>
  3 * (state.absoluteError + other.absoluteError + rootOf(other).error) + other.remaining + CONTRADICTION;

/** By itself. Once it has found its place it changes speed only as fast as those who hang on it can follow. */
function alone(state: ClockState, nodeTime: number, absolute: Estimate): void {
  const { hub, pace } = absolute;
  const now = state.peek(nodeTime);
  const correction = hub - now;
  const eager = state.steers < EAGER;
  state.standAlone();
  if (eager || Math.abs(correction) > MOST_EASED) {
    state.lead({ nodeTime, hub, slope: pace, pace, span: eager ? STEER_EVERY : CALM });
    return;
  }
  const rate = state.rateAt(nodeTime);
  const slope = Math.min(rate + STRAIN, Math.max(rate - STRAIN, pace + correction / CALM));
  state.lead({ nodeTime, hub: now, slope, pace, span: CALM });
  state.error += Math.abs(correction);
}

/** On another node's line, through its corrections, not only to where it ends up. */
function follow(state: ClockState, nodeTime: number, sight: Sight): void {
  const { parent, parentTime, ratio } = sight;
  const relative = parent.relative + 2 * sight.error + SYSTEMATIC;
  state.settle({ source: "beacon", parent, relative, error: state.absoluteError });
  state.sight = { ...sight, nodeTime, generation: parent.restarts };
  const hub = parent.at(parentTime);
  const soon = parent.peek(parentTime + STEER_EVERY);
  const later = parent.peek(parentTime + 2 * STEER_EVERY);
  const slope = ((soon - hub) / STEER_EVERY) * ratio;
  const pace = ((later - soon) / STEER_EVERY) * ratio;
  state.lead({ nodeTime, hub, slope, pace, span: STEER_EVERY });
}

/** The last look at the present parent, carried on: access points restart, nodes are out of range for a while. */
function coast(state: ClockState, nodeTime: number, now: Micros): Sight | undefined {
  const { sight } = state;
  if (sight === undefined || state.parent !== sight.parent || !leads(sight.parent, now)) return undefined;
  const elapsed = nodeTime - sight.nodeTime;
  if (sight.generation !== sight.parent.restarts || elapsed > COAST) return undefined;
  const { parent, ratio } = sight;
  return {
    parent,
    parentTime: sight.parentTime + elapsed * ratio,
    ratio,
    error: sight.error + elapsed * WANDER,
  };
}

/** Was the request there a second before it was sent, or the reply sent a second after it was there? */
const isElsewhere = (reply: TimeReply, round: { requestedAt: Micros; arrival: Micros }): boolean =>
  reply.arrived < round.requestedAt - UNSET || reply.sent > round.arrival + UNSET;
