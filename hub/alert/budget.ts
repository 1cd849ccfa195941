import { DAY, type Micros } from "../base/units.ts";
import type { Severity } from "../detect/finding.ts";
import type { Tier } from "./incident.ts";

/** Warnings that may interrupt somebody within 24 hours; people turn off what calls more often. */
const PUSHES_A_DAY = 4;

/**
 * Decides what interrupts a person now and what waits for the daily line. A critical incident always does, an
 * informational one never, a warning while the day's budget lasts.
 */
export class PushBudget {
  readonly #perDay: number;
  /** Times of the warnings pushed in the last 24 hours, oldest first; never more than the budget. */
  #pushed: Micros[] = [];

  constructor(perDay = PUSHES_A_DAY) {
    this.#perDay = perDay;
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
    this.#pushed = [...this.#pushed, time].sort((a, b) => a - b).slice(-this.#perDay);
  }
}
