import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mac } from "../../../../hub/base/units.ts";
import {
  readAdministrators,
  readAreas,
  readDevices,
  readEntities,
  readGone,
  readLeases,
  readMqtt,
  readTrackers,
} from "../../../../hub/edge/home-assistant/read.ts";

test("addresses come from connections and from identifiers that are nothing but one", () => {
  const [plug, ours, part] = readDevices(
    [
      {
        id: "a",
        name: "Plug",
        name_by_user: null,
        area_id: "kitchen",
        connections: [
          ["mac", "02:00:00:00:00:01"],
          ["upnp", "uuid:1"],
        ],
        identifiers: [["wled", "020000000002"], ["hue", "not-an-address"], ["odd"]],
      },
      { id: "b", identifiers: [["mqtt", "airwarden_dev_3f9a_020000000003"]] },
      { id: "c", parent_device_id: "a", identifiers: [] },
      { name: "no id" },
      null,
    ],
    "3f9a",
  );
  assert.deepEqual(plug?.macs, [mac(0x0200_0000_0001), mac(0x0200_0000_0002)]);
  assert.deepEqual([plug?.ours, plug?.areaId, plug?.nameByUser], [false, "kitchen", undefined]);
  assert.deepEqual([ours?.ours, ours?.watches], [true, mac(0x0200_0000_0003)]);
  assert.equal(part?.parentId, "a");
  const shared = [
    ["mqtt", "tasmota"],
    ["mqtt", "airwarden_dev_3f9a_020000000003"],
  ];
  const [both] = readDevices([{ id: "b", identifiers: shared }], "3f9a");
  assert.deepEqual([both?.ours, both?.brokered, both?.watches], [false, true, mac(0x0200_0000_0003)]);
  const other = readDevices(
    [{ id: "b", identifiers: [["mqtt", "airwarden_dev_other_020000000003"]] }],
    "3f9a",
  );
  assert.deepEqual([other[0]?.ours, other[0]?.watches], [true, undefined]);
});

test("leases and trackers give host names", () => {
  assert.deepEqual(
    readLeases({ add: [{ mac_address: "02:00:00:00:00:01", hostname: "plug", ip_address: "192.0.2.1" }] }),
    [{ mac: mac(0x0200_0000_0001), name: "plug" }],
  );
  const push = {
    a: { "device_tracker.plug": { s: "home", a: { mac: "02:00:00:00:00:01", host_name: "plug" } } },
    c: { "device_tracker.tv": { "+": { a: { mac: "02:00:00:00:00:02", friendly_name: "TV" } } } },
  };
  assert.deepEqual(
    readTrackers(push).map((one) => one.name),
    ["plug", "TV"],
  );
});

test("administrators are owners and members of the group, while they are active", () => {
  const users = [
    { id: "owner", is_owner: true, is_active: true, group_ids: [] },
    { id: "admin", is_owner: false, is_active: true, group_ids: ["system-admin"] },
    { id: "child", is_owner: false, is_active: true, group_ids: ["system-users"] },
    { id: "left", is_owner: false, is_active: false, group_ids: ["system-admin"] },
  ];
  assert.deepEqual([...readAdministrators(users)], ["owner", "admin"]);
});

test("whatever Home Assistant answers, nothing throws", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (answer) => {
      readDevices(answer, "x");
      readEntities(answer);
      readAreas(answer);
      readLeases(answer);
      readTrackers(answer);
      readAdministrators(answer);
    }),
  );
});

test("what a registry says was removed, and nothing else", () => {
  const at = "2026-11-25T03:36:43.603123+00:00";
  const push = (change: object) => ({ event_type: "entity_registry_updated", data: change, time_fired: at });
  const entity = { action: "remove", entity_id: "switch.plug" };
  assert.deepEqual(readGone(push(entity)), { kind: "entity", id: "switch.plug", at });
  assert.deepEqual(readGone(push({ action: "remove", device_id: "d" })), { kind: "device", id: "d", at });
  for (const other of [
    push({ ...entity, action: "update" }),
    push({ action: "remove" }),
    push([]),
    null,
    7,
  ]) {
    assert.equal(readGone(other), undefined);
  }
});

test("MQTT runs once it is loaded and all of Home Assistant has started", () => {
  const running = { state: "RUNNING" };
  assert.equal(readMqtt([{ state: "loaded" }], running), "running");
  assert.equal(readMqtt([{ state: "loaded" }], { state: "STARTING" }), "starting");
  assert.equal(readMqtt([{ state: "setup_retry" }], running), "starting");
  assert.equal(readMqtt([], running), "absent");
  assert.equal(readMqtt(null, null), "absent");
});
