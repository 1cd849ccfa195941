import { setTimeout as pause } from "node:timers/promises";

/**
 * Waits until the condition gives something, and gives that; rejects, naming it, when it does not within
 * `milliseconds`. A deadline, never a measure.
 */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false,
  milliseconds = 30_000,
): Promise<T> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const value = condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > end) throw new Error(`waited ${milliseconds} ms in vain until ${what}`);
    await pause(10);
  }
}
