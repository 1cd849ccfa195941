import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readCommand } from "../../../hub/expose/discovery/topic-command.ts";
import { site } from "../../support/discovery.ts";

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
