import assert from "node:assert/strict";
import { test } from "node:test";
import { Removals } from "../../../hub/edge/assistant/removals.ts";

const entities = (...ids: string[]) =>
  ids.map((uniqueId) => ({
    entityId: uniqueId,
    uniqueId,
    platform: "mqtt",
    deviceId: "d",
    areaId: undefined,
  }));

const HUB = ["airwarden_hub_3f9a_alert", "airwarden_hub_3f9a_problem"];
const CAMERA = "airwarden_dev_3f9a_9c8ecd000015_muted";

function removals(options: { mqtt?: boolean; wanted?: boolean } = {}) {
  const kept: string[][] = [];
  const watch = new Removals({
    hubId: "3f9a",
    removed: [],
    wanted: () => options.wanted ?? true,
    hasMqtt: async () => options.mqtt ?? true,
    changed: (removed) => kept.push([...removed]),
  });
  return { watch, kept };
}

test("an entity that a person deletes is remembered, until it is restored", async () => {
  const { watch, kept } = removals();
  await watch.take(entities(...HUB, CAMERA));
  await watch.take(entities(...HUB));
  assert.deepEqual(kept, [[CAMERA]]);
  await watch.take(entities(...HUB));
  assert.equal(kept.length, 1);
  watch.restore();
  assert.deepEqual(kept.at(-1), []);
});

test("what was not there yet, what the hub takes away, and entities of others are no deletions", async () => {
  const unwanted = removals({ wanted: false });
  await unwanted.watch.take(entities(...HUB, CAMERA));
  await unwanted.watch.take(entities(...HUB));
  assert.deepEqual(unwanted.kept, []);
  const { watch, kept } = removals();
  await watch.take([]);
  await watch.take(entities(...HUB, "zigbee_1", "airwarden_dev_ffff_9c8ecd000015_muted"));
  await watch.take(entities(...HUB));
  assert.deepEqual(kept, []);
});

test("without the MQTT integration everything is gone, and nothing was deleted", async () => {
  const { watch, kept } = removals({ mqtt: false });
  await watch.take(entities(...HUB, CAMERA));
  await watch.take([]);
  assert.deepEqual(kept, []);
});

test("the hub as a whole comes back: nobody can have meant to lose all alerts with one", async () => {
  const { watch, kept } = removals();
  await watch.take(entities(...HUB, CAMERA));
  await watch.take(entities(CAMERA));
  assert.deepEqual(kept, []);
  const one = removals();
  await one.watch.take(entities(...HUB));
  await one.watch.take(entities("airwarden_hub_3f9a_alert"));
  assert.deepEqual(one.kept, [["airwarden_hub_3f9a_problem"]]);
});
