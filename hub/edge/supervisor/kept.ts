import { type RetryPolicy, retryDelays } from "../links/serial/retry.ts";

/** The Supervisor may be starting, or be updating itself: that is over within minutes. */
const RETRY: RetryPolicy = { first: 5000, most: 120_000, factor: 2, spread: 0.2 };

export interface KeptOptions<T> {
  /** Undefined or rejected: no answer now. */
  readonly ask: () => Promise<T | undefined>;
  /** Milliseconds until it is asked for anew. */
  readonly fresh: number;
  /** Milliseconds that never run backwards. */
  readonly now: () => number;
  readonly chance: () => number;
}

/** An answer that is kept, asked for anew when it is old, and again and again while there is none. */
export class Kept<T> {
  readonly #options: KeptOptions<T>;
  #value: T | undefined;
  #due = Number.NEGATIVE_INFINITY;
  #asking = false;
  #delays: Generator<number, never, undefined>;

  constructor(options: KeptOptions<T>) {
    this.#options = options;
    this.#delays = retryDelays(RETRY, options.chance);
  }

  /** The last answer, however old; undefined before the first. */
  get value(): T | undefined {
    return this.#value;
  }

  /** It is asked for anew at the next look. */
  expire(): void {
    this.#due = Number.NEGATIVE_INFINITY;
  }

  /** Asks when it is time to; call it every few seconds. */
  async look(): Promise<void> {
    const { ask, fresh, now, chance } = this.#options;
    if (this.#asking || now() < this.#due) return;
    this.#asking = true;
    // `expire` while it is being asked must not be lost.
    this.#due = Number.POSITIVE_INFINITY;
    const answer = await ask().catch(() => undefined);
    this.#asking = false;
    if (answer !== undefined) {
      this.#value = answer;
      this.#delays = retryDelays(RETRY, chance);
    }
    const due = now() + (answer === undefined ? this.#delays.next().value : fresh);
    this.#due = Math.min(this.#due, due);
  }
}
