import { copyFileSync, existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { StoreCommand } from "./cli/store-command.ts";
import { causeOf, Failure } from "./failure.ts";
import { dataFolder } from "./options.ts";
import { STORE_FILE, Store } from "./store.ts";

/** The copy that backups of the app carry in place of the store, which is written to all the time. */
export const BACKUP_FILE = "airwarden.backup";

/** `backup`: a consistent copy of the store, also while a hub runs on it. An older copy is replaced when it is whole. */
export async function backup(command: StoreCommand): Promise<void> {
  const { args, output, now } = command;
  const folder = dataFolder(args, command.environment);
  if (!existsSync(join(folder, STORE_FILE))) {
    output.line(`${folder} holds no data yet: nothing to back up`);
    return;
  }
  const target = args.positionals[0] ?? join(folder, BACKUP_FILE);
  const fresh = `${target}.new`;
  const store = new Store({ folder, now });
  try {
    rmSync(fresh, { force: true });
    store.backupTo(fresh);
    renameSync(fresh, target);
  } catch (error) {
    throw new Failure(`the backup ${target} cannot be written: ${causeOf(error)}`, { cause: error });
  } finally {
    store.close();
  }
  output.line(`${target} is a whole copy of ${join(folder, STORE_FILE)}`);
}

/**
 * Where a folder holds a backup and no store, as after a restore on another machine, the backup becomes the store.
 * Call it before the store is opened; true where it has done so.
 */
export function restoreBackup(folder: string): boolean {
  const [store, copy] = [join(folder, STORE_FILE), join(folder, BACKUP_FILE)];
  if (existsSync(store) || !existsSync(copy)) return false;
  const fresh = `${store}.new`;
  try {
    copyFileSync(copy, fresh);
    renameSync(fresh, store);
  } catch (error) {
    throw new Failure(`the backup ${copy} cannot be restored: ${causeOf(error)}`, { cause: error });
  }
  return true;
}
