import { fromSeconds } from "../../base/units.ts";
import type { Bearer } from "./bearer.ts";
import type { Burst } from "./burst.ts";
import type { Loudness } from "./levels.ts";
import type { IdentityRules } from "./rules.ts";

/** Sequence numbers are 12 bits (IEEE 802.11-2020, 9.2.4.4.2). */
const SEQUENCES = 4096;
/** Frames that a scan may have sent on other channels at once, and a second afterwards. */
const UNHEARD = 8;
const FRAMES_A_SECOND = 60;
/** Clocks of two nodes, and receptions out of order, differ by less. */
const CLOCKS = fromSeconds(0.1);
/** Lowest probability that a habit is broken. */
const EXCEPTION = 0.01;

/** Sequence numbers that the device can have used up since it was last heard. */
const windowOf = (burst: Burst, bearer: Bearer): number =>
  Math.min(SEQUENCES, UNHEARD + FRAMES_A_SECOND * Math.max(0, (burst.first - bearer.last) / fromSeconds(1)));

function gapOf(burst: Burst, bearer: Bearer): number | undefined {
  if (burst.firstSequence === undefined || bearer.sequence === undefined) return undefined;
  return (burst.firstSequence - bearer.sequence - 1 + SEQUENCES) % SEQUENCES;
}

/** The burst goes on where the device's sequence numbers were; undefined where there is none. */
export function sequenceContinues(burst: Burst, bearer: Bearer): boolean | undefined {
  const gap = gapOf(burst, bearer);
  return gap === undefined ? undefined : gap < windowOf(burst, bearer);
}

/** Odds, as a natural logarithm, that the burst is of this device rather than of any other like it. */
export function oddsOf(
  burst: Burst,
  levels: readonly Loudness[],
  bearer: Bearer,
  rules: IdentityRules,
): number {
  let odds = bearer.pattern.fit(levels, rules.unknown);
  if (bearer.last - burst.first > CLOCKS) odds += rules.overlap;
  const continues = sequenceContinues(burst, bearer);
  if (continues === undefined) return odds;
  // By chance a number falls into the window as often as the window is wide.
  const chance = windowOf(burst, bearer) / SEQUENCES;
  const { root } = burst.kind;
  const habit = root.continued / (root.continued + root.restarted);
  return odds + Math.log(continues ? (habit + (1 - habit) * chance) / chance : 1 - habit + EXCEPTION);
}
