import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { micros } from "../../hub/base/units.ts";
import { captureReader } from "../../hub/edge/replay/node-program.ts";
import { Store } from "../../hub/edge/store.ts";
import {
  attackedHome,
  NETWORK,
  type Packet,
  PHONE,
  pcap,
  quietHome,
  ROUTER,
  START,
} from "../support/captures/pcap.ts";
import { folderFor, type JsonLine, linesOf, outcome, ROOT, run, start } from "../support/program.ts";

let reader = "";
before(async () => {
  // Builds it where it is missing, so that no test has to wait for that.
  reader = await captureReader({ root: ROOT, environment: process.env, say: console.error });
});

const address = (octets: string): string => octets.replaceAll(/..(?!$)/g, "$&:");

function capture(folder: string, name: string, packets: readonly Packet[]): string {
  const path = join(folder, name);
  writeFileSync(path, pcap(packets));
  return path;
}

const of = (type: string, lines: readonly JsonLine[]): JsonLine[] =>
  lines.filter((line) => line.type === type);

async function replayed(...words: string[]): Promise<JsonLine[]> {
  const { code, stdout, stderr } = await run(["replay", ...words]);
  assert.equal(stderr, "");
  assert.equal(code, 0);
  return linesOf(stdout);
}

/** Lines without what depends on the machine. */
const told = (lines: readonly JsonLine[]): JsonLine[] =>
  lines.map((line) => ({ ...line, wall_seconds: 0, frames_per_second: 0 }));

test("an attack in a capture is raised within seconds, resolved, and all lines come in order", async (t) => {
  const path = capture(folderFor(t), "attack.pcap", attackedHome(120, 10, 20));
  const lines = await replayed(path, "--home", NETWORK);
  const incidents = of("incident", lines);
  assert.deepEqual(
    incidents.map(({ kind, severity, tier, subject }) => ({ kind, severity, tier, subject })),
    Array(2).fill({
      kind: "deauth_flood",
      severity: "critical",
      tier: "push",
      subject: { kind: "access_point", bssid: address(ROUTER), ssid: NETWORK, name: NETWORK },
    }),
  );
  const [raised, resolved] = incidents;
  const delay = Number(raised?.["raised_at"]) - (START + 10);
  assert.ok(delay > 0 && delay < 5, `raised ${delay} s after its start`);
  assert.equal(raised?.["resolved_at"], null);
  assert.equal(resolved?.["id"], raised?.["id"]);
  const over = Number(resolved?.["resolved_at"]) - START;
  assert.ok(over > 20 && over < 120, `resolved after ${over} s`);

  const kinds = lines.map((line) => line.type).filter((type, i, all) => type !== all[i - 1]);
  assert.deepEqual(kinds, ["incident", "device", "access_point", "summary"]);
  const phone = of("device", lines).find((line) => line["mac"] === address(PHONE));
  assert.deepEqual(phone?.["frames"], { heard: 1200, reconstructed: 1200 });
  assert.equal(phone?.["bssid"], address(ROUTER));
  const summary = lines.at(-1);
  assert.equal(summary?.["frames"], 2 * 1200 + 500);
  assert.equal(summary?.["damaged"], 0);
  assert.equal(summary?.["seconds"], 119.95);
});

test("a quiet home has no incident, with its network named or not", async (t) => {
  const path = capture(folderFor(t), "quiet.pcap", quietHome(30));
  for (const words of [[], ["--home", NETWORK], ["--home", address(ROUTER)], ["--home", "Another"]]) {
    const lines = await replayed(path, ...words);
    assert.deepEqual(of("incident", lines), []);
    const [point] = of("access_point", lines);
    assert.equal(point?.["home"], words[1] !== "Another", words.join(" "));
  }
});

test("frames are a table with a header, in the order of the capture", async (t) => {
  const packets = attackedHome(5, 1, 2);
  const path = capture(folderFor(t), "frames.pcap", packets);
  const { code, stdout } = await run(["replay", "--frames", path]);
  assert.equal(code, 0);
  const [head, ...rows] = stdout
    .slice(0, -1)
    .split("\n")
    .map((line) => line.split("\t"));
  assert.deepEqual(head?.slice(0, 3), ["time", "type_subtype", "ta"]);
  assert.equal(head?.at(-1), "airtime");
  assert.equal(rows.length, packets.length);
  for (const [at, row] of rows.entries()) {
    assert.equal(row.length, head?.length);
    assert.equal(row[0], packets[at]?.time.toFixed(6));
  }
  assert.equal(rows[0]?.[2], address(ROUTER));
});

test("the table is for people", async (t) => {
  const path = capture(folderFor(t), "attack.pcap", attackedHome(30, 10, 20));
  const { code, stdout } = await run(["replay", "--table", path]);
  assert.equal(code, 0);
  assert.match(stdout, /^RAISED \(UTC\) +RESOLVED +SEVERITY +INCIDENT\n2023-11-14 22:13:\d\d +no +critical /);
  assert.match(stdout, new RegExp(`\n${address(ROUTER)}  ${NETWORK} +yes +`));
  assert.match(stdout, /1100 frames over 30\.0 s|1100 frames over 29\.9 s/);
});

test("a recording of a node says the same as the capture it was made of, compressed or not", async (t) => {
  const folder = folderFor(t);
  const path = capture(folder, "attack.pcap", attackedHome(90, 10, 20));
  const gzip = join(folder, "attack.pcap.gz");
  writeFileSync(gzip, gzipSync(pcap(attackedHome(90, 10, 20))));
  const recording = join(folder, "node.awr");
  writeFileSync(recording, execFileSync(reader, ["--output", "stdout", path], { maxBuffer: 1 << 26 }));
  const lines = told(await replayed(path));
  assert.ok(of("incident", lines).length > 0);
  assert.deepEqual(told(await replayed(recording)), lines);
  assert.deepEqual(told(await replayed(gzip)), lines);
  const { code, stdout } = await run(["replay", "-"], { input: pcap(attackedHome(90, 10, 20)) });
  assert.equal(code, 0);
  assert.deepEqual(told(linesOf(stdout)), lines);
});

test("a capture in parts, given in any order, is the whole", async (t) => {
  const folder = folderFor(t);
  const packets = attackedHome(90, 10, 20);
  const whole = told(await replayed(capture(folder, "whole.pcap", packets)));
  const parts = [0, 1, 2].map((part) => {
    const size = Math.ceil(packets.length / 3);
    return capture(folder, `part${part}.pcap`, packets.slice(part * size, (part + 1) * size));
  });
  const [a = "", b = "", c = ""] = parts;
  const lines = told(await replayed(c, a, b));
  const shape = (all: readonly JsonLine[]) =>
    all.map(({ type, id, mac, frames, bytes, raised_at }) => ({ type, id, mac, frames, bytes, raised_at }));
  assert.deepEqual(shape(lines), shape(whole));
});

test("two nodes that heard the same count it once, and both are counted", async (t) => {
  const folder = folderFor(t);
  const packets = attackedHome(40, 10, 20);
  const path = capture(folder, "a.pcap", packets);
  const alone = await replayed(path);
  const both = await replayed("--node", `kitchen=${path}`, "--node", `attic=${path}`);
  const phone = (lines: readonly JsonLine[]) =>
    of("device", lines).find((line) => line["mac"] === address(PHONE))?.["frames"];
  assert.deepEqual(phone(both), phone(alone));
  assert.equal(both.at(-1)?.["frames"], 2 * packets.length);
  const [incident] = of("incident", both);
  assert.equal(incident?.["kind"], "deauth_flood");
  assert.match(JSON.stringify(incident?.["evidence"]), /"nodes":2\b/);
});

test("what --state keeps is gone on with", async (t) => {
  const folder = folderFor(t);
  const state = join(folder, "state");
  const path = capture(folder, "attack.pcap", attackedHome(30, 10, 20));
  const first = of("incident", await replayed(path, "--state", state));
  assert.equal(first.length, 1);
  const store = new Store({ folder: state, now: micros(START * 1e6) });
  t.after(() => store.close());
  assert.deepEqual(
    store.incidents().map((incident) => incident.id),
    first.map((line) => line["id"]),
  );
  assert.ok(store.setting("learning_since") !== undefined);
});

test("an incident that was told is never lost, at whatever moment the replay is killed", async (t) => {
  const folder = folderFor(t);
  // One flood after another, at so many access points, for as long as it takes.
  const packets = Array.from({ length: 40 }, (_, i) => {
    const router = (0x020000001000 + i).toString(16).padStart(12, "0");
    return attackedHome(12, 2, 10).map(({ time, octets }) => ({
      time: time + i * 12,
      octets: replaced(octets, router),
    }));
  }).flat();
  const path = capture(folder, "floods.pcap", packets);
  let told = 0;
  for (let round = 0; round < 6; round++) {
    const state = join(folder, `state${round}`);
    const child = start(["replay", path, "--state", state]);
    const ended = outcome(child);
    let heard = "";
    child.stdout?.on("data", (octets: Buffer) => {
      heard += octets.toString();
    });
    await Promise.race([once(child.stdout ?? child, "data"), ended]);
    await pause(round * 8);
    child.kill("SIGKILL");
    const { stdout } = await ended;
    assert.equal(stdout, heard);
    const whole = stdout.slice(0, stdout.lastIndexOf("\n") + 1);
    const ids = new Set(of("incident", linesOf(whole)).map((line) => line["id"]));
    const store = new Store({ folder: state, now: micros(START * 1e6) });
    const kept = new Set(store.incidents().map((incident) => incident.id));
    store.close();
    assert.deepEqual(
      [...ids].filter((id) => !kept.has(String(id))),
      [],
    );
    told += ids.size;
  }
  assert.ok(told > 0, "no replay told of anything before it was killed");
});

/** The same frame in the name of another access point. */
function replaced(octets: Uint8Array, router: string): Buffer {
  const text = Buffer.from(octets).toString("hex").replaceAll(ROUTER, router);
  return Buffer.from(text, "hex");
}
