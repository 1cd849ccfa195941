import assert from "node:assert/strict";
import { before, type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { NodeRecord } from "../../hub/intake/node.ts";
import { HUB_KIND, RESET_REASON, RESULT } from "../../hub/wire/kinds.ts";
import { freePort, NETWORK, tap, virtualProgram } from "../support/board/virtual.ts";
import { commanded, Home, heard, homeOf, MAC, NODE, shown } from "../support/board/virtual-home.ts";
import { findCargo } from "../support/prepare.ts";
import { type SmallHub, smallHub } from "../support/small-hub.ts";
import { until } from "../support/wait.ts";

const skip = findCargo() === undefined ? "no Rust toolchain: the virtual node" : false;

let program = "";
before(() => {
  program = virtualProgram() ?? "";
});

function small(t: TestContext, home: Home, port = home.port): Promise<SmallHub> {
  return smallHub(t, { data: home.data, firmware: home.firmware, port });
}

const streaming = (hub: SmallHub): Promise<NodeRecord> =>
  until("its frames are there", () => {
    const found = hub.node(MAC);
    return found !== undefined && found.frames > 50 && found;
  });

test("a node is restarted by a button of the page, and goes on", { skip }, async (t) => {
  const home = await homeOf(t, program);
  const hub = await home.hub();
  const node = home.power();
  await node.says("Normal");
  const first = await shown(hub, "it has run for a while", (one) => heard(one) && (one.uptime ?? 0) >= 3);
  assert.equal(await commanded(hub, { command: "restart_node", node: NODE }), undefined);
  await node.says("Normal");
  await shown(hub, "it is back", (one) => (one.uptime ?? 99) < 3 && one.frames > first.frames + 50);
  assert.equal((await hub.end()).code, 0);
});

test("settings that cannot be are refused over the air, those that can are kept, and another hub is reported to", {
  skip,
}, async (t) => {
  const home = await homeOf(t, program);
  const hub = await small(t, home);
  home.power();
  const record = await streaming(hub);
  const cannot = [
    [{ country: "de" }, /two capital letters/],
    [{ psk: "short" }, /8 to 63 characters/],
    [{ hub: "nowhere" }, /HOST:PORT/],
    [{ name: "n".repeat(33) }, /32 octets/],
    [{ ssid: "" }, /needs ssid, hub and key/],
  ] as const;
  for (const [settings, words] of cannot) {
    const refused = await hub.ask(record.index, { kind: "configure", settings });
    assert.equal(refused.code, RESULT.badArgument);
    assert.match(refused.text, words);
  }
  await pause(1500);
  assert.equal(record.boots, 1, "nothing was kept, nothing restarts");

  const port = await freePort();
  const other = await small(t, home, port);
  const settings = { hub: `127.0.0.1:${port}`, country: "DE", name: "attic" };
  assert.equal((await hub.ask(record.index, { kind: "configure", settings })).code, RESULT.done);
  const moved = await streaming(other);
  assert.deepEqual([moved.name, moved.hello?.resetReason], ["attic", RESET_REASON.software]);
});

test("a plan and a blink are answered; a node on Wi-Fi keeps to its channel", { skip }, async (t) => {
  const home = await homeOf(t, program);
  const hub = await small(t, home);
  const node = home.power();
  const { index } = await streaming(hub);
  const plan = { kind: "plan", entries: [], dwell: 250 } as const;
  const refused = await hub.ask(index, plan);
  assert.equal(refused.code, RESULT.notNow);
  assert.match(refused.text, /access point/);
  assert.equal((await hub.ask(index, { kind: "identify", seconds: 3 })).code, RESULT.done);
  await node.says("shows where it is for 3 s, blinking white");
  assert.equal((await hub.ask(index, { kind: "restart", reason: 0 })).code, RESULT.done);
  await node.says("start ");
});

test("a board on a cable is told where the home is, and listens there most of the time", {
  skip,
}, async (t) => {
  const home = new Home(t, program);
  home.port = await freePort();
  const node = home.power();
  await node.says("Normal");
  const hub = await home.hub("--serial", home.tty, "--home", NETWORK.ssid);
  // By its own choice it would listen there less than half of the time.
  const view = await shown(hub, "it is on channel 6 most of the time", ({ channels }) => {
    const [most] = channels;
    return most?.channel === 6 && most.share > 0.6;
  });
  assert.ok(view.channels.length > 5, "it looks at the others in between");
  assert.deepEqual([view.link, view.problem], [home.tty, null]);
  assert.equal((await hub.end()).code, 0);
});

test("a factory reset over the air leaves nothing but the numbers of starts; over the cable it begins anew", {
  skip,
}, async (t) => {
  const home = new Home(t, program);
  home.port = await freePort();
  const line = await tap(t, home.port);
  await home.provision(line.port);
  const hub = await small(t, home);
  const node = home.power();
  await node.says("Normal");
  const record = await streaming(hub);
  const wrong = await hub.askRaw(record.index, HUB_KIND.factory_reset, "please");
  assert.deepEqual([wrong.code, wrong.text], [RESULT.badArgument, "say erase to confirm"]);
  assert.equal((await hub.ask(record.index, { kind: "factory_reset" })).code, RESULT.done);
  const again = await node.says("start ");
  const start = Number(/start (\d+) of/.exec(again)?.[1]);
  assert.equal(start, (record.hello?.bootId ?? 0) + 1, "numbers of starts go on");
  const said = (): number => line.seen.filter((one) => one.startsWith("node")).length;
  const before = said();
  await pause(2000);
  assert.equal(said(), before, "nothing is sent over Wi-Fi any more");
  await node.pull();

  const frames = record.frames;
  await home.provision(line.port);
  home.power();
  await until("it is heard under its new key", () => record.frames > frames + 50);
  assert.equal(new Set(line.seen).size, line.seen.length, "no boot id and counter twice");
});
