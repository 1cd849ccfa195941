import { appendFileSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { causeOf, systemCode } from "../failure.ts";

const LOG_FILE = "associations.jsonl";
const MAX_BYTES = 8 * 1024 * 1024;
/** Earlier files that are kept: 32 MB in all. */
const EARLIER = 3;
/** Lines that wait while nothing can be written; the oldest are given up. */
const MOST_WAITING = 20_000;

/** Path of the log: 0 is the one that is written, 1 the one before it, and so on. */
export const logFile = (folder: string, age: number): string =>
  join(folder, age === 0 ? LOG_FILE : LOG_FILE.replace(/jsonl$/, `${age}.jsonl`));

export interface LineFilesOptions {
  readonly folder: string;
  readonly maxBytes?: number;
  readonly files?: number;
}

/** Lines into a file that is put aside when it is full; of those put aside the oldest is removed. */
export class LineFiles {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #earlier: number;
  #waiting: string[] = [];
  #trouble: string | undefined;

  constructor({ folder, maxBytes = MAX_BYTES, files = EARLIER }: LineFilesOptions) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#earlier = files;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  add(line: string): void {
    this.#waiting.push(`${line}\n`);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.splice(0, MOST_WAITING / 10);
  }

  /** Writes what waits; where that fails it goes on waiting. */
  flush(): void {
    try {
      while (this.#waiting.length > 0) this.#write();
      this.#trouble = undefined;
    } catch (error) {
      this.#trouble = `${logFile(this.#folder, 0)} cannot be written: ${causeOf(error)}`;
    }
  }

  /** Writes as many lines as one file holds. */
  #write(): void {
    const path = logFile(this.#folder, 0);
    let size = sizeOf(path);
    let lines = this.#fitting(size);
    if (lines === 0 && size > 0) {
      this.#putAside();
      size = 0;
      lines = this.#fitting(0);
    }
    const count = Math.max(1, lines);
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    appendFileSync(path, this.#waiting.slice(0, count).join(""), { mode: 0o600 });
    this.#waiting.splice(0, count);
  }

  /** Waiting lines that still fit behind `size` octets. */
  #fitting(size: number): number {
    let octets = size;
    let lines = 0;
    for (const line of this.#waiting) {
      octets += Buffer.byteLength(line);
      if (octets > this.#maxBytes) break;
      lines += 1;
    }
    return lines;
  }

  #putAside(): void {
    rmSync(logFile(this.#folder, this.#earlier), { force: true });
    for (let age = this.#earlier - 1; age >= 0; age--) {
      const path = logFile(this.#folder, age);
      if (sizeOf(path) > 0) renameSync(path, logFile(this.#folder, age + 1));
    }
  }
}

/** Octets of a file, 0 where there is none. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch (error) {
    if (systemCode(error) === "ENOENT") return 0;
    throw error;
  }
}
