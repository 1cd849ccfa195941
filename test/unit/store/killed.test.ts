import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { storeIn, temporaryFolder } from "./folders.ts";

const PROGRAM = join(import.meta.dirname, "writes-until-killed.ts");

/** Ids that the program has said to be safe before it was killed. */
async function killedAfter(folder: string, first: number, lines: number): Promise<string[]> {
  const child = spawn(process.execPath, [PROGRAM, folder, String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (text: string) => {
    said += text;
    if (said.split("\n").length > lines) child.kill("SIGKILL");
  });
  await once(child, "close");
  return said.split("\n").slice(0, -1);
}

test("killed at any moment, the store has every incident that was said to be safe", async (context) => {
  const folder = temporaryFolder(context);
  const safe: string[] = [];
  for (const [round, lines] of [3, 20, 57, 101].entries()) {
    safe.push(...(await killedAfter(folder, 1000 * round, lines)));
    const store = storeIn(folder);
    assert.deepEqual(store.notices, [], "nothing is damaged");
    const there = new Set(store.incidents(10_000).map((incident) => incident.id));
    assert.deepEqual(
      safe.filter((id) => !there.has(id)),
      [],
    );
    store.close();
  }
  assert.ok(safe.length > 150);
});
