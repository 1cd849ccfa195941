import assert from "node:assert/strict";
import { test } from "node:test";
import { array, assert as check, double, integer, property } from "fast-check";
import { medianOf } from "../../../hub/intake/clock/median.ts";

const sortedMedian = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[half - 1] ?? 0)) / 2;
};

test("the median is that of the sorted values, also where many are equal", () => {
  const value = [double({ noNaN: true, noDefaultInfinity: true }), integer({ min: -3, max: 3 })];
  for (const kind of value) {
    check(
      property(array(kind, { minLength: 1, maxLength: 128, size: "max" }), (values) => {
        const room = Float64Array.from([...values, -1e300, 1e300]);
        assert.equal(medianOf(room, values.length) + 0, sortedMedian(values) + 0);
      }),
    );
  }
});

test("values that are no numbers do not keep it from ending", () => {
  check(
    property(array(double(), { minLength: 1, maxLength: 128, size: "max" }), (values) => {
      medianOf(Float64Array.from(values), values.length);
    }),
  );
});
