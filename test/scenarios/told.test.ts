import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { linesOf, scenarioOf } from "./scenario.ts";
import { playTold } from "./told.ts";

const folder = join(import.meta.dirname, "told");

for (const name of readdirSync(folder).sort()) {
  test(`scenario with a house that is told of: ${name.replace(/\.txt$/, "").replaceAll("-", " ")}`, () => {
    const scenario = scenarioOf(readFileSync(join(folder, name), "utf8"));
    assert.deepEqual(playTold(linesOf(scenario.text)), scenario.golden);
  });
}
