import type { Micros } from "../../base/units.ts";
import { type ClockState, NODE_LIMIT } from "./state.ts";

/** A clock that has been silent this long leads no other, µs. */
const SILENT = 30e6;
/** Unix time that is further than this from its arrival is a capture played back: right for itself, no clock. */
const PLAYED_BACK = 60e6;
const MOST_STRATA = 6;
/** More restarts than a hub ever sees. */
const LIVES = 1e9;

/** The clock that this one hangs on in the end; itself when on none. */
export function rootOf(state: ClockState): ClockState {
  let root = state;
  for (let i = 0; root.parent !== undefined && i < NODE_LIMIT; i++) root = root.parent;
  return root;
}

/** May another clock hang on this one now? */
export function leads(state: ClockState, now: Micros): boolean {
  if (!state.heard) return false;
  if (state.unixTime) return Math.abs(state.lastArrival - state.last) <= PLAYED_BACK;
  return now - state.lastArrival <= SILENT;
}

/**
 * What it costs `state` to hang on `other`: the rank of the root at the end of that way, then its length. Undefined
 * when the way leads through `state` itself or is too long.
 */
export function costOf(state: ClockState, other: ClockState, now: Micros): number | undefined {
  let root = other;
  let strata = 1;
  while (root.parent !== undefined) {
    root = root.parent;
    strata += 1;
    if (root === state || strata > MOST_STRATA) return undefined;
  }
  return rankOf(root, now) + strata;
}

/** Order of roots: Unix time, request and reply, arrivals; then the clock that has run longest. */
export function rankOf(root: ClockState, now: Micros): number {
  return (kindOf(root, now) * LIVES + root.life) * (MOST_STRATA + 2);
}

function kindOf(root: ClockState, now: Micros): number {
  if (!leads(root, now)) return 3;
  if (root.unixTime) return 0;
  return root.absolute.hasReplies ? 1 : 2;
}

/** Those that hang on a clock which begins again keep together: the best of them leads the others on. */
export function bequeath(clocks: readonly (ClockState | undefined)[], gone: ClockState, now: Micros): void {
  let heir: ClockState | undefined;
  for (const clock of clocks) {
    if (clock?.parent !== gone) continue;
    if (heir === undefined || rankOf(clock, now) < rankOf(heir, now)) heir = clock;
  }
  if (heir === undefined) return;
  for (const clock of clocks) {
    if (clock?.parent !== gone || clock === heir) continue;
    const relative = clock.relative + heir.relative + heir.remaining;
    clock.settle({ source: "beacon", parent: heir, relative, error: clock.absoluteError });
  }
  heir.standAlone();
}
