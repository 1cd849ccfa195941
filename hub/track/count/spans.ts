/**
 * Spans remembered per station: nodes deliver what they heard up to a batch apart, a tenth of a second in which a busy
 * station has the air some fifty times; four times that.
 */
const SPANS = 256;

/** The latest spans of air of one station, each with an amount in µs that can be taken back. Hub time. */
export class Spans {
  readonly #from = new Float64Array(SPANS);
  readonly #until = new Float64Array(SPANS);
  readonly #amount = new Float64Array(SPANS);
  readonly #node = new Int16Array(SPANS);
  #pushed = 0;
  /** End of the latest span. */
  latest = 0;

  push(from: number, until: number, amount: number, node: number): void {
    const place = this.#pushed % SPANS;
    this.#from[place] = from;
    this.#until[place] = until;
    this.#amount[place] = amount;
    this.#node[place] = node;
    this.#pushed += 1;
    if (until > this.latest) this.latest = until;
  }

  /** Takes up to `amount` from the span that `time` is in; gives what was taken. */
  take(time: number, amount: number): number {
    for (let i = 0; i < this.#size; i++) {
      if (time < (this.#from[i] ?? 0) || time >= (this.#until[i] ?? 0)) continue;
      const taken = Math.min(amount, this.#amount[i] ?? 0);
      this.#amount[i] = (this.#amount[i] ?? 0) - taken;
      return taken;
    }
    return 0;
  }

  /** Amount of the spans that begin in [from, until) and come from other nodes than `node`. */
  elsewhere(from: number, until: number, node: number): number {
    let sum = 0;
    for (let i = 0; i < this.#size; i++) {
      const start = this.#from[i] ?? 0;
      if (start >= from && start < until && this.#node[i] !== node) sum += this.#amount[i] ?? 0;
    }
    return sum;
  }

  get #size(): number {
    return Math.min(this.#pushed, SPANS);
  }
}
