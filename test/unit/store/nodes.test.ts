import assert from "node:assert/strict";
import { test } from "node:test";
import { sameBytes } from "../../../hub/base/bytes.ts";
import { at } from "../../support/farewells.ts";
import { testMac } from "../../support/plain-house.ts";
import { incidentOf, storeIn, temporaryFolder } from "./folders.ts";

const key = (first: number): Uint8Array => new Uint8Array(32).fill(first);
const hall = testMac(1);
const bootOf = (first: number, bootId: number) => ({ nodeId: hall, nodeKey: key(first), bootId });

test("a node is added, listed, found by address and removed", () => {
  const { nodes } = storeIn(undefined);
  nodes.add({ name: "hall", key: key(1), mac: hall, addedAt: at(0) });
  nodes.add({ name: "attic", key: key(2), addedAt: at(1) });
  assert.deepEqual(nodes.keyOf(hall), key(1));
  assert.equal(nodes.keyOf(testMac(2)), undefined);
  assert.deepEqual(
    nodes.list().map((node) => [node.name, node.mac]),
    [
      ["hall", hall],
      ["attic", undefined],
    ],
  );
  assert.equal(nodes.remove("hall"), true);
  assert.equal(nodes.remove("hall"), false);
  assert.equal(nodes.keyOf(hall), undefined);
});

test("a name or an address that has a key is refused with the way out", () => {
  const { nodes } = storeIn(undefined);
  nodes.add({ name: "hall", key: key(1), mac: hall, addedAt: at(0) });
  for (const node of [{ name: "hall" }, { name: "other", mac: hall }]) {
    assert.throws(() => nodes.add({ ...node, key: key(3), addedAt: at(0) }), {
      name: "StoreFailure",
      problem: "taken",
      message: /airwarden node remove hall/,
    });
  }
});

test("a key without address belongs to the node that proves it, once", () => {
  const { nodes } = storeIn(undefined);
  nodes.add({ name: "one", key: key(1), addedAt: at(0) });
  nodes.add({ name: "two", key: key(2), addedAt: at(1) });
  const opens = (wanted: Uint8Array) => (tried: Uint8Array) => sameBytes(tried, wanted);
  assert.equal(nodes.adopt(hall, opens(key(9))), undefined);
  assert.deepEqual(nodes.adopt(hall, opens(key(2))), key(2));
  assert.equal(nodes.list()[1]?.mac, hall);
  assert.equal(nodes.adopt(hall, opens(key(1))), undefined, "it has a key");
  assert.equal(nodes.adopt(testMac(2), opens(key(2))), undefined, "that one is taken");
});

test("what another program adds or removes is seen at once", (context) => {
  const folder = temporaryFolder(context);
  const hub = storeIn(folder);
  const command = storeIn(folder);
  command.nodes.add({ name: "hall", key: key(1), mac: hall, addedAt: at(0) });
  assert.deepEqual(hub.nodes.keyOf(hall), key(1));
  command.nodes.remove("hall");
  assert.equal(hub.nodes.keyOf(hall), undefined);
  command.close();
  hub.close();
});

test("boot floors only rise and outlive the hub", (context) => {
  const folder = temporaryFolder(context);
  const store = storeIn(folder);
  store.nodes.add({ name: "hall", key: key(1), mac: hall, addedAt: at(0) });
  assert.equal(store.nodes.bootFloorOf(hall, key(1)), 0);
  store.nodes.booted(bootOf(1, 7));
  store.nodes.booted(bootOf(1, 5));
  assert.equal(store.nodes.bootFloorOf(hall, key(1)), 7);
  store.nodes.heard(hall, at(60));
  store.close();
  const again = storeIn(folder);
  context.after(() => again.close());
  assert.equal(again.nodes.bootFloorOf(hall, key(1)), 7);
  assert.equal(again.nodes.list()[0]?.lastHeard, at(60));
});

test("a new key, from here or from another program, begins at no floor and counter; the old one is worth nothing", (context) => {
  const folder = temporaryFolder(context);
  const hub = storeIn(folder);
  const command = storeIn(folder);
  context.after(() => {
    command.close();
    hub.close();
  });
  hub.nodes.add({ name: "hall", key: key(1), mac: hall, addedAt: at(0) });
  for (const [number, program] of [command, hub].entries()) {
    const [before, next] = [number + 1, number + 2];
    hub.nodes.booted(bootOf(before, 70));
    hub.nodes.reserveCounters(bootOf(before, 70), 256);
    program.nodes.remove("hall");
    program.nodes.add({ name: "hall", key: key(next), mac: hall, addedAt: at(1) });
    assert.equal(hub.nodes.bootFloorOf(hall, key(next)), 0);
    assert.equal(hub.nodes.bootFloorOf(hall, key(before)), Number.POSITIVE_INFINITY);
    // What was still on its way under the old key changes nothing of the new one.
    hub.nodes.booted(bootOf(before, 99));
    hub.nodes.reserveCounters(bootOf(before, 70), 256);
    assert.equal(hub.nodes.bootFloorOf(hall, key(next)), 0);
    assert.equal(hub.nodes.reserveCounters(bootOf(next, 70), 256), 0);
    hub.nodes.booted(bootOf(next, 3));
    assert.equal(hub.nodes.bootFloorOf(hall, key(next)), 3);
    assert.equal(command.nodes.list()[0]?.bootFloor, 3);
  }
});

test("the same key keeps its floor, also where the node was removed and added with it", () => {
  const { nodes } = storeIn(undefined);
  nodes.add({ name: "hall", key: key(1), mac: hall, addedAt: at(0) });
  nodes.booted(bootOf(1, 7));
  nodes.remove("hall");
  nodes.add({ name: "attic", key: key(1), mac: hall, addedAt: at(1) });
  assert.equal(nodes.bootFloorOf(hall, key(1)), 7);
});

test("no counter of a boot is given twice, also by a hub that was killed", (context) => {
  const folder = temporaryFolder(context);
  const given = new Set<number>();
  const reserve = (store: ReturnType<typeof storeIn>): void => {
    const first = store.nodes.reserveCounters(bootOf(1, 3), 256);
    for (let i = first; i < first + 256; i++) {
      assert.ok(!given.has(i), `counter ${i} again`);
      given.add(i);
    }
  };
  const first = storeIn(folder);
  first.nodes.add({ name: "hall", key: key(1), mac: hall, addedAt: at(0) });
  for (let i = 0; i < 5; i++) reserve(first);
  // Not closed: what it has given must be on the disk already.
  const second = storeIn(folder);
  for (let i = 0; i < 5; i++) reserve(second);
  second.close();
  const third = storeIn(folder);
  reserve(third);
  assert.equal(third.nodes.reserveCounters(bootOf(1, 4), 256), 0, "a new boot counts anew");
  third.close();
  first.close();
});

test("while the disk is full, floors and counters go on, but only as far as is safe", (context) => {
  const folder = temporaryFolder(context);
  const store = storeIn(folder);
  context.after(() => store.close());
  store.nodes.add({ name: "hall", key: key(1), mac: hall, addedAt: at(0) });
  const boot = bootOf(1, 1);
  const first = store.nodes.reserveCounters(boot, 256);
  const full = (): never => {
    throw Object.assign(new Error("full"), { errcode: 13 });
  };
  // Rows of fixed size still fit into a full file: the disk itself has to refuse.
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite");
  const statement = Object.getPrototypeOf(new DatabaseSync(":memory:").prepare("SELECT 1"));
  const { run } = statement;
  statement.run = full;
  try {
    store.nodes.booted(bootOf(1, 9));
    assert.equal(store.nodes.bootFloorOf(hall, key(1)), 9);
    assert.equal(store.nodes.reserveCounters(boot, 256), first + 256);
    assert.equal(store.trouble?.problem, "full");
    assert.equal(store.saveIncident(incidentOf(1)), false);
    assert.equal(store.flush(), false);
    const restarted = storeIn(folder);
    const next = restarted.nodes.reserveCounters(boot, 256);
    assert.ok(next >= first + 512, "a hub killed now does not give unsaved counters again");
    restarted.close();
    const endless = (): void => {
      for (let i = 0; i < 1000; i++) store.nodes.reserveCounters(boot, 256);
    };
    assert.throws(endless, { name: "StoreFailure", problem: "full" });
  } finally {
    statement.run = run;
  }
  assert.equal(store.flush(), true, "there is space again");
  assert.equal(store.trouble, undefined);
  assert.equal(store.nodes.list()[0]?.bootFloor, 9);
  assert.equal(store.incidents().length, 1);
});
