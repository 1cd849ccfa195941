import assert from "node:assert/strict";
import { test } from "node:test";
import { micros, nodeIndex, SECOND } from "../../../hub/base/units.ts";
import { TimeRequests } from "../../../hub/intake/time-requests.ts";

const NODE = nodeIndex(3);
const at = (seconds: number) => micros(seconds * SECOND);

test("a node is asked each second at first, then every twenty; anew once it has started anew", () => {
  const requests = new TimeRequests();
  const asked: number[] = [];
  for (let second = 0; second < 60; second += 1) {
    if (second === 50) requests.began(NODE);
    if (!requests.isDue(NODE, at(second))) continue;
    requests.ask(NODE, at(second));
    asked.push(second);
  }
  assert.deepEqual(asked, [0, 1, 2, 3, 4, 5, 6, 7, 27, 47, 50, 51, 52, 53, 54, 55, 56, 57]);
});

test("only the reply to the last request counts, of the node that was asked", () => {
  const requests = new TimeRequests();
  const first = requests.ask(NODE, at(1));
  const second = requests.ask(NODE, at(2));
  assert.equal(requests.requestedAt(NODE, first), undefined);
  assert.equal(requests.requestedAt(NODE, second), at(2));
  assert.equal(requests.requestedAt(nodeIndex(4), second), undefined);
  requests.forget(NODE);
  assert.equal(requests.requestedAt(NODE, second), undefined);
  assert.ok(requests.isDue(NODE, at(2)));
});
