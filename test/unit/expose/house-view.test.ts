import assert from "node:assert/strict";
import { test } from "node:test";
import { mac, micros } from "../../../hub/base/units.ts";
import { deviceHouseView, houseView } from "../../../hub/expose/view/house.ts";
import { HouseContext } from "../../../hub/house/context.ts";
import { Household } from "../../../hub/house/household.ts";

const DEVICE = mac(0x0200_0000_0001);
const now = micros(1e15);

function sourcesOf(entityIds: readonly string[]) {
  const household = new Household();
  const context = new HouseContext(household.mapping);
  household.take({
    devices: [
      {
        ...{ id: "one", name: "One", nameByUser: undefined, areaId: undefined, macs: [DEVICE] },
        ...{ parentId: undefined, ours: false, brokered: false, watches: undefined },
      },
    ],
    entities: entityIds.map((entityId) => ({
      ...{ entityId, uniqueId: entityId, platform: "test", deviceId: "one", areaId: undefined },
    })),
    areas: [],
    hostNames: [],
  });
  return { context, mapping: household.mapping, now };
}

test("a device shows its acting entities and what a person said of others, with names and states", () => {
  const sources = sourcesOf(["switch.plug", "sensor.power", "update.plug"]);
  const { context, mapping } = sources;
  context.states.connected(true, now);
  context.take(
    [
      { entityId: "switch.plug", state: "on", name: "Plug\u202e" },
      { entityId: "update.plug", state: "on", installing: true },
    ],
    now,
  );
  mapping.correct({ mac: DEVICE, entityId: "update.plug", belongs: false });
  mapping.correct({ mac: DEVICE, entityId: "sensor.other", belongs: true });
  const { entities, notes } = deviceHouseView(DEVICE, sources);
  assert.deepEqual(
    entities.map(({ id, name, state, byHand, takenAway }) => [id, name, state, byHand, takenAway]),
    [
      ["switch.plug", "Plug�", "on", false, false],
      ["sensor.other", "sensor.other", null, true, false],
      ["update.plug", "update.plug", "on", true, true],
    ],
  );
  assert.deepEqual(notes, []);
});

test("the home: what is known, and by what; without Home Assistant nothing", () => {
  const sources = sourcesOf([]);
  const { context } = sources;
  assert.deepEqual(houseView(sources).told, false);
  context.take(
    [
      { entityId: "person.ada", state: "home", name: "Ada" },
      { entityId: "alarm_control_panel.home", state: "armed_night" },
    ],
    now,
  );
  assert.equal(houseView(sources).presence, "unknown");
  context.states.connected(true, now);
  const { told, presence, alarm, guest, roles } = houseView(sources);
  assert.deepEqual([told, presence, alarm, guest], [true, "home", "armed_night", null]);
  assert.deepEqual(
    roles.map(({ role, choice, entities }) => [role, choice, entities.map(({ id }) => id)]),
    [
      ["presence", "automatic", ["person.ada"]],
      ["alarm", "automatic", ["alarm_control_panel.home"]],
      ["guest", "automatic", []],
    ],
  );
});

test("a device with very many entities stays small", () => {
  const sources = sourcesOf(Array.from({ length: 300 }, (_, i) => `switch.s${i}`));
  assert.equal(deviceHouseView(DEVICE, sources).entities.length, 30);
});
