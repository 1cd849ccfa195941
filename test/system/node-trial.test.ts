import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { PageCommand } from "../../hub/expose/snapshot/command.ts";
import type { MoveView } from "../../hub/expose/view/move.ts";
import { NETWORK, POWER_CUT, virtualProgram } from "../support/board/virtual.ts";
import {
  commanded,
  type Home,
  heard,
  homeOf,
  NODE,
  type Paged,
  shown,
  snapshotOf,
} from "../support/board/virtual-home.ts";
import { findCargo } from "../support/prepare.ts";
import { until } from "../support/wait.ts";

const skip = findCargo() === undefined ? "no Rust toolchain: the virtual node" : false;
const WRONG = "battery staple";
/** Three minutes are three seconds. */
const FAST = ["--speed", "60", "--rate", "20"];

let program = "";
before(() => {
  program = virtualProgram() ?? "";
});

const change = (words: object): PageCommand =>
  ({ command: "change_node", node: NODE, ...words }) as PageCommand;
const wrongPassword = change({ network: { ssid: NETWORK.ssid, password: WRONG } });

/** Waits until the way of the node is shown so. */
async function way(hub: Paged, state: MoveView["state"]): Promise<MoveView> {
  let seen: MoveView | undefined;
  const end = performance.now() + 60_000;
  while (seen?.state !== state) {
    assert.ok(performance.now() < end, `${state}: ${JSON.stringify(seen)}\n${hub.stderr()}`);
    await pause(50);
    seen = (await snapshotOf(hub)).moves[0];
  }
  return seen;
}

/** How often these words stand in the flash. */
const inFlash = (home: Home, words: string): number =>
  readFileSync(join(home.folder, "flash")).toString("latin1").split(words).length - 1;

test("a wrong password over the air: the node tries it, is back with its former settings, and the page says so", {
  skip,
}, async (t) => {
  const home = await homeOf(t, program);
  const hub = await home.hub();
  const node = home.power(...FAST);
  await shown(hub, "it is there", heard);
  assert.equal(await commanded(hub, wrongPassword), undefined);
  await node.says("start ");
  await until("both are in flash", () => inFlash(home, WRONG) > 0 && inFlash(home, NETWORK.psk) > 0);
  await node.says("Trial has not led to the hub");
  await node.says("start ");
  const back = await way(hub, "returned");
  assert.deepEqual([back.to, back.network, back.returns], ["wifi", NETWORK.ssid, true]);
  const { frames } = await shown(hub, "it is heard", (one) => one.connected);
  await shown(hub, "its frames are there", (one) => one.connected && one.frames > frames + 50);
  await until("it says so", () =>
    hub
      .stderr()
      .includes(`the new settings for “${NETWORK.ssid}” could not be used: back to the former ones`),
  );
  assert.doesNotMatch(hub.stderr(), /battery staple|correct horse|[0-9a-f]{64}/);
  await until("the new ones are erased", () => inFlash(home, WRONG) === 0);
  assert.equal(inFlash(home, NETWORK.psk), 1);
  await node.pull();

  const again = home.power(...FAST);
  assert.match(await again.says("start "), /Normal/);
  await shown(hub, "it is there again", (one) => one.connected && (one.uptime ?? 999) < 60);
  assert.equal(await commanded(hub, change({ hub: `localhost:${home.port}` })), undefined);
  await way(hub, "arrived");
  await again.says("the new settings have proved themselves");
  assert.equal(inFlash(home, "127.0.0.1:"), 0, "the former ones are erased");
  assert.equal((await hub.end()).code, 0);
});

test("the power is cut at every write of a trial, of its end and of the way back: the node is heard again", {
  skip,
}, async (t) => {
  const home = await homeOf(t, program);
  const hub = await home.hub();
  // The start is counted; settings and their end of start are kept; the trial is counted, left, and its end is
  // counted; the former settings are kept alone: two erasures around a write.
  const cuts = [2, 3, 4, 5, 6, 7, 8, 9];
  for (const cutAt of cuts) {
    const doomed = home.power(...FAST, "--power-cut-at", String(cutAt));
    await doomed.says("start ");
    await told(hub, wrongPassword);
    await until(`cut at ${cutAt}`, () => doomed.child.exitCode === POWER_CUT);
    const node = home.power(...FAST);
    const { frames } = await shown(hub, "it is known", () => true);
    await shown(hub, `heard after the cut at ${cutAt}`, (one) => one.connected && one.frames > frames + 50);
    await until(`nothing is left after the cut at ${cutAt}`, () => inFlash(home, WRONG) === 0);
    assert.equal(inFlash(home, NETWORK.psk), 1, `cut at ${cutAt}`);
    await node.pull();
  }
  assert.equal((await hub.end()).code, 0);
});

/** Asks until the node has taken it, or has lost its power over it: it may have been heard only just before. */
async function told(hub: Paged, command: PageCommand): Promise<void> {
  for (let attempt = 0; attempt < 40; attempt++) {
    const refusal = await commanded(hub, command);
    if (refusal === undefined || /does not answer/.test(refusal)) return;
    await pause(100);
  }
  assert.fail("it is not told");
}

test("a trial whose power is cut again and again ends all the same", { skip }, async (t) => {
  const home = await homeOf(t, program);
  const hub = await home.hub();
  const first = home.power("--rate", "20");
  await shown(hub, "it is there", heard);
  assert.equal(await commanded(hub, wrongPassword), undefined);
  await first.says("start ");
  await first.says("start ");
  await first.pull();
  for (const _ of ["second", "third"]) {
    const node = home.power("--rate", "20");
    await node.says("start ");
    await pause(500);
    assert.equal((await snapshotOf(hub)).moves[0]?.state, "waiting");
    await node.pull();
  }
  home.power("--rate", "20");
  await way(hub, "returned");
  assert.equal((await hub.end()).code, 0);
});

test("a node told of an access point that comes later finds it, also when the former one is gone by then", {
  skip,
}, async (t) => {
  const home = await homeOf(t, program);
  const hub = await home.hub();
  const node = home.power("--rate", "20");
  await shown(hub, "it is there", heard);
  const network = { ssid: "New Home", password: WRONG };
  assert.equal(await commanded(hub, change({ network })), undefined);
  await node.says("start ");
  await node.says("start ");
  await node.pull();
  const nobody = home.power("--speed", "600", "--rate", "20", "--network", "Neighbour:nothing at all");
  for (const turn of ["Trial", "WentBack", "Trial"])
    await nobody.says(`${turn} has not led to the hub`, 30_000);
  await nobody.pull();
  home.power(...FAST, "--network", `New Home:${WRONG}`);
  const { frames } = await shown(hub, "it is known", () => true);
  await shown(hub, "it is heard over the new one", (one) => one.connected && one.frames > frames + 50);
  await until("the former ones are erased", () => inFlash(home, NETWORK.psk) === 0);
  assert.equal((await hub.end()).code, 0);
});
