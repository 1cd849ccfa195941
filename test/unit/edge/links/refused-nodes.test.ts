import assert from "node:assert/strict";
import { test } from "node:test";
import { mac } from "../../../../hub/base/units.ts";
import { RefusedNodes, refusedProblems } from "../../../../hub/edge/links/udp/refused.ts";

const KITCHEN = mac(0x0200_0000_0001);
const knock = { nodeId: KITCHEN, address: "192.0.2.7", cause: "wrong_key" } as const;

test("knocks count when there are some, for a while, and no longer than they go on", () => {
  const nodes = new RefusedNodes();
  const after = (...times: number[]) => {
    for (const at of times) nodes.refused(knock, at);
    return nodes.list(times.at(-1) ?? 0).length;
  };
  assert.equal(after(0, 1, 2, 3), 0, "a burst is no node");
  assert.equal(after(6000), 1);
  assert.equal(nodes.list(125_999).length, 1);
  assert.equal(nodes.list(126_000).length, 0, "it has gone");
  assert.equal(after(200_000), 0, "what comes back later begins anew");
  assert.equal(after(203_000, 206_000), 1);
  nodes.accepted(KITCHEN);
  assert.deepEqual(nodes.list(206_000), []);
});

test("however many addresses a stranger makes up, few are kept", () => {
  const nodes = new RefusedNodes();
  for (const at of [0, 3000, 6000]) {
    for (let nth = 0; nth < 5000; nth++) nodes.refused({ ...knock, nodeId: mac(nth) }, at);
    nodes.refused(knock, at);
  }
  assert.ok(nodes.list(6000).length <= 64);
});

test("a refused node is told by its name, with what to do; one that is not paired is not told", () => {
  const [problem, ...others] = refusedProblems([knock], [{ name: "kitchen", mac: KITCHEN }]);
  assert.equal(others.length, 0);
  assert.equal(problem?.id, "node_refused_020000000001");
  assert.match(`${problem?.title} ${problem?.advice}`, /“kitchen”.*new key.*192\.0\.2\.7/);
  assert.deepEqual(refusedProblems([knock], [{ name: "attic", mac: undefined }]), []);
});
