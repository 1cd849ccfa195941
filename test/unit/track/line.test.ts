import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { micros } from "../../../hub/base/units.ts";
import { SequenceLine } from "../../../hub/track/count/line.ts";

const at = (seconds: number): ReturnType<typeof micros> => micros(seconds * 1e6);

function heardLine(numbers: readonly number[], step = 0.01): SequenceLine {
  const line = new SequenceLine();
  numbers.forEach((number, i) => {
    line.see(number & 4095, at(i * step));
    line.hear(number & 4095, false);
  });
  return line;
}

/** The numbers that steps lead to from `start`, it included. */
function sum(start: number, steps: readonly number[]): number[] {
  const numbers = [start];
  for (const step of steps) numbers.push((numbers.at(-1) ?? 0) + step);
  return numbers;
}

test("what was sent between two numbers counts, over any number of turns", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 4095 }),
      fc.array(fc.integer({ min: 1, max: 256 }), { minLength: 1, maxLength: 300 }),
      (start, steps) => {
        const numbers = sum(start, steps);
        const line = heardLine(numbers);
        assert.equal(line.progress, (numbers.at(-1) ?? 0) - start + 1);
        assert.equal(line.heard, numbers.length);
        assert.equal(line.refused + line.resets, 0);
      },
    ),
  );
});

test("larger gaps up to half a turn count as soon as a second number goes on from there", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 2000 }), fc.integer({ min: 1, max: 40 })), {
        minLength: 1,
        maxLength: 60,
      }),
      (gaps) => {
        const numbers = sum(7, gaps.flat());
        assert.equal(heardLine(numbers).progress, (numbers.at(-1) ?? 0) - 7 + 1);
      },
    ),
  );
});

test("one damaged number among good ones counts nothing", () => {
  fc.assert(
    fc.property(fc.integer({ min: 300, max: 3700 }), fc.integer({ min: 2, max: 40 }), (offset, place) => {
      const good = Array.from({ length: 60 }, (_, i) => 100 + 3 * i);
      const numbers = good.flatMap((number, i) => (i === place ? [number, number + offset] : [number]));
      const line = new SequenceLine();
      numbers.forEach((number, i) => {
        line.see(number & 4095, at(i * 0.01));
      });
      assert.equal(line.progress, 3 * 59 + 1);
    }),
  );
});

test("retries, fragments and late reports are heard once and move nothing", () => {
  const line = heardLine([10, 11, 12]);
  assert.equal(line.hear(12, true), false);
  assert.equal(line.hear(11, true), false);
  assert.equal(line.hear(12, false), false);
  assert.equal(line.hear(9, true), true);
  assert.equal(line.hear(9, true), false);
  line.see(11, at(1));
  line.see(3000, at(0));
  assert.equal(line.heard, 4);
  assert.equal(line.progress, 4);
});

test("every number of a window heard in any order is heard once", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray(Array.from({ length: 60 }, (_, i) => i)), (numbers) => {
      const line = new SequenceLine();
      const twice = [...numbers, ...numbers];
      const fresh = twice.filter((number) => line.hear((4080 + number) & 4095, true));
      assert.equal(fresh.length, numbers.length);
      assert.equal(line.heard, numbers.length);
    }),
  );
});

test("numbers that begin anew elsewhere are a reset, not thousands of frames", () => {
  const line = heardLine([2000, 2001, 2002]);
  line.see(0, at(20));
  line.see(1, at(21));
  assert.equal(line.resets, 1);
  assert.equal(line.progress, 3 + 2);
});

test("a gap of more than half a turn in a busy flow is refused and makes the count uncertain", () => {
  const line = heardLine(Array.from({ length: 400 }, (_, i) => i * 5));
  assert.equal(line.variance, 0);
  const before = line.progress;
  line.see((399 * 5 + 3000) & 4095, at(10));
  line.see((399 * 5 + 3005) & 4095, at(10.01));
  assert.equal(line.refused, 1);
  assert.equal(line.progress, before + 1 + 5);
  assert.ok(Math.sqrt(line.variance) >= 2000, `${line.variance}`);
});

test("ACKs tell whole turns", () => {
  const line = heardLine([100, 110, 120]);
  line.see(130, at(30), 1, 8_250);
  assert.equal(line.progress, 31 + 2 * 4096);
  assert.ok(line.variance > 0);
});

test("a long silence in a flow that was fast leaves the count uncertain", () => {
  const line = heardLine(Array.from({ length: 400 }, (_, i) => i * 5));
  line.see(400 * 5, at(14));
  assert.equal(line.progress, 400 * 5 + 1);
  assert.ok(line.variance > 1000 ** 2);
});

test("after an association the numbers begin anew without a gap", () => {
  const line = heardLine([3000, 3001]);
  line.restart();
  line.see(40, at(5));
  line.see(42, at(6));
  assert.equal(line.progress, 2 + 3);
});

test("any numbers at any times: never below what was heard, never falling, always finite", () => {
  const step = fc.record({
    number: fc.integer({ min: 0, max: 4095 }),
    time: fc.integer({ min: 0, max: 1_000 }),
    retry: fc.boolean(),
    answered: fc.nat({ max: 100_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
      const line = new SequenceLine();
      let last = 0;
      for (const { number, time, retry, answered } of steps) {
        line.see(number, at(time), 1, answered);
        line.hear(number, retry);
        assert.ok(line.progress >= line.heard);
        assert.ok(line.progress >= last);
        assert.ok(Number.isFinite(line.progress) && Number.isFinite(line.variance));
        last = line.progress;
      }
    }),
  );
});
