import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { alertPublication } from "../../../hub/expose/discovery/alert.ts";
import {
  hubDiscovery,
  nodeDiscovery,
  retainedPublications,
  watchedDiscovery,
} from "../../../hub/expose/discovery/devices.ts";
import type { Publication } from "../../../hub/expose/discovery/publication.ts";
import { type Site, topicId, watchedIdIn } from "../../../hub/expose/discovery/site.ts";
import { readCommand } from "../../../hub/expose/discovery/topic-command.ts";
import { ALERT_TYPES } from "../../../hub/expose/entities/hub.ts";
import { roundRate } from "../../../hub/expose/entities/row.ts";
import type { Snapshot } from "../../../hub/expose/snapshot.ts";
import type { Watched, WatchedView } from "../../../hub/expose/watched.ts";
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
const there = (publication: Publication | undefined): Publication => {
  assert.ok(publication !== undefined);
  return publication;
};
const cameraDiscovery = (removed?: ReadonlySet<string>) => there(watchedDiscovery(site, camera, removed));
const discoveryOfNode = (changes?: Parameters<typeof nodeView>[0]) =>
  there(nodeDiscovery(site, nodeView(changes)));
const discoveryOfHub = () => hubDiscovery(site, snapshotOf());
const nothingWatched: Watched = { devices: [], knows: () => true, removed: new Set() };
/** The state message under a topic that ends so. */
const stateUnder = (end: string, snapshot: Snapshot, watched = nothingWatched) =>
  JSON.parse(
    there(retainedPublications(site, snapshot, watched).find((one) => one.topic.endsWith(end))).payload,
  ) as Record<string, unknown>;

test("every component of a discovery payload has what Home Assistant requires", () => {
  for (const publication of [discoveryOfHub(), discoveryOfNode(), cameraDiscovery()]) {
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
  const { components } = parsed(discoveryOfHub().payload);
  assert.deepEqual(components?.["alert"]?.["event_types"], [...ALERT_TYPES]);
  assert.equal("availability" in (components?.["alert"] ?? {}), false);
});

test("the problem sensor is on while an incident is open and nobody acknowledged it", () => {
  const state = (snapshot: Snapshot) => stateUnder("/state", snapshot);
  assert.equal(state(snapshotOf())["problem"], "OFF");
  assert.equal(state(snapshotOf({ incidents: [incidentView()] }))["problem"], "ON");
  assert.equal(state(snapshotOf({ incidents: [incidentView({ acknowledged: true })] }))["problem"], "OFF");
  assert.equal(state(snapshotOf({ incidents: [incidentView({ resolvedAt: 5 })] }))["problem"], "OFF");
});

test("unique ids do not change when a node is renamed", () => {
  const ids = (name: string) =>
    Object.values(parsed(discoveryOfNode({ name }).payload)["components"] ?? {}).map(
      (one) => one["unique_id"],
    );
  assert.deepEqual(ids("hall"), ids("kitchen <b>"));
});

test("names of strangers and persons never reach a topic raw", () => {
  assert.equal(topicId("a/b+c#d\n"), "a_b_c_d_");
  assert.equal(discoveryOfNode({ id: "../#" }).topic, "homeassistant/device/airwarden_node_3f9a_____/config");
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
    discoveryOfNode().topic,
    discoveryOfHub().topic,
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
  for (const command of ["block", "unblock"]) {
    for (const subject of ["unknown_device.x-1", "02:00:00:00:00:01"]) {
      const read = readCommand(site, "airwarden/3f9a/command", `${command} ${subject}`);
      assert.deepEqual(read, { command, subject });
    }
    assert.equal(readCommand(site, "airwarden/3f9a/command", command), undefined);
  }
  assert.deepEqual(readCommand(site, "airwarden/3f9a/command", "snooze a-1"), {
    command: "snooze",
    incident: "a-1",
    seconds: 86_400,
  });
});

test("a link on which nobody has said hello is no device in Home Assistant", () => {
  const snapshot = snapshotOf({ nodes: [nodeView({ mac: null, id: "/dev/ttyUSB0" }), nodeView()] });
  const topics = retainedPublications(site, snapshot, nothingWatched).map((one) => one.topic);
  assert.deepEqual(
    topics.filter((topic) => topic.includes("node")),
    ["homeassistant/device/airwarden_node_3f9a_020000000001/config", "airwarden/3f9a/node/020000000001"],
  );
});

test("measurements can wait, all else is urgent, and a figure that comes or goes as well", () => {
  const urgent = (changes: Parameters<typeof nodeView>[0]) => {
    const nodes = [nodeView(changes)];
    const all = retainedPublications(site, snapshotOf({ nodes }), nothingWatched);
    return all.find((one) => one.topic.includes("/node/"))?.urgent;
  };
  assert.equal(urgent({ framesPerSecond: 5 }), urgent({ framesPerSecond: 50 }));
  assert.equal(urgent({ dropped: 5, temperature: 40 }), urgent({ dropped: 6, temperature: 50 }));
  assert.notEqual(urgent({ connected: true }), urgent({ connected: false }));
  assert.notEqual(urgent({ temperature: null }), urgent({ temperature: 50 }));
});

test("a node that hops shows the channels of the last minute, in order", () => {
  const channel = (changes: Parameters<typeof nodeView>[0]) =>
    stateUnder("/node/020000000001", snapshotOf({ nodes: [nodeView(changes)] }))["channel"];
  const hopping = [11, 1, 6].map((one) => ({ channel: one, share: 1 / 3 }));
  assert.equal(channel({ channel: 6, channels: hopping }), "1, 6, 11");
  assert.equal(channel({ channel: 6, channels: [] }), "6");
  assert.equal(channel({ channel: null, channels: [] }), null);
});

test("settings and words of nodes are read from their own topics, whole and in range", () => {
  const rows: [string, string, unknown][] = [
    ["learning/set", "ON", { command: "set_learning", on: true }],
    ["learning/set", "OFF", { command: "set_learning", on: false }],
    ["learning/set", "on", undefined],
    ["alert_budget/set", "12", { command: "set_alert_budget", perDay: 12 }],
    ["alert_budget/set", "12.0", { command: "set_alert_budget", perDay: 12 }],
    ["alert_budget/set", "0", { command: "set_alert_budget", perDay: 0 }],
    ["alert_budget/set", "51", undefined],
    ["alert_budget/set", "-1", undefined],
    ["alert_budget/set", "1e1", undefined],
    ["alert_budget/set", "", undefined],
    ["other/set", "ON", undefined],
    ["node/02a157000001/command", "restart", { command: "restart_node", node: "02a157000001" }],
    ["node/02a157000001/command", "update", { command: "update_node", node: "02a157000001" }],
    ["node/02a157000001/command", "toString", undefined],
    ["node/a/b/command", "restart", undefined],
  ];
  for (const [topic, payload, wanted] of rows) {
    assert.deepEqual(readCommand(site, `airwarden/3f9a/${topic}`, payload), wanted, `${topic} ${payload}`);
  }
});

test("whatever arrives on whatever topic, reading it does not throw and gives nothing of another hub", () => {
  const level = fc.constantFrom("airwarden", "3f9a", "node", "device", "set", "mute", "command", "learning");
  const topic = fc.array(fc.oneof(level, fc.string()), { maxLength: 6 }).map((levels) => levels.join("/"));
  fc.assert(
    fc.property(topic, fc.string(), (where, payload) => {
      const command = readCommand(site, where, payload);
      assert.ok(command === undefined || where.startsWith("airwarden/3f9a/"));
    }),
  );
});

test("learning is a switch and the budget a number, on topics that the hub listens to", () => {
  const { components } = parsed(discoveryOfHub().payload);
  const { learning, alert_budget: budget } = components ?? {};
  assert.deepEqual(
    [learning?.["platform"], learning?.["command_topic"]],
    ["switch", "airwarden/3f9a/learning/set"],
  );
  assert.deepEqual(
    [budget?.["platform"], budget?.["min"], budget?.["max"], budget?.["step"], budget?.["command_topic"]],
    ["number", 0, 50, 1, "airwarden/3f9a/alert_budget/set"],
  );
  const hub = { ...snapshotOf().hub, alertBudget: { perDay: 7, spent: 2 } };
  const { learning: on, alert_budget: perDay } = stateUnder("/state", snapshotOf({ hub }));
  assert.deepEqual([on, perDay], ["ON", 7]);
});
