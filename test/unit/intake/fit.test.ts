import assert from "node:assert/strict";
import { test } from "node:test";
import { errorAt, inverseAt, type Line, LineFitter, valueAt } from "../../../hub/intake/clock/fit.ts";
import { Dice } from "../../support/air/dice.ts";

const EPOCH = 1_790_000_000_000_000;

function points(count: number, of: (i: number) => { x: number; y: number }) {
  const xs = new Float64Array(64);
  const ys = new Float64Array(64);
  for (let i = 0; i < count; i++) {
    const { x, y } = of(i);
    xs[i] = x;
    ys[i] = y;
  }
  return { xs, ys };
}

function fitted(count: number, of: (i: number) => { x: number; y: number }): Line {
  const { xs, ys } = points(count, of);
  const line = new LineFitter(64).fit(xs, ys, count);
  assert.ok(line);
  return line;
}

test("a clock 40 ppm fast is found to a fraction of a µs, at Unix times in µs", () => {
  const line = fitted(30, (i) => ({ x: i * 1e6, y: EPOCH + i * 1e6 * (1 + 40e-6) }));
  assert.ok(Math.abs(line.slope - (1 + 40e-6)) < 1e-9);
  assert.ok(Math.abs(valueAt(line, 60e6) - (EPOCH + 60e6 * (1 + 40e-6))) < 1);
  assert.ok(Math.abs(inverseAt(line, valueAt(line, 45e6)) - 45e6) < 1);
  assert.equal(line.count, 30);
});

test("a third of wild points changes nothing", () => {
  const dice = new Dice(1);
  const truth = (x: number): number => EPOCH + 5 + x * (1 - 12e-6);
  const line = fitted(45, (i) => ({
    x: i * 1e6,
    y: truth(i * 1e6) + (i % 3 === 1 ? 1e4 * dice.next() : dice.normal()),
  }));
  assert.ok(Math.abs(valueAt(line, 22e6) - truth(22e6)) < 3, `${valueAt(line, 22e6) - truth(22e6)}`);
  assert.ok(line.count >= 28 && line.count <= 31, `${line.count} points`);
});

test("the stated error holds the true one: 3 σ in at least 98 of 100 draws, also 10 s past the points", () => {
  const dice = new Dice(7);
  let within = 0;
  for (let draw = 0; draw < 300; draw++) {
    const skew = dice.between(-40e-6, 40e-6);
    const line = fitted(30, (i) => ({ x: i * 1e6, y: i * 1e6 * (1 + skew) + 3 * dice.normal() }));
    const off = Math.abs(valueAt(line, 40e6) - 40e6 * (1 + skew));
    if (off <= 3 * errorAt(line, 40e6)) within += 1;
  }
  assert.ok(within >= 294, `${within} of 300`);
});

for (const [what, count, of] of [
  ["two points", 2, (i: number) => ({ x: i * 1e6, y: i * 1e6 })],
  ["one moment", 8, () => ({ x: 5, y: 5 })],
  ["a slope that is no clock's", 20, (i: number) => ({ x: i * 1e6, y: i * 1.001e6 })],
] as const) {
  test(`no line from ${what}`, () => {
    const { xs, ys } = points(count, of);
    assert.equal(new LineFitter(64).fit(xs, ys, count), undefined);
  });
}
