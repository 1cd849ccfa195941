import { BoundedMap } from "../base/bounded.ts";
import type { Mac, Micros } from "../base/units.ts";
import type { Call } from "./block.ts";

/** One time that a device was blocked or let on again, or that somebody tried to. */
export interface BlockRun {
  /** Counts up. */
  readonly id: number;
  readonly at: Micros;
  readonly mac: Mac;
  /** What the device was called then. */
  readonly name: string;
  /** `forget`: a person said that it is not blocked any more, nothing was called. */
  readonly change: "block" | "unblock" | "forget";
  /** Who wanted it; empty where nobody said. */
  readonly by: string;
  readonly called: Call | undefined;
  /** What takes it back. */
  readonly undo: Call | undefined;
  readonly incident: string | undefined;
  /** `unknown`: asked for, but the answer never came. */
  readonly outcome: "running" | "done" | "failed" | "unknown";
  /** What Home Assistant said. */
  readonly failure: string | undefined;
}

/** Runs that are shown. */
const SHOWN = 50;
/** Devices that are blocked at one time. */
const BLOCKED = 300;

/** Who was blocked when, and who is. */
export class BlockLog {
  #runs: BlockRun[] = [];
  readonly #standing = new BoundedMap<Mac, BlockRun>({ capacity: BLOCKED });
  #lastId = 0;

  /** The latest runs, newest first. */
  get runs(): readonly BlockRun[] {
    return this.#runs;
  }

  /** For the devices that are blocked: how that came. */
  blocked(): BlockRun[] {
    return [...this.#standing.values()];
  }

  blockOf(mac: Mac): BlockRun | undefined {
    return this.#standing.get(mac);
  }

  isRunning(mac: Mac): boolean {
    return this.#runs.some((run) => run.mac === mac && run.outcome === "running");
  }

  nextId(): number {
    return this.#lastId + 1;
  }

  /** Takes a run, or what has become of it. */
  take(run: BlockRun): void {
    this.#lastId = Math.max(this.#lastId, run.id);
    this.#runs = [run, ...this.#runs.filter((one) => one.id !== run.id)]
      .sort((a, b) => b.id - a.id)
      .slice(0, SHOWN);
    if (run.change === "block") this.#blocks(run);
    else if (run.outcome === "done") this.#standing.delete(run.mac);
  }

  /** A call that may have been carried out stands until it is known to have failed. */
  #blocks(run: BlockRun): void {
    const standing = this.#standing.get(run.mac);
    if (run.outcome !== "failed") this.#standing.set(run.mac, run);
    else if (standing?.id === run.id) this.#standing.delete(run.mac);
  }
}
