/** Counters up to the highest that may still arrive, each once (firmware/PROTOCOL.md, 6). */
const WINDOW = 64;

/** Lets each counter through once, and none that is WINDOW or more below the highest. */
export class ReplayWindow {
  #highest = -1;
  /** The last counter let through of each residue modulo WINDOW. */
  readonly #seen = new Float64Array(WINDOW).fill(-1);

  accept(counter: number): boolean {
    const slot = counter % WINDOW;
    if (counter <= this.#highest - WINDOW || this.#seen[slot] === counter) return false;
    this.#seen[slot] = counter;
    this.#highest = Math.max(this.#highest, counter);
    return true;
  }
}
