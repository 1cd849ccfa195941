import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { printableText } from "../../base/text.ts";
import type { ProblemView } from "../../expose/snapshot.ts";
import type { Log } from "../log.ts";
import { BACKUP_FILE } from "./backup.ts";

/** Beside the store while the last copy could not be made; holds the reason, for the hub to tell. */
const NOTE_FILE = `${BACKUP_FILE}.failed`;
const LONGEST = 400;

/** Leaves the reason for the hub, or takes it away where the copy was made. Throws what the system throws. */
export function noteBackup(folder: string, failure: string | undefined): void {
  const path = join(folder, NOTE_FILE);
  if (failure === undefined) rmSync(path, { force: true });
  else writeFileSync(path, failure, { mode: 0o600 });
}

/** What became of the last copy, as the command that made it left it; a running hub tells a person. */
export class BackupWatch {
  readonly #folder: string;
  readonly #log: Log;
  #failure: string | undefined;

  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Looks; call it every second. */
  tick(): void {
    const failure = this.#read();
    if (failure === this.#failure) return;
    this.#failure = failure;
    if (failure === undefined) this.#log.info(() => "the backup copy was made again");
    else this.#log.error(() => failure);
  }

  problems(): ProblemView[] {
    if (this.#failure === undefined) return [];
    const held = existsSync(join(this.#folder, BACKUP_FILE))
      ? "the backup holds an earlier copy of Airwarden's data"
      : "the backup holds none of Airwarden's data";
    return [
      {
        id: "backup",
        title: "The last backup has no new copy of Airwarden's data",
        advice: `${this.#failure}. Home Assistant's backup was made all the same, but ${held}: correct that and make another one.`,
      },
    ];
  }

  #read(): string | undefined {
    try {
      return printableText(readFileSync(join(this.#folder, NOTE_FILE), "utf8"), LONGEST);
    } catch {
      // No note is the usual case; one that cannot be read says nothing.
      return undefined;
    }
  }
}
