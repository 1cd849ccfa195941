import assert from "node:assert/strict";
import { test } from "node:test";
import { mac } from "../../../hub/base/units.ts";
import { Household } from "../../../hub/house/household.ts";
import { type HouseRegistry, householdOf, type RegistryDevice } from "../../../hub/house/registry.ts";

const PLUG = mac(0x0200_0000_0001);

const device = (changes: Partial<RegistryDevice>): RegistryDevice => ({
  id: "one",
  name: undefined,
  nameByUser: undefined,
  areaId: undefined,
  macs: [PLUG],
  parentId: undefined,
  ours: false,
  brokered: false,
  watches: undefined,
  ...changes,
});

const registry = (changes: Partial<HouseRegistry>): HouseRegistry => ({
  devices: [],
  entities: [],
  areas: [
    { id: "kitchen", name: "Kitchen" },
    { id: "hall", name: "Hall" },
  ],
  hostNames: [],
  ...changes,
});

const entity = (entityId: string, deviceId: string, areaId?: string) => ({
  ...{ entityId, deviceId, areaId, uniqueId: entityId, platform: "test" },
});

test("several entries of one address are one device: the household's own name wins, then the one in a room", () => {
  const router = device({ id: "router", name: "espressif-1234" });
  const placed = device({ id: "maker", name: "Coffee plug", areaId: "kitchen" });
  const named = device({ id: "third", name: "x", nameByUser: "Espresso" });
  const all = householdOf(registry({ devices: [router, placed, named] })).get(PLUG);
  assert.deepEqual([all?.name, all?.area, all?.registered], ["Espresso", "Kitchen", true]);
  const two = householdOf(registry({ devices: [router, placed] })).get(PLUG);
  assert.equal(two?.name, "Coffee plug");
});

test("parts of a device count to it, with their entities and the room that an entity stands in", () => {
  const part = device({ id: "outlet", name: "Outlet 2", macs: [], parentId: "one" });
  const found = householdOf(
    registry({
      devices: [device({ name: "Strip" }), part],
      entities: [entity("switch.strip", "one"), entity("switch.outlet", "outlet", "hall")],
    }),
  ).get(PLUG);
  assert.equal(found?.name, "Strip");
  assert.equal(found?.area, "Hall");
  assert.deepEqual(found?.entityIds, ["switch.strip", "switch.outlet"]);
});

test("a host name is used where nothing better is there, and is made printable", () => {
  const hostNames = [{ mac: PLUG, name: "evil\u202e\n<b>", entityId: "device_tracker.plug" }];
  const only = householdOf(registry({ hostNames })).get(PLUG);
  assert.deepEqual(
    [only?.name, only?.registered, only?.entityIds],
    ["evil\ufffd\ufffd<b>", false, ["device_tracker.plug"]],
  );
  assert.equal(
    householdOf(registry({ devices: [device({ name: "Plug" })], hostNames })).get(PLUG)?.name,
    "Plug",
  );
});

test("Airwarden's own entry gives its room, but its name is no news", () => {
  const ours = device({ ours: true, watches: PLUG, name: "old name", areaId: "hall" });
  const found = householdOf(registry({ devices: [ours] })).get(PLUG);
  assert.deepEqual([found?.name, found?.area, found?.registered], [undefined, "Hall", false]);
});

test("a rename at Airwarden's own entry is told once, and not what was there at the start", () => {
  const household = new Household();
  const named = (nameByUser: string) =>
    registry({ devices: [device({ ours: true, watches: PLUG, nameByUser })] });
  assert.deepEqual(household.take(named("before")), []);
  assert.deepEqual(household.take(named("before")), []);
  assert.deepEqual(household.take(named("after")), [{ mac: PLUG, name: "after" }]);
  assert.deepEqual(household.take(named("after")), []);
});

test("a flood of host names is bounded and never pushes out what the registry has", () => {
  const hostNames = Array.from({ length: 20_000 }, (_, at) => ({
    mac: mac(0x0300_0000_0000 + at),
    name: `h${at}`,
  }));
  const found = householdOf(registry({ devices: [device({ name: "Plug" })], hostNames }));
  assert.ok(found.size <= 2000);
  assert.equal(found.get(PLUG)?.name, "Plug");
});
