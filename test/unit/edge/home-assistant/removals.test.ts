import assert from "node:assert/strict";
import { test } from "node:test";
import { type MqttInCore, Removals } from "../../../../hub/edge/home-assistant/entities/removals.ts";
import type { Gone } from "../../../../hub/edge/home-assistant/read.ts";

const HUB = ["airwarden_hub_3f9a_alert", "airwarden_hub_3f9a_problem"];
const MUTED = "airwarden_dev_3f9a_9c8ecd000015_muted";
const UNUSUAL = "airwarden_dev_3f9a_9c8ecd000015_unusual";
const CAMERA = [MUTED, UNUSUAL];
const ALL = [...HUB, ...CAMERA];

const deviceOf = (id: string): string => id.split("_").slice(0, -1).join("_");
const entities = (ids: readonly string[]) =>
  ids.map((uniqueId) => ({
    entityId: `entity.${uniqueId}`,
    uniqueId,
    platform: "mqtt",
    deviceId: deviceOf(uniqueId),
    areaId: undefined,
  }));

const entity = (id: string): Gone => ({ kind: "entity", id: `entity.${id}`, at: "" });
const device = (id: string): Gone => ({ kind: "device", id: deviceOf(id), at: "" });

interface Setting {
  readonly mqtt?: MqttInCore;
  readonly wanted?: (id: string) => boolean;
  readonly left?: (id: string) => boolean;
  readonly removed?: readonly string[];
  readonly present?: readonly string[];
}

function removals(setting: Setting = {}) {
  const { mqtt = "running", wanted = () => true, left = () => false, removed = [], present = [] } = setting;
  const state = { now: 0, mqtt, kept: [] as string[], present: [] as readonly string[] };
  const watch = new Removals({
    ...{ hubId: "3f9a", removed, present },
    isWanted: wanted,
    hasLeft: left,
    mqtt: async () => state.mqtt,
    lookAgain: () => undefined,
    keep: (gone, there) => {
      state.kept = [...gone];
      state.present = there;
    },
    now: () => state.now,
  });
  const take = (ids: readonly string[], gone: readonly Gone[] = [], wholeDevices = false): Promise<void> =>
    watch.take(entities(ids), { gone, wholeDevices });
  return { watch, state, take };
}

test("an entity that a person deletes is remembered, until it is restored", async () => {
  const { watch, state, take } = removals();
  await take(ALL);
  assert.deepEqual(state.present, [...ALL].sort());
  await take([...HUB, UNUSUAL], [entity(MUTED)]);
  assert.deepEqual(state.kept, [MUTED]);
  await take([...HUB, UNUSUAL]);
  assert.deepEqual([...watch.removed], [MUTED]);
  watch.restore();
  assert.deepEqual(state.kept, []);
});

test("what the hub takes away and entities of others are no deletions", async () => {
  const unwanted = removals({ wanted: () => false });
  await unwanted.take(ALL);
  await unwanted.take(HUB, CAMERA.map(entity));
  assert.deepEqual(unwanted.state.kept, []);
  const { state, take } = removals();
  await take([]);
  await take([...HUB, "zigbee_1", "airwarden_dev_ffff_9c8ecd000015_muted"]);
  await take(HUB, [entity("zigbee_1")]);
  assert.deepEqual(state.kept, []);
});

test("without the MQTT integration everything is gone, and nothing was deleted", async () => {
  const { state, take } = removals({ mqtt: "absent" });
  await take(ALL);
  await take(HUB, [device(MUTED), ...CAMERA.map(entity)]);
  await take([], [device(HUB[0] ?? ""), ...HUB.map(entity)]);
  assert.deepEqual(state.kept, []);
});

test("a device deleted as a whole stays away; the hub as a whole comes back, one of its entities does not", async () => {
  for (const wholeDevices of [true, false]) {
    const camera = removals();
    await camera.take(ALL);
    await camera.take(HUB, [device(MUTED), ...CAMERA.map(entity)], wholeDevices);
    assert.deepEqual(camera.state.kept, CAMERA);
    const hub = removals();
    await hub.take(ALL);
    await hub.take(CAMERA, [device(HUB[0] ?? ""), ...HUB.map(entity)], wholeDevices);
    assert.deepEqual(hub.state.kept, []);
    const one = removals();
    await one.take(ALL);
    await one.take([...CAMERA, ...HUB.slice(0, 1)], [entity(HUB[1] ?? "")], wholeDevices);
    assert.deepEqual(one.state.kept, HUB.slice(1));
  }
});

test("where all of a device goes with one entity, the one that went first was meant", async () => {
  const camera = removals();
  await camera.take(ALL);
  await camera.take(HUB, [entity(UNUSUAL), entity(MUTED), device(MUTED)], true);
  assert.deepEqual(camera.state.kept, [UNUSUAL]);
  const hub = removals();
  await hub.take(ALL);
  await hub.take(CAMERA, [...HUB.map(entity), device(HUB[0] ?? "")], true);
  assert.deepEqual(hub.state.kept, HUB.slice(0, 1));
  const oneByOne = removals();
  await oneByOne.take(ALL);
  await oneByOne.take(HUB, [entity(UNUSUAL), entity(MUTED), device(MUTED)]);
  assert.deepEqual(oneByOne.state.kept, CAMERA);
});

test("an entity deleted while the hub was away is missed twice before that counts, and not announced meanwhile", async () => {
  const { watch, state, take } = removals({ present: ALL });
  const id = deviceOf(MUTED);
  await take([...HUB, UNUSUAL]);
  assert.deepEqual([state.kept, watch.isInDoubt(id)], [[], true]);
  assert.equal(watch.isInDoubt(deviceOf(HUB[0] ?? "")), false);
  state.now = 2000;
  await take([...HUB, UNUSUAL]);
  assert.equal(watch.isInDoubt(id), true);
  assert.deepEqual(state.present, [...ALL].sort(), "the next run would ask again");
  state.now = 6000;
  await take([...HUB, UNUSUAL]);
  assert.deepEqual([state.kept, watch.isInDoubt(id)], [[MUTED], false]);
});

test("an older copy of Home Assistant lacks entities that nobody deleted: they come back by themselves", async () => {
  const { watch, state, take } = removals({ present: ALL, mqtt: "starting" });
  await take([...HUB, UNUSUAL]);
  state.now = 60_000;
  await take([...HUB, UNUSUAL]);
  state.mqtt = "running";
  state.now = 61_000;
  await take([...HUB, UNUSUAL]);
  assert.deepEqual([state.kept, watch.isInDoubt(deviceOf(MUTED))], [[], true]);
  state.now = 64_000;
  await take(ALL);
  assert.deepEqual([state.kept, watch.isInDoubt(deviceOf(MUTED))], [[], false]);
  const other = removals({ present: ALL });
  await other.take([]);
  other.state.now = 60_000;
  await other.take([]);
  assert.deepEqual(other.state.kept, [], "another Home Assistant");
});

test("doubt ends: what Home Assistant cannot decide in minutes is announced", async () => {
  const { watch, state, take } = removals({ present: ALL, mqtt: "starting" });
  await take([...HUB, UNUSUAL]);
  state.now = 400_000;
  await take([...HUB, UNUSUAL]);
  assert.deepEqual([state.kept, watch.isInDoubt(deviceOf(MUTED))], [[], false]);
});

test("a device that leaves the home and comes again has its entities again", async () => {
  let belongs = true;
  const left = (id: string): boolean => !belongs && id.includes("_dev_");
  const { state, take } = removals({ removed: [MUTED], left, wanted: (id) => !left(id) });
  await take([...HUB, UNUSUAL]);
  assert.deepEqual(state.kept, [MUTED]);
  belongs = false;
  await take(HUB, [entity(UNUSUAL)]);
  assert.deepEqual(state.kept, []);
});
