import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { MIGRATIONS } from "../../../hub/edge/store/schema.ts";

const HUB = join(import.meta.dirname, "../../../hub");
const SCHEMA = readFileSync(join(HUB, "SCHEMA.md"), "utf8");

/** Rows of the table under a heading: what is described, and how. */
function described(heading: string): ReadonlyMap<string, string> {
  const section = SCHEMA.split(/^##? /m).find((part) => part.startsWith(`${heading}\n`)) ?? "";
  return new Map(
    [...section.matchAll(/^\| `([^`]+)` \|(.*)$/gm)].map(([, name, rest]) => [name ?? "", rest ?? ""]),
  );
}

test("every table of the store is described with its columns, and no other", () => {
  const database = new DatabaseSync(":memory:");
  for (const step of MIGRATIONS) database.exec(step);
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  const rows = described("Tables");
  assert.deepEqual([...rows.keys()].sort(), tables.map(({ name }) => name).sort());
  for (const [table, words] of rows) {
    if (table === "incidents") continue;
    for (const { name } of database.prepare(`PRAGMA table_info(${table})`).all()) {
      assert.ok(words.includes(`\`${name}\``), `${table}.${name}`);
    }
  }
  database.close();
});

test("every setting of the store is described, and no other", () => {
  const used = new Set<string>();
  for (const path of readdirSync(join(HUB, "edge"), { recursive: true, encoding: "utf8" })) {
    if (!path.endsWith(".ts")) continue;
    const code = readFileSync(join(HUB, "edge", path), "utf8");
    for (const [, name] of code.matchAll(/(?:etting|keep|get|listIn)\((?:store, )?([A-Z_]{3,})\b/g)) {
      const value = new RegExp(`const ${name} = "(\\w+)"`).exec(code)?.[1];
      if (value !== undefined) used.add(value);
    }
  }
  assert.deepEqual([...described("Settings").keys()].sort(), [...used].sort());
});

test("every path of the page's server is described, and no other", () => {
  const code = readFileSync(join(HUB, "edge/page/routes.ts"), "utf8");
  const paths = [...code.matchAll(/app\.(?:get|post|use)\("([^"]+)"/g)].map(([, path]) => path);
  assert.deepEqual([...described("HTTP").keys()].sort(), paths.sort());
});
