/**
 * Splits the time of a run among stages that call one another: each nanosecond belongs to the innermost stage that runs.
 * A look at the clock takes some 40 ns, so watch what is called per message or batch, not per frame.
 */
export class Stopwatch {
  readonly spent = new Map<string, number>();
  readonly #open: string[] = [];
  #since = 0;

  /** From here on `method` of `owner`, a prototype or object, counts as `stage`. Gives the way back. */
  watch<K extends string>(
    owner: { [key in K]: (...args: never[]) => unknown },
    method: K,
    stage: string,
  ): () => void {
    const original: (this: unknown, ...args: never[]) => unknown = owner[method];
    const enter = (): void => this.#enter(stage);
    const leave = (): void => this.#leave();
    function timed(this: unknown, ...args: never[]): unknown {
      enter();
      try {
        return original.apply(this, args);
      } finally {
        leave();
      }
    }
    Object.defineProperty(owner, method, { value: timed, configurable: true, writable: true });
    return () =>
      Object.defineProperty(owner, method, { value: original, configurable: true, writable: true });
  }

  /** Shares of the time in any stage, the stages in order of their first use. */
  shares(): Map<string, number> {
    const total = [...this.spent.values()].reduce((sum, span) => sum + span, 0);
    return new Map([...this.spent].map(([stage, span]) => [stage, span / total]));
  }

  #enter(stage: string): void {
    this.#charge();
    this.#open.push(stage);
  }

  #leave(): void {
    this.#charge();
    this.#open.pop();
  }

  #charge(): void {
    const now = performance.now();
    const stage = this.#open.at(-1);
    if (stage !== undefined) this.spent.set(stage, (this.spent.get(stage) ?? 0) + now - this.#since);
    this.#since = now;
  }
}
