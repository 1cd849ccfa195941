import assert from "node:assert/strict";
import { test } from "node:test";
import {
  alertPublication,
  hubDiscovery,
  nodeDiscovery,
  readCommand,
  type Site,
  statePublications,
  topicId,
  watchedDiscovery,
  watchedIdIn,
} from "../../../hub/expose/discovery.ts";
import { ALERT_TYPES, roundRate } from "../../../hub/expose/entities.ts";
import type { WatchedView } from "../../../hub/expose/watched.ts";
import { incidentView, nodeView, snapshotOf } from "../../support/snapshot.ts";

const site: Site = { hubId: "3f9a", discoveryPrefix: "homeassistant", version: "0.1.0" };
const parsed = (payload: string) =>
  JSON.parse(payload) as Record<string, Record<string, Record<string, unknown>>>;

const camera: WatchedView = {
  id: "9c8ecd000015",
  mac: "9c:8e:cd:00:00:15",
  name: "Door <camera>/#",
  vendor: "Maker",
  area: "Hall",
  linked: true,
  unusual: false,
  muted: false,
  airtimeShare: 0.0123,
  octetsUp: 1_234_567,
  octetsDown: null,
  coverage: 0.987,
  network: "Home",
  lastHeard: 1234,
};
const cameraDiscovery = (removed?: ReadonlySet<string>) => {
  const publication = watchedDiscovery(site, camera, removed);
  assert.ok(publication !== undefined);
  return publication;
};

test("every component of a discovery payload has what Home Assistant requires", () => {
  for (const publication of [hubDiscovery(site), nodeDiscovery(site, nodeView()), cameraDiscovery()]) {
    assert.equal(publication.retain, true);
    assert.match(publication.topic, /^homeassistant\/device\/[a-zA-Z0-9_-]+\/config$/);
    const { device, origin, components } = parsed(publication.payload);
    assert.ok(device?.["identifiers"]);
    assert.equal(origin?.["name"], "Airwarden");
    const ids = new Set<unknown>();
    for (const [key, component] of Object.entries(components ?? {})) {
      assert.equal(typeof component["platform"], "string", key);
      assert.equal(
        component["default_entity_id"],
        `${component["platform"]}.${String(component["default_entity_id"]).split(".")[1]}`,
      );
      assert.match(String(component["default_entity_id"]), /^[a-z_]+\.[a-z0-9_]+$/, key);
      assert.equal("object_id" in component, false);
      assert.ok(component["state_topic"] !== undefined || component["command_topic"] !== undefined, key);
      ids.add(component["unique_id"]);
    }
    assert.equal(ids.size, Object.keys(components ?? {}).length);
  }
});

test("the alert is an event that is never retained and only has listed types", () => {
  const publication = alertPublication(site, incidentView());
  assert.equal(publication.retain, false);
  const fields = JSON.parse(publication.payload) as Record<string, unknown>;
  assert.ok(ALERT_TYPES.some((type) => type === fields["event_type"]));
  const { components } = parsed(hubDiscovery(site).payload);
  assert.deepEqual(components?.["alert"]?.["event_types"], [...ALERT_TYPES]);
  assert.equal("availability" in (components?.["alert"] ?? {}), false);
});

test("the problem sensor is on while an incident is open and nobody acknowledged it", () => {
  const state = (snapshot: Parameters<typeof statePublications>[1]) =>
    JSON.parse(statePublications(site, snapshot)[0]?.payload ?? "{}") as Record<string, unknown>;
  assert.equal(state(snapshotOf())["problem"], "OFF");
  assert.equal(state(snapshotOf({ incidents: [incidentView()] }))["problem"], "ON");
  assert.equal(state(snapshotOf({ incidents: [incidentView({ acknowledged: true })] }))["problem"], "OFF");
  assert.equal(state(snapshotOf({ incidents: [incidentView({ resolvedAt: 5 })] }))["problem"], "OFF");
});

test("unique ids do not change when a node is renamed", () => {
  const ids = (name: string) =>
    Object.values(parsed(nodeDiscovery(site, nodeView({ name })).payload)["components"] ?? {}).map(
      (one) => one["unique_id"],
    );
  assert.deepEqual(ids("hall"), ids("kitchen <b>"));
});

test("names of strangers and persons never reach a topic raw", () => {
  assert.equal(topicId("a/b+c#d\n"), "a_b_c_d_");
  assert.equal(
    nodeDiscovery(site, nodeView({ id: "../#" })).topic,
    "homeassistant/device/airwarden_node_3f9a_____/config",
  );
});

test("only our own commands are read", () => {
  assert.deepEqual(readCommand(site, "airwarden/3f9a/command", "acknowledge_all"), {
    command: "acknowledge_all",
  });
  assert.deepEqual(readCommand(site, "airwarden/3f9a/command", "acknowledge deauth_flood-1"), {
    command: "acknowledge",
    incident: "deauth_flood-1",
  });
  assert.deepEqual(readCommand(site, "airwarden/3f9a/node/hall/command", "identify"), {
    command: "identify_node",
    node: "hall",
  });
  for (const [topic, payload] of [
    ["airwarden/3f9a/command", "ACKNOWLEDGE_ALL"],
    ["airwarden/other/command", "acknowledge_all"],
    ["airwarden/3f9a/node/hall/command", "restart; rm"],
    ["airwarden/3f9a/command", "acknowledge ../../x y"],
  ] as const) {
    assert.equal(readCommand(site, topic, payload), undefined, `${topic} ${payload}`);
  }
});

test("rates keep two digits, so that a steady home writes no rows", () => {
  assert.deepEqual([0, 0.123, 123.4, 9876].map(roundRate), [0, 0.12, 120, 9900]);
});

test("what a person deleted in Home Assistant is left out, and a device of which all is deleted altogether", () => {
  const muted = "airwarden_dev_3f9a_9c8ecd000015_muted";
  assert.equal(parsed(cameraDiscovery().payload)["components"]?.["muted"]?.["unique_id"], muted);
  const rest = Object.keys(parsed(cameraDiscovery(new Set([muted])).payload)["components"] ?? {});
  assert.equal(rest.includes("muted"), false);
  assert.ok(rest.includes("unusual"));
  const all = new Set([muted, ...rest.map((key) => `airwarden_dev_3f9a_9c8ecd000015_${key}`)]);
  assert.equal(watchedDiscovery(site, camera, all), undefined);
});

test("topics of devices of the home are told from those of nodes, other hubs and other products", () => {
  assert.equal(watchedIdIn(site, cameraDiscovery().topic), "9c8ecd000015");
  assert.equal(watchedIdIn(site, "airwarden/3f9a/device/9c8ecd000015"), "9c8ecd000015");
  for (const topic of [
    nodeDiscovery(site, nodeView()).topic,
    hubDiscovery(site).topic,
    "homeassistant/device/airwarden_dev_ffff_9c8ecd000015/config",
    "homeassistant/device/zigbee_9c8ecd000015/config",
    "airwarden/3f9a/state",
  ]) {
    assert.equal(watchedIdIn(site, topic), undefined, topic);
  }
});

test("mute switches and answers of notifications are read", () => {
  assert.deepEqual(readCommand(site, "airwarden/3f9a/device/9c8ecd000015/mute", "ON"), {
    command: "mute_device",
    mac: "9c:8e:cd:00:00:15",
    muted: true,
  });
  assert.equal(readCommand(site, "airwarden/3f9a/device/9c8ecd000015/mute", "on"), undefined);
  assert.equal(readCommand(site, "airwarden/3f9a/device/9c8ecd0000/mute", "ON"), undefined);
  assert.deepEqual(readCommand(site, "airwarden/3f9a/command", "this_is_normal a-1"), {
    command: "this_is_normal",
    incident: "a-1",
  });
  assert.deepEqual(readCommand(site, "airwarden/3f9a/command", "snooze a-1"), {
    command: "snooze",
    incident: "a-1",
    seconds: 86_400,
  });
});
