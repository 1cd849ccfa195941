import assert from "node:assert/strict";
import { test } from "node:test";
import { Pace } from "../../../hub/edge/mqtt/pace.ts";
import { RetainedTopics } from "../../../hub/edge/mqtt/retained.ts";
import type { Publication } from "../../../hub/expose/discovery/publication.ts";
import type { Site } from "../../../hub/expose/discovery/site.ts";

const site: Site = { hubId: "3f9a", discoveryPrefix: "homeassistant", version: "0.1.0" };
const DEVICE = "homeassistant/device/airwarden_dev_3f9a_9c8ecd000015/config";
const STATE = "airwarden/3f9a/device/9c8ecd000015";
const yes = (): boolean => true;
const no = (): boolean => false;

const discovery = (...keys: string[]): Publication => ({
  topic: DEVICE,
  payload: JSON.stringify({
    device: {},
    components: Object.fromEntries(keys.map((key) => [key, { platform: "sensor", unique_id: key }])),
  }),
  retain: true,
});

function topics() {
  const sent: Publication[] = [];
  const retained = new RetainedTopics(site, (one) => sent.push(one));
  const components = (): unknown[] =>
    sent.splice(0).map((one) => (one.payload === "" ? "" : JSON.parse(one.payload).components));
  return { retained, sent, components };
}

test("what has not changed is published once, and everything again after a renewal", () => {
  const { retained, sent } = topics();
  retained.show([discovery("a")], yes, 0);
  retained.show([discovery("a")], yes, 1000);
  assert.equal(sent.length, 1);
  retained.renew();
  retained.show([discovery("a")], yes, 2000);
  assert.equal(sent.length, 2);
});

test("a component that is no longer offered leaves in two steps, also when only the broker remembers it", () => {
  const steps = [
    { a: { platform: "sensor", unique_id: "a" }, b: { platform: "sensor" } },
    { a: { platform: "sensor", unique_id: "a" } },
  ];
  const live = topics();
  live.retained.show([discovery("a", "b")], yes, 0);
  live.components();
  live.retained.show([discovery("a")], yes, 1);
  assert.deepEqual(live.components(), steps);
  const earlier = topics();
  earlier.retained.found(DEVICE, discovery("a", "b").payload);
  earlier.retained.show([discovery("a")], yes, 0);
  assert.deepEqual(earlier.components(), steps);
  const later = topics();
  later.retained.show([discovery("a")], yes, 0);
  later.components();
  later.retained.found(DEVICE, discovery("a", "b").payload);
  assert.deepEqual(later.components(), steps);
});

test("a device that is no longer known is cleared with its state; one that is merely away stays", () => {
  const { retained, sent } = topics();
  retained.found(DEVICE, discovery("a").payload);
  retained.show([], yes, 0);
  assert.equal(sent.length, 0);
  retained.show([], no, 1);
  retained.show([], no, 2);
  assert.deepEqual(
    sent.splice(0).map((one) => [one.topic, one.payload, one.retain]),
    [
      [DEVICE, "", true],
      [STATE, "", true],
    ],
  );
  retained.show([], no, 2);
  assert.equal(sent.length, 0);
  const state: Publication = { topic: STATE, payload: "{}", retain: true };
  retained.show([discovery("a"), state], yes, 4);
  sent.splice(0);
  for (const at of [5, 6, 7]) retained.show([], no, at);
  assert.deepEqual(
    sent.map((one) => one.topic),
    [DEVICE, STATE],
    "each once",
  );
});

test("topics of others and of nodes are left alone, whatever stands there", () => {
  const { retained, sent } = topics();
  for (const topic of ["homeassistant/device/other/config", DEVICE.replace("_dev_", "_node_")]) {
    retained.found(topic, "{not json");
  }
  retained.show([], no, 0);
  assert.equal(sent.length, 0);
  retained.found(DEVICE, "{not json");
  retained.show([discovery("a")], yes, 1);
  assert.equal(sent.length, 1);
});

test("figures wait, what is urgent does not", () => {
  const { retained, sent } = topics();
  const state = (payload: string, urgent: string): Publication => ({
    topic: STATE,
    payload,
    retain: true,
    urgent,
  });
  retained.show([state("1", "off")], yes, 0);
  retained.show([state("2", "off")], yes, 1000);
  assert.deepEqual(sent.length, 1);
  retained.show([state("3", "on")], yes, 2000);
  assert.equal(sent.at(-1)?.payload, "3");
  retained.show([state("4", "on")], yes, 70_000);
  assert.equal(sent.at(-1)?.payload, "4");
});

test("so many commands a second pass, and a new second begins anew", () => {
  const pace = new Pace(3);
  const passed = (now: number): number => [1, 2, 3, 4, 5].filter(() => pace.allows(now)).length;
  assert.deepEqual([passed(0), passed(999), passed(1000)], [3, 0, 3]);
});

test("a node that does not come back after a restart of the hub is shown as not connected, once", () => {
  const [GONE, BACK] = ["airwarden/3f9a/node/020000000001", "airwarden/3f9a/node/020000000002"];
  assert.ok(GONE !== undefined && BACK !== undefined);
  const { retained, sent } = topics();
  const state = JSON.stringify({ connected: "ON", frames_per_second: 12, channel: "6" });
  for (const topic of [GONE, BACK, "airwarden/3f9a/node/x/command"]) retained.found(topic, state);
  const back: Publication = { topic: BACK, payload: state, retain: true };
  retained.show([], yes, 1000);
  retained.show([back], yes, 60_000);
  assert.deepEqual(sent.splice(0), [back], "for a minute they are waited for");
  retained.show([back], yes, 61_000);
  retained.show([back], yes, 200_000);
  const parted = { connected: "OFF", frames_per_second: 0, channel: "6" };
  assert.deepEqual(sent, [{ topic: GONE, payload: JSON.stringify(parted), retain: true }]);
});

test("figures of a large home are spread, and all of them come", () => {
  const { retained, sent } = topics();
  const figures = (payload: string) =>
    Array.from({ length: 300 }, (_, at) => ({
      ...{ topic: `${STATE}${at}`, payload, retain: true, urgent: "off" },
    }));
  retained.show(figures("1"), yes, 0);
  assert.equal(sent.splice(0).length, 300);
  const told = new Set<string>();
  for (let second = 60; second < 80; second++) {
    retained.show(figures("2"), yes, second * 1000);
    assert.ok(sent.length <= 20, `${sent.length} at once`);
    for (const one of sent.splice(0)) told.add(one.topic);
  }
  assert.equal(told.size, 300);
});

test("what somebody else cleared is published again; an end is published once, and taken back", () => {
  const { retained, sent } = topics();
  retained.show([discovery("a")], yes, 0);
  retained.cleared(DEVICE);
  retained.show([discovery("a")], yes, 1);
  assert.deepEqual(sent.splice(0), [discovery("a"), discovery("a")]);
  const end = { topic: DEVICE, payload: "", retain: true };
  retained.show([end], yes, 2);
  retained.show([end], yes, 3);
  assert.deepEqual(sent.splice(0), [end]);
  retained.show([discovery("a")], yes, 4);
  assert.deepEqual(sent.splice(0), [discovery("a")]);
});

test("a node with which the person has parted goes with its entities; one that an earlier run left stays", () => {
  const NODE = "airwarden/3f9a/node/020000000001";
  const ITS_DISCOVERY = "homeassistant/device/airwarden_node_3f9a_020000000001/config";
  const { retained, sent } = topics();
  retained.found("homeassistant/device/airwarden_node_3f9a_020000000002/config", discovery("a").payload);
  const node: Publication[] = [
    { ...discovery("a"), topic: ITS_DISCOVERY },
    { topic: NODE, payload: "{}", retain: true },
  ];
  retained.show(node, yes, 0);
  sent.splice(0);
  retained.show([], yes, 1);
  const gone = () => sent.splice(0).map((one) => [one.topic, one.payload]);
  assert.deepEqual(gone(), [[ITS_DISCOVERY, ""]]);
  retained.show([], yes, 2);
  assert.deepEqual(gone(), [[NODE, ""]]);
  retained.show([], yes, 3);
  assert.deepEqual(gone(), []);
  retained.show(node, yes, 4);
  assert.equal(sent.length, 2, "when it comes back, so do they");
});
