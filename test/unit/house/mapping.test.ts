import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Mac, mac } from "../../../hub/base/units.ts";
import { Household } from "../../../hub/house/household.ts";
import type { HouseRegistry } from "../../../hub/house/registry.ts";

const [PLUG, CAMERA] = [mac(0x0200_0000_0001), mac(0x0200_0000_0002)];

const deviceOf = (id: string, macs: readonly Mac[], areaId?: string) => ({
  ...{ id, macs, areaId, name: id, nameByUser: undefined, parentId: undefined },
  ...{ ours: false, brokered: false, watches: undefined },
});
const entityOf = (entityId: string, deviceId: string | undefined, more: object = {}) => ({
  ...{ entityId, deviceId, areaId: undefined, uniqueId: entityId, platform: "test" },
  ...more,
});

const registry: HouseRegistry = {
  devices: [
    deviceOf("plug", [PLUG], "kitchen"),
    deviceOf("camera", [CAMERA]),
    deviceOf("lamp", [], "kitchen"),
  ],
  entities: [
    entityOf("switch.plug", "plug"),
    entityOf("sensor.plug_power", "plug"),
    entityOf("switch.plug_led", "plug", { category: "config" }),
    entityOf("switch.muted", "plug", { platform: "mqtt", uniqueId: "airwarden_dev_1_x_muted" }),
    entityOf("camera.door", "camera", { areaId: "hall" }),
    entityOf("light.zigbee", "lamp"),
  ],
  areas: [],
  hostNames: [],
};

function mapped() {
  const household = new Household();
  household.take(registry);
  return household.mapping;
}

const idsOf = (mapping: ReturnType<typeof mapped>, of: Mac): string[] =>
  mapping
    .of(of)
    .map(({ entityId, byHand, main }) => `${entityId}${byHand ? " hand" : ""}${main ? "" : " config"}`);

test("entities are mapped by address; Airwarden's own are never taken for the device", () => {
  const mapping = mapped();
  assert.deepEqual(idsOf(mapping, PLUG), ["switch.plug", "sensor.plug_power", "switch.plug_led config"]);
  assert.deepEqual(mapping.acting().sort(), ["camera.door", "switch.plug", "switch.plug_led"]);
  assert.equal(mapping.knows("switch.muted"), false);
});

test("a person adds and takes away, and takes that back; an integration that comes later does not change it", () => {
  const mapping = mapped();
  mapping.correct({ mac: PLUG, entityId: "light.zigbee", belongs: true });
  mapping.correct({ mac: PLUG, entityId: "sensor.plug_power", belongs: false });
  assert.deepEqual(idsOf(mapping, PLUG), ["switch.plug", "switch.plug_led config", "light.zigbee hand"]);
  assert.deepEqual(mapping.takenAway(PLUG), ["sensor.plug_power"]);
  assert.deepEqual(mapping.macsOf("light.zigbee"), [PLUG]);
  const household = new Household();
  household.mapping.restore(mapping.corrections());
  household.take(registry);
  assert.deepEqual(idsOf(household.mapping, PLUG), idsOf(mapping, PLUG));
  mapping.correct({ mac: PLUG, entityId: "light.zigbee", belongs: false });
  mapping.correct({ mac: PLUG, entityId: "sensor.plug_power", belongs: true });
  assert.deepEqual(mapping.corrections(), []);
});

test("a call means entities by name, by device and by area, each of the service's own domain", () => {
  const mapping = mapped();
  const call = (domain: string, target: object) =>
    mapping.targets({ domain, entityIds: [], deviceIds: [], areaIds: [], ...target });
  const rows: readonly (readonly [domain: string, target: object, meant: string[]])[] = [
    ["switch", { entityIds: ["switch.plug", "switch.elsewhere"] }, ["switch.plug"]],
    ["switch", { deviceIds: ["plug"] }, ["switch.plug", "switch.plug_led"]],
    ["light", { areaIds: ["kitchen"] }, []],
    ["homeassistant", { areaIds: ["hall"] }, ["camera.door"]],
    ["switch", { areaIds: ["kitchen"], entityIds: ["switch.plug"] }, ["switch.plug", "switch.plug_led"]],
    ["light", { entityIds: ["all"] }, []],
  ];
  for (const [domain, target, meant] of rows)
    assert.deepEqual(call(domain, target), meant, JSON.stringify(target));
});

test("whatever a person says: both ways of asking agree, and it is bounded", () => {
  const word = fc.record({
    mac: fc.constantFrom(PLUG, CAMERA),
    entityId: fc.constantFrom("switch.plug", "camera.door", "light.zigbee", "light.not_registered"),
    belongs: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), (words) => {
      const mapping = mapped();
      for (const one of words) mapping.correct(one);
      for (const one of new Map(words.map((w) => [`${w.mac} ${w.entityId}`, w])).values()) {
        const has = mapping.of(one.mac).some(({ entityId }) => entityId === one.entityId);
        assert.equal(has, one.belongs);
        assert.equal(mapping.macsOf(one.entityId).includes(one.mac), one.belongs);
      }
    }),
  );
  const mapping = mapped();
  for (let i = 0; i < 2100; i++) mapping.restore([{ mac: mac(i), entityId: "light.zigbee", belongs: true }]);
  assert.equal(mapping.corrections().length, 2000);
});
