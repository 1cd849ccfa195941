import assert from "node:assert/strict";
import { mock, type TestContext, test } from "node:test";
import { nodeIndex } from "../../../../hub/base/units.ts";
import { Replies } from "../../../../hub/edge/care/replies.ts";
import { RESULT } from "../../../../hub/wire/kinds.ts";

const NODE = nodeIndex(3);

function bench(t: TestContext) {
  mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  t.after(() => mock.timers.reset());
  const state = { said: 0, reaches: true };
  const replies = new Replies(() => (state.reaches ? 100 + state.said++ : undefined));
  /** Asks, and keeps what came of it. */
  const ask = () => {
    const outcome = { is: "open" };
    replies.ask(NODE, { kind: "factory_reset" }).then(
      () => {
        outcome.is = "done";
      },
      (error: Error) => {
        outcome.is = error.message;
      },
    );
    return outcome;
  };
  return { state, replies, ask };
}

const settle = () => new Promise((resolve) => setImmediate(resolve));

test("the answer is the node's own, by the number of the command", async (t) => {
  for (const [code, text, words] of [
    [RESULT.done, "restarts", /^done$/],
    [RESULT.badArgument, "the uplink is serial or wifi", /does not take this: the uplink is serial or wifi$/],
    [RESULT.badArgument, "", /does not take this: code 2$/],
    [RESULT.unknownCommand, "", /is a program and takes no settings/],
    [RESULT.storageFailed, "the flash refused", /flash does not keep this: the flash refused: write/],
    [RESULT.notNow, "busy", /cannot do this now: busy: try again/],
  ] as const) {
    const { replies, ask } = bench(t);
    const outcome = ask();
    replies.hear(NODE, { kind: "result", command: 7, code, text });
    replies.hear(nodeIndex(4), { kind: "result", command: 100, code, text });
    await settle();
    assert.equal(outcome.is, "open", "another's answer");
    replies.hear(NODE, { kind: "result", command: 100, code, text });
    await settle();
    assert.match(outcome.is, words);
    mock.timers.reset();
  }
});

test("what is not answered is said again; any of its answers counts", async (t) => {
  const { state, replies, ask } = bench(t);
  const outcome = ask();
  mock.timers.tick(6000);
  assert.equal(state.said, 3);
  replies.hear(NODE, { kind: "result", command: 100, code: RESULT.done, text: "" });
  await settle();
  assert.equal(outcome.is, "done");
  mock.timers.tick(60_000);
  await settle();
  assert.equal(state.said, 3, "said no more once it was answered");
});

test("after ten seconds nobody waits any more", async (t) => {
  const { state, replies, ask } = bench(t);
  state.reaches = false;
  const outcome = ask();
  mock.timers.tick(9999);
  await settle();
  assert.equal(outcome.is, "open");
  mock.timers.tick(1);
  await settle();
  assert.match(outcome.is, /the node does not answer/);
  replies.hear(NODE, { kind: "result", command: 100, code: RESULT.done, text: "" });
  await settle();
  assert.match(outcome.is, /the node does not answer/);
});
