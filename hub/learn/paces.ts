import { BoundedMap } from "../base/bounded.ts";
import {
  HOUR,
  type Mac,
  type Megahertz,
  MINUTE,
  type Micros,
  micros,
  SECOND,
  toSeconds,
} from "../base/units.ts";
import type { Exposure } from "../intake/nodes.ts";
import type { Device, House, Tally } from "../track/model.ts";

/** How much of a device's minute was listened to at least, so that the minute counts. */
const LEAST_LISTENED = micros(10 * SECOND);
/** A day: what a device does once a day it may do again. */
const HOURS = 24;
/** Minutes that a device must be known for before anything is unusual for it. */
const LEAST_KNOWN = 60;
/**
 * Beyond twice the most of any minute of the last day: sustained above its own maximum was the rule with the fewest
 * false alarms of those simulated over six quiet weeks; a median or a deviation as line gave some dozen a day.
 */
const OVER_MOST = 2;
/** Below this many frames a second a chatty firmware, a retry storm or an update of a clock looks the same. */
const LEAST_RATE = 5;
/** One minute is a photo or a page; three are something that goes on. */
const LEAST_MINUTES = 3;
/** What lasts longer is the device's new usual. */
const MOST_MINUTES = 60;
/** Minutes in a row without enough listening, after which a burst is no longer followed. */
const MOST_GAP = 2;
/** Coverage below this part of the usual: the count leans on guesses then. */
const COVERAGE_LEFT = 0.5;
/** Minutes that the recent coverage is of. */
const COVERAGE_MINUTES = 10;
const CAPACITY = 4096;

/** How much of a device was heard of late. */
export interface RecentCoverage {
  /** Heard / sent of what it sent, 0-1. */
  readonly coverage: number;
  /** Frames that it must have sent. */
  readonly sent: number;
}

/** A device has sent far more than it ever does, for minutes. */
export interface Burst {
  readonly mac: Mac;
  readonly since: Micros;
  readonly until: Micros;
  /** Frames a second that it sent, heard or not: mean of the burst, and of the day before. */
  readonly rate: number;
  readonly usual: number;
  /** Most of any minute of the day before. */
  readonly most: number;
  /** Heard share of it, 0-1. */
  readonly coverage: number;
  /** Share of the time that somebody listened, 0-1. */
  readonly listened: number;
  readonly origin: Exposure["origin"];
  /** It is over, or too long to be called so. */
  readonly ended: boolean;
}

/** Where the pace of a device is read from. */
export interface PaceSources {
  readonly house: House;
  readonly exposure: (frequency: Megahertz, from: Micros, to: Micros) => Exposure;
}

interface Total {
  readonly heard: number;
  readonly sent: number;
  readonly uncertainty: number;
}

interface Hour {
  readonly begun: Micros;
  minutes: number;
  sum: number;
  least: number;
  most: number;
}

interface Minute {
  readonly from: Micros;
  readonly to: Micros;
  readonly heard: number;
  readonly sent: number;
  /** What was sent for certain: two standard deviations of the estimate below it. */
  readonly certain: number;
  readonly exposure: Exposure;
}

interface Run {
  readonly since: Micros;
  readonly usual: number;
  readonly most: number;
  readonly minutes: Minute[];
  gap: number;
}

interface Track {
  last: Total;
  bssid: Mac | undefined;
  readonly recent: Minute[];
  readonly hours: Hour[];
  run: Run | undefined;
}

/**
 * How much each home device sends a minute, loss-corrected and per second of listening, over the last day, and what
 * is beyond that: for evidence, never an alarm by itself. Kept in memory: after a restart it is learned anew.
 */
export class Paces {
  readonly #tracks = new BoundedMap<Mac, Track>({ capacity: CAPACITY });
  #sampled: Micros | undefined;
  #bursts: Burst[] = [];

  /** Closes a minute of hub time when it is over; call it with every tick. */
  sample(now: Micros, sources: PaceSources): void {
    const from = this.#sampled;
    if (from !== undefined && now - from < MINUTE && now >= from) return;
    this.#sampled = now;
    for (const device of sources.house.devices()) {
      if (device.home && device.role !== "access_point") this.#take(device, { from, now, sources });
    }
  }

  /** Bursts that are going on, once a minute each, and those that ended, since the last call. */
  takeBursts(): Burst[] {
    const taken = this.#bursts;
    this.#bursts = [];
    return taken;
  }

  /** How much of what the device sent over the last ten minutes was heard; undefined where it sent nothing. */
  coverageOf(mac: Mac): RecentCoverage | undefined {
    const recent = this.#tracks.get(mac)?.recent ?? [];
    const sent = total(recent, "sent");
    return sent === 0 ? undefined : { sent, coverage: Math.min(1, total(recent, "heard") / sent) };
  }

  #take(device: Device, at: { from: Micros | undefined; now: Micros; sources: PaceSources }): void {
    const { mac, bssid } = device;
    const current = totalOf(device.up);
    const track = this.#tracks.get(mac);
    if (track === undefined) {
      this.#tracks.set(mac, { last: current, bssid, recent: [], hours: [], run: undefined });
      return;
    }
    const { last } = track;
    // Another access point may be on another channel: that minute belongs to neither.
    const moved = track.bssid !== bssid;
    track.last = current;
    track.bssid = bssid;
    const frequency = bssid === undefined ? undefined : at.sources.house.accessPoint(bssid)?.frequency;
    if (at.from === undefined) return;
    const from = at.from;
    // A clock that was set: the span is no minute.
    const usable = frequency !== undefined && !moved && at.now > from && at.now - from < 2 * MINUTE;
    const exposure = usable ? at.sources.exposure(frequency, from, at.now) : undefined;
    if (exposure === undefined || exposure.listened < LEAST_LISTENED) this.#skip(mac, track);
    else this.#close(mac, track, minuteOf(last, current, { from, to: at.now, exposure }));
  }

  #close(mac: Mac, track: Track, minute: Minute): void {
    const known = knowledge(track.hours, minute.from);
    const { run } = track;
    const line = run ?? (known.minutes >= LEAST_KNOWN && known.most > known.least ? known : undefined);
    const covered = isCovered(minute, track.recent);
    track.recent.push(minute);
    if (track.recent.length > COVERAGE_MINUTES) track.recent.shift();
    const over = line !== undefined && covered && rateOf(minute.certain, minute) >= limitOf(line);
    if (over) {
      track.run = run ?? { since: minute.from, usual: line.usual, most: line.most, minutes: [], gap: 0 };
      track.run.minutes.push(minute);
      track.run.gap = 0;
      this.#tellRun(mac, track);
      return;
    }
    this.#end(mac, track);
    learn(track.hours, minute);
  }

  /** A minute that nobody listened to says nothing: neither that it went on nor that it ended. */
  #skip(mac: Mac, track: Track): void {
    if (track.run === undefined) return;
    track.run.gap += 1;
    if (track.run.gap > MOST_GAP) this.#end(mac, track);
  }

  #tellRun(mac: Mac, track: Track): void {
    const { run } = track;
    if (run === undefined || run.minutes.length < LEAST_MINUTES) return;
    if (run.minutes.length >= MOST_MINUTES) this.#end(mac, track);
    else this.#bursts.push(burstOf(mac, run, false));
  }

  #end(mac: Mac, track: Track): void {
    const { run } = track;
    track.run = undefined;
    if (run === undefined) return;
    if (run.minutes.length >= LEAST_MINUTES) this.#bursts.push(burstOf(mac, run, true));
    // A short run is what the device does at times; a long one is its new usual. What lies between is never learned.
    const learned = run.minutes.length < LEAST_MINUTES || run.minutes.length >= MOST_MINUTES;
    if (learned) for (const minute of run.minutes) learn(track.hours, minute);
  }
}

const totalOf = ({ heard, reconstructed, uncertainty }: Tally): Total => ({
  heard,
  sent: reconstructed,
  uncertainty,
});

function minuteOf(
  before: Total,
  after: Total,
  span: { from: Micros; to: Micros; exposure: Exposure },
): Minute {
  const sent = Math.max(0, after.sent - before.sent);
  // Estimates of different minutes are independent: their variances add.
  const deviation = Math.sqrt(Math.max(0, after.uncertainty ** 2 - before.uncertainty ** 2));
  const heard = Math.max(0, after.heard - before.heard);
  return { ...span, heard, sent, certain: Math.max(0, sent - 2 * deviation) };
}

/** Frames a second of listening. */
const rateOf = (frames: number, { exposure }: Minute): number =>
  frames / Math.max(1, toSeconds(exposure.listened));

const limitOf = ({ most }: { readonly most: number }): number => Math.max(LEAST_RATE, OVER_MOST * most);

const total = (minutes: readonly Minute[], field: "heard" | "sent"): number =>
  minutes.reduce((sum, minute) => sum + minute[field], 0);

function isCovered(minute: Minute, recent: readonly Minute[]): boolean {
  const before = total(recent, "sent");
  if (before === 0 || minute.sent === 0) return true;
  return minute.heard / minute.sent >= (COVERAGE_LEFT * total(recent, "heard")) / before;
}

function learn(hours: Hour[], minute: Minute): void {
  const rate = rateOf(minute.sent, minute);
  const last = hours.at(-1);
  const fresh = last === undefined || minute.from - last.begun >= HOUR || minute.from < last.begun;
  if (fresh) {
    hours.push({ begun: minute.from, minutes: 1, sum: rate, least: rate, most: rate });
    if (hours.length > HOURS) hours.shift();
    return;
  }
  last.minutes += 1;
  last.sum += rate;
  last.least = Math.min(last.least, rate);
  last.most = Math.max(last.most, rate);
}

function knowledge(hours: readonly Hour[], now: Micros) {
  let [minutes, sum, least, most] = [0, 0, Number.POSITIVE_INFINITY, 0];
  for (const hour of hours) {
    if (now - hour.begun > HOURS * HOUR) continue;
    minutes += hour.minutes;
    sum += hour.sum;
    least = Math.min(least, hour.least);
    most = Math.max(most, hour.most);
  }
  return { minutes, usual: minutes === 0 ? 0 : sum / minutes, least, most };
}

function burstOf(mac: Mac, run: Run, ended: boolean): Burst {
  const { minutes, since, usual, most } = run;
  const until = minutes.at(-1)?.to ?? since;
  const listened = minutes.reduce((sum, { exposure }) => sum + exposure.listened, 0);
  const sent = total(minutes, "sent");
  const stated = minutes.every(({ exposure }) => exposure.origin === "stated");
  return {
    ...{ mac, since, until, usual, most, ended },
    rate: sent / Math.max(1, toSeconds(micros(listened))),
    coverage: sent === 0 ? 0 : Math.min(1, total(minutes, "heard") / sent),
    listened: Math.min(1, listened / Math.max(1, until - since)),
    origin: stated ? "stated" : "assumed",
  };
}
