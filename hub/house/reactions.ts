import { BoundedMap } from "../base/bounded.ts";
import { type Mac, type Megahertz, MINUTE, type Micros, micros, SECOND, toSeconds } from "../base/units.ts";
import type { Exposure } from "../intake/nodes.ts";
import type { RecentCoverage } from "../learn/paces.ts";
import { addressAt, FLAG, type FrameBatch } from "../radio/batch.ts";
import { carriesMsdu, KIND, kindOf } from "../radio/frame.ts";
import type { House } from "../track/model.ts";
import { type KeptHabit, ReactionHabits, type UsualReaction } from "./habits.ts";

/** Home Assistant asked a device of the radio for something. */
export interface ServiceCall {
  /** When the hub was told, which is before the service runs. */
  readonly time: Micros;
  readonly mac: Mac;
  readonly entityId: string;
  /** `light.turn_on` */
  readonly service: string;
}

/** What the radio said to a call. All of it was listened to, and the coverage is that of the minutes before. */
export interface Reaction {
  readonly call: ServiceCall;
  readonly kind: "answered" | "unanswered";
  /** Seconds to the first frame; undefined where there was none. */
  readonly delay: number | undefined;
  /** How it answers usually; undefined while that is being learned, or when it does not answer in any way of its own. */
  readonly usual: UsualReaction | undefined;
  /** Heard share of what it sends, 0-1; undefined while unknown. */
  readonly coverage: number | undefined;
  readonly listened: number;
  readonly origin: Exposure["origin"];
}

export interface ReactionSources {
  readonly house: House;
  readonly exposure: (frequency: Megahertz, from: Micros, to: Micros) => Exposure;
  /** Up to when every node has told what it heard. */
  readonly watermark: Micros;
  readonly coverageOf: (mac: Mac) => RecentCoverage | undefined;
}

/** A plug in the house answers within half a second, one that is asked by way of a cloud within three. */
const PATIENCE = micros(5 * SECOND);
/** A device that has gone to another channel or is off does not refuse: it must be heard again within this. */
const AGAIN = micros(10 * MINUTE);
/** A frame this close before the hub was told may be the answer as well as not; it counts as neither. */
const BLUR = micros(0.05 * SECOND);
/** A gap of a hopping node could hide the answer. */
const LEAST_LISTENED = 0.95;
/** Of ten frames five are heard: an answer of three frames is then missed one time in eight, and it was learned so. */
const LEAST_COVERAGE = 0.5;
const LEAST_SENT = 5;
/** Scenes call a few dozen devices at once. */
const MOST_WAITING = 64;

interface Waiting {
  readonly call: ServiceCall;
  readonly bssid: Mac;
  readonly frequency: Megahertz;
  /** Last frame before the call. */
  before: Micros;
  /** First frame after it. */
  after: Micros | undefined;
}

/** What nothing came back for, until the device is heard again. */
interface Silent extends Omit<Reaction, "kind" | "delay" | "usual"> {
  readonly bssid: Mac;
  readonly before: number;
}

/**
 * Sees whether a device uses the air after Home Assistant asked it for something. How a device answers is learned by
 * entity; only what has answered well beyond chance can be said not to have answered.
 */
export class Reactions {
  readonly habits = new ReactionHabits();
  readonly #waiting = new BoundedMap<Mac, Waiting>({ capacity: MOST_WAITING });
  readonly #silent = new BoundedMap<Mac, Silent>({ capacity: MOST_WAITING });

  restore(kept: Iterable<KeptHabit>): void {
    this.habits.restore(kept);
  }

  /** Notes a call; one that follows another to the same device within seconds is the same act. */
  call(call: ServiceCall, house: House): void {
    const device = house.device(call.mac);
    const { bssid } = device ?? {};
    const frequency = bssid === undefined ? undefined : house.accessPoint(bssid)?.frequency;
    if (device?.home !== true || bssid === undefined || frequency === undefined) return;
    if (this.#waiting.has(call.mac)) return;
    this.#waiting.set(call.mac, { call, bssid, frequency, before: device.lastSeen, after: undefined });
  }

  /** Looks through a batch in hub time for frames of devices that were called. */
  sight(batch: FrameBatch): void {
    if (this.#waiting.size === 0) return;
    for (let address = 0; address < batch.addressCount; address++) {
      const mac = addressAt(batch, address);
      const waiting = mac === undefined ? undefined : this.#waiting.get(mac);
      if (waiting !== undefined) look(batch, address, waiting);
    }
  }

  /** What has become sure since the last tick. */
  tick(now: Micros, sources: ReactionSources): Reaction[] {
    const reactions: Reaction[] = [];
    for (const [mac, waiting] of [...this.#waiting.entries()]) {
      if (sources.watermark < waiting.call.time + PATIENCE) continue;
      this.#waiting.delete(mac);
      const reaction = this.#judge(waiting, sources);
      if (reaction !== undefined) reactions.push(reaction);
    }
    for (const [mac, silent] of [...this.#silent.entries()]) {
      const reaction = this.#hearAgain(mac, silent, { now, house: sources.house });
      if (reaction !== undefined) reactions.push(reaction);
    }
    return reactions;
  }

  #judge(waiting: Waiting, sources: ReactionSources): Reaction | undefined {
    const { call, frequency, bssid, after } = waiting;
    const [from, to] = [micros(call.time - PATIENCE), micros(call.time + PATIENCE)];
    const { listened, origin } = sources.exposure(frequency, from, to);
    const share = listened / (to - from);
    const point = sources.house.accessPoint(bssid);
    // A node that no longer hears the access point itself is deaf, whatever it says.
    if (share < LEAST_LISTENED || point === undefined || point.lastSeen < call.time) return undefined;
    const before = toSeconds(micros(Math.max(0, call.time - waiting.before)));
    const recent = sources.coverageOf(call.mac);
    const known = recent !== undefined && recent.sent >= LEAST_SENT;
    const basis = { call, coverage: known ? recent.coverage : undefined, listened: share, origin };
    if (after === undefined) {
      this.#silent.set(call.mac, { ...basis, bssid, before });
      return undefined;
    }
    const delay = toSeconds(micros(after - call.time));
    const usual = this.habits.usual(call.entityId);
    this.habits.learn(call.entityId, { before, after: delay });
    return { ...basis, kind: "answered", delay, usual };
  }

  /** Silence alone is no refusal: the device must have been there before, and be there after, on the same channel. */
  #hearAgain(
    mac: Mac,
    silent: Silent,
    { now, house }: { readonly now: Micros; readonly house: House },
  ): Reaction | undefined {
    const { call, bssid, before, coverage, listened, origin } = silent;
    const device = house.device(mac);
    const moved = device === undefined || device.bssid !== bssid;
    if (moved || now - call.time > AGAIN || before > toSeconds(AGAIN)) {
      this.#silent.delete(mac);
      return undefined;
    }
    if (device.lastSeen <= call.time + PATIENCE) return undefined;
    this.#silent.delete(mac);
    const usual = this.habits.usual(call.entityId);
    this.habits.learn(call.entityId, { before, after: undefined });
    if (usual === undefined || coverage === undefined || coverage < LEAST_COVERAGE) return undefined;
    return { call, kind: "unanswered", delay: undefined, usual, coverage, listened, origin };
  }
}

/** Data, or the answer to data that nobody here decodes. Not empty frames: those of sleepers come by the clock. */
function isAnswer(fc: number): boolean {
  const kind = kindOf(fc);
  return carriesMsdu(fc) || kind === KIND.blockAck || kind === KIND.rts;
}

function look(batch: FrameBatch, address: number, waiting: Waiting): void {
  const { time } = waiting.call;
  for (let row = 0; row < batch.count; row++) {
    if (batch.a2[row] !== address || ((batch.flags[row] ?? 0) & (FLAG.badFcs | FLAG.headerless)) !== 0)
      continue;
    const at = micros(batch.time[row] ?? 0);
    if (at < time - BLUR) waiting.before = micros(Math.max(waiting.before, at));
    else if (at > time && at <= time + PATIENCE && isAnswer(batch.fc[row] ?? 0)) {
      waiting.after = micros(Math.min(waiting.after ?? at, at));
    }
  }
}
