import type { Alert } from "../../expose/discovery/alert.ts";

export interface QueuedAlert {
  readonly incident: Alert;
  readonly type: string;
}

/** Home Assistant drops events of an entity it has not subscribed yet: up to 0.7 s after discovery was measured. */
const SETTLE_MS = 1500;
const MOST_WAITING = 100;

/** Alerts that wait until Home Assistant has had time to subscribe. Times are milliseconds of one clock. */
export class AlertQueue {
  readonly #waiting: QueuedAlert[] = [];
  #settledAt = Number.POSITIVE_INFINITY;

  /** The oldest go first when too many wait. */
  add(alert: QueuedAlert): void {
    this.#waiting.push(alert);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
  }

  /** The entity is about to be announced anew. */
  hold(): void {
    this.#settledAt = Number.POSITIVE_INFINITY;
  }

  /** The entity has been announced; gives the milliseconds until alerts may follow. */
  announced(now: number): number {
    this.#settledAt = now + SETTLE_MS;
    return SETTLE_MS;
  }

  /** What can be told now. */
  take(now: number): QueuedAlert[] {
    return now < this.#settledAt ? [] : this.#waiting.splice(0);
  }
}
