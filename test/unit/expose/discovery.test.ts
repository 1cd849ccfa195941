import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { alertFields, alertPublication } from "../../../hub/expose/discovery/alert.ts";
import { retainedPublications, watchedDiscovery } from "../../../hub/expose/discovery/devices.ts";
import type { Publication } from "../../../hub/expose/discovery/publication.ts";
import { topicId, watchedIdIn } from "../../../hub/expose/discovery/site.ts";
import { commandPatterns } from "../../../hub/expose/discovery/topic-command.ts";
import { ALERT_TYPES, HUB_ENTITIES } from "../../../hub/expose/entities/hub.ts";
import { NODE_ENTITIES } from "../../../hub/expose/entities/node.ts";
import { stateOf } from "../../../hub/expose/entities/row.ts";
import { WATCHED_ENTITIES } from "../../../hub/expose/entities/watched.ts";
import type { Watched } from "../../../hub/expose/watched.ts";
import {
  camera,
  cameraDiscovery,
  discoveryOfHub,
  discoveryOfNode,
  everyDiscovery,
  nothingWatched,
  parsed,
  site,
  stateUnder,
} from "../../support/discovery.ts";
import { incidentView, nodeView, snapshotOf } from "../../support/snapshot.ts";

test("every component of a discovery payload has what Home Assistant requires", () => {
  for (const publication of everyDiscovery()) {
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

/** What each platform takes beside the keys of all (Home Assistant's schemas), and what it must have. */
const PLATFORMS: Readonly<Record<string, { readonly must: string; readonly may: string }>> = {
  event: { must: "state_topic event_types", may: "" },
  binary_sensor: { must: "state_topic value_template availability", may: "device_class" },
  sensor: {
    must: "state_topic value_template availability",
    may: "device_class state_class unit_of_measurement suggested_display_precision",
  },
  switch: { must: "state_topic value_template command_topic availability", may: "" },
  number: {
    must: "state_topic value_template command_topic availability min max step",
    may: "mode unit_of_measurement",
  },
  button: { must: "command_topic payload_press availability", may: "device_class" },
  update: {
    must: "state_topic value_template availability",
    may: "device_class command_topic payload_install",
  },
};
const OF_ALL = `platform unique_id default_entity_id name icon entity_category enabled_by_default
  json_attributes_topic json_attributes_template availability_mode`;
const CLASSES = [
  "problem",
  "connectivity",
  "data_size",
  "temperature",
  "timestamp",
  "restart",
  "identify",
  "firmware",
];

test("every component has the keys of its platform, and no others", () => {
  for (const publication of everyDiscovery()) {
    for (const [key, component] of Object.entries(parsed(publication.payload)["components"] ?? {})) {
      const { must, may } = PLATFORMS[String(component["platform"])] ?? { must: "?", may: "" };
      for (const needed of must.split(" ")) assert.ok(needed in component, `${key} lacks ${needed}`);
      const allowed = new Set(`${OF_ALL} ${must} ${may}`.split(/\s+/));
      for (const given of Object.keys(component)) assert.ok(allowed.has(given), `${key} has ${given}`);
      const { device_class: deviceClass, entity_category: category, name } = component;
      assert.ok(deviceClass === undefined || CLASSES.includes(String(deviceClass)), key);
      assert.ok([undefined, "diagnostic", "config"].includes(category as string), key);
      // Sentence case, without the name of the device, as Home Assistant wants it.
      assert.match(String(name), /^[A-Z][a-z]*( [a-z]+)*$/);
      assert.doesNotMatch(String(name), /airwarden/i);
    }
  }
});

test("ids are for ever: what is in them here must never change", () => {
  const ids = everyDiscovery().flatMap((one) =>
    Object.values(parsed(one.payload)["components"] ?? {}).map(
      ({ unique_id, default_entity_id }) => `${unique_id} ${default_entity_id}`,
    ),
  );
  assert.deepEqual(ids, [
    "airwarden_hub_3f9a_alert event.airwarden_alert",
    "airwarden_hub_3f9a_problem binary_sensor.airwarden_problem",
    "airwarden_hub_3f9a_open_incidents sensor.airwarden_open_incidents",
    "airwarden_hub_3f9a_setup_problem binary_sensor.airwarden_setup_problem",
    "airwarden_hub_3f9a_node_refused binary_sensor.airwarden_node_refused",
    "airwarden_hub_3f9a_hub_update update.airwarden_hub_update",
    "airwarden_hub_3f9a_home_devices sensor.airwarden_home_devices",
    "airwarden_hub_3f9a_nodes_connected sensor.airwarden_nodes_connected",
    "airwarden_hub_3f9a_frames_per_second sensor.airwarden_frames_per_second",
    "airwarden_hub_3f9a_learning_progress sensor.airwarden_learning_progress",
    "airwarden_hub_3f9a_learning switch.airwarden_learning",
    "airwarden_hub_3f9a_alert_budget number.airwarden_alert_budget",
    "airwarden_hub_3f9a_acknowledge_all button.airwarden_acknowledge_all",
    "airwarden_hub_3f9a_test_alert button.airwarden_test_alert",
    "airwarden_hub_3f9a_restore_entities button.airwarden_restore_entities",
    "airwarden_node_3f9a_020000000001_connected binary_sensor.airwarden_hall_connected",
    "airwarden_node_3f9a_020000000001_frames_per_second sensor.airwarden_hall_frames_per_second",
    "airwarden_node_3f9a_020000000001_dropped sensor.airwarden_hall_dropped",
    "airwarden_node_3f9a_020000000001_channel sensor.airwarden_hall_channel",
    "airwarden_node_3f9a_020000000001_temperature sensor.airwarden_hall_temperature",
    "airwarden_node_3f9a_020000000001_problem binary_sensor.airwarden_hall_problem",
    "airwarden_node_3f9a_020000000001_firmware update.airwarden_hall_firmware",
    "airwarden_node_3f9a_020000000001_restart button.airwarden_hall_restart",
    "airwarden_node_3f9a_020000000001_identify button.airwarden_hall_identify",
    "airwarden_dev_3f9a_9c8ecd000015_unusual binary_sensor.airwarden_door_camera_unusual",
    "airwarden_dev_3f9a_9c8ecd000015_muted switch.airwarden_door_camera_muted",
    "airwarden_dev_3f9a_9c8ecd000015_airtime_share sensor.airwarden_door_camera_airtime_share",
    "airwarden_dev_3f9a_9c8ecd000015_traffic_up sensor.airwarden_door_camera_traffic_up",
    "airwarden_dev_3f9a_9c8ecd000015_traffic_down sensor.airwarden_door_camera_traffic_down",
    "airwarden_dev_3f9a_9c8ecd000015_coverage sensor.airwarden_door_camera_coverage",
    "airwarden_dev_3f9a_9c8ecd000015_network sensor.airwarden_door_camera_network",
    "airwarden_dev_3f9a_9c8ecd000015_last_heard sensor.airwarden_door_camera_last_heard",
  ]);
});

test("what a home cannot have is not offered: updates without a release, a restart of a program", () => {
  const keys = (publication: Publication) => Object.keys(parsed(publication.payload)["components"] ?? {});
  const program = keys(discoveryOfNode({ chip: "linux", restartable: false }));
  assert.deepEqual(
    ["firmware", "restart"].filter((key) => program.includes(key)),
    [],
  );
  assert.equal(keys(discoveryOfHub()).includes("hub_update"), false);
  const snapshot = snapshotOf({ nodes: [nodeView({ restartable: false })] });
  const state = stateUnder("/node/020000000001", snapshot);
  assert.equal("firmware" in state, false);
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

test("a link on which nobody has said hello is no device in Home Assistant", () => {
  const snapshot = snapshotOf({ nodes: [nodeView({ mac: null, id: "/dev/ttyUSB0" }), nodeView()] });
  const topics = retainedPublications(site, snapshot, nothingWatched).map((one) => one.topic);
  assert.deepEqual(
    topics.filter((topic) => topic.includes("node")),
    ["homeassistant/device/airwarden_node_3f9a_020000000001/config", "airwarden/3f9a/node/020000000001"],
  );
});

test("what is held back is not announced, and a node of which all was deleted is taken away", () => {
  const snapshot = snapshotOf({ nodes: [nodeView()] });
  const discovered = (watched: Partial<Watched>): Map<string, string> =>
    new Map(
      retainedPublications(site, snapshot, { ...nothingWatched, devices: [camera], ...watched })
        .filter((one) => one.topic.endsWith("/config"))
        .map((one) => [one.topic, one.payload]),
    );
  const [hub, node, device] = [discoveryOfHub().topic, discoveryOfNode().topic, cameraDiscovery().topic];
  assert.deepEqual([...discovered({}).keys()], [hub, node, device]);
  assert.deepEqual([...discovered({ isHeld: (id) => !id.includes("_dev_") }).keys()], [device]);
  assert.deepEqual([...discovered({ isHeld: (id) => id.endsWith("_9c8ecd000015") }).keys()], [hub, node]);
  const { components } = parsed(discoveryOfNode().payload);
  const removed = new Set(Object.values(components ?? {}).map((one) => String(one["unique_id"])));
  assert.equal(discovered({ removed }).get(node), "");
});

test("every message on the broker is described in SCHEMA.md, field by field, and every topic that is read", () => {
  const schema = readFileSync(join(import.meta.dirname, "../../../hub/SCHEMA.md"), "utf8");
  const described = (title: string): (string | undefined)[] => {
    const section = schema.split(/^##? /m).find((part) => part.startsWith(`${title}\n`)) ?? "";
    return [...section.matchAll(/^\| `([^`]+)`/gm)].map((match) => match[1]);
  };
  const hub = { ...snapshotOf().hub, update: { installed: "1", latest: "2" } };
  const update = { latest: "2", phase: null, percent: null, problem: null };
  const snapshot = snapshotOf({ hub, nodes: [nodeView({ update })] });
  assert.deepEqual(described("State of the hub"), Object.keys(stateOf(HUB_ENTITIES, snapshot)));
  assert.deepEqual(described("State of a node"), Object.keys(stateOf(NODE_ENTITIES, nodeView({ update }))));
  assert.deepEqual(described("State of a device"), Object.keys(stateOf(WATCHED_ENTITIES, camera)));
  assert.deepEqual(described("Alert"), Object.keys(alertFields(site, incidentView(), "test")));
  const topics = described("MQTT").map((topic) =>
    topic?.replace("<hub>", site.hubId).replace(/<\w+>|(?<=\/)(learning|alert_budget)(?=\/set)/, "+"),
  );
  for (const pattern of commandPatterns(site)) assert.ok(topics.includes(pattern), pattern);
});

test("what a node that is away cannot say or do is not available; that it is away, and why, is", () => {
  const { components } = parsed(discoveryOfNode().payload);
  const lasting = Object.entries(components ?? {}).filter(([, one]) => one["availability_mode"] !== "all");
  assert.deepEqual(
    lasting.map(([key]) => key),
    ["connected", "problem"],
  );
  const [hub, own] = (components?.["restart"]?.["availability"] ?? []) as Record<string, string>[];
  assert.equal(hub?.["topic"], "airwarden/3f9a/status");
  assert.equal(own?.["topic"], "airwarden/3f9a/node/020000000001");
  assert.match(own?.["value_template"] ?? "", /value_json\.connected/);
});
