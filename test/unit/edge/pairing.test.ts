import assert from "node:assert/strict";
import { test } from "node:test";
import { type Mac, micros, type NodeIndex } from "../../../hub/base/units.ts";
import { type PairingCommand, pair } from "../../../hub/edge/pairing.ts";
import { Store } from "../../../hub/edge/store.ts";
import { Nodes } from "../../../hub/intake/nodes.ts";
import type { HubCommand } from "../../../hub/wire/commands.ts";

const NOW = micros(1.79e15);
const BOARD = 0x020000000001 as Mac;

interface Sent {
  readonly node: NodeIndex;
  readonly command: HubCommand;
}

/** A hub's keys, with one board on a link of the given name. */
function desk(link = "/dev/serial/by-id/board") {
  const store = new Store({ folder: undefined, now: NOW });
  const nodes = new Nodes();
  const record = nodes.admit(link, NOW);
  assert.ok(record !== undefined);
  nodes.hello(record.index, {
    ...{ protocol: 1, firmware: "0.1.0", chip: "esp32c6", mac: BOARD, bootId: 1, resetReason: 0 },
    ...{ capabilities: 0, name: "" },
  });
  const sent: Sent[] = [];
  const state = { open: true };
  const ask = (command: PairingCommand) =>
    pair(command, {
      keys: store.nodes,
      heard: () => nodes.all(),
      isOpen: () => state.open,
      send: (node, message) => sent.push({ node, command: message }),
      now: NOW,
    });
  return { store, sent, state, ask };
}

const wifi = (name: string): PairingCommand => ({
  ...{ command: "configure_node", node: "020000000001", name },
  ...{ ssid: "Home", password: "correct horse", hub: "hub.local:4729" },
});

test("a node's key is shown by the answer alone, and is the one that opens what the node sends", () => {
  const { store, ask } = desk();
  try {
    const answer = ask({ command: "add_node", name: " hall " });
    assert.ok(answer.ok);
    assert.match(answer.reveal ?? "", /^[0-9a-f]{64}$/);
    const [node] = store.nodes.list();
    assert.equal(node?.name, "hall");
    assert.ok(!JSON.stringify(node).includes(answer.reveal ?? ""));
    const adopted = store.nodes.adopt(BOARD, (key) => Buffer.from(key).toString("hex") === answer.reveal);
    assert.ok(adopted !== undefined);
  } finally {
    store.close();
  }
});

test("names that are taken, empty, too long or an address are refused in words", () => {
  const { store, ask: send } = desk();
  const ask = (name: string) => send({ command: "add_node", name });
  try {
    assert.ok(ask("hall").ok);
    const again = ask("hall");
    assert.match(again.ok ? "" : again.error, /“hall” has a key already: remove it first/);
    for (const name of ["", "  ", "ä".repeat(17), "02:00:00:00:00:01", "two\nlines"]) {
      const answer = ask(name);
      assert.match(answer.ok ? "" : answer.error, /a name has 1 to 32/, JSON.stringify(name));
    }
    assert.deepEqual(
      store.nodes.list().map((one) => one.name),
      ["hall"],
    );
  } finally {
    store.close();
  }
});

test("a removed node has no key any more; an unknown one is said", () => {
  const { store, ask } = desk();
  const forget = () => ask({ command: "remove_node", name: "hall" });
  try {
    ask({ command: "add_node", name: "hall" });
    assert.deepEqual(forget(), { ok: true });
    assert.deepEqual(store.nodes.list(), []);
    const again = forget();
    assert.match(again.ok ? "" : again.error, /no node is called “hall”/);
  } finally {
    store.close();
  }
});

test("a board on its cable gets network, hub and the key that is kept for its address", () => {
  const { store, sent, ask } = desk();
  try {
    assert.deepEqual(ask(wifi("hall")), { ok: true });
    const [message] = sent;
    assert.ok(message?.command.kind === "configure");
    const { key, ...settings } = message.command.settings;
    assert.deepEqual(settings, {
      ...{ ssid: "Home", psk: "correct horse", hub: "hub.local:4729", name: "hall", uplink: "wifi" },
    });
    assert.deepEqual(store.nodes.keyOf(BOARD), key);
    assert.deepEqual(ask(wifi("kitchen")), { ok: true });
    assert.deepEqual(
      store.nodes.list().map((one) => one.name),
      ["kitchen"],
    );
  } finally {
    store.close();
  }
});

test("a board that is away, on Wi-Fi already, or would take another's name is not set up", () => {
  const away = desk();
  away.state.open = false;
  const wireless = desk("udp:02:00:00:00:00:01");
  const taken = desk();
  taken.ask({ command: "add_node", name: "hall" });
  for (const [{ store, sent, ask }, words] of [
    [away, /not connected/],
    [wireless, /over Wi-Fi already/],
    [taken, /another node is called “hall”/],
  ] as const) {
    const keys = store.nodes.list().length;
    const answer = ask(wifi("hall"));
    assert.match(answer.ok ? "" : answer.error, words);
    assert.deepEqual(sent, []);
    assert.equal(store.nodes.list().length, keys);
    store.close();
  }
});
