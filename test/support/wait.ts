import { setTimeout as pause } from "node:timers/promises";

/** Waits until the condition holds; rejects, naming it, when it does not within `milliseconds`. */
export async function until(what: string, condition: () => boolean, milliseconds = 30_000): Promise<void> {
  const end = performance.now() + milliseconds;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited ${milliseconds} ms in vain until ${what}`);
    await pause(10);
  }
}
