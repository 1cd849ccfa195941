import assert from "node:assert/strict";
import { test } from "node:test";
import { PushBudget } from "../../../hub/alert/budget.ts";
import { Feedback } from "../../../hub/alert/feedback.ts";
import { at } from "../../support/farewells.ts";

test("critical always pushes, information never, warnings while the day's budget lasts", () => {
  const budget = new PushBudget(2);
  const hours = (count: number): ReturnType<typeof at> => at(count * 3600);
  assert.equal(budget.tierOf("info", hours(0)), "digest");
  assert.deepEqual(
    [0, 1, 2].map((hour) => budget.tierOf("warning", hours(hour))),
    ["push", "push", "digest"],
  );
  for (let i = 0; i < 20; i++) assert.equal(budget.tierOf("critical", hours(3)), "push");
  assert.equal(budget.tierOf("warning", hours(23.9)), "digest");
  assert.equal(budget.tierOf("warning", hours(24.1)), "push", "the first one is a day ago");
  assert.equal(budget.tierOf("warning", hours(24.2)), "digest");
});

test("pushes before a restart count", () => {
  const budget = new PushBudget(2);
  for (const hour of [3, 1, 2]) budget.restore("warning", "push", at(hour * 3600));
  const lowered = new PushBudget(1);
  for (const hour of [1, 2, 3]) lowered.restore("warning", "push", at(hour * 3600));
  lowered.perDay = 4;
  assert.equal(lowered.spent(at(5 * 3600)), 3, "all of them, whatever the budget was meanwhile");
  budget.restore("critical", "push", at(4 * 3600));
  budget.restore("warning", "digest", at(4 * 3600));
  assert.equal(budget.tierOf("warning", at(5 * 3600)), "digest");
  assert.equal(budget.tierOf("warning", at(26.5 * 3600)), "push", "the one of the second hour is a day ago");
});

test("a changed budget holds at once, and what was pushed under another one counts", () => {
  const budget = new PushBudget(2);
  const tier = (hour: number) => budget.tierOf("warning", at(hour * 3600));
  assert.deepEqual([tier(0), tier(1), tier(2)], ["push", "push", "digest"]);
  budget.perDay = 3;
  assert.deepEqual([tier(3), tier(4)], ["push", "digest"]);
  budget.perDay = 0;
  assert.equal(tier(5), "digest");
  assert.equal(budget.tierOf("critical", at(6 * 3600)), "push", "critical ones need no budget");
  budget.perDay = 3;
  assert.equal(tier(7), "digest", "three were pushed today");
  assert.equal(budget.spent(at(7 * 3600)), 3);
  assert.equal(budget.spent(at(26 * 3600)), 1);
  budget.perDay = 7000;
  assert.equal(budget.perDay, 50);
});

test("what is quiet for good outlives what is quiet for a while, and both are bounded", () => {
  const feedback = new Feedback();
  feedback.quiet("normal", undefined);
  for (let i = 0; i < 5000; i++) feedback.quiet(`snoozed ${i}`, at(100));
  assert.equal(feedback.all().length, 1000);
  assert.equal(feedback.isQuiet("normal", at(1e9)), true);
  assert.equal(feedback.isQuiet("snoozed 4999", at(99)), true);
  assert.equal(feedback.isQuiet("snoozed 4999", at(100)), false);
  const again = new Feedback();
  again.restore(feedback.all());
  assert.equal(again.isQuiet("normal", at(0)), true);
  assert.equal(again.undo("normal"), true);
  assert.equal(again.undo("normal"), false);
});
