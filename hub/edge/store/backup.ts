import { chmodSync, copyFileSync, existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Micros, SECOND } from "../../base/units.ts";
import { causeOf, Failure } from "../failure.ts";
import { STORE_FILE } from "../store.ts";
import { COUNTER_FLOOR } from "./node-table.ts";
import { isDamage } from "./store-failure.ts";

/** The copy that backups of the app carry in place of the store, which is written to all the time. */
export const BACKUP_FILE = "airwarden.backup";
/** A hub at work holds the store for moments only. */
const BUSY_MS = 5000;

/**
 * A consistent copy of the store in `folder`, also while a hub runs on it; an older copy is replaced when the new one
 * is whole. The store is read as it is: one that is damaged, or of a newer version, is not touched. Throws Failure.
 */
export function copyStore(folder: string, target: string): void {
  const fresh = `${target}.new`;
  try {
    rmSync(fresh, { force: true });
    copyWhole(join(folder, STORE_FILE), fresh);
    renameSync(fresh, target);
  } catch (error) {
    throw new Failure(`the backup ${target} cannot be written: ${causeOf(error)}`, { cause: error });
  }
}

function copyWhole(path: string, copy: string): void {
  const database = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  try {
    const check = database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
    if (check !== "ok") throw new Failure(`${path} is damaged`);
    database.prepare("VACUUM INTO ?").run(copy);
    chmodSync(copy, 0o600);
  } catch (error) {
    rmSync(copy, { force: true });
    throw error;
  } finally {
    database.close();
  }
}

/**
 * Where a folder holds a backup and no store, as after a restore on another machine, the backup becomes the store.
 * Call it before the store is opened; true where it has done so.
 */
export function restoreBackup(folder: string, now: Micros): boolean {
  const [store, copy] = [join(folder, STORE_FILE), join(folder, BACKUP_FILE)];
  if (existsSync(store) || !existsSync(copy)) return false;
  const fresh = `${store}.new`;
  try {
    copyFileSync(copy, fresh);
    raiseCounters(fresh, now);
    renameSync(fresh, store);
  } catch (error) {
    throw new Failure(`the backup ${copy} cannot be restored: ${causeOf(error)}`, { cause: error });
  }
  return true;
}

/** 2020-01-01, s since the Unix epoch. */
const SINCE = 1_577_836_800;
/** More than a hub sends to a node in the long run, and few enough for the counters to last until 2054. */
const COUNTERS_PER_SECOND = 4;
/** Counters left to a start of a node (2^32 in all), whatever this machine's clock says. */
const HIGHEST_FLOOR = 2 ** 31 + 2 ** 30;

/**
 * The hub went on counting after the copy was made, and nobody knows how far; no counter may ever be used twice. So
 * the counters of every start of a node begin where none was before: at a number that grows with time.
 */
function raiseCounters(path: string, now: Micros): void {
  const floor = Math.floor((now / SECOND - SINCE) * COUNTERS_PER_SECOND);
  const value = String(Math.min(Math.max(floor, 0), HIGHEST_FLOOR));
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    database.prepare("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)").run(COUNTER_FLOOR, value);
  } catch (error) {
    // Opening it will set it aside and say so.
    if (!isDamage(error)) throw error;
  } finally {
    database.close();
  }
}
