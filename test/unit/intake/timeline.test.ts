import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Timeline } from "../../../hub/intake/clock/timeline.ts";

const HUB = 1_790_000_000_000_000;
const course = (nodeTime: number, hub: number, pace = 1, span = 1e6) => ({
  nodeTime,
  hub,
  slope: pace,
  pace,
  span,
});

test("a correction is worked off within its span and not before", () => {
  const line = new Timeline(0, HUB);
  assert.equal(line.steer(course(1e6, HUB + 1e6 + 400)), 400);
  assert.ok(Math.abs(line.at(1e6) - (HUB + 1e6)) < 1);
  assert.ok(Math.abs(line.at(1.5e6) - (HUB + 1.5e6 + 200)) < 1);
  assert.ok(Math.abs(line.at(2e6) - (HUB + 2e6 + 400)) < 1);
  assert.ok(Math.abs(line.at(9e6) - (HUB + 9e6 + 400)) < 1);
});

test("at most 5 % faster: 100 ms take two seconds", () => {
  const line = new Timeline(0, HUB);
  line.steer(course(0, HUB + 100e3));
  assert.ok(Math.abs(line.peek(1e6) - (HUB + 1.05e6)) < 1);
  assert.ok(Math.abs(line.peek(2e6) - (HUB + 2.1e6)) < 1);
  assert.ok(Math.abs(line.peek(3e6) - (HUB + 3.1e6)) < 1);
});

test("a second behind jumps, a second ahead waits at half speed, a minute ahead steps back", () => {
  const behind = new Timeline(0, HUB);
  behind.steer(course(0, HUB + 2e6));
  assert.equal(behind.peek(1), HUB + 2e6 + 1);
  assert.equal(behind.peek(0), HUB);
  assert.equal(behind.steps, 1);
  const ahead = new Timeline(0, HUB);
  ahead.steer(course(0, HUB - 10e6));
  assert.ok(Math.abs(ahead.peek(10e6) - (HUB + 5e6)) < 1);
  assert.ok(Math.abs(ahead.peek(30e6) - (HUB + 20e6)) < 1);
  assert.equal(ahead.steps, 0);
  const setBack = new Timeline(0, HUB);
  setBack.steer(course(0, HUB - 3600e6));
  assert.equal(setBack.peek(1), HUB - 3600e6 + 1);
  assert.equal(setBack.steps, 1);
});

const steering = fc.array(
  fc.record({
    after: fc.integer({ min: 0, max: 3_000_000 }),
    off: fc.integer({ min: -2_000_000, max: 900_000 }),
    ppm: fc.integer({ min: -40, max: 40 }),
    read: fc.integer({ min: 0, max: 5_000_000 }),
  }),
  { minLength: 1, maxLength: 120 },
);

test("what was given out stays, whatever is learned later; and time does not run backwards", () => {
  fc.assert(
    fc.property(steering, (steers) => {
      const line = new Timeline(0, HUB);
      const given: { node: number; hub: number }[] = [];
      let node = 0;
      for (const { after, off, ppm, read } of steers) {
        node += after;
        line.steer(course(node, HUB + node + off, 1 + ppm * 1e-6));
        given.push({ node: node + read, hub: line.at(node + read) });
      }
      // A line remembers 64 corrections: 128 pieces.
      for (const { node: time, hub } of given.slice(-60)) assert.ok(Math.abs(line.peek(time) - hub) < 0.5);
      const inOrder = given.slice(-60).sort((left, right) => left.node - right.node);
      for (let i = 1; i < inOrder.length; i++) {
        assert.ok((inOrder[i]?.hub ?? 0) >= (inOrder[i - 1]?.hub ?? 0) - 0.5);
      }
    }),
    { numRuns: 200 },
  );
});

test("rewriting a column gives what asking one by one gives", () => {
  fc.assert(
    fc.property(
      steering,
      fc.array(fc.integer({ min: 0, max: 4_000_000 }), { maxLength: 50 }),
      (steers, gaps) => {
        const line = new Timeline(0, HUB);
        let node = 0;
        for (const { after, off } of steers) {
          node += after;
          line.steer(course(node, HUB + node + off));
        }
        let time = node - 20e6;
        const times = Float64Array.from(gaps, (gap) => (time += gap));
        const single = Array.from(times, (value) => line.peek(value));
        line.rewrite(times, times.length);
        for (let i = 0; i < times.length; i++) assert.ok(Math.abs((times[i] ?? 0) - (single[i] ?? 0)) < 0.6);
      },
    ),
    { numRuns: 200 },
  );
});
