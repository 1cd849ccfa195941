import assert from "node:assert/strict";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { readCapture } from "../../hub/edge/replay/node-process.ts";
import { captureReader, notOlder } from "../../hub/edge/replay/node-program.ts";
import { until } from "../support/wait.ts";

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "airwarden-reader-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

function script(path: string, ...lines: string[]): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, ["#!/bin/sh", ...lines, ""].join("\n"));
  chmodSync(path, 0o755);
  return path;
}

async function read(reader: string, path = "x.pcap"): Promise<{ octets: Buffer; warned: string[] }> {
  const warned: string[] = [];
  const pieces: Uint8Array[] = [];
  const reading = { reader, path, node: "kitchen", warn: (line: string) => warned.push(line) };
  for await (const piece of readCapture(reading)) pieces.push(piece);
  return { octets: Buffer.concat(pieces), warned };
}

test("a capture comes as octets, what the reader says as lines", async (t) => {
  const reader = script(
    join(folder(t), "reader"),
    'echo "$@"',
    "echo one >&2",
    "echo airwarden-node: two >&2",
  );
  const { octets, warned } = await read(reader, "-odd.pcap");
  assert.equal(octets.toString(), "--output stdout --pace max --name kitchen --capture ./-odd.pcap\n");
  assert.deepEqual(warned, ["one", "two"]);
});

test("a reader that fails is a failure in its own last words", async (t) => {
  const reader = script(
    join(folder(t), "reader"),
    "echo so far",
    "echo warning >&2",
    "echo x.pcap: bad >&2",
    "exit 1",
  );
  await assert.rejects(read(reader), { name: "Failure", message: "x.pcap: bad" });
  const silent = script(join(folder(t), "reader"), "exit 3");
  await assert.rejects(read(silent), {
    message: "x.pcap: the capture reader ended with code 3 without a word",
  });
  const killed = script(join(folder(t), "reader"), "kill -9 $$");
  await assert.rejects(read(killed), {
    message: "x.pcap: the capture reader was ended by SIGKILL without a word",
  });
});

test("a program that cannot be started is named", async (t) => {
  const path = join(folder(t), "nothing");
  await assert.rejects(read(path), { name: "Failure", message: /nothing cannot be started: no such file/ });
});

test("a reader runs no further ahead than it is asked, and ends when nobody reads on", async (t) => {
  const place = folder(t);
  const [count, pid] = [join(place, "count"), join(place, "pid")];
  const reader = script(
    join(place, "reader"),
    `echo $$ > ${pid}`,
    "i=0",
    `while [ $i -lt 100000 ]; do head -c 65536 /dev/zero || exit; i=$((i+1)); echo $i > ${count}; done`,
  );
  const octets = readCapture({ reader, path: "x", node: "n", warn: () => undefined });
  await octets.next();
  await pause(300);
  const ahead = Number(readFileSync(count, "utf8"));
  assert.ok(ahead < 20, `${ahead} pieces of 64 KiB were made`);
  await octets.return();
  const process = `/proc/${readFileSync(pid, "utf8").trim()}`;
  if (existsSync("/proc/self")) await until("the reader has ended", () => !existsSync(process));
});

/** A checkout with sources, and a cargo that builds by copying. */
function checkout(t: TestContext) {
  const root = folder(t);
  const firmware = join(root, "firmware");
  mkdirSync(join(firmware, "core/src"), { recursive: true });
  writeFileSync(join(firmware, "Cargo.toml"), '[workspace.package]\nrust-version = "1.95"\n');
  writeFileSync(join(firmware, "core/src/lib.rs"), "");
  const built = join(firmware, "target/release/airwarden-node");
  const said: string[] = [];
  const tools = join(root, "tools");
  const cargo = (version: string, ...build: string[]) =>
    script(
      join(tools, "cargo"),
      `if [ "$1" = --version ]; then echo "cargo ${version} (x)"; exit; fi`,
      ...build,
    );
  const environment = { PATH: `${tools}:/usr/bin:/bin`, CARGO_HOME: join(root, "none") };
  const find = (more: Record<string, string> = {}) =>
    captureReader({ root, environment: { ...environment, ...more }, say: (line) => said.push(line) });
  const building = ["mkdir -p target/release", 'echo "$@" > target/release/airwarden-node'];
  return { root, firmware, built, said, cargo, find, building };
}

test("the reader is built once from its sources, and again when they are newer", async (t) => {
  const { firmware, built, said, cargo, find, building } = checkout(t);
  cargo("1.95.0", ...building);
  assert.equal(await find(), built);
  assert.match(readFileSync(built, "utf8"), /^build --release --locked --package airwarden-node/);
  assert.match(said[0] ?? "", /building the capture reader \(once, about a minute\)/);
  assert.equal(said.length, 2);
  await find();
  assert.equal(said.length, 2);
  const later = Date.now() / 1000 + 10;
  utimesSync(join(firmware, "core/src/lib.rs"), later, later);
  await find();
  assert.equal(said.length, 4);
});

test("a build that fails says how to see why", async (t) => {
  const { built, said, cargo, find } = checkout(t);
  cargo("1.99.1", "exit 101");
  await assert.rejects(find(), /could not be built: run "cargo build --release --package airwarden-node" in/);
  script(built);
  utimesSync(built, 1, 1);
  assert.equal(await find(), built);
  assert.match(said.at(-1) ?? "", /the one built before is used/);
});

/** Debian's own would rightly be found. */
const skip = existsSync("/usr/bin/cargo") ? "a cargo in /usr/bin is always found" : false;

test("without a cargo that is new enough it says what to install", { skip }, async (t) => {
  const { built, said, cargo, find } = checkout(t);
  cargo("1.94.9", "exit 1");
  await assert.rejects(find(), /install Rust 1\.95 or newer \(https:\/\/rustup\.rs\)/);
  script(built);
  utimesSync(built, 1, 1);
  assert.equal(await find(), built);
  assert.match(said[0] ?? "", /older than its sources/);
});

test("a delivered reader and a named one go before the sources", async (t) => {
  const { root, find } = checkout(t);
  const delivered = script(join(root, "bin/airwarden-node"));
  assert.equal(await find(), delivered);
  const named = script(join(root, "mine"));
  assert.equal(await find({ AIRWARDEN_NODE: named }), named);
  await assert.rejects(
    find({ AIRWARDEN_NODE: join(root, "gone") }),
    /AIRWARDEN_NODE names .*gone, which is not there/,
  );
});

test("an app without sources and without the reader says where it belongs", async (t) => {
  const root = folder(t);
  const place = { root, environment: { PATH: "/nowhere" }, say: () => undefined };
  await assert.rejects(captureReader(place), /put it there, or name it in AIRWARDEN_NODE/);
});

test("versions compare number by number", () => {
  assert.equal(notOlder("1.95.0", "1.95"), true);
  assert.equal(notOlder("1.100.0", "1.95"), true);
  assert.equal(notOlder("2.0", "1.95"), true);
  assert.equal(notOlder("1.94.9", "1.95"), false);
  assert.equal(notOlder("1", "1.0.1"), false);
});
