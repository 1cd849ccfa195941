import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { play, scenarioOf } from "./scenario.ts";

const folder = join(import.meta.dirname, "played");

for (const name of readdirSync(folder).sort()) {
  test(`scenario ${name.replace(/\.txt$/, "").replaceAll("-", " ")}`, () => {
    const scenario = scenarioOf(readFileSync(join(folder, name), "utf8"));
    assert.deepEqual(play(scenario), scenario.golden);
  });
}
