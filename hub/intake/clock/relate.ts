import { errorAt, type Line } from "./fit.ts";
import type { ClockState, Sight } from "./state.ts";
import { across } from "./tsf.ts";

/** Access points that differ by more than this are not both right. */
const DISAGREEMENT = 200;
/** Timestamps are whole µs: no line is better than this. */
const LEAST_ERROR = 0.3;

interface Through {
  readonly pair: { readonly own: Line; readonly theirs: Line };
  readonly parentTime: number;
  readonly error: number;
}

/**
 * Puts the common access points together: those that contradict request and reply by more than `limit` are left
 * out, then those far from the middle one; the rest counts by its precision. Where they contradict each other so
 * that none remains, the one nearest to the node's present place counts.
 */
export function combine(
  pairs: Iterable<{ readonly own: Line; readonly theirs: Line }>,
  at: { state: ClockState; other: ClockState; nodeTime: number; hub: number; limit: number },
): Sight | undefined {
  const { state, other, nodeTime } = at;
  const through: Through[] = [];
  for (const pair of pairs) {
    const parentTime = across(pair, nodeTime);
    if (!(Math.abs(other.peek(parentTime) - at.hub) <= at.limit)) continue;
    const error = LEAST_ERROR + errorAt(pair.own, nodeTime) + errorAt(pair.theirs, parentTime);
    through.push({ pair, parentTime, error });
  }
  if (through.length === 0) return undefined;
  const middle = median(through.map((sight) => sight.parentTime));
  const agreeing = through.filter((sight) => Math.abs(sight.parentTime - middle) <= DISAGREEMENT);
  if (agreeing.length === 0) agreeing.push(nearest(through, { state, other, nodeTime }));
  return weigh(agreeing, other);
}

function weigh(sights: readonly Through[], parent: ClockState): Sight {
  const base = sights[0]?.parentTime ?? 0;
  let weights = 0;
  let offset = 0;
  let ratio = 0;
  for (const { pair, parentTime, error } of sights) {
    const weight = 1 / (error * error);
    weights += weight;
    offset += weight * (parentTime - base);
    ratio += (weight * pair.own.slope) / pair.theirs.slope;
  }
  const parentTime = base + offset / weights;
  return { parent, parentTime, ratio: ratio / weights, error: Math.sqrt(1 / weights) };
}

function nearest(
  sights: readonly Through[],
  at: { state: ClockState; other: ClockState; nodeTime: number },
): Through {
  const here = at.state.peek(at.nodeTime);
  const distance = (sight: Through): number => Math.abs(at.other.peek(sight.parentTime) - here);
  return sights.reduce((best, sight) => (distance(sight) < distance(best) ? sight : best));
}

function median(values: number[]): number {
  const sorted = values.sort((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}
