import { errorAt, type LineFitter, valueAt } from "./fit.ts";

export interface TimeReply {
  readonly token: number;
  /** Node time of the request's arrival and of the reply's sending, µs. */
  readonly arrived: number;
  readonly sent: number;
}

/** Hub times at which a request was sent and its reply was there. */
export interface Round {
  readonly requestedAt: number;
  readonly arrival: number;
}

/** Hub time at a node time and how fast it goes on from there. `error` is a bound in µs. */
export interface Estimate {
  readonly hub: number;
  readonly pace: number;
  readonly error: number;
  readonly source: "reply" | "arrival";
}

const REPLIES = 64;
/** A round trip longer than this says nothing. */
const LONGEST_ROUND = 5e6;
/** Seconds of arrivals put together in one, and how many of them are remembered. */
const BUCKET = 4e6;
const BUCKETS = 24;
/** What every message waits cannot be seen in arrivals: a batch is up to 100 ms old when it is sent. */
const UNKNOWN_DELAY = 50e3;
/** Half a round trip bounds the error of a reply; further than this beyond it, one of the clocks was set. */
const CONTRADICTION = 50e3;
/** Skew that a clock may have while its own is not known yet. */
const SKEW = 40e-6;
/** Node µs that readings must span before a skew is read from them. */
const LEAST_SPAN = 20e6;

/**
 * Where a node's clock stands against the hub's, without any access point: from request and reply (Cristian's
 * method: the middle of the round trip, the shortest round trips only), else from the arrivals that waited least.
 * Readings are (node time, hub time) with the wait that each may contain.
 */
export class AbsoluteClock {
  private readonly replyNode = new Float64Array(REPLIES);
  private readonly replyHub = new Float64Array(REPLIES);
  private readonly round = new Float64Array(REPLIES);
  private replies = 0;
  private contradictions = 0;
  private readonly bucketNode = new Float64Array(BUCKETS);
  private readonly bucketHub = new Float64Array(BUCKETS);
  private buckets = 0;
  private bucketEnd = Number.NEGATIVE_INFINITY;
  private readonly xs = new Float64Array(REPLIES);
  private readonly ys = new Float64Array(REPLIES);

  /** False when the four times contradict each other. Two replies that contradict the earlier ones replace them. */
  reply(reply: TimeReply, round: Round, fitter: LineFitter): boolean {
    const held = reply.sent - reply.arrived;
    const wait = round.arrival - round.requestedAt - held;
    if (!(held >= 0 && wait >= 0 && wait <= LONGEST_ROUND)) return false;
    const nodeTime = (reply.arrived + reply.sent) / 2;
    const hub = (round.requestedAt + round.arrival) / 2;
    const known = this.fromReplies(nodeTime, fitter);
    const off = known === undefined ? 0 : Math.abs(hub - known.hub) - known.error - wait / 2;
    this.contradictions = off > CONTRADICTION ? this.contradictions + 1 : 0;
    if (this.contradictions === 1) return true;
    if (this.contradictions > 1) this.begin();
    const slot = this.replies++ % REPLIES;
    this.replyNode[slot] = nodeTime;
    this.replyHub[slot] = hub;
    this.round[slot] = wait;
    return true;
  }

  private begin(): void {
    this.replies = 0;
    this.contradictions = 0;
    this.buckets = 0;
    this.bucketEnd = Number.NEGATIVE_INFINITY;
  }

  /** A message that the node finished at `nodeTime` was in the hub at `arrival`. */
  arrival(nodeTime: number, arrival: number): void {
    if (arrival >= this.bucketEnd) {
      this.bucketEnd = arrival + BUCKET;
      this.buckets += 1;
      const slot = this.buckets % BUCKETS;
      this.bucketNode[slot] = nodeTime;
      this.bucketHub[slot] = arrival;
      return;
    }
    const slot = this.buckets % BUCKETS;
    if (arrival - nodeTime >= (this.bucketHub[slot] ?? 0) - (this.bucketNode[slot] ?? 0)) return;
    this.bucketNode[slot] = nodeTime;
    this.bucketHub[slot] = arrival;
  }

  get hasReplies(): boolean {
    return this.replies > 0;
  }

  at(nodeTime: number, fitter: LineFitter): Estimate | undefined {
    return this.fromReplies(nodeTime, fitter) ?? this.fromArrivals(nodeTime, fitter);
  }

  private fromReplies(nodeTime: number, fitter: LineFitter): Estimate | undefined {
    const held = Math.min(this.replies, REPLIES);
    if (held === 0) return undefined;
    let shortest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < held; i++) shortest = Math.min(shortest, this.round[i] ?? 0);
    // Waits add to a round trip on one side only and so to the error by half: the short ones are the true ones.
    const limit = shortest * 1.25 + 200;
    const good = this.select(held, limit);
    const fitted = this.fitted(good, nodeTime, fitter);
    const best = this.bestReply(held, nodeTime);
    const error = (fitted?.error ?? Number.POSITIVE_INFINITY) + shortest / 2;
    // A line through few readings, far from them, can be worse than one reading and all the skew a clock can have.
    const worse = fitted === undefined || error > best.error || Math.abs(fitted.hub - best.hub) > best.error;
    return worse ? best : { ...fitted, error, source: "reply" };
  }

  private select(held: number, limit: number): number {
    let good = 0;
    for (let i = 0; i < held; i++) {
      if ((this.round[i] ?? 0) > limit) continue;
      this.xs[good] = this.replyNode[i] ?? 0;
      this.ys[good] = this.replyHub[i] ?? 0;
      good += 1;
    }
    return good;
  }

  private fitted(count: number, nodeTime: number, fitter: LineFitter) {
    if (count < 6) return undefined;
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      first = Math.min(first, this.xs[i] ?? 0);
      last = Math.max(last, this.xs[i] ?? 0);
    }
    if (last - first < LEAST_SPAN) return undefined;
    const line = fitter.fit(this.xs, this.ys, count);
    if (line === undefined) return undefined;
    return { hub: valueAt(line, nodeTime), pace: line.slope, error: 2 * errorAt(line, nodeTime) };
  }

  /** The one reading that can be least wrong by now: half its round trip, and the skew since. */
  private bestReply(held: number, nodeTime: number): Estimate {
    let best = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < held; i++) {
      const error = (this.round[i] ?? 0) / 2 + Math.abs(nodeTime - (this.replyNode[i] ?? 0)) * SKEW;
      if (error >= least) continue;
      least = error;
      best = i;
    }
    const hub = (this.replyHub[best] ?? 0) + nodeTime - (this.replyNode[best] ?? 0);
    return { hub, pace: 1, error: least, source: "reply" };
  }

  private fromArrivals(nodeTime: number, fitter: LineFitter): Estimate | undefined {
    const held = Math.min(this.buckets, BUCKETS);
    if (held === 0) return undefined;
    for (let i = 0; i < held; i++) {
      const slot = (this.buckets - i) % BUCKETS;
      this.xs[i] = this.bucketNode[slot] ?? 0;
      this.ys[i] = this.bucketHub[slot] ?? 0;
    }
    const pace = held < 8 ? 1 : (this.fitted(held, nodeTime, fitter)?.pace ?? 1);
    let hub = Number.POSITIVE_INFINITY;
    let worst = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < held; i++) {
      const here = (this.ys[i] ?? 0) + (nodeTime - (this.xs[i] ?? 0)) * pace;
      hub = Math.min(hub, here);
      worst = Math.max(worst, here);
    }
    const error = UNKNOWN_DELAY + Math.min(worst - hub, 10 * UNKNOWN_DELAY);
    return { hub, pace, error, source: "arrival" };
  }
}
