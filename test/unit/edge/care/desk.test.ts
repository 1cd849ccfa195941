import assert from "node:assert/strict";
import { test } from "node:test";
import { toHex } from "../../../../hub/base/bytes.ts";
import { type Mac, mac, micros, type NodeIndex, SECOND } from "../../../../hub/base/units.ts";
import { type DeskCommand, NodeDesk } from "../../../../hub/edge/care/desk.ts";
import type { Move } from "../../../../hub/edge/care/moves.ts";
import { Failure } from "../../../../hub/edge/failure.ts";
import { StoreFailure } from "../../../../hub/edge/store/store-failure.ts";
import { Store } from "../../../../hub/edge/store.ts";
import { isHeard } from "../../../../hub/expose/view/node.ts";
import { Nodes } from "../../../../hub/intake/nodes.ts";
import type { HubCommand } from "../../../../hub/wire/commands.ts";

const NOW = micros(1_790_000_000 * SECOND);
const BOARD = mac(0x0200_0000_0001);
const ID = "020000000001";
const CABLE = "/dev/serial/by-id/board";
const WIFI = "udp:02:00:00:00:00:01";

interface Told {
  readonly link: string;
  readonly command: HubCommand;
}

/** A hub with a board on the given links, the first one being what it reports over. */
function bench(...links: string[]) {
  const store = new Store({ folder: undefined, now: NOW });
  const nodes = new Nodes();
  for (const link of links) {
    const record = nodes.admit(link, NOW);
    assert.ok(record !== undefined);
    nodes.hello(record.index, {
      ...{ protocol: 1, firmware: "0.1.0", chip: "esp32c6", mac: BOARD, bootId: 1, resetReason: 0 },
      ...{ capabilities: 0, name: "" },
    });
    record.aside = link !== links[0];
    nodes.message(record.index, 0, NOW);
  }
  const told: Told[] = [];
  const moves: Move[] = [];
  const begun: number[][] = [];
  const ended: Mac[] = [];
  const state = {
    ...{ open: true, heard: true, updating: false, now: NOW, boot: 1 },
    outcome: async (_: HubCommand): Promise<void> => undefined,
  };
  const desk = new NodeDesk({
    ...{ keys: store.nodes, nodes, now: () => state.now },
    isOpen: () => state.open,
    isHeard: (record) => state.heard && isHeard(record, NOW),
    ask: (node: NodeIndex, command) => {
      told.push({ link: nodes.get(node)?.link ?? "", command });
      return state.outcome(command);
    },
    isUpdating: () => state.updating,
    moves: {
      boots: () => new Set([state.boot]),
      begin: (move, boots) => {
        moves.push(move);
        begun.push([...boots]);
      },
      end: (node) => ended.push(node),
    },
  });
  const say = async (command: DeskCommand): Promise<string> => {
    const answer = await desk.answer(command);
    return answer.ok ? "done" : answer.error;
  };
  const names = () => store.nodes.list().map((one) => `${one.name} ${one.mac === undefined ? "" : "here"}`);
  return { store, nodes, told, moves, begun, ended, state, desk, say, names };
}

const wifi = (name: string, changes: Partial<DeskCommand> = {}): DeskCommand =>
  ({
    ...{ command: "configure_node", node: ID, name, ssid: "Home", password: "correct horse" },
    ...{ hub: "hub.local:4729", ...changes },
  }) as DeskCommand;

test("a node's key is shown by the answer alone, and is the one that opens what the node sends", async () => {
  const { store, desk } = bench();
  const answer = await desk.answer({ command: "add_node", name: " hall " });
  assert.ok(answer.ok);
  assert.match(answer.reveal ?? "", /^[0-9a-f]{64}$/);
  const [node] = store.nodes.list();
  assert.equal(node?.name, "hall");
  assert.ok(!JSON.stringify(node).includes(answer.reveal ?? ""));
  assert.ok(store.nodes.adopt(BOARD, (key) => toHex(key) === answer.reveal) !== undefined);
});

test("names that are taken, empty, too long or an address are refused in words", async () => {
  const { say, names } = bench();
  assert.equal(await say({ command: "add_node", name: "hall" }), "done");
  assert.match(await say({ command: "add_node", name: "hall" }), /“hall” has a key already: remove it first/);
  for (const name of ["", "  ", "ä".repeat(17), "02:00:00:00:00:01", "two\nlines"]) {
    assert.match(await say({ command: "add_node", name }), /a name has 1 to 32/, JSON.stringify(name));
  }
  assert.deepEqual(names(), ["hall "]);
  assert.equal(await say({ command: "remove_node", name: "hall" }), "done");
  assert.match(await say({ command: "remove_node", name: "hall" }), /no node is called “hall”/);
});

test("a board on its cable gets network, hub and the key that is kept for its address", async () => {
  const { store, told, moves, say, names } = bench(CABLE);
  assert.equal(await say(wifi("hall", { country: "DE" })), "done");
  const [{ command } = {}] = told;
  assert.ok(command?.kind === "configure");
  const { key, ...settings } = command.settings;
  assert.deepEqual(settings, {
    ...{ ssid: "Home", psk: "correct horse", hub: "hub.local:4729", name: "hall", uplink: "wifi" },
    country: "DE",
  });
  assert.deepEqual(store.nodes.keyOf(BOARD), key);
  assert.equal(await say(wifi("kitchen")), "done");
  assert.deepEqual(names(), ["kitchen here"]);
  assert.deepEqual(moves[1], {
    ...{ mac: BOARD, name: "kitchen", to: "wifi", network: "Home", hub: "hub.local:4729" },
    returns: false,
  });
});

test("what the node refuses, or does not answer, changes nothing: its old key holds", async () => {
  const { store, moves, state, say, names } = bench(CABLE);
  await say(wifi("hall"));
  const before = store.nodes.keyOf(BOARD);
  for (const reason of ["the node does not take this: an SSID has at most 32 octets", "no answer"]) {
    state.outcome = () => Promise.reject(new Failure(reason));
    assert.equal(await say(wifi("kitchen")), reason);
    assert.deepEqual(store.nodes.keyOf(BOARD), before);
    assert.deepEqual([names(), moves.length], [["hall here"], 1]);
  }
});

test("a key that the hub cannot keep is told, with what to do", async () => {
  const { store, say } = bench(CABLE);
  store.nodes.replace = () => {
    throw new StoreFailure("full", "the disk is full: free space");
  };
  assert.match(
    await say(wifi("hall")),
    /has its new key and the hub cannot keep it, so do this again: the disk is full/,
  );
});

test("a board that is away, on no cable, busy, or would take another's name is not set up", async () => {
  const away = bench(CABLE);
  away.state.open = false;
  const wireless = bench(WIFI);
  const taken = bench(CABLE);
  await taken.say({ command: "add_node", name: "hall" });
  const updating = bench(CABLE);
  updating.state.updating = true;
  for (const [{ told, say, names }, words] of [
    [away, /not connected now/],
    [wireless, /plug the node into the computer/],
    [taken, /another node is called “hall”/],
    [updating, /is being updated/],
  ] as const) {
    const before = names();
    assert.match(await say(wifi("hall")), words);
    assert.deepEqual([told, names()], [[], before]);
  }
});

test("two changes at once are one after the other", async () => {
  const { state, say } = bench(CABLE);
  let finish = (): void => undefined;
  state.outcome = () =>
    new Promise((resolve) => {
      finish = resolve;
    });
  const first = say(wifi("hall"));
  assert.match(
    await say({ command: "change_node", node: ID, name: "attic" }),
    /being told something already/,
  );
  finish();
  assert.equal(await first, "done");
  state.outcome = async () => undefined;
  assert.equal(await say({ command: "change_node", node: ID, name: "attic" }), "done");
});

test("a node is renamed over its link, and so is its key; a name that is another's is refused", async () => {
  const { store, told, moves, say, names } = bench(WIFI);
  store.nodes.add({ name: "hall", key: new Uint8Array(32), mac: BOARD, addedAt: NOW });
  assert.equal(await say({ command: "change_node", node: ID, name: "attic" }), "done");
  assert.deepEqual(told, [{ link: WIFI, command: { kind: "configure", settings: { name: "attic" } } }]);
  assert.deepEqual([names(), moves], [["attic here"], []]);
  store.nodes.add({ name: "hall", key: new Uint8Array(32), addedAt: NOW });
  assert.match(
    await say({ command: "change_node", node: ID, name: "hall" }),
    /another node is called “hall”/,
  );
  assert.match(await say({ command: "change_node", node: ID }), /nothing was to be changed/);
  assert.equal(told.length, 1);
});

test("a node on Wi-Fi is given another network and hub over its sealed link, and its way is followed", async () => {
  const { store, told, moves, say } = bench(WIFI);
  const key = new Uint8Array(32).fill(7);
  store.nodes.add({ name: "hall", key, mac: BOARD, addedAt: NOW });
  const network = { ssid: "Garden", password: "battery staple" };
  const hub = "192.0.2.9:4729";
  assert.equal(await say({ command: "change_node", node: ID, network, hub, country: "FR" }), "done");
  assert.deepEqual(told[0]?.command, {
    kind: "configure",
    settings: { ssid: "Garden", psk: "battery staple", hub, country: "FR" },
  });
  assert.deepEqual(store.nodes.keyOf(BOARD), key, "its key stays");
  const way = { to: "wifi", network: "Garden", hub, returns: true } as const;
  assert.deepEqual(moves, [{ mac: BOARD, name: "the node", ...way }]);
});

test("a node on Wi-Fi that is on a cable as well is told there, and can go back to it", async () => {
  const { told, moves, say } = bench(WIFI, CABLE);
  assert.equal(await say({ command: "use_cable", node: ID }), "done");
  assert.deepEqual(told, [{ link: CABLE, command: { kind: "configure", settings: { uplink: "serial" } } }]);
  assert.equal(moves[0]?.to, "cable");
  assert.match(await bench(CABLE).say({ command: "use_cable", node: ID }), /over its cable already/);
  assert.match(await bench(WIFI).say({ command: "use_cable", node: ID }), /plug the node into/);
});

test("a node that waits on its cable for a Wi-Fi that is not there is told another one, and followed", async () => {
  const { nodes, told, moves, say } = bench(CABLE);
  for (const record of nodes.all()) record.aside = true;
  const network = { ssid: "Garden", password: "" };
  assert.equal(await say({ command: "change_node", node: ID, network }), "done");
  assert.deepEqual(
    told.map((one) => one.link),
    [CABLE],
  );
  assert.deepEqual([moves[0]?.to, moves[0]?.network, moves[0]?.returns], ["wifi", "Garden", false]);
  assert.equal(await say({ command: "use_cable", node: ID }), "done");
});

test("a node that was told to forget all has no key any more; one that refuses keeps it", async () => {
  const { store, told, state, say, names } = bench(WIFI);
  store.nodes.add({ name: "hall", key: new Uint8Array(32), mac: BOARD, addedAt: NOW });
  state.outcome = () => Promise.reject(new Failure("the node does not answer"));
  assert.match(await say({ command: "reset_node", node: ID }), /does not answer/);
  assert.deepEqual(names(), ["hall here"]);
  state.outcome = async () => undefined;
  assert.equal(await say({ command: "reset_node", node: ID }), "done");
  assert.deepEqual([told[1]?.command.kind, names()], ["factory_reset", []]);
});

test("a node that is gone is parted with, key and all; one that is there is not", async () => {
  const { store, nodes, ended, state, say, names } = bench(WIFI);
  store.nodes.add({ name: "hall", key: new Uint8Array(32), mac: BOARD, addedAt: NOW });
  assert.match(await say({ command: "forget_node", node: ID }), /unplug it or take its power first/);
  state.heard = false;
  assert.equal(await say({ command: "forget_node", node: ID }), "done");
  assert.deepEqual([names(), nodes.reporting(), ended], [[], [], [BOARD]]);
  assert.match(await say({ command: "forget_node", node: ID }), /not known/);
});

test("a node that has started anew before its answer was read is not taken for what it was", async () => {
  const { begun, state, say } = bench(CABLE);
  state.outcome = async () => {
    state.boot = 2;
  };
  await say(wifi("hall"));
  const wireless = bench(WIFI, CABLE);
  wireless.state.outcome = async () => {
    wireless.state.boot = 2;
  };
  await wireless.say({ command: "change_node", node: ID, hub: "hub.local:1" });
  wireless.state.boot = 1;
  await wireless.say({ command: "use_cable", node: ID });
  assert.deepEqual([begun, wireless.begun], [[[1]], [[1], [1]]]);
});

test("what is no longer news is dismissed", async () => {
  const { ended, say } = bench(WIFI);
  assert.equal(await say({ command: "dismiss_move", node: ID }), "done");
  assert.deepEqual(ended, [BOARD]);
});
