import assert from "node:assert/strict";
import { test } from "node:test";
import { createNodeSilent, type NodeHearing } from "../../../hub/detect/node-silent.ts";
import { at } from "../../support/farewells.ts";
import { PlainHouse } from "../../support/plain-house.ts";

const house = new PlainHouse();

function silentAt(seconds: number, nodes: readonly NodeHearing[]): unknown[] {
  return createNodeSilent(() => nodes)
    .tick(at(seconds), house)
    .map((finding) => [finding.subject, finding.since]);
}

test("a node is silent two minutes after its last message", () => {
  const nodes = [
    { name: "hall", lastHeard: at(0) },
    { name: "attic", lastHeard: at(100) },
  ];
  assert.deepEqual(silentAt(119, nodes), []);
  assert.deepEqual(silentAt(120, nodes), [[{ kind: "node", node: "hall" }, at(0)]]);
});

test("a node that was never heard is not missed", () => {
  assert.deepEqual(silentAt(1000, [{ name: "new", lastHeard: undefined }]), []);
});

test("one silent node is a node, all of several are the hub's blindness", () => {
  assert.deepEqual(silentAt(500, [{ name: "hall", lastHeard: at(0) }]), [
    [{ kind: "node", node: "hall" }, at(0)],
  ]);
  const both = [
    { name: "hall", lastHeard: at(0) },
    { name: "attic", lastHeard: at(10) },
    { name: "new", lastHeard: undefined },
  ];
  assert.deepEqual(silentAt(500, both), [[{ kind: "air" }, at(10)]]);
});
