import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { causeOf, systemCode } from "../failure.ts";
import { isDamage, StoreFailure, storeFailure } from "./store-failure.ts";

export interface DatabaseOptions {
  /** Undefined: in memory, gone when the hub ends. */
  readonly path: string | undefined;
  readonly migrations: readonly string[];
  /** Size beyond which nothing is added. */
  readonly maxBytes: number;
  /** Told what the person should know: a file set aside, a store brought forward. */
  readonly notice: (line: string) => void;
  /** Seconds since the epoch, for names of files. */
  readonly seconds: number;
}

const PAGE = 4096;
/** Another program of ours, `airwarden node add`, is done within this. */
const BUSY_MS = 5000;
/** The write-ahead log is folded into the file at this size and does not stay larger. */
const LOG_PAGES = 1000;
/** Damaged files and copies kept beside the store; the oldest go. */
const KEPT = 2;

/** Opens the store, sets a damaged one aside, brings an older one forward. Throws StoreFailure. */
export function openDatabase(options: DatabaseOptions): DatabaseSync {
  const { path } = options;
  if (path === undefined) return prepared(new DatabaseSync(":memory:"), options);
  makeFile(path);
  try {
    return openFile(path, options);
  } catch (error) {
    if (!isDamage(error)) throw storeFailure(error, path);
    const aside = setAside(path, options.seconds);
    options.notice(
      `${path} was damaged and is kept as ${basename(aside)}: Airwarden starts with an empty store and learns anew`,
    );
    makeFile(path);
    return openFile(path, options);
  }
}

/** Folder by folder: `recursive` never ends where the system refuses new folders with ENOENT, as in /proc. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path, { mode: 0o700 });
}

/** Keys are in there: nobody else may read it. */
function makeFile(path: string): void {
  try {
    makeFolder(dirname(path));
    closeSync(openSync(path, "a", 0o600));
    chmodSync(path, 0o600);
  } catch (error) {
    const problem = systemCode(error) === "ENOSPC" ? "full" : "unusable";
    throw new StoreFailure(
      problem,
      `${path} cannot be written: ${causeOf(error)}; choose a folder with --data`,
      {
        cause: error,
      },
    );
  }
}

function openFile(path: string, options: DatabaseOptions): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: BUSY_MS });
  try {
    database.exec("PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;");
    const check = database.prepare("PRAGMA quick_check(1)").get();
    if (check?.["quick_check"] !== "ok") throw damage(String(check?.["quick_check"]));
    return prepared(database, options);
  } catch (error) {
    database.close();
    throw error;
  }
}

const damage = (text: string): Error => Object.assign(new Error(text), { errcode: 11 });

function prepared(database: DatabaseSync, options: DatabaseOptions): DatabaseSync {
  database.exec(`
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = ${LOG_PAGES};
    PRAGMA journal_size_limit = ${LOG_PAGES * PAGE};
    PRAGMA max_page_count = ${Math.max(1, Math.floor(options.maxBytes / PAGE))};
  `);
  bringForward(database, options);
  return database;
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
}

function bringForward(database: DatabaseSync, options: DatabaseOptions): void {
  const { migrations, path = "the store" } = options;
  const from = versionOf(database);
  const to = migrations.length;
  if (from > to) {
    throw new StoreFailure(
      "newer",
      `${path} was written by a newer Airwarden (schema ${from}, this one knows ${to}): update Airwarden, or choose another folder with --data`,
    );
  }
  if (from === to) return;
  const copy = from > 0 && options.path !== undefined ? copyBefore(database, options.path, from) : undefined;
  try {
    database.exec("BEGIN IMMEDIATE");
    // Another program may have been quicker.
    for (const step of migrations.slice(versionOf(database))) database.exec(step);
    database.exec(`PRAGMA user_version = ${to}; COMMIT`);
  } catch (error) {
    // Whoever opened the store closes it now, which takes the step back.
    throw storeFailure(error, path);
  }
  if (copy !== undefined) {
    options.notice(`${path} was brought from schema ${from} to ${to}; the store as it was is ${copy}`);
  }
}

/** A whole copy beside the store, as it was before a step. */
function copyBefore(database: DatabaseSync, path: string, version: number): string {
  const copy = `${path}.schema-${version}`;
  try {
    rmSync(copy, { force: true });
    database.prepare("VACUUM INTO ?").run(copy);
    chmodSync(copy, 0o600);
  } catch (error) {
    rmSync(copy, { force: true });
    throw storeFailure(error, copy);
  }
  keepNewest(path, ".schema-");
  return basename(copy);
}

/** Renames a damaged store with all that belongs to it; returns its new path. */
function setAside(path: string, seconds: number): string {
  const aside = `${path}.damaged-${seconds}`;
  for (const suffix of ["", "-wal", "-shm"]) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  keepNewest(path, ".damaged-");
  return aside;
}

function keepNewest(path: string, mark: string): void {
  const folder = dirname(path);
  const numbers = readdirSync(folder)
    .filter((name) => name.startsWith(basename(path) + mark) && /-\d+$/.test(name))
    .map((name) => Number(name.slice(name.lastIndexOf("-") + 1)))
    .sort((a, b) => b - a);
  for (const old of numbers.slice(KEPT)) {
    for (const suffix of ["", "-wal", "-shm"]) {
      rmSync(join(folder, `${basename(path)}${mark}${old}${suffix}`), { force: true });
    }
  }
}
