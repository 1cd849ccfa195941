import type { ElementBlock } from "../wire/elements.ts";
import type { Transmission } from "./frames.ts";

/** Somebody who uses the air at `due` (µs of the demo) and then says when next. */
export interface Talker {
  due: number;
  talk(air: Air): void;
}

/** Hears everything that is sent. */
export interface Listener {
  hear(transmission: Transmission): void;
  /** The elements that frames will name by their hash. */
  learn(subtype: number, block: ElementBlock): void;
}

const SIFS = 10;

/** The air of the demo home: talkers take turns, listeners hear them. Time is µs since the demo began. */
export class Air {
  readonly #talkers: Talker[] = [];
  readonly #listeners: Listener[];
  #now = 0;

  constructor(listeners: readonly Listener[]) {
    this.#listeners = [...listeners];
  }

  get now(): number {
    return this.#now;
  }

  enter(talker: Talker): void {
    this.#talkers.push(talker);
  }

  leave(talker: Talker): void {
    const at = this.#talkers.indexOf(talker);
    if (at >= 0) this.#talkers.splice(at, 1);
  }

  /** Plays until `time`. */
  advance(time: number): void {
    for (;;) {
      const next = this.#first();
      if (next === undefined || next.due > time) break;
      this.#now = Math.max(this.#now, next.due);
      next.talk(this);
    }
    this.#now = Math.max(this.#now, time);
  }

  /** Sends one frame; the air is taken for `micros` and a pause. */
  send(frame: Omit<Transmission, "at">, micros: number): void {
    const transmission = { ...frame, at: this.#now };
    for (const listener of this.#listeners) listener.hear(transmission);
    this.#now += micros + SIFS;
  }

  teach(subtype: number, block: ElementBlock): void {
    for (const listener of this.#listeners) listener.learn(subtype, block);
  }

  #first(): Talker | undefined {
    let first: Talker | undefined;
    for (const talker of this.#talkers) if (first === undefined || talker.due < first.due) first = talker;
    return first;
  }
}
