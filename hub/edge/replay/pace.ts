import { setTimeout as pause } from "node:timers/promises";
import type { Micros } from "../../base/units.ts";

/** Waits shorter than this, in ms, are not worth a timer: the next one makes up for them. */
const SHORTEST = 5;

/** Holds a play to a speed: hub time runs `speed` times as fast as the clock on the wall. */
export class Pace {
  readonly #speed: number;
  /** Milliseconds that never run backwards. */
  readonly #clock: () => number;
  readonly #ended: AbortSignal;
  #origin: { readonly time: Micros; readonly at: number } | undefined;

  constructor(speed: number, clock: () => number, ended: AbortSignal) {
    this.#speed = speed;
    this.#clock = clock;
    this.#ended = ended;
  }

  /** Resolves when hub time `time` has come, or the play is ended. The first one comes at once. */
  async due(time: Micros): Promise<void> {
    this.#origin ??= { time, at: this.#clock() };
    const { time: begun, at } = this.#origin;
    const wait = at + (time - begun) / 1000 / this.#speed - this.#clock();
    if (wait < SHORTEST || this.#ended.aborted) return;
    await pause(wait, undefined, { signal: this.#ended }).catch((error: unknown) => {
      if (!this.#ended.aborted) throw error;
    });
  }
}
