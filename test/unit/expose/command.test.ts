import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { readPageCommand } from "../../../hub/expose/command.ts";
import { metricsText } from "../../../hub/expose/metrics.ts";
import { incidentView, nodeView, snapshotOf } from "../../support/snapshot.ts";

test("the page's commands are read, field by field", () => {
  const rows: [unknown, unknown][] = [
    [
      { command: "acknowledge", incident: "a-1" },
      { command: "acknowledge", incident: "a-1" },
    ],
    [
      { command: "snooze", incident: "a-1", seconds: 3600 },
      { command: "snooze", incident: "a-1", seconds: 3600 },
    ],
    [{ command: "snooze", incident: "a-1", seconds: 1 }, undefined],
    [
      { command: "name_device", mac: "02:00:00:00:00:01", name: " TV " },
      { command: "name_device", mac: "02:00:00:00:00:01", name: "TV" },
    ],
    [{ command: "name_device", mac: "02:00:00:00:00:01", name: "a\u202eb" }, undefined],
    [{ command: "trust_device", mac: "zz", known: true }, undefined],
    [{ command: "trust_device", mac: "02:00:00:00:00:01", known: "yes" }, undefined],
    [
      { command: "identify_node", node: "udp:1" },
      { command: "identify_node", node: "udp:1" },
    ],
    [
      { command: "restart_node", node: "02a157000001" },
      { command: "restart_node", node: "02a157000001" },
    ],
    [{ command: "restart_node", node: "../x" }, undefined],
    [
      { command: "set_learning", on: false },
      { command: "set_learning", on: false },
    ],
    [{ command: "set_learning", on: "ON" }, undefined],
    [
      { command: "assign_entity", mac: "02:00:00:00:00:01", entity: "light.hall", belongs: true, more: 1 },
      { command: "assign_entity", mac: "02:00:00:00:00:01", entity: "light.hall", belongs: true },
    ],
    [{ command: "assign_entity", mac: "02:00:00:00:00:01", entity: "light.Hall", belongs: true }, undefined],
    [{ command: "assign_entity", mac: "02:00:00:00:00:01", entity: "light.hall" }, undefined],
    [{ command: "assign_entity", mac: "phone", entity: "light.hall", belongs: true }, undefined],
    [
      { command: "choose_entity", role: "guest", choice: "input_boolean.guests" },
      { command: "choose_entity", role: "guest", choice: "input_boolean.guests" },
    ],
    [
      { command: "choose_entity", role: "alarm", choice: "none" },
      { command: "choose_entity", role: "alarm", choice: "none" },
    ],
    [{ command: "choose_entity", role: "butler", choice: "none" }, undefined],
    [{ command: "choose_entity", role: "alarm", choice: "all" }, undefined],
    [
      { command: "set_alert_budget", perDay: 0 },
      { command: "set_alert_budget", perDay: 0 },
    ],
    [{ command: "set_alert_budget", perDay: 51 }, undefined],
    [{ command: "set_alert_budget", perDay: -1 }, undefined],
    [{ command: "set_alert_budget", perDay: 2.5 }, undefined],
    [{ command: "set_alert_budget", perDay: Number.NaN }, undefined],
    [{ command: "drop_everything" }, undefined],
    [null, undefined],
    ["acknowledge_all", undefined],
  ];
  for (const [body, expected] of rows)
    assert.deepEqual(readPageCommand(body), expected, JSON.stringify(body));
});

test("whatever is sent, reading a command does not throw", () => {
  fc.assert(fc.property(fc.anything(), (body) => readPageCommand(body) === undefined || true));
});

test("metrics are well-formed lines, whatever a node is called", () => {
  const snapshot = snapshotOf({ nodes: [nodeView({ name: 'a"b\\c\nd' })], incidents: [incidentView()] });
  const lines = metricsText(snapshot).trimEnd().split("\n");
  for (const line of lines) {
    assert.match(
      line,
      /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{([a-z]+="(\\.|[^"\\\n])*",?)+\})? -?\d+(\.\d+)?)$/,
    );
  }
  assert.ok(lines.includes('airwarden_incidents_open{severity="critical"} 1'));
});

test("joining, parting and choosing are read, and nothing that only looks like them", () => {
  const [one, other] = ["02:00:00:00:00:01", "02:00:00:00:00:02"];
  const merge = { command: "merge_devices", macs: [one, other] };
  assert.deepEqual(readPageCommand(merge), merge);
  for (const macs of [[], [one], [one, 7], [one, "x"], "ab", Array.from({ length: 17 }, () => one)]) {
    assert.equal(readPageCommand({ command: "merge_devices", macs }), undefined);
  }
  assert.deepEqual(readPageCommand({ command: "split_device", mac: one }), {
    command: "split_device",
    mac: one,
  });
  assert.equal(readPageCommand({ command: "split_device", mac: "x" }), undefined);
  const home = { command: "choose_home", ssid: "Flät 3" };
  assert.deepEqual(readPageCommand(home), home);
  for (const ssid of ["", "a\nb", "x".repeat(33), 7]) {
    assert.equal(readPageCommand({ command: "choose_home", ssid }), undefined);
  }
});

test("taking back and pairing are read; a mute is not taken back here", () => {
  const undo = { command: "undo_normal", identity: "deauth_flood.ap-02aa00000001" };
  assert.deepEqual(readPageCommand(undo), undo);
  for (const identity of ["mute.device-020000000001", "", "A B", "x".repeat(81), 7]) {
    assert.equal(readPageCommand({ command: "undo_normal", identity }), undefined);
  }
  for (const command of ["add_node", "remove_node"] as const) {
    assert.deepEqual(readPageCommand({ command, name: "hall" }), { command, name: "hall" });
    for (const name of ["", "a\u202eb", "x".repeat(33), null]) {
      assert.equal(readPageCommand({ command, name }), undefined);
    }
  }
});

test("settings of a node are read only where a node would keep them", () => {
  const good = {
    ...{ command: "configure_node", node: "020000000001", name: "hall", ssid: "Home" },
    ...{ password: "correct horse", hub: "homeassistant.local:4729" },
  };
  assert.deepEqual(readPageCommand({ ...good, more: 1 }), good);
  for (const change of [{ hub: "192.0.2.1:4729" }, { hub: "my_hub:1" }, { country: "DE" }]) {
    assert.deepEqual(readPageCommand({ ...good, ...change }), { ...good, ...change });
  }
  for (const password of ["", "a".repeat(64)]) {
    assert.deepEqual(readPageCommand({ ...good, password }), { ...good, password });
  }
  for (const wrong of [
    { hub: "host" },
    { hub: "ho st:1" },
    { hub: `${"a".repeat(95)}:1` },
    { hub: "host:0" },
    // Nodes speak IPv4.
    { hub: "[2001:db8::1]:4729" },
    { country: "de" },
    { country: "" },
    { password: "short" },
    { password: "x".repeat(64) },
    { ssid: "" },
    { name: "a\nb" },
    { node: "<b>" },
  ]) {
    assert.equal(readPageCommand({ ...good, ...wrong }), undefined, JSON.stringify(wrong));
  }
});

test("what is asked about blocking is read, and no other action of Home Assistant", () => {
  const mac = "02:00:00:00:00:01";
  const call = { entity: "script.block", turn: "on" };
  const good = [
    { command: "choose_block", mac: null, block: call, unblock: null },
    { command: "choose_block", mac, block: null, unblock: null },
    { command: "choose_block", mac, block: call, unblock: { entity: "switch.a", turn: "off" } },
    { command: "block_device", mac, incident: null, despite: false },
    { command: "block_device", mac, incident: "unknown_device.x-1", despite: true },
    { command: "unblock_device", mac },
    { command: "forget_block", mac },
  ];
  for (const one of good) assert.deepEqual(readPageCommand({ ...one, more: 1 }), one);
  const wrong = [
    { command: "choose_block", block: call, unblock: null },
    { command: "choose_block", mac: "x", block: call, unblock: null },
    { command: "choose_block", mac, block: { entity: "homeassistant.stop", turn: "on" }, unblock: null },
    { command: "choose_block", mac, block: call },
    { command: "block_device", mac, incident: null },
    { command: "block_device", mac, incident: "a b", despite: false },
    { command: "block_device", mac: null, incident: null, despite: false },
    { command: "unblock_device", mac: "ff" },
  ];
  for (const one of wrong) assert.equal(readPageCommand(one), undefined, JSON.stringify(one));
});

test("a change of a node is read whole or not at all", () => {
  const node = { command: "change_node", node: "020000000001" };
  const network = { ssid: "Garden", password: "battery staple" };
  for (const change of [
    {},
    { name: "attic" },
    { network },
    { hub: "192.0.2.9:4729" },
    { name: "attic", network: { ssid: "Open", password: "" }, hub: "hub.local:1", country: "FR" },
  ]) {
    assert.deepEqual(readPageCommand({ ...node, ...change }), { ...node, ...change });
  }
  for (const wrong of [
    { node: "<b>" },
    { name: "" },
    { network: { ssid: "Garden" } },
    { network: { ssid: "", password: "" } },
    { network: "Garden" },
    { hub: "hub" },
    { country: "FRA" },
    { country: null },
  ]) {
    assert.equal(readPageCommand({ ...node, name: "attic", ...wrong }), undefined, JSON.stringify(wrong));
  }
});

test("a port is chosen by its path, for what there is to choose", () => {
  const good = { command: "choose_port", port: "/dev/serial/by-id/usb-1a86_USB_Serial-if00", use: "listen" };
  for (const use of ["listen", "leave", "auto"]) {
    assert.deepEqual(readPageCommand({ ...good, use }), { ...good, use });
  }
  for (const wrong of [
    { use: "eat" },
    { use: null },
    { port: "ttyUSB0" },
    { port: "/dev/a b" },
    { port: 7 },
  ]) {
    assert.equal(readPageCommand({ ...good, ...wrong }), undefined, JSON.stringify(wrong));
  }
});
