import assert from "node:assert/strict";
import { test } from "node:test";
import { hubDiscovery, retainedPublications } from "../../../hub/expose/discovery/devices.ts";
import { roundRate } from "../../../hub/expose/entities/row.ts";
import { LastingProblems, problemsIn } from "../../../hub/expose/problems.ts";
import type { NodeUpdateView, NodeView, ProblemView, Snapshot } from "../../../hub/expose/snapshot.ts";
import { discoveryOfHub, nothingWatched, parsed, site, stateUnder } from "../../support/discovery.ts";
import { incidentView, nodeView, snapshotOf } from "../../support/snapshot.ts";

test("a node's firmware is shown as it is, on its way, and after it failed", () => {
  const firmware = (update: Partial<NodeUpdateView>) => {
    const base = { latest: "0.2.0", phase: null, percent: null, problem: null };
    const nodes = [nodeView({ update: { ...base, ...update } })];
    return stateUnder("/node/020000000001", snapshotOf({ nodes }))["firmware"];
  };
  const shown = { title: "Airwarden node", installed_version: "0.1.0", latest_version: "0.2.0" };
  const rest = { ...shown, in_progress: false, update_percentage: null, release_summary: "" };
  assert.deepEqual(firmware({}), rest);
  assert.deepEqual(firmware({ phase: "sending", percent: 42 }), {
    ...rest,
    in_progress: true,
    update_percentage: 42,
  });
  assert.deepEqual(firmware({ phase: "trial", percent: 100 }), { ...rest, in_progress: true });
  assert.deepEqual(firmware({ phase: "failed", percent: 10, problem: "the node does not answer any more" }), {
    ...rest,
    release_summary: "The last update failed: the node does not answer any more",
  });
  const long = firmware({ phase: "failed", problem: "x".repeat(999) }) as Record<string, string>;
  assert.equal(long["release_summary"]?.length, 255);
});

test("problems of the setup are named in attributes that Home Assistant can keep, and refused nodes apart", () => {
  const state = (problems: readonly ProblemView[], nodes: readonly NodeView[] = []) =>
    stateUnder("/state", snapshotOf({ setupProblems: problemsIn(problems, nodes) }));
  const { setup_problem, setup_problem_attributes, node_refused } = state([]);
  assert.deepEqual([setup_problem, setup_problem_attributes, node_refused], ["OFF", { problems: [] }, "OFF"]);
  const refused = { id: "node_refused_020000000001", title: "Node refused", advice: "…" };
  assert.deepEqual([state([refused])["node_refused"], state([refused])["setup_problem"]], ["ON", "ON"]);
  const crowd = Array.from({ length: 200 }, (_, nth) =>
    nodeView({ id: `${nth}`, problem: "é".repeat(2000) }),
  );
  const many = state([refused], crowd);
  assert.equal(many["setup_problem"], "ON");
  assert.ok(new TextEncoder().encode(JSON.stringify(many["setup_problem_attributes"])).length < 16_384);
  assert.deepEqual(problemsIn([], [nodeView({ name: "hall", problem: "its firmware needs an update" })]), [
    { id: "node_020000000001", title: "Node “hall”", advice: "Its firmware needs an update." },
  ]);
});

test("a problem is told outside of the page when it has lasted, and no longer than it lasts", () => {
  const lasting = new LastingProblems();
  const [one, other] = ["one", "other"].map((id) => ({ id, title: id, advice: id }));
  assert.ok(one !== undefined && other !== undefined);
  const ids = (now: number, ...problems: ProblemView[]) => lasting.take(problems, now).map(({ id }) => id);
  assert.deepEqual(ids(0, one), []);
  assert.deepEqual(ids(29, one, other), []);
  assert.deepEqual(ids(30, one, other), ["one"]);
  assert.deepEqual(ids(60, other), ["other"]);
  assert.deepEqual(ids(61, one, other), ["other"], "what comes back begins anew");
});

test("the app's own update is shown where somebody knows of it", () => {
  const hub = { ...snapshotOf().hub, update: { installed: "0.1.0", latest: "0.2.0" } };
  const snapshot = snapshotOf({ hub });
  const component = parsed(hubDiscovery(site, snapshot).payload)["components"]?.["hub_update"];
  assert.equal(component?.["platform"], "update");
  assert.equal("command_topic" in (component ?? {}), false, "the app cannot install itself");
  const state = stateUnder("/state", snapshot)["hub_update"] as Record<string, string>;
  assert.deepEqual([state["installed_version"], state["latest_version"]], ["0.1.0", "0.2.0"]);
});

test("the problem sensor is on while an incident is open and nobody acknowledged it", () => {
  const state = (snapshot: Snapshot) => stateUnder("/state", snapshot);
  assert.equal(state(snapshotOf())["problem"], "OFF");
  assert.equal(state(snapshotOf({ incidents: [incidentView()] }))["problem"], "ON");
  assert.equal(state(snapshotOf({ incidents: [incidentView({ acknowledged: true })] }))["problem"], "OFF");
  assert.equal(state(snapshotOf({ incidents: [incidentView({ resolvedAt: 5 })] }))["problem"], "OFF");
});

test("rates keep two digits, so that a steady home writes no rows", () => {
  assert.deepEqual([0, 0.123, 123.4, 9876].map(roundRate), [0, 0.12, 120, 9900]);
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
