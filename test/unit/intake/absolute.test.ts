import assert from "node:assert/strict";
import { test } from "node:test";
import { AbsoluteClock } from "../../../hub/intake/clock/absolute.ts";
import { LineFitter } from "../../../hub/intake/clock/fit.ts";
import { Dice } from "../../support/air/dice.ts";

const HUB = 1_790_000_000_000_000;
const fitter = new LineFitter(128);

/** A reply at node second `second`; the way there takes `out` µs, the way back `back` µs. True offset: HUB. */
function reply(clock: AbsoluteClock, second: number, delay: { out: number; back: number }, skew = 0): void {
  const node = second * 1e6;
  const hub = HUB + node * (1 + skew);
  const times = { token: 0, arrived: node, sent: node };
  assert.ok(clock.reply(times, { requestedAt: hub - delay.out, arrival: hub + delay.back }, fitter));
}

test("one reply bounds the error by half its round trip, and by the skew since", () => {
  const clock = new AbsoluteClock();
  assert.equal(clock.at(0, fitter), undefined);
  reply(clock, 0, { out: 500, back: 3500 });
  const now = clock.at(0, fitter);
  assert.deepEqual(now, { hub: HUB + 1500, pace: 1, error: 2000, source: "reply" });
  assert.equal(clock.at(100e6, fitter)?.error, 2000 + 4000);
});

test("short round trips tell skew and place; the long ones are left out", () => {
  const dice = new Dice(5);
  const clock = new AbsoluteClock();
  for (let second = 0; second < 60; second++) {
    const slow = second % 3 === 0 ? 80_000 * dice.next() : 0;
    reply(clock, second, { out: 900 + 200 * dice.next(), back: 900 + 200 * dice.next() + slow }, 30e-6);
  }
  const estimate = clock.at(70e6, fitter);
  assert.ok(estimate);
  assert.ok(Math.abs(estimate.hub - (HUB + 70e6 * (1 + 30e-6))) < 300, `${estimate.hub - HUB - 70e6}`);
  assert.ok(Math.abs(estimate.pace - (1 + 30e-6)) < 5e-6);
  assert.ok(estimate.error < 2000);
});

test("a line that the best reply refutes is not believed, however straight it is", () => {
  const clock = new AbsoluteClock();
  // The first seconds seem to drift by 100 ppm: the way back grows.
  for (let second = 0; second < 8; second++) reply(clock, second, { out: 1000, back: 1000 + 200 * second });
  reply(clock, 87, { out: 1000, back: 1000 });
  const estimate = clock.at(90e6, fitter);
  assert.ok(estimate);
  assert.ok(Math.abs(estimate.hub - (HUB + 90e6)) <= estimate.error, `${estimate.hub - HUB - 90e6}`);
  assert.ok(estimate.error < 1500);
});

test("two replies that contradict all earlier ones replace them, a single one does not", () => {
  const clock = new AbsoluteClock();
  for (let second = 0; second < 30; second++) reply(clock, second, { out: 1000, back: 1000 });
  const shifted = (second: number): void => {
    const node = second * 1e6;
    const hub = HUB + node + 5e6;
    clock.reply(
      { token: 0, arrived: node, sent: node },
      { requestedAt: hub - 1000, arrival: hub + 1000 },
      fitter,
    );
  };
  shifted(30);
  assert.ok(Math.abs((clock.at(30e6, fitter)?.hub ?? 0) - (HUB + 30e6)) < 1000);
  reply(clock, 31, { out: 1000, back: 1000 });
  shifted(32);
  shifted(33);
  assert.ok(Math.abs((clock.at(33e6, fitter)?.hub ?? 0) - (HUB + 38e6)) < 1000);
});

test("of arrivals the one that waited least counts, and the error says what cannot be known", () => {
  const dice = new Dice(9);
  const clock = new AbsoluteClock();
  for (let i = 0; i < 600; i++) clock.arrival(i * 1e5, HUB + i * 1e5 + 2000 + dice.exponential(20_000));
  const estimate = clock.at(60e6, fitter);
  assert.ok(estimate);
  assert.equal(estimate.source, "arrival");
  assert.ok(Math.abs(estimate.hub - (HUB + 60e6)) < 6_000, `${estimate.hub - HUB - 60e6}`);
  assert.ok(estimate.error >= 50_000);
});
