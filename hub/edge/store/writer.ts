import type { DatabaseSync } from "node:sqlite";
import { StoreFailure, storeFailure } from "./store-failure.ts";

/** Writes that wait while nothing can be written; the oldest are given up, counted. */
const WAITING = 20_000;

export type Write = () => unknown;

/**
 * Writes into the store: at once, or in a batch. What cannot be written for lack of space or because another program
 * holds the store waits, by its name, for the next batch; a later write of the same name takes its place.
 */
export class Writer {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #waiting = new Map<string, Write>();
  #givenUp = 0;
  #trouble: StoreFailure | undefined;

  constructor(database: DatabaseSync, path: string) {
    this.#database = database;
    this.#path = path;
  }

  /** Why writes are waiting; undefined while all is well. */
  get trouble(): StoreFailure | undefined {
    return this.#trouble;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Writes lost because too many were waiting. */
  get givenUp(): number {
    return this.#givenUp;
  }

  /** Durable when it returns true; else it waits. */
  now(name: string, write: Write): boolean {
    if (this.attempt(write)) {
      this.#waiting.delete(name);
      return true;
    }
    this.later(name, write);
    return false;
  }

  later(name: string, write: Write): void {
    this.#waiting.delete(name);
    this.#waiting.set(name, write);
    if (this.#waiting.size <= WAITING) return;
    for (const oldest of this.#waiting.keys()) {
      this.#waiting.delete(oldest);
      this.#givenUp += 1;
      return;
    }
  }

  /** Writes all that waits in one transaction; false where it has to wait on. */
  flush(): boolean {
    if (this.#waiting.size === 0) return true;
    const done = this.attempt(() => {
      this.#database.exec("BEGIN IMMEDIATE");
      for (const write of this.#waiting.values()) write();
      this.#database.exec("COMMIT");
    });
    if (done) this.#waiting.clear();
    return done;
  }

  /** True where it was written; false, with `trouble`, where the store could not. */
  attempt(write: Write): boolean {
    try {
      this.must(write);
      return true;
    } catch (error) {
      if (error instanceof StoreFailure) return false;
      throw error;
    }
  }

  /** Throws StoreFailure where the store cannot. */
  must(write: Write): void {
    try {
      write();
      this.#trouble = undefined;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      const failure = storeFailure(error, this.#path);
      if (failure instanceof StoreFailure) this.#trouble = failure;
      throw failure;
    }
  }
}
