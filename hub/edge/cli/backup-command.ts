import { existsSync } from "node:fs";
import { join } from "node:path";
import { reasonOf } from "../failure.ts";
import { dataFolder } from "../options.ts";
import { BACKUP_FILE, copyStore } from "../store/backup.ts";
import { noteBackup } from "../store/backup-note.ts";
import { STORE_FILE } from "../store.ts";
import type { StoreCommand } from "./store-command.ts";

/** `backup`: a consistent copy of the store, for a person or, with `--exit-zero`, for a backup of the whole house. */
export async function backup(command: StoreCommand): Promise<void> {
  const { args, output } = command;
  if (!args.on("exit-zero")) {
    const { folder, target } = placesOf(command);
    output.line(copied(folder, target));
    return;
  }
  try {
    const { folder, target } = placesOf(command);
    output.line(noted(folder, () => copied(folder, target)));
  } catch (error) {
    process.stderr.write(`airwarden: ${reasonOf(error)}\n`);
  }
}

function placesOf({ args, environment }: StoreCommand): { readonly folder: string; readonly target: string } {
  const folder = dataFolder(args, environment);
  return { folder, target: args.positionals[0] ?? join(folder, BACKUP_FILE) };
}

function copied(folder: string, target: string): string {
  const store = join(folder, STORE_FILE);
  if (!existsSync(store)) return `${folder} holds no data yet: nothing to back up`;
  copyStore(folder, target);
  return `${target} is a whole copy of ${store}`;
}

/** Leaves for the hub whether it worked, so that the person learns of it where nobody reads this output. */
function noted(folder: string, copy: () => string): string {
  try {
    const line = copy();
    noteBackup(folder, undefined);
    return line;
  } catch (error) {
    noteBackup(folder, reasonOf(error));
    throw error;
  }
}
