import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type BlockRule,
  BlockRules,
  type Call,
  readCall,
  serviceOf,
  stateAfter,
} from "../../../hub/house/block.ts";
import { BlockLog, type BlockRun } from "../../../hub/house/block-log.ts";
import { at } from "../../support/farewells.ts";
import { testMac } from "../../support/plain-house.ts";

const call = (entity: string, turn: Call["turn"] = "on"): Call => ({ entity, turn });
const subject = { mac: testMac(1), name: "Camera", incident: "unknown_device.x" };
const about = { mac: "02:00:00:00:00:01", name: "Camera", incident_id: "unknown_device.x" };

const CALLS: readonly (readonly [Call, string, string | undefined, object, string | undefined])[] = [
  [call("script.block"), "script.own_id", undefined, about, undefined],
  [call("automation.block"), "automation.trigger", "automation.block", { variables: about }, undefined],
  [call("scene.locked"), "scene.turn_on", "scene.locked", {}, undefined],
  [call("switch.camera_internet", "off"), "switch.turn_off", "switch.camera_internet", {}, "off"],
  [call("input_boolean.guests"), "input_boolean.turn_on", "input_boolean.guests", {}, "on"],
];
for (const [chosen, action, entity, fields, state] of CALLS) {
  test(`${chosen.entity} turned ${chosen.turn} is ${action}`, () => {
    const service = serviceOf(chosen, subject, "own_id");
    assert.equal(`${service.domain}.${service.service}`, action);
    assert.equal(service.entity, entity);
    assert.deepEqual(service.fields, fields);
    assert.equal(stateAfter(chosen), state);
    assert.deepEqual(readCall(chosen), chosen);
  });
}

test("without an alert a script is told an empty incident", () => {
  const { fields } = serviceOf(call("script.block"), { ...subject, incident: undefined }, "block");
  assert.equal(fields["incident_id"], "");
});

test("what is no call is not read", () => {
  const wrong = [
    undefined,
    null,
    "switch.x",
    {},
    { entity: "switch.x" },
    { entity: "light.x", turn: "on" },
    { entity: "switch.X", turn: "on" },
    { entity: "switch.x.y", turn: "on" },
    { entity: "homeassistant.restart", turn: "on" },
    { entity: `switch.${"x".repeat(201)}`, turn: "on" },
    { entity: "switch.x", turn: "toggle" },
    { entity: "script.x", turn: "off" },
    { entity: "scene.x", turn: "off" },
  ];
  for (const one of wrong) assert.equal(readCall(one), undefined, JSON.stringify(one));
});

const rule = (entity: string, unblock?: Call): BlockRule => ({ block: call(entity), unblock });

test("a device's own rule goes before the one for all; both outlive their text", () => {
  const rules = new BlockRules();
  assert.equal(rules.for(testMac(1)), undefined);
  rules.choose(undefined, rule("script.block", call("script.unblock")));
  rules.choose(testMac(1), rule("switch.camera"));
  const again = BlockRules.of(rules.text());
  for (const one of [rules, again]) {
    assert.deepEqual(one.for(testMac(1)), rule("switch.camera"));
    assert.deepEqual(one.for(testMac(2)), rule("script.block", call("script.unblock")));
  }
  again.choose(testMac(1), undefined);
  assert.deepEqual(again.for(testMac(1)), rule("script.block", call("script.unblock")));
  again.choose(undefined, undefined);
  assert.deepEqual(again.all(), []);
});

test("rules that cannot be read are left out, and there are not too many", () => {
  for (const text of [undefined, "", "{", "null", "{}", '[1,{"mac":"x","block":null}]']) {
    assert.deepEqual(BlockRules.of(text).all(), [], String(text));
  }
  const row = { mac: "no address", block: call("script.x"), unblock: null };
  assert.deepEqual(BlockRules.of(JSON.stringify([row])).all(), []);
  const rules = new BlockRules();
  for (let i = 0; i < 300; i++) assert.equal(rules.choose(testMac(i), rule("script.x")), true);
  assert.equal(rules.choose(testMac(300), rule("script.x")), false);
  assert.equal(rules.choose(testMac(7), rule("script.y")), true);
});

const run = (id: number, traits: Partial<BlockRun> = {}): BlockRun => ({
  ...{ id, at: at(id), mac: testMac(1), name: "Camera", change: "block", by: "" },
  ...{ called: call("script.x"), undo: undefined, incident: undefined, outcome: "done" },
  ...{ failure: undefined, ...traits },
});

const STORIES: readonly (readonly [string, readonly Partial<BlockRun>[], number | undefined])[] = [
  ["done", [{}], 1],
  ["still running", [{ outcome: "running" }], 1],
  ["an answer that never came", [{ outcome: "unknown" }], 1],
  ["failed", [{ outcome: "failed" }], undefined],
  [
    "failed after all",
    [
      { id: 1, outcome: "running" },
      { id: 1, outcome: "failed" },
    ],
    undefined,
  ],
  ["blocked again in vain", [{}, { outcome: "failed" }], 1],
  ["let on again", [{}, { change: "unblock" }], undefined],
  ["let on in vain", [{}, { change: "unblock", outcome: "failed" }], 1],
  ["being let on", [{}, { change: "unblock", outcome: "running" }], 1],
  ["forgotten", [{}, { change: "forget" }], undefined],
  ["another device", [{}, { mac: testMac(2), change: "unblock" }], 1],
];
for (const [name, story, blockedBy] of STORIES) {
  test(`blocked or not: ${name}`, () => {
    const log = new BlockLog();
    story.forEach((traits, nth) => {
      log.take(run(nth + 1, traits));
    });
    assert.equal(log.blockOf(testMac(1))?.id, blockedBy);
    assert.equal(log.isRunning(testMac(1)), story.at(-1)?.outcome === "running");
  });
}

test("the log shows the latest runs, newest first", () => {
  const log = new BlockLog();
  for (let id = 1; id <= 80; id++) log.take(run(id));
  assert.deepEqual([log.runs.length, log.runs[0]?.id, log.runs.at(-1)?.id, log.nextId()], [50, 80, 31, 81]);
});
