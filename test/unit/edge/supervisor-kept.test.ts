import assert from "node:assert/strict";
import { test } from "node:test";
import { Kept } from "../../../hub/edge/supervisor/kept.ts";

/** An answer whose giver, and whose clock, a test sets. */
function bench() {
  const state = { now: 0, asked: 0, answer: async (): Promise<string | undefined> => undefined };
  const kept = new Kept({
    ask: () => {
      state.asked += 1;
      return state.answer();
    },
    ...{ fresh: 60_000, now: () => state.now, chance: () => 0 },
  });
  return { state, kept };
}

test("what is not answered is asked for again, ever more rarely, and never given up", async () => {
  const { state, kept } = bench();
  const refusals = [async () => undefined, () => Promise.reject(new Error("connect ECONNREFUSED"))];
  for (const wait of [5000, 10_000, 20_000, 40_000, 80_000, 120_000, 120_000]) {
    state.answer = refusals[state.asked % 2] ?? state.answer;
    await kept.look();
    const { asked } = state;
    state.now += wait - 1;
    await kept.look();
    assert.equal(state.asked, asked, `asked before ${wait} ms`);
    state.now += 1;
    assert.equal(kept.value, undefined);
  }
  state.answer = async () => "first";
  await kept.look();
  assert.equal(kept.value, "first");
});

test("an answer is kept while it is fresh, and after that until there is another one", async () => {
  const { state, kept } = bench();
  state.answer = async () => "first";
  await kept.look();
  state.answer = async () => "second";
  state.now = 59_999;
  await kept.look();
  assert.deepEqual([kept.value, state.asked], ["first", 1]);
  state.answer = async () => undefined;
  state.now = 60_000;
  await kept.look();
  assert.deepEqual([kept.value, state.asked], ["first", 2]);
  state.answer = async () => "second";
  state.now = 65_000;
  await kept.look();
  assert.deepEqual([kept.value, state.asked], ["second", 3]);
});

test("what has changed meanwhile is asked for at the next look, also when it changes while being asked", async () => {
  const { state, kept } = bench();
  let give = (_: string): void => undefined;
  state.answer = () =>
    new Promise((resolve) => {
      give = resolve;
    });
  const first = kept.look();
  await kept.look();
  assert.equal(state.asked, 1, "one question at a time");
  kept.expire();
  give("old");
  await first;
  state.answer = async () => "new";
  await kept.look();
  assert.deepEqual([kept.value, state.asked], ["new", 2]);
  kept.expire();
  await kept.look();
  assert.equal(state.asked, 3);
});
