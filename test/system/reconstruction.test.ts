import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { basename, join } from "node:path";
import { test } from "node:test";
import { type Micros, nodeIndex } from "../../hub/base/units.ts";
import { captureReader } from "../../hub/edge/replay/node-program.ts";
import { AirtimeMeter } from "../../hub/radio/airtime.ts";
import { FLAG, type FrameBatch } from "../../hub/radio/batch.ts";
import { carriesMsdu } from "../../hub/radio/frame.ts";
import type { Flow } from "../../hub/track/count/links.ts";
import { Tracker } from "../../hub/track/tracker.ts";
import { Deframer } from "../../hub/wire/frame.ts";
import { decodeNodeMessage } from "../../hub/wire/messages.ts";
import { FrameDecoder } from "../../hub/wire/records.ts";
import { capturesFolder, capturesOf } from "../support/captures.ts";

const skip = capturesFolder() === undefined ? "captures not found" : false;
const reader = skip === false ? await readerOrReason() : { reason: skip };
const without = "reason" in reader ? reader.reason : false;

async function readerOrReason(): Promise<{ path: string } | { reason: string }> {
  const place = { root: join(import.meta.dirname, "../.."), environment: process.env, say: () => undefined };
  try {
    return { path: await captureReader(place) };
  } catch (cause) {
    return { reason: `the capture reader is not there: ${String(cause)}` };
  }
}

/** The batches of a capture as the node's own program tells them, each with its own columns. */
function batchesOf(path: string): FrameBatch[] {
  const program = "path" in reader ? reader.path : "";
  const { stdout } = spawnSync(program, ["--output", "stdout", "--capture", path], { maxBuffer: 2 ** 30 });
  const decoder = new FrameDecoder();
  const batches: FrameBatch[] = [];
  new Deframer().push(stdout, (octets) => {
    const message = decodeNodeMessage(octets);
    if (message.kind !== "frames") return;
    decoder.decode(message, nodeIndex(0), (batch) => {
      batch.fresh.fill(1);
      batches.push(structuredClone(batch));
    });
  });
  return batches;
}

type Choice = (batch: FrameBatch, row: number) => boolean;

/** Tracks the frames of a capture that `keep` chooses; the others count as damaged. */
function track(path: string, keep: Choice = () => true): Tracker {
  const tracker = new Tracker({ homes: [], everyNetworkIsHome: true, vendorOf: () => undefined });
  const meter = new AirtimeMeter();
  let ticked = 0;
  for (const batch of batchesOf(path)) {
    for (let row = 0; row < batch.count; row++) {
      if (!keep(batch, row)) batch.flags[row] = (batch.flags[row] ?? 0) | FLAG.badFcs;
    }
    tracker.sight(batch, meter.measure(batch), () => undefined);
    if (tracker.now - ticked < 1e6) continue;
    tracker.tick(tracker.now);
    ticked = tracker.now;
  }
  tracker.tick((tracker.now + 1) as Micros);
  return tracker;
}

const byCount = (tracker: Tracker): Flow[] =>
  [...tracker.flows()].sort((a, b) => b.reconstructed - a.reconstructed);

const captureNamed = (part: string): string =>
  [...capturesOf("normal"), ...capturesOf("phy")].find((path) => basename(path).includes(part)) ?? "";

/**
 * Progress that a person read off the fields of the captures: of BlockAck starting sequence numbers where there are
 * any, of the data's own numbers in the last one, which has a single BlockAck.
 */
const KNOWN = [
  { capture: "1_2_test_pcap1", flow: 0, heardBelow: 314, progress: 13_594 },
  { capture: "1_2_test_pcap1", flow: 1, heardBelow: 31, progress: 8_573 },
  { capture: "faye2p4", flow: 0, heardBelow: 8, progress: 8_705 },
  { capture: "Chrome_1.", flow: 0, heardBelow: 208, progress: 5_089 },
];

for (const { capture, flow, heardBelow, progress } of KNOWN) {
  test(`flow ${flow} of ${capture}: BlockAcks tell what the data heard cannot`, { skip: without }, () => {
    const found = byCount(track(captureNamed(capture)))[flow];
    assert.ok(found !== undefined);
    assert.equal(found.tid, 0);
    assert.ok(found.heard < heardBelow);
    assert.ok(Math.abs(found.reconstructed - progress) <= 8, `${found.reconstructed} against ${progress}`);
    assert.equal(found.refused + found.resets, 0);
  });
}

test("a flow with a single BlockAck is counted from its data", { skip: without }, () => {
  const flows = [...track(captureNamed("testing_mix1")).flows()].filter(({ blockAcks }) => blockAcks <= 1);
  const [most] = flows.sort((a, b) => b.heard - a.heard);
  assert.ok(most !== undefined && most.heard > 100);
  assert.ok(Math.abs(most.reconstructed - 178) <= 8, `${most.reconstructed}`);
});

/** Repeatable, and independent of the frame's contents: a multiplicative hash of the row's time. */
const oneIn = (parts: number, batch: FrameBatch, row: number): boolean =>
  (Math.imul((batch.time[row] ?? 0) % 2 ** 31, 0x9e3779b1) >>> 0) % parts === 0;

test("with 95 % of the data frames gone the count of every flow with BlockAcks stays", {
  skip: without,
}, () => {
  let judged = 0;
  for (const path of [...capturesOf("normal"), ...capturesOf("phy")]) {
    const whole = byCount(track(path)).filter(
      (flow) => flow.reconstructed >= 1_000 && flow.blockAcks >= 100 && flow.refused + flow.resets === 0,
    );
    if (whole.length === 0) continue;
    const thinned = track(path, (batch, row) => {
      return !carriesMsdu(batch.fc[row] ?? 0) || oneIn(20, batch, row);
    });
    const flows = new Map([...thinned.flows()].map((flow) => [nameOf(flow), flow]));
    for (const flow of whole) {
      const rest = flows.get(nameOf(flow));
      const name = `${basename(path)} TID ${flow.tid}: ${rest?.reconstructed} against ${flow.reconstructed}`;
      assert.ok(rest !== undefined, name);
      assert.ok(Math.abs(rest.reconstructed / flow.reconstructed - 1) <= 0.05, name);
      judged += 1;
    }
  }
  assert.ok(judged >= 5, `${judged} flows`);
});

const nameOf = ({ transmitter, receiver, tid }: Flow): string => `${transmitter} ${receiver} ${tid}`;

test("no capture breaks a count, whatever is in it", { skip: without }, () => {
  for (const kind of ["malformed", "attack", "handshake"]) {
    for (const path of capturesOf(kind)) {
      const tracker = track(path);
      for (const flow of tracker.flows()) assert.ok(flow.heard <= flow.reconstructed, basename(path));
      for (const { up, down } of tracker.devices()) {
        for (const tally of [up, down]) {
          for (const [name, value] of Object.entries(tally)) {
            assert.ok(value >= -1e-6, `${basename(path)} ${name} ${value}`);
          }
        }
      }
    }
  }
});
