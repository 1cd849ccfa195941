import type { DatabaseSync, StatementSync } from "node:sqlite";
import { sameBytes } from "../../base/bytes.ts";
import { type Mac, type Micros, mac } from "../../base/units.ts";
import type { NodeBoot, NodeKeys } from "../links/udp.ts";
import { type Row, timeOf } from "./incident-rows.ts";
import { StoreFailure } from "./store-failure.ts";
import type { Writer } from "./writer.ts";

/** A node that has a key. */
export interface PairedNode {
  readonly name: string;
  /** Undefined until the node has proved its key. */
  readonly mac: Mac | undefined;
  readonly bootFloor: number;
  readonly addedAt: Micros;
  readonly lastHeard: Micros | undefined;
}

export interface NewNode {
  readonly name: string;
  /** 32 octets. */
  readonly key: Uint8Array;
  readonly mac?: Mac;
  readonly addedAt: Micros;
}

/**
 * Counters skipped at the first reservation after a start: as many may be given out while the disk is full and
 * nothing can be written, without ever being used twice. 65,536 starts a boot of the node.
 */
const UNSAVED_COUNTERS = 65_536;

/** Setting: where the counters of a start begin, since the store was restored from a copy; 0 where it never was. */
export const COUNTER_FLOOR = "counter_floor";

interface Counters {
  readonly boot: NodeBoot;
  next: number;
  saved: number;
}

/** Keys, boot floors and counters of nodes. Read afresh each time: another program may add or remove nodes. */
export class NodeTable implements NodeKeys {
  readonly #writer: Writer;
  readonly #key: StatementSync;
  readonly #floor: StatementSync;
  readonly #unclaimed: StatementSync;
  readonly #claim: StatementSync;
  readonly #setFloor: StatementSync;
  readonly #counters: StatementSync;
  readonly #setCounters: StatementSync;
  readonly #setHeard: StatementSync;
  readonly #list: StatementSync;
  readonly #add: StatementSync;
  readonly #remove: StatementSync;
  readonly #counterFloor: number;
  readonly #removeMac: StatementSync;
  readonly #rename: StatementSync;
  readonly #database: DatabaseSync;
  /** What is ahead of the file: floors and counters of paired nodes and their keys, a handful. */
  readonly #floors = new Map<Mac, NodeBoot>();
  readonly #given = new Map<Mac, Counters>();

  constructor(database: DatabaseSync, writer: Writer) {
    this.#writer = writer;
    this.#database = database;
    const prepare = (sql: string): StatementSync => database.prepare(sql);
    this.#key = prepare("SELECT key FROM nodes WHERE mac = ?");
    this.#floor = prepare("SELECT boot_floor FROM nodes WHERE mac = ? AND key = ?");
    this.#unclaimed = prepare("SELECT name, key FROM nodes WHERE mac IS NULL ORDER BY added_at");
    this.#claim = prepare("UPDATE nodes SET mac = ? WHERE name = ? AND mac IS NULL");
    this.#setFloor = prepare("UPDATE nodes SET boot_floor = max(boot_floor, ?) WHERE mac = ? AND key = ?");
    this.#counters = prepare("SELECT hub_boot, hub_counter FROM nodes WHERE mac = ? AND key = ?");
    this.#setCounters = prepare("UPDATE nodes SET hub_boot = ?, hub_counter = ? WHERE mac = ? AND key = ?");
    this.#setHeard = prepare("UPDATE nodes SET last_heard = ? WHERE mac = ?");
    this.#list = prepare(
      "SELECT name, mac, boot_floor, added_at, last_heard FROM nodes ORDER BY added_at, name",
    );
    this.#add = prepare("INSERT INTO nodes (name, mac, key, added_at) VALUES (?, ?, ?, ?)");
    this.#remove = prepare("DELETE FROM nodes WHERE name = ?");
    const floor = prepare("SELECT value FROM settings WHERE key = ?").get(COUNTER_FLOOR);
    this.#counterFloor = Number(floor?.["value"] ?? 0);
    this.#removeMac = prepare("DELETE FROM nodes WHERE mac = ?");
    this.#rename = prepare("UPDATE nodes SET name = ? WHERE mac = ?");
  }

  keyOf(nodeId: Mac): Uint8Array | undefined {
    return octets(this.#key.get(nodeId)?.["key"]);
  }

  bootFloorOf(nodeId: Mac, nodeKey: Uint8Array): number {
    const row = this.#floor.get(nodeId, nodeKey);
    if (row === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(Number(row["boot_floor"]), this.#ahead(nodeId, nodeKey));
  }

  booted({ nodeId, nodeKey, bootId }: NodeBoot): void {
    const highest = Math.max(bootId, this.#ahead(nodeId, nodeKey));
    this.#floors.set(nodeId, { nodeId, nodeKey, bootId: highest });
    this.#writer.now(`floor ${nodeId}`, () => this.#setFloor.run(highest, nodeId, nodeKey));
  }

  #ahead(nodeId: Mac, nodeKey: Uint8Array): number {
    const floor = this.#floors.get(nodeId);
    return floor !== undefined && sameBytes(floor.nodeKey, nodeKey) ? floor.bootId : 0;
  }

  /** Throws StoreFailure when 65,536 counters were given out and the disk is still full. */
  reserveCounters(boot: NodeBoot, count: number): number {
    const { nodeId, nodeKey, bootId } = boot;
    const given = this.#countersOf(boot);
    const first = given.next;
    if (first + count - given.saved > UNSAVED_COUNTERS) {
      throw new StoreFailure("full", "counters of a node cannot be written: free space on the disk");
    }
    given.next = first + count;
    const { next } = given;
    this.#writer.now(`counters ${nodeId}`, () => {
      this.#setCounters.run(bootId, next, nodeId, nodeKey);
      given.saved = Math.max(given.saved, next);
    });
    return first;
  }

  adopt(nodeId: Mac, opens: (key: Uint8Array) => boolean): Uint8Array | undefined {
    if (this.keyOf(nodeId) !== undefined) return undefined;
    for (const row of this.#unclaimed.all()) {
      const key = octets(row["key"]);
      if (key === undefined || !opens(key)) continue;
      return this.#writer.attempt(() => this.#claim.run(nodeId, String(row["name"]))) ? key : undefined;
    }
    return undefined;
  }

  /** Written with the next batch. */
  heard(nodeId: Mac, time: Micros): void {
    this.#writer.later(`heard ${nodeId}`, () => this.#setHeard.run(Math.round(time), nodeId));
  }

  list(): PairedNode[] {
    return this.#list.all().map(pairedNode);
  }

  /** Throws StoreFailure `taken` where the name or the address has a key. */
  add(node: NewNode): void {
    const taken = this.list().find(
      (one) => one.name === node.name || (one.mac !== undefined && one.mac === node.mac),
    );
    if (taken !== undefined) {
      throw new StoreFailure(
        "taken",
        `node ${taken.name} has a key: airwarden node remove ${taken.name} first`,
      );
    }
    this.#writer.must(() => this.#add.run(node.name, node.mac ?? null, node.key, Math.round(node.addedAt)));
  }

  /** Gives the node of this address another key, and another name where it has changed; all in one. */
  replace(node: NewNode & { readonly mac: Mac }): void {
    this.#writer.must(() => {
      this.#database.exec("BEGIN IMMEDIATE");
      this.#removeMac.run(node.mac);
      this.#add.run(node.name, node.mac, node.key, Math.round(node.addedAt));
      this.#database.exec("COMMIT");
    });
  }

  /** It goes by another name from now on; its key stays. Nothing happens where it has none. */
  rename(nodeId: Mac, name: string): void {
    this.#writer.must(() => this.#rename.run(name, nodeId));
  }

  /** False where there is no such node. */
  remove(name: string): boolean {
    let removed = 0;
    this.#writer.must(() => {
      removed = Number(this.#remove.run(name).changes);
    });
    return removed > 0;
  }

  #countersOf(boot: NodeBoot): Counters {
    const { nodeId, nodeKey, bootId } = boot;
    const given = this.#given.get(nodeId);
    if (given?.boot.bootId === bootId && sameBytes(given.boot.nodeKey, nodeKey)) return given;
    const row = this.#counters.get(nodeId, nodeKey);
    const stored = row?.["hub_boot"] === bootId ? Number(row["hub_counter"]) : 0;
    const next = Math.max(stored > 0 ? stored + UNSAVED_COUNTERS : 0, this.#counterFloor);
    const fresh = { boot, next, saved: next };
    this.#given.set(nodeId, fresh);
    return fresh;
  }
}

const octets = (value: unknown): Uint8Array | undefined => (value instanceof Uint8Array ? value : undefined);

function pairedNode(row: Row): PairedNode {
  return {
    name: String(row["name"]),
    mac: typeof row["mac"] === "number" ? mac(row["mac"]) : undefined,
    bootFloor: Number(row["boot_floor"]),
    addedAt: timeOf(row["added_at"]),
    lastHeard: row["last_heard"] === null ? undefined : timeOf(row["last_heard"]),
  };
}
