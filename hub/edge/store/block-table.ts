import type { DatabaseSync, StatementSync } from "node:sqlite";
import { jsonOf, textOf } from "../../base/fields.ts";
import { mac } from "../../base/units.ts";
import { type Call, readCall } from "../../house/block.ts";
import type { BlockRun } from "../../house/block-log.ts";
import { type Row, timeOf } from "./incident-rows.ts";
import type { Writer } from "./writer.ts";

const CHANGES: readonly BlockRun["change"][] = ["block", "unblock", "forget"];
const OUTCOMES: readonly BlockRun["outcome"][] = ["running", "done", "failed", "unknown"];
const COLUMNS = "id, at, mac, name, change, person, called, undo, incident, outcome, failure";
/** Runs kept at most, beside the last one of every device. */
const MOST_RUNS = 1000;

/** Who was blocked when, by whom, and how it ended. */
export class BlockTable {
  readonly #database: DatabaseSync;
  readonly #writer: Writer;
  readonly #put: StatementSync;

  constructor(database: DatabaseSync, writer: Writer) {
    this.#database = database;
    this.#writer = writer;
    const places = COLUMNS.replaceAll(/\w+/g, "?");
    this.#put = database.prepare(`INSERT OR REPLACE INTO block_runs (${COLUMNS}) VALUES (${places})`);
  }

  /** All that are kept, oldest first; rows that this version cannot read are left out. */
  all(): BlockRun[] {
    const rows = this.#database.prepare(`SELECT ${COLUMNS} FROM block_runs ORDER BY id`).all();
    return rows.map(runOfRow).filter((run) => run !== undefined);
  }

  /** On the disk when it returns true; else it waits for space. */
  save(run: BlockRun): boolean {
    const { id, at, name, change, by, called, undo, incident, outcome, failure } = run;
    const calls = [keptText(called), keptText(undo)];
    const values = [id, Math.round(at), run.mac, name, change, by, ...calls];
    return this.#writer.now(`block run ${id}`, () =>
      this.#put.run(...values, incident ?? null, outcome, failure ?? null),
    );
  }

  /** Forgets runs of before `oldest` and the oldest of too many. The last one of a device stays: it may be blocked. */
  prune(oldest: number): void {
    this.#database
      .prepare(
        `DELETE FROM block_runs WHERE (at < ? OR id <= (SELECT max(id) FROM block_runs) - ${MOST_RUNS})
         AND id NOT IN (
           SELECT max(id) FROM block_runs
           WHERE outcome = 'done' OR (change = 'block' AND outcome <> 'failed') GROUP BY mac
         )`,
      )
      .run(Math.round(oldest));
  }
}

const keptText = (call: Call | undefined): string | null =>
  call === undefined ? null : JSON.stringify(call);

const callOf = (value: unknown): Call | undefined => readCall(jsonOf(textOf(value)));

const optional = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function runOfRow(row: Row): BlockRun | undefined {
  const change = CHANGES.find((one) => one === row["change"]);
  const outcome = OUTCOMES.find((one) => one === row["outcome"]);
  if (change === undefined || outcome === undefined) return undefined;
  return {
    id: Number(row["id"]),
    at: timeOf(row["at"]),
    mac: mac(Number(row["mac"])),
    name: String(row["name"]),
    change,
    by: String(row["person"]),
    called: callOf(row["called"]),
    undo: callOf(row["undo"]),
    incident: optional(row["incident"]),
    outcome,
    failure: optional(row["failure"]),
  };
}
