import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { before, test } from "node:test";
import { mac, micros } from "../../hub/base/units.ts";
import { captureReader } from "../../hub/edge/replay/node-program.ts";
import { STORE_FILE, Store } from "../../hub/edge/store.ts";
import { encodeFrame } from "../../hub/wire/frame.ts";
import { encodeNodeMessage } from "../../hub/wire/messages.ts";
import { attackedHome, LINK_ETHERNET, pcap, quietHome } from "../support/captures/pcap.ts";
import { serving } from "../support/hub.ts";
import {
  folderFor,
  linesOf,
  type Outcome,
  outcome,
  ROOT,
  type RunOptions,
  run,
  start,
} from "../support/program.ts";
import { until } from "../support/wait.ts";

before(async () => {
  await captureReader({ root: ROOT, environment: process.env, say: console.error });
});

/** It failed, and said why in one line. */
function failed({ code, stdout, stderr }: Outcome, reason: RegExp): void {
  assert.match(stderr, reason);
  assert.match(stderr, /^airwarden: [^\n]+\n$/);
  assert.equal(stdout, "");
  assert.equal(code, 1);
}

test("help and version go to standard output and are no failure", async () => {
  for (const words of [["--help"], ["help", "replay"], ["serve", "--help"], ["--version"]]) {
    const { code, stdout, stderr } = await run(words);
    assert.equal(code, 0);
    assert.ok(stdout.length > 10);
    assert.equal(stderr, "");
  }
});

test("wrong usage is 2, with a hint", async () => {
  const cases: [string[], RegExp][] = [
    [[], /a command is missing\nsee airwarden --help/],
    [["reply"], /did you mean replay\?\nsee airwarden --help/],
    [["replay"], /needs a FILE, or --node NAME=FILE\nsee airwarden replay --help/],
    [["replay", "--tabel", "x"], /did you mean --table\?\nsee airwarden replay --help/],
    [["serve", "--port", "x"], /--port: "x" is not a port/],
    [["node", "add"], /node add needs NAME\nsee airwarden node add --help/],
  ];
  for (const [words, reason] of cases) {
    const { code, stdout, stderr } = await run(words);
    assert.equal(code, 2, words.join(" "));
    assert.match(stderr, reason);
    assert.equal(stdout, "");
  }
});

const asRoot = process.getuid?.() === 0;
/** A user who may do nothing in particular. */
const NOBODY = 65_534;

test("input that cannot be played is named with the next step", async (t) => {
  const folder = folderFor(t);
  const write = (name: string, octets: Uint8Array | string): string => {
    writeFileSync(join(folder, name), octets);
    return join(folder, name);
  };
  const secret = write("secret.pcap", pcap(quietHome(1)));
  chmodSync(secret, 0);
  const user: RunOptions = asRoot ? { uid: NOBODY } : {};
  if (asRoot) chmodSync(folder, 0o755);
  const cases: [string, RegExp, RunOptions?][] = [
    [folder, /is a folder: name the captures in it/],
    [join(folder, "gone.pcap"), /gone\.pcap: there is no such file: check the path/],
    [secret, /secret\.pcap: no permission to read it: check its owner and mode/, user],
    [write("empty.pcap", ""), /empty\.pcap is empty: record it again/],
    [write("text.pcap", "This is no capture.\n"), /text\.pcap: not a capture: it begins with 54 68 69 73/],
    [write("wired.pcap", pcap(quietHome(1), LINK_ETHERNET)), /wired\.pcap: link type 1 \(Ethernet\)/],
    [join(secret, "below"), /below/],
  ];
  for (const [path, reason, options] of cases) failed(await run(["replay", path], options), reason);
});

test("a capture that ends in the middle is played as far as it goes, with a warning", async (t) => {
  const path = join(folderFor(t), "cut.pcap");
  const whole = pcap(quietHome(10));
  writeFileSync(path, whole.subarray(0, whole.length - 10));
  const { code, stdout, stderr } = await run(["replay", path]);
  assert.equal(code, 0);
  assert.match(
    stderr,
    /^airwarden: .*cut\.pcap: the file ends in the middle of a packet; the 199 before it were read\n$/,
  );
  assert.equal(linesOf(stdout).at(-1)?.["frames"], 199);
});

test("a damaged recording is played without what is damaged, which is counted", async (t) => {
  const path = join(folderFor(t), "node.awr");
  const line = encodeFrame(encodeNodeMessage({ kind: "log", level: "info", text: "x" }, 1));
  writeFileSync(
    path,
    Buffer.concat([Buffer.from([7, 7, 7, 0]), line, Buffer.from([9, 0]), line.subarray(0, 5)]),
  );
  const { code, stdout } = await run(["replay", path]);
  assert.equal(code, 0);
  assert.equal(linesOf(stdout).at(-1)?.["damaged"], 2);
});

test("a full disk under the output is a failure that says so", async (t) => {
  if (!existsSync("/dev/full")) return t.skip("no /dev/full here");
  const path = join(folderFor(t), "quiet.pcap");
  writeFileSync(path, pcap(quietHome(1)));
  const child = spawn(process.execPath, [join(ROOT, "hub/main.ts"), "replay", path], {
    stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
  });
  failed(await outcome(child), /the output cannot be written: no space left on the disk/);
});

test("a reader of the output that has enough ends the replay without a word", async (t) => {
  const path = join(folderFor(t), "quiet.pcap");
  writeFileSync(path, pcap(quietHome(3000)));
  const child = start(["replay", "--frames", path]);
  const stderr: Buffer[] = [];
  child.stderr?.on("data", (octets: Buffer) => stderr.push(octets));
  child.stdout?.once("data", () => child.stdout?.destroy());
  await once(child, "exit");
  assert.equal(Buffer.concat(stderr).toString(), "");
  assert.equal(child.exitCode, 0);
});

test("a state folder that cannot be used is named", async (t) => {
  const folder = folderFor(t);
  const path = join(folder, "quiet.pcap");
  writeFileSync(path, pcap(quietHome(1)));
  failed(await run(["replay", path, "--state", path]), /quiet\.pcap.*choose a folder with --data/);
  const newer = join(folder, "newer");
  new Store({ folder: newer, now: micros(0) }).close();
  const database = new DatabaseSync(join(newer, STORE_FILE));
  database.exec("PRAGMA user_version = 99");
  database.close();
  failed(await run(["replay", path, "--state", newer]), /written by a newer Airwarden .*: update Airwarden/);
});

/** Whether this process may make a small disk of its own. */
function smallDisks(): boolean {
  const tried = spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", "/mnt"]);
  return tried.status === 0;
}

test("a full disk under the state is said, and what was kept before is still there", async (t) => {
  if (!smallDisks()) return t.skip("only root may make a small disk");
  const folder = folderFor(t);
  const path = join(folder, "attack.pcap");
  writeFileSync(path, pcap(attackedHome(30, 10, 20)));
  const disk = join(folder, "disk");
  mkdirSync(disk);
  const program = `"${process.execPath}" "${join(ROOT, "hub/main.ts")}"`;
  const script = [
    `mount -t tmpfs -o size=300k tmpfs "${disk}" || exit 99`,
    `${program} node add kitchen --data "${disk}/state" > /dev/null || exit 98`,
    `head -c 1M /dev/zero > "${disk}/filling" 2> /dev/null`,
    `${program} replay "${path}" --state "${disk}/state"; echo "code $?"`,
    `rm "${disk}/filling"`,
    `${program} node list --data "${disk}/state"`,
  ];
  const { stdout, stderr } = await outcome(spawn("unshare", ["-m", "sh", "-c", script.join("\n")]));
  assert.match(stderr, /^airwarden: [^\n]*airwarden\.db[^\n]*(full|no space left)[^\n]*\n$/);
  assert.match(stdout, /code 1\n/);
  assert.match(stdout, /\nkitchen /);
});

test("keys of nodes are made, listed without the key, and forgotten", async (t) => {
  const data = join(folderFor(t), "data");
  const said = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(["node", ...words, "--data", data]);
    assert.equal(stderr, "");
    assert.equal(code, 0);
    return stdout;
  };
  failed(await run(["node", "list", "--data", data]), /holds no data of a hub/);
  const added = await said("add", "kitchen");
  const key = /^ {4}([0-9a-f]{64})$/m.exec(added)?.[1];
  assert.ok(key, added);
  await said("add", "the attic", "--mac", "02-00-00-00-00-07");
  failed(await run(["node", "add", "kitchen", "--data", data]), /airwarden node remove kitchen first/);
  failed(
    await run(["node", "add", "x", "--mac", "02:00:00:00:00:07", "--data", data]),
    /the attic has a key/,
  );
  const listed = await said("list");
  assert.match(
    listed,
    /^NAME +ADDRESS +ADDED +LAST HEARD\nkitchen +not yet known .*\nthe attic +02:00:00:00:00:07 /,
  );
  assert.ok(!listed.includes(key));
  assert.deepEqual(
    linesOf(await said("list", "--json")).map(({ type, name, mac }) => [type, name, mac]),
    [
      ["node", "kitchen", null],
      ["node", "the attic", "02:00:00:00:00:07"],
    ],
  );
  const store = new Store({ folder: data, now: micros(0) });
  assert.equal(store.nodes.keyOf(mac(0x020000000007))?.length, 32);
  store.close();
  assert.equal(statSync(join(data, "airwarden.db")).mode & 0o077, 0);
  assert.match(await said("remove", "02:00:00:00:00:07"), /the attic is forgotten/);
  failed(
    await run(["node", "remove", "attic", "--data", data]),
    /no node is called "attic": there are kitchen/,
  );
  const wrong = await run(["node", "add", "x".repeat(33), "--data", data]);
  assert.equal(wrong.code, 2);
});

test("a backup is whole, replaces the one before, and a hub goes on from it", async (t) => {
  const folder = folderFor(t);
  const data = join(folder, "data");
  await run(["node", "add", "kitchen", "--data", data]);
  for (let i = 0; i < 2; i++) {
    const { code, stdout } = await run(["backup", "--data", data]);
    assert.equal(code, 0);
    assert.match(stdout, /airwarden\.backup is a whole copy/);
  }
  const elsewhere = join(folder, "elsewhere");
  mkdirSync(elsewhere);
  copyFileSync(join(data, "airwarden.backup"), join(elsewhere, "airwarden.backup"));
  const hub = await serving(t, ["--data", elsewhere]);
  await hub.end();
  assert.match((await run(["node", "list", "--data", elsewhere])).stdout, /\nkitchen /);
  failed(await run(["backup", join(folder, "none/x"), "--data", data]), /the backup .* cannot be written/);
  const fresh = await run(["backup", "--data", join(folder, "fresh")]);
  assert.equal(fresh.code, 0);
  assert.match(fresh.stdout, /nothing to back up/);
});

test("a hub serves its page on this machine only and stops at a signal with 0", async (t) => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    const hub = await serving(t, ["--data", join(folderFor(t), "data")]);
    assert.match(hub.url, /^http:\/\/127\.0\.0\.1:\d+\/?$/);
    const health = await fetch(new URL("healthz", hub.url));
    assert.equal(health.status, 200);
    const { code, signal: by } = await hub.end(signal);
    assert.equal(code, 0, `${by} ${hub.stderr()}`);
  }
});

test("a page port that is taken ends the hub with one line", async (t) => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const data = join(folderFor(t), "data");
  const ended = await run(["serve", "--port", String(port), "--serial", "none", "--data", data]);
  failed(ended, new RegExp(`port ${port}`));
});

test("a UDP port that is taken is said, and the hub runs on", async (t) => {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  t.after(() => socket.close());
  const data = join(folderFor(t), "data");
  const hub = await serving(t, ["--udp", String(socket.address().port), "--data", data]);
  await until("it is said", () => hub.stderr().includes("is in use by another program"));
  assert.equal((await fetch(new URL("healthz", hub.url))).status, 200);
  assert.equal((await hub.end()).code, 0);
});

test("a hub that is told of a wrong folder, address or host ends with one line", async (t) => {
  const file = join(folderFor(t), "file");
  writeFileSync(file, "");
  const serve = (...words: string[]) => run(["serve", "--port", "0", "--serial", "none", ...words]);
  const said = (ended: Outcome) => ended.stderr.split("\n").filter((line) => line.startsWith("airwarden: "));
  const wrongFolder = await serve("--data", join(file, "x"));
  assert.equal(wrongFolder.code, 1);
  assert.match(said(wrongFolder).join(), /file.*--data/);
  const wrongHost = await serve("--data", join(file, ".."), "--host", "192.0.2.1");
  assert.equal(wrongHost.code, 1);
  assert.match(said(wrongHost).join(), /192\.0\.2\.1/);
});

test("a capture is served on its own clock", async (t) => {
  const path = join(folderFor(t), "quiet.pcap");
  writeFileSync(path, pcap(quietHome(30)));
  const hub = await serving(t, ["--capture", path, "--speed", "max"]);
  await until("it has been played", () => hub.stderr().includes("the capture has been played"));
  const { now, accessPoints } = await hub.snapshot();
  assert.ok(Math.abs(now - 1_700_000_030) < 1, `${now}`);
  assert.deepEqual(
    accessPoints.map((point) => point.ssid),
    ["Test network"],
  );
  assert.equal((await hub.end()).code, 0);
});

test("a capture is played at the speed it is told", async (t) => {
  const path = join(folderFor(t), "quiet.pcap");
  writeFileSync(path, pcap(quietHome(20)));
  const started = performance.now();
  const hub = await serving(t, ["--capture", path, "--speed", "10"]);
  await until("it has been played", () => hub.stderr().includes("the capture has been played"));
  const seconds = (performance.now() - started) / 1000;
  assert.ok(seconds > 1.9, `20 s at 10 times the speed took ${seconds} s`);
  const slow = await serving(t, ["--capture", path]);
  assert.equal((await slow.end()).code, 0, "a play can be stopped at any time");
  await hub.end();
});

const LAUNCHER = join(ROOT, "bin/airwarden.js");

/** A Node that cannot run TypeScript, if there is one on this machine. */
function oldNode(): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(":")) {
    const node = join(folder, "node");
    if (!existsSync(node)) continue;
    const major = Number(/^v(\d+)/.exec(execFileSync(node, ["--version"], { encoding: "utf8" }))?.[1]);
    if (major >= 14 && major < 26) return node;
  }
  return undefined;
}

test("the launcher runs the hub in this Node", () => {
  assert.match(
    execFileSync(process.execPath, [LAUNCHER, "--version"], { encoding: "utf8" }),
    /^airwarden \d/,
  );
});

test("an older Node hands over to the one that npm brings, with its end and its signals", async (t) => {
  const node = oldNode();
  if (node === undefined) return t.skip("no older Node on this machine");
  const launch = (...words: string[]): ChildProcess =>
    spawn(node, [LAUNCHER, ...words], { stdio: ["ignore", "pipe", "pipe"] });
  const version = await outcome(launch("--version"));
  assert.match(version.stdout, /^airwarden \d/);
  assert.equal(version.code, 0);
  assert.equal((await outcome(launch("reply"))).code, 2);

  const words = ["serve", "--port", "0", "--serial", "none", "--data", join(folderFor(t), "data")];
  const pidOf = (child: ChildProcess): number =>
    Number(execFileSync("ps", ["-o", "pid=", "--ppid", String(child.pid)], { encoding: "utf8" }).trim());
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const child = launch(...words);
    let stderr = "";
    child.stderr?.on("data", (octets: Buffer) => {
      stderr += octets.toString();
    });
    await until("the hub is there", () => stderr.includes("the page is at"));
    const hub = pidOf(child);
    const ended = once(child, "close");
    child.kill(signal);
    await ended;
    await until("the hub has ended too", () => !existsSync(`/proc/${hub}`));
    if (signal === "SIGTERM") assert.equal(child.exitCode, 0);
  }
});

test("without any Node that will do it says what to run", async (t) => {
  const node = oldNode();
  if (node === undefined) return t.skip("no older Node on this machine");
  const bare = folderFor(t);
  mkdirSync(join(bare, "bin"));
  copyFileSync(LAUNCHER, join(bare, "bin/airwarden.js"));
  writeFileSync(join(bare, "package.json"), '{"type":"module"}');
  const ended = await outcome(spawn(node, [join(bare, "bin/airwarden.js"), "--version"]));
  failed(ended, /needs Node 26 or newer, this is v\d+\S*; run npm ci in /);
  rmSync(bare, { recursive: true });
});

test("the launcher is what package.json names, and may be executed", () => {
  const pack: unknown = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  assert.equal((pack as { bin: Record<string, string> }).bin["airwarden"], "bin/airwarden.js");
  assert.notEqual(statSync(LAUNCHER).mode & 0o111, 0);
});
