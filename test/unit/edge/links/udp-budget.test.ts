import assert from "node:assert/strict";
import { test } from "node:test";
import { RefusalBudget } from "../../../../hub/edge/links/udp/budget.ts";

/** How many of `tries` refusals at one moment are looked at. */
function spend(budget: RefusalBudget, address: string, now: number, tries: number): number {
  let looked = 0;
  for (let i = 0; i < tries; i++) {
    if (!budget.allows(address, now)) continue;
    looked += 1;
    budget.refused(address, now);
  }
  return looked;
}

test("a stranger is looked at a hundred times a second, then again in the next", () => {
  const budget = new RefusalBudget();
  assert.equal(spend(budget, "10.0.0.1", 0, 1000), 100);
  assert.equal(spend(budget, "10.0.0.1", 999, 1000), 0);
  assert.equal(spend(budget, "10.0.0.1", 1000, 1000), 100);
});

test("one flooder does not cost another source its turn", () => {
  const budget = new RefusalBudget();
  spend(budget, "10.0.0.1", 0, 1000);
  assert.equal(budget.allows("10.0.0.2", 0), true);
});

test("a source that was heard is heard through a flood in its name, for a minute", () => {
  const budget = new RefusalBudget();
  budget.accepted("10.0.0.1", 0);
  assert.equal(spend(budget, "10.0.0.1", 0, 5000), 2000);
  assert.equal(spend(budget, "10.0.0.1", 60_000, 5000), 100);
});

test("a million sources are not remembered, and each gets its hundred", () => {
  const budget = new RefusalBudget();
  for (let i = 0; i < 1_000_000; i++) budget.refused(`source ${i}`, 0);
  assert.equal(spend(budget, "source 1", 0, 1000), 100);
});
