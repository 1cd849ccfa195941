import assert from "node:assert/strict";
import { before, test } from "node:test";
import { virtualProgram } from "../support/board/virtual.ts";
import { heard, homeOf, shown, snapshotOf } from "../support/board/virtual-home.ts";
import { findCargo } from "../support/prepare.ts";
import { until } from "../support/wait.ts";

const skip = findCargo() === undefined ? "no Rust toolchain: the virtual node" : false;

let program = "";
before(() => {
  program = virtualProgram() ?? "";
});

test("a node whose flash was erased is provisioned anew beside the running hub, and heard within seconds", {
  skip,
}, async (t) => {
  const home = await homeOf(t, program);
  const hub = await home.hub();
  const first = home.power("--first-start", "1");
  const before = await shown(hub, "it is there", heard);
  await first.pull();

  for (const number of ["1", "700000000", "2"]) {
    home.eraseFlash();
    await home.provision(home.port, "--first-start", number);
    const node = home.power("--first-start", number);
    await node.says("Normal");
    const started = performance.now();
    const { frames } = await shown(hub, "it is known", () => true);
    const again = await shown(hub, `it is heard again from start ${number} on`, (one) => {
      return one.connected && one.frames > frames + 50 && (one.uptime ?? 99) < 30;
    });
    assert.ok(performance.now() - started < 15_000, "within seconds");
    assert.equal(again.name, before.name);
    await node.pull();
  }
  assert.equal((await snapshotOf(hub)).paired.length, 1);
  assert.doesNotMatch(hub.stderr(), /old datagrams/);
  assert.equal((await hub.end()).code, 0);
});

test("a node whose flash was put back to an earlier start is refused under the same key", {
  skip,
}, async (t) => {
  const home = await homeOf(t, program);
  const hub = await home.hub();
  const kept = home.keepFlash();
  for (let start = 0; start < 3; start++) {
    const node = home.power();
    await node.says("Normal");
    await shown(hub, "it is there", (one) => one.connected && (one.uptime ?? 99) < 10);
    await node.pull();
  }
  kept();
  const { frames } = await shown(hub, "it is known", () => true);
  const copy = home.power();
  await until("it is refused", () => hub.stderr().includes("sends old datagrams of node"));
  assert.match(hub.stderr(), /if its flash was erased, give it a new key: airwarden node provision/);
  assert.equal((await shown(hub, "it is known", () => true)).frames, frames, "nothing of it is heard");
  await copy.pull();
  assert.equal((await hub.end()).code, 0);
});
