import { BoundedMap, RecentRing } from "../base/bounded.ts";
import type { Mac, Micros } from "../base/units.ts";
import type { Exposure } from "../intake/nodes.ts";

/** What a note rests on: how much of the device was heard, how much of the time was listened to, who says so. */
interface Basis {
  readonly mac: Mac;
  readonly time: Micros;
  readonly until: Micros;
  /** 0-1, undefined while unknown. */
  readonly coverage: number | undefined;
  /** 0-1. */
  readonly listened: number;
  readonly origin: Exposure["origin"];
}

/** Home Assistant asked the device for something. */
export interface CallNote extends Basis {
  /** `followed`: it sent something, later than it usually answers or while that is still being learned. */
  readonly code: "answered" | "followed" | "unanswered";
  readonly entityId: string;
  readonly service: string;
  /** Seconds to its first frame; undefined for `unanswered`. */
  readonly delay: number | undefined;
  /** Seconds, median of earlier calls; undefined while that is learned. */
  readonly usualDelay: number | undefined;
  /** Earlier calls that this is learned from. */
  readonly calls: number;
}

/** The device sent far more than usual, and nothing that Home Assistant knows is the cause. */
export interface BurstNote extends Basis {
  readonly code: "burst";
  /** Frames a second that it sent, heard or not, and its mean of the day before. */
  readonly rate: number;
  readonly usual: number;
}

export type HouseNote = CallNote | BurstNote;

const DEVICES = 500;
const MOST_OF_ONE = 8;

/** The last notes of each device, in memory only. */
export class HouseNotes {
  readonly #notes = new BoundedMap<Mac, RecentRing<HouseNote>>({ capacity: DEVICES });
  /** Bursts that go on, the note of each growing with it. */
  readonly #bursts = new BoundedMap<Mac, BurstNote>({ capacity: DEVICES });

  add(note: CallNote): void {
    this.#ringOf(note.mac).push(note);
  }

  /** A burst as it is now; the note keeps the figures that it was first told with. */
  burst(note: BurstNote, ended: boolean): void {
    const before = this.#bursts.get(note.mac);
    const known = before?.time === note.time ? before : undefined;
    this.#bursts.set(note.mac, known === undefined ? note : { ...known, until: note.until });
    if (ended) this.#settle(note.mac);
  }

  /** The burst has a cause after all. */
  withdraw(mac: Mac): void {
    this.#bursts.delete(mac);
  }

  /** Oldest first. */
  of(mac: Mac): HouseNote[] {
    const burst = this.#bursts.get(mac);
    const notes = [...(this.#notes.get(mac) ?? []), ...(burst === undefined ? [] : [burst])];
    return notes.sort((a, b) => a.time - b.time).slice(-MOST_OF_ONE);
  }

  devices(): Mac[] {
    return [...new Set([...this.#notes.keys(), ...this.#bursts.keys()])];
  }

  #settle(mac: Mac): void {
    const burst = this.#bursts.get(mac);
    this.#bursts.delete(mac);
    if (burst !== undefined) this.#ringOf(mac).push(burst);
  }

  #ringOf(mac: Mac): RecentRing<HouseNote> {
    const ring = this.#notes.get(mac) ?? new RecentRing<HouseNote>(MOST_OF_ONE);
    this.#notes.set(mac, ring);
    return ring;
  }
}
