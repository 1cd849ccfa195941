import assert from "node:assert/strict";
import { test } from "node:test";
import { SECOND } from "../../../hub/base/units.ts";
import { DEVICES, HOME, STRANGER } from "../../../hub/demo/cast.ts";
import { SCRIPT } from "../../../hub/demo/home.ts";
import { type DemoStage, demoStage } from "../../support/demo.ts";

/** Plays so many seconds of the demo home through a pipeline. */
function playDemo(seed: number, seconds: number): DemoStage {
  const stage = demoStage(seed);
  stage.play(seconds);
  return stage;
}

test("two minutes of the demo: all devices, the flood within five seconds, then the stranger, nothing else", () => {
  for (const seed of [1, 2, 20_260_301]) {
    const { pipeline, changes } = playDemo(seed, 150);
    for (const { mac, name } of DEVICES) {
      const device = pipeline.house.device(mac);
      assert.equal(device?.home, true, `${name}, seed ${seed}`);
      assert.equal(device?.bssid, HOME.bssid, `${name}, seed ${seed}`);
    }
    const raised = changes.filter((change) => change.kind === "raised");
    assert.deepEqual(
      raised.map((change) => change.incident.kind),
      ["deauth_flood", "unknown_device"],
      `seed ${seed}`,
    );
    const [flood, stranger] = raised;
    const began = SCRIPT.flood.first / SECOND;
    assert.ok(
      flood !== undefined && flood.at >= began && flood.at <= began + 5,
      `seed ${seed}: flood at ${flood?.at} s`,
    );
    assert.deepEqual(stranger?.incident.subject, { kind: "device", mac: STRANGER.mac });
    const told = (SCRIPT.stranger + SCRIPT.strangerStay) / SECOND;
    assert.ok(
      stranger !== undefined && stranger.at >= told && stranger.at <= told + 15,
      `seed ${seed}: ${stranger?.at}`,
    );
    const resolved = changes
      .filter((change) => change.kind === "resolved")
      .map((change) => change.incident.kind);
    assert.deepEqual(resolved, ["deauth_flood"], `seed ${seed}`);
    assert.equal(pipeline.counters.damaged, 0);
  }
});

test("frames heard by both nodes are one sighting", () => {
  const { pipeline } = playDemo(5, 30);
  const received = pipeline.nodes.all().reduce((sum, node) => sum + node.frames, 0);
  let sightings = 0;
  for (const device of pipeline.house.devices()) sightings += device.up.frames;
  assert.ok(received > 5000);
  assert.ok(sightings < 0.6 * received, `${sightings} frames of stations of ${received} receptions`);
});

test("what no node decodes is counted all the same", () => {
  const { pipeline } = playDemo(7, 60);
  const television = DEVICES.find((device) => device.habit === "television");
  const device = television === undefined ? undefined : pipeline.house.device(television.mac);
  assert.ok(device !== undefined);
  assert.ok(device.down.reconstructed > 20 * Math.max(1, device.down.heard), `${device.down.reconstructed}`);
  assert.ok(device.down.airtimeReserved > 0);
});

test("the same seed plays the same", () => {
  const first = playDemo(3, 40);
  const second = playDemo(3, 40);
  assert.deepEqual(first.changes, second.changes);
  assert.deepEqual(first.pipeline.counters, second.pipeline.counters);
});

test("a node of the demo that is restarted says hello with a new boot, and is heard on", () => {
  const { pipeline, play } = demoStage(1);
  play(10);
  const [record] = pipeline.nodes.all();
  assert.ok(record !== undefined);
  const before = { boots: record.boots, frames: record.frames, bootId: record.hello?.bootId };
  pipeline.command(record.index, { kind: "restart", reason: 2 });
  play(20);
  assert.equal(record.boots, before.boots + 1);
  assert.notEqual(record.hello?.bootId, before.bootId);
  assert.ok((record.heartbeat?.uptime ?? 99) < 20, "it runs since the restart");
  assert.ok(record.frames > before.frames + 50);
  assert.equal(record.lostMessages, 0);
});
