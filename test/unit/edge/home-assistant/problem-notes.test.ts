import assert from "node:assert/strict";
import { test } from "node:test";
import { ProblemNotes } from "../../../../hub/edge/home-assistant/problem-notes.ts";

const problem = (id: string) => ({ id, title: `Title of ${id}`, advice: `Advice on ${id}.` });

function notes(told: readonly string[] = []) {
  const said: string[] = [];
  let kept: readonly string[] = told;
  const own = new ProblemNotes({
    told,
    notify: (id, note) => said.push(note === undefined ? `-${id}` : `+${id}: ${note.title} ${note.message}`),
    changed: (ids) => {
      kept = ids;
    },
  });
  const show = (ids: readonly string[], sure = true): string[] => {
    own.show(ids.map(problem), sure);
    return said.splice(0);
  };
  return { show, kept: () => kept };
}

test("a problem is told once, and taken back when it is over", () => {
  const { show, kept } = notes();
  assert.deepEqual(show(["no_node"]), ["+problem_no_node: Airwarden: Title of no_node Advice on no_node."]);
  assert.deepEqual(show(["no_node"]), []);
  assert.deepEqual(kept(), ["no_node"]);
  assert.equal(show(["no_node", "store"]).length, 1);
  assert.deepEqual(show(["store"]), ["-problem_no_node"]);
  assert.deepEqual(show([]), ["-problem_store"]);
  assert.deepEqual(kept(), []);
  assert.equal(show(["no_node"]).length, 1, "when it comes back, it is told again");
});

test("what an earlier run told is not told again, and taken back once it is sure to be over", () => {
  const { show, kept } = notes(["no_broker", "store"]);
  assert.deepEqual(show([], false), []);
  assert.deepEqual(show(["no_broker"], false), []);
  assert.deepEqual(show(["no_broker"], true), ["-problem_store"]);
  assert.deepEqual(kept(), ["no_broker"]);
});
