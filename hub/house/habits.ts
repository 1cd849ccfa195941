import { BoundedMap } from "../base/bounded.ts";

/** One call of an entity: seconds from the last frame before it, and to the first after it where there was one. */
export interface Trial {
  readonly before: number;
  readonly after: number | undefined;
}

/** How a device answers calls of one entity. */
export interface UsualReaction {
  /** Share of calls that were answered, 0-1. */
  readonly share: number;
  /** Median seconds to the answer. */
  readonly delay: number;
  /** Seconds within which nearly all answers come. */
  readonly within: number;
  /** Calls that this is learned from. */
  readonly calls: number;
}

/** Trials of an entity as the store keeps them: pairs of seconds, null where nothing came back. */
export interface KeptHabit {
  readonly entityId: string;
  readonly trials: readonly (readonly [before: number, after: number | null])[];
}

const ENTITIES = 1000;
/** The last ones: a new firmware may answer in another way. */
const TRIALS = 16;
/** Eight of eight, at a chance of one half each, come about by chance four times in a thousand. */
const LEAST_TRIALS = 8;
const LEAST_SHARE = 0.9;
const MOST_CHANCE = 0.5;
/** Seconds within which an answer comes: in the house, by a bridge, by way of a cloud, by a slow one. */
const WITHIN = [0.5, 1, 2, 5] as const;

/**
 * Whether calls of an entity are answered by radio, learned from its last calls. What a device would have sent anyway
 * is told by the other side of the call: without an effect of the call the last frame before it is as near as the
 * first after it.
 */
export class ReactionHabits {
  readonly #trials = new BoundedMap<string, Trial[]>({ capacity: ENTITIES });
  #changed = false;

  learn(entityId: string, trial: Trial): void {
    const trials = this.#trials.get(entityId) ?? [];
    trials.push(trial);
    if (trials.length > TRIALS) trials.shift();
    this.#trials.set(entityId, trials);
    this.#changed = true;
  }

  /** Undefined while too little is known, and where answers come no sooner than what is sent anyway. */
  usual(entityId: string): UsualReaction | undefined {
    const trials = this.#trials.get(entityId) ?? [];
    if (trials.length < LEAST_TRIALS) return undefined;
    const within = WITHIN.find((seconds) => isBeyondChance(trials, seconds));
    if (within === undefined) return undefined;
    const delays = trials.flatMap(({ after }) => (after === undefined ? [] : [after])).sort((a, b) => a - b);
    const share = shareOf(trials, ({ after }) => after !== undefined);
    return { share, delay: delays[Math.floor(delays.length / 2)] ?? 0, within, calls: trials.length };
  }

  /** Too few calls so far to say whether it answers. */
  isLearning(entityId: string): boolean {
    return (this.#trials.get(entityId)?.length ?? 0) < LEAST_TRIALS;
  }

  restore(kept: Iterable<KeptHabit>): void {
    for (const { entityId, trials } of kept) {
      const last = trials.slice(-TRIALS).map(([before, after]) => ({ before, after: after ?? undefined }));
      this.#trials.set(entityId, last);
    }
  }

  /** All of it, when something was learned since the last call; undefined otherwise. */
  takeChanged(): KeptHabit[] | undefined {
    if (!this.#changed) return undefined;
    this.#changed = false;
    return [...this.#trials.entries()].map(([entityId, trials]) => ({
      entityId,
      trials: trials.map(({ before, after }) => [
        hundredths(before),
        after === undefined ? null : hundredths(after),
      ]),
    }));
  }
}

function isBeyondChance(trials: readonly Trial[], seconds: number): boolean {
  const answered = shareOf(trials, ({ after }) => after !== undefined && after <= seconds);
  return answered >= LEAST_SHARE && shareOf(trials, ({ before }) => before <= seconds) <= MOST_CHANCE;
}

const shareOf = (trials: readonly Trial[], is: (trial: Trial) => boolean): number =>
  trials.filter(is).length / trials.length;

const hundredths = (seconds: number): number => Math.round(seconds * 100) / 100;
