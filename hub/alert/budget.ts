import { DAY, type Micros } from "../base/units.ts";
import type { Severity } from "../detect/finding.ts";
import type { Tier } from "./incident.ts";

/** Warnings that may interrupt somebody within 24 hours; people turn off what calls more often. */
const PUSHES_A_DAY = 4;
/** Of the warnings that a person may allow a day; so many are remembered. */
export const MOST_PUSHES_A_DAY = 50;

export const isPushesADay = (pushes: number): boolean =>
  Number.isInteger(pushes) && pushes >= 0 && pushes <= MOST_PUSHES_A_DAY;

/**
 * Decides what interrupts a person now and what waits for the daily line. A critical incident always does, an
 * informational one never, a warning while the day's budget lasts.
 */
export class PushBudget {
  #perDay: number;
  /** Times of the warnings pushed in the last 24 hours, oldest first. */
  #pushed: Micros[] = [];

  constructor(perDay = PUSHES_A_DAY) {
    this.#perDay = perDay;
  }

  get perDay(): number {
    return this.#perDay;
  }

  /** A whole number from 0 to MOST_PUSHES_A_DAY; holds at once, for what was pushed before as well. */
  set perDay(pushes: number) {
    this.#perDay = Math.min(MOST_PUSHES_A_DAY, Math.max(0, Math.round(pushes)));
  }

  /** Warnings pushed in the 24 hours before `now`. */
  spent(now: Micros): number {
    return this.#pushed.filter((time) => now - time < DAY).length;
  }

  tierOf(severity: Severity, now: Micros): Tier {
    if (severity === "critical") return "push";
    if (severity === "info") return "digest";
    this.#pushed = this.#pushed.filter((time) => now - time < DAY);
    if (this.#pushed.length >= this.#perDay) return "digest";
    this.#pushed.push(now);
    return "push";
  }

  /** Counts a push of an earlier run. */
  restore(severity: Severity, tier: Tier, time: Micros): void {
    if (severity !== "warning" || tier !== "push") return;
    this.#pushed = [...this.#pushed, time].sort((a, b) => a - b).slice(-MOST_PUSHES_A_DAY);
  }
}
