import { join } from "node:path";
import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { Quiet } from "../alert/feedback.ts";
import type { Incident } from "../alert/incident.ts";
import { DAY, type Mac, type Micros, mac, SECOND } from "../base/units.ts";
import type { KnownDevice } from "../detect/known-devices.ts";
import { BlockTable } from "./store/block-table.ts";
import { openDatabase } from "./store/database.ts";
import { INCIDENT_COLUMNS, incidentOfRow, incidentValues, type Row, timeOf } from "./store/incident-rows.ts";
import { NodeTable } from "./store/node-table.ts";
import { MIGRATIONS } from "./store/schema.ts";
import type { StoreFailure } from "./store/store-failure.ts";
import { Writer } from "./store/writer.ts";

/** A device of the home; strangers are never written down. */
export interface StoredDevice extends KnownDevice {
  readonly lastSeen: Micros;
}

export interface StoreOptions {
  /** Undefined: kept in memory, gone when the hub ends. */
  readonly folder: string | undefined;
  /** Hub time, µs since the epoch. */
  readonly now: Micros;
  readonly retentionDays?: number;
  readonly maxBytes?: number;
  readonly migrations?: readonly string[];
}

export const STORE_FILE = "airwarden.db";

/** A quarter of a year: seasons and holidays can be compared, and a card holds it easily. */
const RETENTION_DAYS = 90;
/** Some 50,000 incidents. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Old incidents leave before the store is full. */
const FILL = 0.9;
/** Nameless devices kept, the latest heard: as many as the hub holds in memory. */
const DEVICES = 4096;
const PRUNED_AT_ONCE = 500;

/**
 * What outlives the hub: devices of the home, incidents, node keys, what people said, whom they blocked, settings.
 * Incidents are on the disk when `saveIncident` returns true; the rest is written in batches by `flush`, since cards
 * wear. Where the disk is full nothing throws: writes wait, `trouble` says why, and `flush` tries again.
 */
export class Store {
  readonly nodes: NodeTable;
  readonly blocks: BlockTable;
  /** What the person should know of how the store was opened. */
  readonly notices: readonly string[];
  readonly #database: DatabaseSync;
  readonly #writer: Writer;
  readonly #options: StoreOptions;
  readonly #putIncident: StatementSync;
  readonly #putDevice: StatementSync;
  readonly #putQuiet: StatementSync;
  readonly #dropQuiet: StatementSync;
  readonly #putSetting: StatementSync;
  readonly #getSetting: StatementSync;
  #unreadable = 0;

  /** Opens or makes the store. Throws StoreFailure when it is newer, in use or cannot be written. */
  constructor(options: StoreOptions) {
    const notices: string[] = [];
    const path = options.folder === undefined ? undefined : join(options.folder, STORE_FILE);
    const database = openDatabase({
      path,
      migrations: options.migrations ?? MIGRATIONS,
      maxBytes: options.maxBytes ?? MAX_BYTES,
      notice: (line) => notices.push(line),
      seconds: Math.floor(options.now / SECOND),
    });
    this.notices = notices;
    this.#options = options;
    this.#database = database;
    this.#writer = new Writer(database, path ?? "the store");
    this.nodes = new NodeTable(database, this.#writer);
    this.blocks = new BlockTable(database, this.#writer);
    const places = INCIDENT_COLUMNS.replaceAll(/\w+/g, "?");
    this.#putIncident = database.prepare(
      `INSERT OR REPLACE INTO incidents (${INCIDENT_COLUMNS}) VALUES (${places})`,
    );
    this.#putDevice = database.prepare(
      "INSERT OR REPLACE INTO devices (mac, name, known, first_seen, last_seen) VALUES (?, ?, ?, ?, ?)",
    );
    this.#putQuiet = database.prepare("INSERT OR REPLACE INTO quiets (identity, until) VALUES (?, ?)");
    this.#dropQuiet = database.prepare("DELETE FROM quiets WHERE identity = ?");
    this.#putSetting = database.prepare("INSERT OR REPLACE INTO settings (key, value) VALUES (?, ?)");
    this.#getSetting = database.prepare("SELECT value FROM settings WHERE key = ?");
  }

  /** Why something could not be written yet; undefined while all is well. */
  get trouble(): StoreFailure | undefined {
    return this.#writer.trouble;
  }

  get waiting(): number {
    return this.#writer.waiting;
  }

  /** Rows that this version could not read and left alone. */
  get unreadable(): number {
    return this.#unreadable;
  }

  devices(): StoredDevice[] {
    return this.#database.prepare("SELECT * FROM devices").all().map(deviceOfRow);
  }

  /** Written with the next batch. */
  saveDevices(devices: Iterable<StoredDevice>): void {
    for (const device of devices) {
      const { name, known, since, lastSeen } = device;
      const values = [device.mac, name ?? null, known ? 1 : 0, Math.round(since), Math.round(lastSeen)];
      this.#writer.later(`device ${device.mac}`, () => this.#putDevice.run(...values));
    }
  }

  /** On the disk when it returns true; else it waits for space. */
  saveIncident(incident: Incident): boolean {
    const values = incidentValues(incident);
    return this.#writer.now(`incident ${incident.id}`, () => this.#putIncident.run(...values));
  }

  /** Written with the next batch: for what has merely grown. */
  noteIncident(incident: Incident): void {
    const values = incidentValues(incident);
    this.#writer.later(`incident ${incident.id}`, () => this.#putIncident.run(...values));
  }

  /** The latest ones, in the order they were raised. */
  incidents(limit = 1000): Incident[] {
    const rows = this.#database
      .prepare(`SELECT ${INCIDENT_COLUMNS} FROM incidents ORDER BY raised_at DESC, id LIMIT ?`)
      .all(limit);
    const read = rows.map(incidentOfRow);
    this.#unreadable = read.filter((incident) => incident === undefined).length;
    return read.filter((incident) => incident !== undefined).reverse();
  }

  quiets(): Quiet[] {
    const rows = this.#database.prepare("SELECT identity, until FROM quiets").all();
    return rows.map((row) => ({
      identity: String(row["identity"]),
      until: row["until"] === null ? undefined : timeOf(row["until"]),
    }));
  }

  saveQuiet(quiet: Quiet): void {
    const until = quiet.until === undefined ? null : Math.round(quiet.until);
    this.#writer.now(`quiet ${quiet.identity}`, () => this.#putQuiet.run(quiet.identity, until));
  }

  removeQuiet(identity: string): void {
    this.#writer.now(`quiet ${identity}`, () => this.#dropQuiet.run(identity));
  }

  setting(key: string): string | undefined {
    const value = this.#getSetting.get(key)?.["value"];
    return typeof value === "string" ? value : undefined;
  }

  setSetting(key: string, value: string): void {
    this.#writer.now(`setting ${key}`, () => this.#putSetting.run(key, value));
  }

  /** Writes the batch in one transaction; false where it has to wait. Call it every few seconds and before `close`. */
  flush(): boolean {
    return this.#writer.flush();
  }

  /** Forgets what is older than it may be, and the oldest incidents when the store fills up. Call it every hour. */
  prune(now: Micros): void {
    const days = this.#options.retentionDays ?? RETENTION_DAYS;
    this.#writer.attempt(() => {
      this.#dropIncidents("resolved_at < ?", Math.round(now - days * DAY));
      this.blocks.prune(now - days * DAY);
      this.#database
        .prepare(
          "DELETE FROM devices WHERE mac IN (SELECT mac FROM devices WHERE name IS NULL ORDER BY last_seen DESC LIMIT -1 OFFSET ?)",
        )
        .run(DEVICES);
      this.#database.prepare("DELETE FROM quiets WHERE until < ?").run(Math.round(now));
      while (this.#used() > FILL * (this.#options.maxBytes ?? MAX_BYTES)) {
        const sql = `id IN (SELECT id FROM incidents WHERE resolved_at IS NOT NULL ORDER BY raised_at LIMIT ${PRUNED_AT_ONCE})`;
        if (this.#dropIncidents(sql) === 0) break;
      }
      this.#database.exec("PRAGMA incremental_vacuum");
    });
  }

  /** Writes what waits and closes the file; the store cannot be used any more. */
  close(): void {
    this.flush();
    this.#database.close();
  }

  #dropIncidents(where: string, ...values: number[]): number {
    return Number(this.#database.prepare(`DELETE FROM incidents WHERE ${where}`).run(...values).changes);
  }

  /** Octets in use, free pages not counted. */
  #used(): number {
    const pragma = (name: string): number =>
      Number(this.#database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
    return (pragma("page_count") - pragma("freelist_count")) * pragma("page_size");
  }
}

function deviceOfRow(row: Row): StoredDevice {
  return {
    mac: addressOf(row["mac"]),
    name: typeof row["name"] === "string" ? row["name"] : undefined,
    known: row["known"] === 1,
    since: timeOf(row["first_seen"]),
    lastSeen: timeOf(row["last_seen"]),
  };
}

const addressOf = (value: unknown): Mac => mac(Number(value));
