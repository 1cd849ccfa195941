import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { before, type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { captureReader } from "../../hub/edge/replay/node-program.ts";
import { plugIn, ptyProgram } from "../support/board/pty.ts";
import { pcap, quietHome, ROUTER } from "../support/captures/pcap.ts";
import { type Serving, type Snapshot, serving } from "../support/hub.ts";
import { folderFor, ROOT, run } from "../support/program.ts";

let program = "";
before(async () => {
  program = await captureReader({ root: ROOT, environment: process.env, say: console.error });
});

const BSSID = ROUTER.replaceAll(/..(?!$)/g, "$&:");

/** A UDP port that is free at the moment. */
async function freePort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

/** A node: the program on a capture of two minutes, played thirty times as fast. */
function node(t: TestContext, folder: string, ...words: string[]): ChildProcess {
  const capture = join(folder, "air.pcap");
  writeFileSync(capture, pcap(quietHome(120)));
  const child = spawn(program, [...words, "--pace", "30", "--capture", capture], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, XDG_STATE_HOME: join(folder, "node-state") },
  });
  t.after(() => child.kill("SIGKILL"));
  return child;
}

async function shows(hub: Serving, what: string, holds: (snapshot: Snapshot) => boolean): Promise<Snapshot> {
  const end = performance.now() + 45_000;
  for (;;) {
    const snapshot = await hub.snapshot();
    if (holds(snapshot)) return snapshot;
    if (performance.now() > end) {
      assert.fail(`${what}: waited in vain\n${JSON.stringify(snapshot.nodes)}\n${hub.stderr()}`);
    }
    await pause(50);
  }
}

async function pairedKey(data: string): Promise<string> {
  const { stdout } = await run(["node", "add", "kitchen", "--data", data]);
  const key = /^ {4}([0-9a-f]{64})$/m.exec(stdout)?.[1];
  assert.ok(key, stdout);
  return key;
}

test("a paired node is heard over sealed UDP, also by a hub that starts again; others are refused", async (t) => {
  const folder = folderFor(t);
  const data = join(folder, "data");
  const key = await pairedKey(data);
  const port = await freePort();
  const words = ["--udp", String(port), "--data", data];
  const output = ["--output", "udp", `127.0.0.1:${port}`, "--name", "kitchen"];

  const hub = await serving(t, words);
  const stranger = node(t, folder, ...output, "--key", "00".repeat(32), "--mac", "02:00:00:00:00:08");
  await shows(hub, "a wrong key is said", () => hub.stderr().includes("which has no key here"));
  stranger.kill();
  assert.deepEqual((await hub.snapshot()).nodes, []);

  const kitchen = node(t, folder, ...output, "--key", key, "--mac", "02:00:00:00:00:09");
  const seen = await shows(hub, "its frames are there", ({ nodes }) => (nodes[0]?.frames ?? 0) > 200);
  assert.equal(seen.nodes.length, 1);
  assert.equal(seen.nodes[0]?.name, "kitchen");
  assert.deepEqual(
    seen.accessPoints.map((point) => point.bssid),
    [BSSID],
  );
  assert.equal((await hub.end()).code, 0);

  const again = await serving(t, words);
  await shows(again, "it is heard again", ({ nodes }) => (nodes[0]?.frames ?? 0) > 50);
  kitchen.kill();
  const restarted = node(t, folder, ...output, "--key", key, "--mac", "02:00:00:00:00:09");
  const before = (await again.snapshot()).nodes[0]?.frames ?? 0;
  const after = await shows(again, "a node that starts again is heard", ({ nodes }) => {
    return (nodes[0]?.frames ?? 0) > before + 200;
  });
  assert.equal(after.nodes.length, 1);
  restarted.kill();
  assert.equal((await again.end()).code, 0);
  assert.match((await run(["node", "list", "--data", data])).stdout, /kitchen +02:00:00:00:00:09 /);
});

const skip = ptyProgram() === undefined ? "python3 is not installed" : false;

test("a node on a serial cable is heard, unplugged and plugged in again", { skip }, async (t) => {
  const folder = folderFor(t);
  const path = join(folder, "ttyNODE");
  const hub = await serving(t, ["--serial", path, "--data", join(folder, "data")]);
  for (const least of [200, 400]) {
    const stick = await plugIn(path);
    const recording = spawn(program, ["--output", "stdout", "--pace", "30", airOf(folder)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    recording.stdout.on("data", (octets: Buffer) => stick.write(octets));
    const { nodes, hub: view } = await shows(hub, "its frames are there", (one) => one.hub.frames > least);
    assert.equal(nodes.length, 1);
    assert.equal(nodes[0]?.link, path);
    assert.equal(view.damaged, 0);
    recording.kill();
    await once(recording, "exit");
    await stick.unplug();
    await shows(hub, "it is missed", () => hub.stderr().includes("was unplugged"));
  }
  assert.equal((await hub.end()).code, 0);
});

function airOf(folder: string): string {
  const path = join(folder, "air.pcap");
  writeFileSync(path, pcap(quietHome(120)));
  return path;
}
