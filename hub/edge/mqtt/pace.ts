const SECOND_MS = 1000;

/** Lets so many a second pass. Times are milliseconds of one clock. */
export class Pace {
  readonly #most: number;
  #since = Number.NEGATIVE_INFINITY;
  #passed = 0;

  constructor(most: number) {
    this.#most = most;
  }

  allows(now: number): boolean {
    if (now - this.#since >= SECOND_MS) {
      this.#since = now;
      this.#passed = 0;
    }
    this.#passed += 1;
    return this.#passed <= this.#most;
  }
}
