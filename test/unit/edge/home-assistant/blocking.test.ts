import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { CallError } from "../../../../hub/edge/home-assistant/assistant.ts";
import { Blocking, type BlockingHouse } from "../../../../hub/edge/home-assistant/block/blocking.ts";
import { blockEntitiesOf } from "../../../../hub/edge/home-assistant/block/entities.ts";
import type { CallView, GuardedView } from "../../../../hub/expose/snapshot/block.ts";
import type { BlockCommand } from "../../../../hub/expose/snapshot/command.ts";
import type { ShownEntity } from "../../../../hub/expose/view/block.ts";
import { at } from "../../../support/farewells.ts";
import { testMac } from "../../../support/plain-house.ts";
import { folderFor } from "../../../support/program.ts";
import { storeIn } from "../../store/folders.ts";

const CAMERA = "02:00:00:00:00:01";
const ROUTER = "02:00:00:00:00:09";
const script: CallView = { entity: "script.block", turn: "on" };
const undo: CallView = { entity: "script.unblock", turn: "on" };
const off: CallView = { entity: "switch.camera", turn: "off" };
const on: CallView = { entity: "switch.camera", turn: "on" };

const block = (mac = CAMERA, despite = false): BlockCommand => ({
  ...{ command: "block_device", mac, incident: null, despite },
});
const choose = (call: CallView | null, back: CallView | null, mac: string | null = null): BlockCommand => ({
  ...{ command: "choose_block", mac, block: call, unblock: back },
});
const unblock: BlockCommand = { command: "unblock_device", mac: CAMERA };

/** Blocking on a real store; Home Assistant is what the test says. */
function desk(t: TestContext, folder = folderFor(t), patienceMs = 5000) {
  const store = storeIn(folder);
  const said = {
    ...{ turned: [] as string[], wanted: [] as string[], problem: undefined as string | undefined },
    entities: new Map<string, ShownEntity>(),
    turn: async (): Promise<void> => undefined,
    comes: true,
  };
  const shown = (state: string): ShownEntity => ({ name: "Shown", state });
  for (const id of [script.entity, undo.entity]) said.entities.set(id, shown("off"));
  said.entities.set(off.entity, shown("on"));
  const house: BlockingHouse = {
    whyNot: () => said.problem,
    entity: (id) => said.entities.get(id),
    want: (ids) => {
      said.wanted = [...ids].sort();
    },
    turn: async (call, { name, incident }) => {
      said.turned.push(`${call.entity} ${call.turn} ${name} ${incident ?? "-"}`);
      await said.turn();
      if (said.comes) said.entities.set(call.entity, shown(call.turn));
    },
    until: async (id, state) => said.entities.get(id)?.state === state,
  };
  const guarded: GuardedView[] = [{ mac: ROUTER, why: "gateway" }];
  const blocking = new Blocking({
    ...{ store, now: () => at(7), nameOf: () => "Camera", guarded: () => guarded, house, patienceMs },
    ...{ changed: () => undefined, onNotice: () => undefined },
  });
  const ask = (command: BlockCommand, by = "Ada") => blocking.perform(command, by);
  const outcomes = () => blocking.view().runs.map(({ change, outcome }) => `${change} ${outcome}`);
  return { blocking, said, ask, outcomes, store, shown, folder };
}

test("nothing is blocked before somebody has chosen how; then what was chosen is called and logged", async (t) => {
  const { said, ask, blocking, store } = desk(t);
  t.after(() => store.close());
  assert.match((await ask(block())) ?? "", /choose in the settings/);
  assert.equal(blocking.canBlock(testMac(1)), false);
  await ask(choose(script, undo));
  assert.equal(blocking.canBlock(testMac(1)), true);
  assert.deepEqual(said.wanted, ["script.block", "script.unblock"]);
  const alert = { ...block(), incident: "unknown_device.x" } as BlockCommand;
  assert.equal(await ask(alert), undefined);
  assert.deepEqual(said.turned, ["script.block on Camera unknown_device.x"]);
  const { blocked, runs } = blocking.view();
  assert.deepEqual(blocked, [{ mac: CAMERA, since: at(7) / 1e6, by: "Ada", undo }]);
  assert.deepEqual([runs[0]?.by, runs[0]?.outcome, runs[0]?.called], ["Ada", "done", script]);
  assert.equal(await ask(unblock, "Bob"), undefined);
  assert.deepEqual(said.turned.slice(1), ["script.unblock on Camera unknown_device.x"]);
  assert.deepEqual(blocking.view().blocked, []);
  assert.match((await ask(unblock)) ?? "", /is not blocked/);
});

test("a device that others need is blocked after a second warning only", async (t) => {
  const { ask, said, store, blocking } = desk(t);
  t.after(() => store.close());
  await ask(choose(script, null));
  assert.match((await ask(block(ROUTER))) ?? "", /the way out of your network/);
  assert.equal(blocking.canBlock(testMac(9)), false);
  assert.deepEqual(said.turned, []);
  assert.equal(await ask(block(ROUTER, true)), undefined);
  assert.equal(said.turned.length, 1);
});

test("what stands in the way is said in words, and nothing is called", async (t) => {
  const { ask, said, store, shown, outcomes } = desk(t);
  t.after(() => store.close());
  await ask(choose(off, on));
  said.problem = "Home Assistant is not connected just now";
  assert.equal(await ask(block()), said.problem);
  said.problem = undefined;
  said.entities.set(off.entity, shown("unavailable"));
  assert.match((await ask(block())) ?? "", /switch\.camera is unavailable/);
  said.entities.delete(off.entity);
  assert.match((await ask(block())) ?? "", /has no switch\.camera/);
  assert.deepEqual([said.turned, outcomes()], [[], []]);
});

test("a call that fails, or changes nothing, is a failure with its reason", async (t) => {
  const { ask, said, store, outcomes, blocking, shown } = desk(t);
  t.after(() => store.close());
  await ask(choose(off, on));
  said.turn = async () => {
    throw new Error("the router does not answer");
  };
  assert.equal(await ask(block()), "the router does not answer");
  said.turn = async () => undefined;
  said.comes = false;
  assert.match((await ask(block())) ?? "", /took the call, but switch\.camera is not off/);
  said.turn = async () => {
    throw new CallError({ type: "result", success: false, error: { code: 3, message: "Connection lost" } });
  };
  assert.match((await ask(block())) ?? "", /connection was lost/);
  assert.deepEqual(outcomes(), ["block unknown", "block failed", "block failed"]);
  assert.equal(blocking.view().blocked.length, 0, "as the switch says");
  said.turn = async () => undefined;
  assert.deepEqual(blocking.view().blocked, []);
  said.comes = true;
  assert.equal(await ask(block()), undefined);
  assert.equal(blocking.view().blocked.length, 1);
  said.entities.set(off.entity, shown("on"));
  assert.deepEqual(blocking.view().blocked, [], "somebody turned the switch back elsewhere");
});

test("a call that takes long goes on, is not begun twice, and its end is logged", async (t) => {
  const { ask, said, store, outcomes } = desk(t, folderFor(t), 10);
  t.after(() => store.close());
  await ask(choose(script, null));
  const { promise, reject } = Promise.withResolvers<void>();
  said.turn = () => promise;
  assert.equal(await ask(block()), undefined);
  assert.deepEqual(outcomes(), ["block running"]);
  assert.match((await ask(block())) ?? "", /being done already/);
  reject(new Error("no"));
  await promise.catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(outcomes(), ["block failed"]);
});

test("choices and log are there after a restart; what was under way then is not known", async (t) => {
  const { ask, said, store, folder } = desk(t, folderFor(t), 10);
  await ask(choose(script, null));
  await ask(choose(off, on, CAMERA));
  await ask({ ...block(), mac: "02:00:00:00:00:02" } as BlockCommand);
  said.turn = () => new Promise(() => undefined);
  await ask(block());
  store.close();
  const again = desk(t, folder);
  t.after(() => again.store.close());
  assert.deepEqual(again.outcomes(), ["block unknown", "block done"]);
  const { rules, blocked } = again.blocking.view();
  assert.deepEqual(
    rules.map(({ mac, block, unblock }) => [mac, block, unblock]),
    [
      [null, script, null],
      [CAMERA, off, on],
    ],
  );
  assert.equal(blocked.length, 1);
  assert.match((await again.ask({ ...unblock, mac: "02:00:00:00:00:02" })) ?? "", /nothing is chosen/);
  assert.equal(await again.ask({ command: "forget_block", mac: "02:00:00:00:00:02" }), undefined);
  assert.equal(again.outcomes()[0], "forget done");
  assert.deepEqual(again.blocking.view().blocked, []);
});

test("only what can be turned is offered, scripts first", () => {
  const entities = [
    { id: "switch.b", name: "Boiler" },
    { id: "light.x", name: "Lamp" },
    { id: "switch.a", name: "Aerial" },
    { id: "script.z", name: "script.z" },
    { id: "script.y", name: "Block" },
  ];
  assert.deepEqual(
    blockEntitiesOf(entities, (id) => (id === "switch.b" ? CAMERA : undefined)),
    [
      { id: "script.y", name: "Block", mac: null },
      { id: "script.z", name: "script.z", mac: null },
      { id: "switch.a", name: "Aerial", mac: null },
      { id: "switch.b", name: "Boiler", mac: CAMERA },
    ],
  );
});
