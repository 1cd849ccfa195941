import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { MINUTE, type Micros, micros } from "../../../hub/base/units.ts";
import { type Burst, Paces } from "../../../hub/learn/paces.ts";
import { PlainHouse, testMac } from "../../support/plain-house.ts";

const [HOME, DEVICE] = [testMac(1), testMac(2)];
const START = 1e15;

interface MinuteOf {
  /** Frames a second that it sends. */
  readonly rate: number;
  /** Share of them that is heard. */
  readonly coverage?: number;
  readonly listened?: number;
  readonly uncertainty?: number;
}

/** Plays minutes of one device; `usual` varies between one and three frames a second. */
class Play {
  readonly paces = new Paces();
  readonly house = new PlainHouse();
  readonly bursts: Burst[] = [];
  #minute = 0;
  #listened = 1;

  constructor() {
    this.house.addAccessPoint(HOME);
    Object.assign(this.house.addDevice(DEVICE, { home: true }), { bssid: HOME });
    this.#sample();
  }

  get now(): Micros {
    return micros(START + this.#minute * MINUTE);
  }

  play(minutes: readonly MinuteOf[]): this {
    for (const { rate, coverage = 0.9, listened = 1, uncertainty = 0 } of minutes) {
      const up = this.house.device(DEVICE)?.up;
      assert.ok(up !== undefined);
      // What is counted is what was sent while somebody listened.
      const sent = rate * 60 * listened;
      up.heard += sent * coverage;
      up.reconstructed += sent;
      up.uncertainty = Math.hypot(up.uncertainty, uncertainty * sent);
      this.#listened = listened;
      this.#minute += 1;
      this.#sample();
    }
    return this;
  }

  usual(minutes = 90): this {
    return this.play(Array.from({ length: minutes }, (_, i) => ({ rate: 1 + (i % 3) })));
  }

  #sample(): void {
    const exposure = (_: unknown, from: Micros, to: Micros) => ({
      listened: micros(this.#listened * (to - from)),
      nodes: 1,
      origin: "stated" as const,
    });
    this.paces.sample(this.now, { house: this.house, exposure });
    this.bursts.push(...this.paces.takeBursts());
  }
}

const high = (minutes: number, more: Partial<MinuteOf> = {}): MinuteOf[] =>
  Array.from({ length: minutes }, () => ({ rate: 80, ...more }));

test("three minutes far beyond its most are a burst, with figures per second of listening", () => {
  const play = new Play().usual();
  play.play(high(2));
  assert.equal(play.bursts.length, 0);
  play.play(high(2)).usual(1);
  const [first, second, last] = play.bursts;
  assert.equal(play.bursts.length, 3);
  assert.deepEqual([first?.ended, second?.ended, last?.ended], [false, false, true]);
  assert.equal(first?.since, START + 90 * MINUTE);
  assert.equal((first?.until ?? 0) - (first?.since ?? 0), 3 * MINUTE);
  assert.equal((last?.until ?? 0) - (last?.since ?? 0), 4 * MINUTE);
  assert.deepEqual([first?.rate, first?.usual, first?.most, first?.origin], [80, 2, 3, "stated"]);
  assert.ok(Math.abs((first?.coverage ?? 0) - 0.9) < 1e-9);
});

test("a hopping node hears a third: rates are the same, and so is the burst", () => {
  const play = new Play();
  play.play(Array.from({ length: 90 }, (_, i) => ({ rate: 1 + (i % 3), listened: 1 / 3 })));
  play.play(high(3, { listened: 1 / 3 }));
  assert.equal(play.bursts.length, 1);
  assert.equal(Math.round(play.bursts[0]?.rate ?? 0), 80);
  assert.ok(Math.abs((play.bursts[0]?.listened ?? 0) - 1 / 3) < 1e-6);
  const other = new Play();
  other.play(Array.from({ length: 90 }, (_, i) => ({ rate: 1 + (i % 3), listened: 1 / 3 })));
  other.play(Array.from({ length: 10 }, () => ({ rate: 3, listened: 1 })));
  assert.deepEqual(other.bursts, [], "listening more is no burst");
});

test("no burst where it is not known well enough", () => {
  const rows: readonly (readonly [string, Play])[] = [
    ["known for less than an hour", new Play().usual(50).play(high(5))],
    ["always the same: zero variance is no knowledge", new Play().play(high(90, { rate: 0 })).play(high(5))],
    [
      "little, if much more than usual",
      new Play().play([...Array(90)].map((_, i) => ({ rate: (i % 3) / 10 }))).play(high(5, { rate: 4 })),
    ],
    ["nobody listened", new Play().usual().play(high(5, { listened: 0.1 }))],
    ["its coverage has collapsed: most is guessed", new Play().usual().play(high(5, { coverage: 0.1 }))],
    ["the count is too unsure", new Play().usual().play(high(5, { uncertainty: 0.5 }))],
    ["twice its most", new Play().usual().play(high(5, { rate: 5.9 }))],
  ];
  for (const [why, play] of rows) assert.deepEqual(play.bursts, [], why);
});

test("minutes without listening neither end a burst nor prolong it; too many end it", () => {
  const silent = { listened: 0, rate: 0 };
  const play = new Play().usual().play([...high(2), silent, ...high(1)]);
  assert.equal(play.bursts.length, 1);
  const long = new Play().usual().play([...high(2), silent, silent, silent, ...high(2)]);
  assert.deepEqual(long.bursts, []);
});

test("a burst is not learned; what lasts for an hour is the new usual; a daily peak raises the line", () => {
  const twice = new Play().usual().play(high(5)).usual(30).play(high(3));
  assert.equal(twice.bursts.filter(({ ended }) => ended).length, 1);
  assert.equal(twice.bursts.at(-1)?.ended, false);
  const lasting = new Play().usual().play(high(60)).usual(10);
  assert.equal(lasting.bursts.at(-1)?.ended, true);
  lasting.bursts.length = 0;
  assert.deepEqual(lasting.play(high(10)).bursts, []);
  const peaks = new Play().usual().play(high(2)).usual(10).play(high(10));
  assert.deepEqual(peaks.bursts, []);
});

test("a device that moves to another access point begins anew with that minute", () => {
  const play = new Play().usual();
  play.house.addAccessPoint(testMac(7));
  Object.assign(play.house.device(DEVICE) ?? {}, { bssid: testMac(7) });
  play.play(high(2));
  assert.deepEqual(play.bursts, []);
});

test("coverage is that of the last ten minutes", () => {
  const play = new Play().usual(30).play(Array.from({ length: 10 }, () => ({ rate: 2, coverage: 0.5 })));
  assert.equal(play.paces.coverageOf(DEVICE)?.coverage, 0.5);
  assert.equal(play.paces.coverageOf(testMac(5)), undefined);
});

test("whatever a device does: figures are finite, and a burst is above its line and at least three minutes", () => {
  const minute = fc.record({
    rate: fc.oneof(fc.double({ min: 0, max: 5, noNaN: true }), fc.double({ min: 0, max: 500, noNaN: true })),
    coverage: fc.double({ min: 0, max: 1, noNaN: true }),
    listened: fc.constantFrom(0, 0.1, 0.5, 1),
  });
  fc.assert(
    fc.property(fc.array(minute, { maxLength: 100 }), (minutes) => {
      for (const burst of new Play().usual(60).play(minutes).bursts) {
        for (const value of [burst.rate, burst.usual, burst.most, burst.coverage, burst.listened]) {
          assert.ok(Number.isFinite(value) && value >= 0);
        }
        assert.ok(burst.rate >= 2 * burst.most - 1e-6 && burst.rate >= 5 - 1e-6);
        assert.ok(burst.until - burst.since >= 3 * MINUTE);
      }
    }),
    { numRuns: 60 },
  );
});
