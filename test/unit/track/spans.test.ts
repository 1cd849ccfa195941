import assert from "node:assert/strict";
import { test } from "node:test";
import { array, assert as check, constantFrom, integer, property, record } from "fast-check";
import { Spans } from "../../../hub/track/count/spans.ts";

interface Span {
  readonly from: number;
  readonly until: number;
  readonly amount: number;
  readonly node: number;
}

const START = 1_790_000_000_000_000;
/** Spans that `Spans` remembers. */
const REMEMBERED = 256;

const span = record({
  /** Nodes deliver a batch apart: now and then time steps back. */
  step: integer({ min: -30_000, max: 40_000 }),
  length: integer({ min: 1, max: 10_000 }),
  amount: integer({ min: 1, max: 5_000 }),
  node: constantFrom(0, 1, 2),
});

test("spans elsewhere are what a list of the latest 256 says, however far apart", () => {
  const plan = record({
    spans: array(span, { maxLength: 700, size: "max" }),
    /** Widths of the questions, µs. */
    width: constantFrom(0, 1, 500, 10_000, 40_000, 600_000, 6_000_000),
    apart: constantFrom(1, 20),
  });
  check(
    property(plan, ({ spans, width, apart }) => {
      const told = new Spans();
      const list: Span[] = [];
      let time = START;
      for (const { step, length, amount, node } of spans) {
        time += step * apart;
        told.push(time, time + length, amount, node);
        list.push({ from: time, until: time + length, amount, node });
        const [from, until] = [time - width / 2, time + width / 2];
        const expected = list
          .slice(-REMEMBERED)
          .filter((one) => one.from >= from && one.from < until && one.node !== node)
          .reduce((sum, one) => sum + one.amount, 0);
        assert.equal(told.elsewhere(from, until, node), expected);
        assert.equal(told.latest, Math.max(...list.map((one) => one.until)));
      }
    }),
    { numRuns: 60 },
  );
});

test("what is taken from a span is gone, and no more than it had", () => {
  const spans = new Spans();
  spans.push(START, START + 1000, 700, 0);
  assert.equal(spans.take(START - 1, 100), 0);
  assert.equal(spans.take(START, 500), 500);
  assert.equal(spans.elsewhere(START, START + 1, 1), 200);
  assert.equal(spans.take(START + 999, 500), 200);
  assert.equal(spans.take(START + 1000, 500), 0);
  assert.equal(spans.elsewhere(START, START + 1, 0), 0);
});
