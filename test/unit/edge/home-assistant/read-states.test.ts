import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  isRunning,
  readCall,
  readChoices,
  readStates,
} from "../../../../hub/edge/home-assistant/read-states.ts";

test("states are read from what is added, changed and removed", () => {
  const push = {
    a: {
      "light.hall": { s: "on", a: { friendly_name: "Hall" }, c: "x", lc: 1 },
      "update.plug": { s: "on", a: { in_progress: 40 } },
      "Not an id": { s: "on" },
    },
    c: {
      "switch.plug": { "+": { s: "off", lc: 2 } },
      "update.camera": { "+": { a: { in_progress: false } }, "-": { a: ["title"] } },
    },
    r: ["light.gone"],
  };
  assert.deepEqual(readStates(push), [
    { entityId: "light.hall", state: "on", name: "Hall", installing: undefined },
    { entityId: "update.plug", state: "on", name: undefined, installing: true },
    { entityId: "switch.plug", state: "off", name: undefined, installing: undefined },
    { entityId: "update.camera", state: undefined, name: undefined, installing: false },
    { entityId: "light.gone", state: "unavailable", gone: true },
  ]);
});

test("a call is read with all the ways to name what it is for", () => {
  const call = (service_data: unknown) =>
    readCall({ event_type: "call_service", data: { domain: "light", service: "turn_on", service_data } });
  const target = { domain: "light", entityIds: [], deviceIds: [], areaIds: [] };
  const rows: readonly (readonly [unknown, object])[] = [
    [{ entity_id: "light.a" }, { entityIds: ["light.a"] }],
    [{ entity_id: ["light.a", "light.b", 7], brightness: 3 }, { entityIds: ["light.a", "light.b"] }],
    [{ entity_id: "light.a, light.b" }, { entityIds: ["light.a", "light.b"] }],
    [{ entity_id: "all" }, {}],
    [
      { device_id: ["d1"], area_id: "kitchen" },
      { deviceIds: ["d1"], areaIds: ["kitchen"] },
    ],
    [undefined, {}],
  ];
  for (const [fields, meant] of rows) {
    assert.deepEqual(call(fields), { service: "light.turn_on", target: { ...target, ...meant } });
  }
  assert.equal(readCall({ data: { domain: "li\nght", service: "turn_on" } }), undefined);
});

test("entities to choose from: by id, with their names", () => {
  const rows = [
    { entity_id: "switch.b", attributes: { friendly_name: "B\u202e" } },
    { entity_id: "light.a", attributes: {} },
    { entity_id: "switch.c", attributes: { friendly_name: " " } },
    { entity_id: "no id", attributes: {} },
    "junk",
  ];
  assert.deepEqual(readChoices(rows), [
    { id: "light.a", name: "light.a" },
    { id: "switch.b", name: "B�" },
    { id: "switch.c", name: "switch.c" },
  ]);
});

test("whatever Home Assistant says, reading it gives something sound", () => {
  fc.assert(
    fc.property(fc.anything({ maxDepth: 4 }), (push) => {
      for (const { entityId } of readStates(push)) assert.match(entityId, /^[a-z0-9_]+\.[a-z0-9_]+$/);
      assert.ok((readCall(push)?.target.entityIds.length ?? 0) <= 500);
      assert.ok(Array.isArray(readChoices(push)));
      assert.equal(isRunning(push), false);
    }),
  );
});
