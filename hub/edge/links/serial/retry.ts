export interface RetryPolicy {
  /** Milliseconds before the first try again. */
  readonly first: number;
  readonly most: number;
  /** How much longer each wait is than the one before. */
  readonly factor: number;
  /** Share of a wait, 0-1, that chance may take off, so that many do not try at once. */
  readonly spread: number;
}

/** Waits in milliseconds, for ever: growing from `first` to `most`. `chance` gives a number in [0, 1). */
export function* retryDelays(policy: RetryPolicy, chance: () => number): Generator<number, never, undefined> {
  let wait = Math.min(policy.first, policy.most);
  for (;;) {
    yield wait * (1 - policy.spread * chance());
    wait = Math.min(wait * policy.factor, policy.most);
  }
}
