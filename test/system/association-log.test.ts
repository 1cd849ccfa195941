import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { LineFiles, logFile } from "../../hub/edge/association-log/files.ts";
import { serving } from "../support/hub.ts";
import { folderFor, type JsonLine, linesOf, outcome, ROOT, run, start } from "../support/program.ts";
import { until } from "../support/wait.ts";

/** Fields of a kind of line as SCHEMA.md describes them, in order. */
function described(type: string): string[] {
  const schema = readFileSync(join(ROOT, "hub/SCHEMA.md"), "utf8");
  const section = schema.split(/^## /m).find((part) => part.startsWith(`\`${type}\``)) ?? "";
  return [...section.matchAll(/^\| `(\w+)`/gm)].map((match) => match[1] ?? "");
}

test("a hub logs joins and traffic of the home, and `log` prints them in order", async (t) => {
  const folder = join(folderFor(t), "data");
  const hub = await serving(t, ["--demo", "--data", folder]);
  const home = async (): Promise<number> => {
    const snapshot = (await (await fetch(new URL("api/snapshot", hub.url))).json()) as {
      devices: readonly { readonly peers: readonly unknown[] }[];
    };
    return snapshot.devices.filter(({ peers }) => peers.length > 0).length;
  };
  const end = performance.now() + 30_000;
  while ((await home()) < 3) {
    assert.ok(performance.now() < end, "devices did not talk to one another");
    await pause(200);
  }
  assert.equal((await hub.end()).code, 0);
  const printed = await run(["log", "--data", folder]);
  assert.equal(printed.code, 0, printed.stderr);
  const lines = linesOf(printed.stdout);
  const of = (type: string): JsonLine[] => lines.filter((line) => line.type === type);
  assert.ok(of("association").some(({ change }) => change === "associated"));
  assert.ok(of("association").some(({ change }) => change === "confirmed"));
  assert.ok(new Set(of("edge").map(({ mac }) => mac)).size >= 3);
  for (const line of lines) assert.deepEqual(Object.keys(line), described(line.type));
  const times = lines.map(({ time }) => Number(time));
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  const gateways = of("edge").filter(({ peer_kind }) => peer_kind === "gateway");
  for (const { frames, bytes } of gateways) assert.ok(Number(frames) > 0 && Number(bytes) > 0);
  assert.equal(statSync(logFile(folder, 0)).mode & 0o777, 0o600);
});

test("the log is put aside in time, and never larger than it may be", (t) => {
  const folder = folderFor(t);
  const files = new LineFiles({ folder, maxBytes: 1000, files: 2 });
  for (let i = 0; i < 200; i++) {
    files.add(JSON.stringify({ type: "test", number: i }));
    if (i % 7 === 0) files.flush();
  }
  files.flush();
  const texts = [2, 1, 0].map((age) => readFileSync(logFile(folder, age), "utf8"));
  for (const text of texts) assert.ok(text.length <= 1000 && text.endsWith("\n"));
  assert.ok(!existsSync(logFile(folder, 3)));
  const numbers = linesOf(texts.join("")).map(({ number }) => number);
  assert.equal(numbers.at(-1), 199);
  assert.deepEqual(
    numbers,
    Array.from(numbers, (_, i) => 200 - numbers.length + i),
    "a gap",
  );
});

test("what cannot be written waits, and says so", (t) => {
  const folder = folderFor(t);
  const files = new LineFiles({ folder: join(folder, "associations.jsonl", "deep") });
  const blocker = new LineFiles({ folder });
  blocker.add("{}");
  blocker.flush();
  files.add("{}");
  files.flush();
  assert.match(files.trouble ?? "", /cannot be written/);
});

test("who follows the log gets every line once, across files", async (t) => {
  const folder = folderFor(t);
  const files = new LineFiles({ folder, maxBytes: 2000, files: 4 });
  files.add('{"type":"test","number":0}');
  files.flush();
  const child = start(["log", "--follow", "--data", folder]);
  t.after(() => child.kill("SIGKILL"));
  let seen = "";
  child.stdout?.on("data", (octets: Buffer) => {
    seen += octets.toString();
  });
  const ended = outcome(child);
  await until("the first line is printed", () => seen.includes("\n"));
  for (let i = 1; i <= 200; i++) {
    files.add(JSON.stringify({ type: "test", number: i }));
    if (i % 50 !== 0) continue;
    files.flush();
    await until(`line ${i} is printed`, () => seen.includes(`:${i}}`));
  }
  child.kill("SIGINT");
  await ended;
  const numbers = linesOf(seen).map(({ number }) => number);
  assert.deepEqual(
    numbers,
    Array.from({ length: 201 }, (_, i) => i),
  );
});

test("without a log the reason is said", async (t) => {
  const failed = await run(["log", "--data", folderFor(t)]);
  assert.equal(failed.code, 1);
  assert.match(failed.stderr, /holds no log yet/);
});
