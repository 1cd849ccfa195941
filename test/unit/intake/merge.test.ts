import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Aligner } from "../../../hub/intake/align.ts";
import { Merger } from "../../../hub/intake/merge.ts";
import { FLAG } from "../../../hub/radio/batch.ts";
import { feed } from "../../support/air/feed.ts";
import { CHANNEL_6, fixedNodes, GOOD_HEARING, homePlan } from "../../support/air/home.ts";
import { MergeJudge, mergeErrorShare } from "../../support/air/judge.ts";
import { simulateAir } from "../../support/air.ts";
import {
  ACCESS_POINT,
  ACK,
  at,
  BLOCK_ACK,
  batchOf,
  Clocks,
  DATA,
  DEAUTHENTICATION,
  freshOf,
  RETRY,
  type Row,
  STATION,
} from "./rows.ts";

const data: Omit<Row, "time"> = {
  ...{ fc: DATA, length: 300, duration: 44, a1: ACCESS_POINT, a2: STATION, a3: ACCESS_POINT },
  ...{ sequence: 77 << 4, qos: 0 },
};
const blockAck: Omit<Row, "time"> = {
  ...{ fc: BLOCK_ACK, length: 32, a1: STATION, a2: ACCESS_POINT, qos: 5, ba: [77, 20, 18] as const },
};
const T = at(0);

/** Both nodes known; then `first` is heard by node 0 and `second` by node 1. Is the second a sighting of its own? */
function isNew(first: Row, second: Row, error = 20): boolean {
  const merger = new Merger(new Clocks(error), 1024);
  merger.merge(batchOf(0, [{ time: at(-1) }]));
  merger.merge(batchOf(1, [{ time: at(-1) + 500 }]));
  merger.merge(batchOf(0, [first]));
  const batch = batchOf(1, [second], CHANNEL_6, 3);
  merger.merge(batch);
  return batch.fresh[0] === 1;
}

const cases: [what: string, first: Row, second: Row, isNew: boolean][] = [
  ["the same data frame", { time: T, ...data }, { time: T + 30, ...data }, false],
  [
    "its rate, level and place in the address table do not matter",
    { time: T, ...data },
    { time: T, ...data, phy: 9, rssi: -80 },
    false,
  ],
  ["its retry", { time: T, ...data }, { time: T + 30, ...data, fc: DATA | RETRY }, true],
  ["another sequence number", { time: T, ...data }, { time: T, ...data, sequence: 78 << 4 }, true],
  ["another fragment", { time: T, ...data }, { time: T, ...data, sequence: (77 << 4) | 1 }, true],
  ["another receiver", { time: T, ...data }, { time: T, ...data, a1: STATION + 1 }, true],
  ["another transmitter", { time: T, ...data }, { time: T, ...data, a2: STATION + 1 }, true],
  ["another address 3", { time: T, ...data }, { time: T, ...data, a3: STATION + 1 }, true],
  [
    "another address 4",
    { time: T, ...data, flags: FLAG.fourthAddress, a4: STATION },
    { time: T, ...data, flags: FLAG.fourthAddress, a4: STATION + 1 },
    true,
  ],
  ["another length", { time: T, ...data }, { time: T, ...data, length: 301 }, true],
  ["another Duration", { time: T, ...data }, { time: T, ...data, duration: 45 }, true],
  ["another TID", { time: T, ...data }, { time: T, ...data, qos: 5 }, true],
  [
    "a second retry 400 µs after the first",
    { time: T, ...data, fc: DATA | RETRY },
    { time: T + 400, ...data, fc: DATA | RETRY },
    true,
  ],
  ["the same ACK", { time: T }, { time: T - 40 }, false],
  ["the next ACK", { time: T }, { time: T + 120 }, true],
  ["an ACK to another station", { time: T }, { time: T, a1: STATION + 1 }, true],
  ["the same BlockAck", { time: T, ...blockAck }, { time: T + 10, ...blockAck }, false],
  [
    "a BlockAck of another window",
    { time: T, ...blockAck },
    { time: T, ...blockAck, ba: [78, 20, 18] },
    true,
  ],
  [
    "a BlockAck with another bitmap",
    { time: T, ...blockAck },
    { time: T, ...blockAck, ba: [77, 20, 19] },
    true,
  ],
  [
    "a reception without header",
    { time: T, flags: FLAG.headerless, length: 500 },
    { time: T, flags: FLAG.headerless, length: 500, fc: 9 },
    false,
  ],
  [
    "one of another length",
    { time: T, flags: FLAG.headerless, length: 500 },
    { time: T, flags: FLAG.headerless, length: 501 },
    true,
  ],
  [
    "a damaged reception of a good frame",
    { time: T, ...data },
    { time: T, ...data, flags: FLAG.badFcs },
    true,
  ],
];
for (const [what, first, second, expected] of cases) {
  test(`heard by another node, ${what} is ${expected ? "a sighting of its own" : "one sighting"}`, () => {
    assert.equal(isNew(first, second), expected);
  });
}

test("one node never merges with itself: identical frames of a flood all count", () => {
  const merger = new Merger(new Clocks(20), 4096);
  merger.merge(batchOf(1, [{ time: at(-1) }]));
  const flood: Row = {
    time: 0,
    fc: DEAUTHENTICATION,
    length: 30,
    a1: STATION,
    a2: ACCESS_POINT,
    a3: ACCESS_POINT,
    sequence: 0,
  };
  const rows = Array.from({ length: 1000 }, (_, i) => ({ ...flood, time: T + i * 300 }));
  const first = batchOf(0, rows);
  merger.merge(first);
  assert.ok(freshOf(first).every((fresh) => fresh === 1));
  const second = batchOf(
    1,
    rows.map((row) => ({ ...row, time: row.time + 15 })),
  );
  merger.merge(second);
  assert.ok(
    freshOf(second).every((fresh) => fresh === 0),
    "the other node hears the same thousand",
  );
});

test("of several that match, the nearest in time is taken", () => {
  const merger = new Merger(new Clocks(200), 1024);
  merger.merge(batchOf(1, [{ time: at(-1) }]));
  merger.merge(batchOf(0, [{ time: T }, { time: T + 150 }]));
  const near = batchOf(1, [{ time: T + 140 }]);
  merger.merge(near);
  const rest = batchOf(1, [{ time: T + 160 }]);
  merger.merge(rest);
  assert.deepEqual([freshOf(near), freshOf(rest)], [[0], [0]]);
  assert.equal(merger.counts.sightings, 3);
});

test("sixty-four nodes hear one frame: one sighting, 63 further receptions", () => {
  const merger = new Merger(new Clocks(20), 1024);
  for (let node = 0; node < 64; node++) merger.merge(batchOf(node, [{ time: at(-10 + node / 10), ...data }]));
  const before = merger.counts.sightings;
  for (let node = 0; node < 64; node++) merger.merge(batchOf(node, [{ time: T + node / 4, ...data }]));
  assert.equal(merger.counts.sightings - before, 1);
  // Once more each: 64 new sightings or receptions of them, never of the first, which all have heard.
  for (let node = 0; node < 64; node++) merger.merge(batchOf(node, [{ time: T + node / 4, ...data }]));
  assert.equal(merger.counts.sightings - before, 2);
});

test("with one node all is fresh, whatever it repeats", () => {
  const merger = new Merger(new Clocks(20), 16);
  for (let i = 0; i < 100; i++) {
    const batch = batchOf(5, [
      { time: T, ...data },
      { time: T, ...data },
    ]);
    merger.merge(batch);
    assert.deepEqual(freshOf(batch), [1, 1]);
  }
  assert.deepEqual(merger.counts, { sightings: 200, receptions: 0, late: 0, unplaced: 0 });
});

test("half a minute late is still merged while the ring holds it", () => {
  const merger = new Merger(new Clocks(20), 2 ** 15);
  merger.merge(batchOf(1, [{ time: at(-40) }]));
  for (let i = 0; i < 30; i++) {
    const rows = Array.from({ length: 1000 }, (_, k) => ({
      ...data,
      time: T + (i * 1000 + k) * 1e3,
      sequence: (k & 4095) << 4,
    }));
    merger.merge(batchOf(0, rows));
  }
  const late = batchOf(1, [
    { ...data, time: T + 10, sequence: 0 },
    { ...data, time: T + 5_000, sequence: 900 << 4 },
  ]);
  merger.merge(late);
  assert.deepEqual(freshOf(late), [0, 1], "the second one only node 1 has heard");
});

test("what is older than the ring is late where another node listened, and fresh where none did", () => {
  const merger = new Merger(new Clocks(20), 256);
  merger.merge(batchOf(1, [{ time: at(-40) }], 5180));
  const rows = Array.from({ length: 1000 }, (_, k) => ({ ...data, time: T + k * 1e3, sequence: k << 4 }));
  merger.merge(batchOf(0, rows, CHANNEL_6));
  for (const [frequency, fresh] of [
    [CHANNEL_6, 0],
    [2442, 0],
    [2462, 1],
    [5180, 1],
    [0, 0],
  ] as const) {
    const late = batchOf(1, [{ ...data, time: T + 10, sequence: 3 << 4, duration: frequency }], frequency);
    merger.merge(late);
    assert.deepEqual(freshOf(late), [fresh], `on ${frequency} MHz`);
  }
  assert.equal(merger.counts.late, 3);
});

test("a node that joins may not count again what the first one counted alone", () => {
  const merger = new Merger(new Clocks(20), 1024);
  merger.merge(
    batchOf(0, [
      { time: T, ...data },
      { time: T + 1e6, ...data, sequence: 16 },
    ]),
  );
  const joiner = batchOf(1, [
    { time: T, ...data },
    { time: T + 2e6, ...data, sequence: 32 },
  ]);
  merger.merge(joiner);
  assert.deepEqual(freshOf(joiner), [0, 1]);
  assert.equal(merger.counts.late, 1);
});

test("a node whose clock is unsure adds nothing to what a better one hears, and is not missed where it is alone", () => {
  const clocks = new Clocks(20);
  clocks.worse.set(1, 50_000);
  const merger = new Merger(clocks, 1024);
  merger.merge(batchOf(1, [{ time: at(-1) }]));
  merger.merge(batchOf(0, [{ time: T }, { time: T + 1000, ...data }]));
  const unsure = batchOf(1, [
    { time: T + 30_000 },
    { time: T + 31_000, ...data },
    { time: T + 32_000, ...data, sequence: 16 },
  ]);
  merger.merge(unsure);
  assert.deepEqual(freshOf(unsure), [0, 0, 1], "numbered frames are still told apart");
  assert.equal(merger.counts.unplaced, 1);
  const elsewhere = batchOf(1, [{ time: T + 40_000 }], 5180);
  merger.merge(elsewhere);
  assert.deepEqual(freshOf(elsewhere), [1]);
  const better = batchOf(0, [{ time: T + 50_000 }]);
  merger.merge(better);
  assert.deepEqual(freshOf(better), [1], "the better one counts");
});

test("memory is what it was, whatever comes", () => {
  const merger = new Merger(new Clocks(20), 64);
  const row = fc.record({
    time: fc.integer({ min: 0, max: 5_000_000 }).map((time) => T + time),
    fc: fc.integer({ min: 0, max: 0xffff }),
    flags: fc.integer({ min: 0, max: 255 }),
    length: fc.integer({ min: 0, max: 0xffff }),
    sequence: fc.integer({ min: 0, max: 0xffff }),
    a1: fc.integer({ min: 0, max: 2 ** 48 - 1 }),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 40 }), fc.integer({ min: 0, max: 63 }), (rows, node) => {
      const before = { ...merger.counts };
      const batch = batchOf(node, rows);
      merger.merge(batch);
      const { sightings, receptions, late, unplaced } = merger.counts;
      const counted = sightings + receptions + late + unplaced;
      const fresh = freshOf(batch).reduce((sum, value) => sum + value, 0);
      assert.equal(fresh, sightings - before.sightings);
      assert.equal(
        counted,
        before.sightings + before.receptions + before.late + before.unplaced + rows.length,
      );
    }),
    { numRuns: 300 },
  );
});

test("a capacity that is no power of two is refused", () => {
  assert.throws(() => new Merger(new Clocks(1), 1000), RangeError);
});

for (const [nodes, hearing] of [
  [2, undefined],
  [4, GOOD_HEARING],
  [16, undefined],
] as const) {
  test(`${nodes} nodes on one channel, clocks unknown at first: errors below 0.1 % once aligned`, () => {
    for (const seed of [21, 22]) {
      const air = simulateAir(homePlan(seed, fixedNodes(seed, nodes, hearing), 60, 0.5));
      const aligner = new Aligner();
      const merger = new Merger(aligner);
      const judge = new MergeJudge(air, 35);
      feed(air, { aligner, merger, frames: (batch, delivery) => judge.judge(batch, delivery) });
      assert.ok(judge.errors.truth > 1000);
      assert.ok(mergeErrorShare(judge.errors) < 0.001, JSON.stringify(judge.errors));
    }
  });
}

test("a node that restarts inside the window: its frames are merged again within seconds, none doubled for long", () => {
  const seed = 5;
  const nodes = fixedNodes(seed, 3).map((node, i) => (i === 1 ? { ...node, reboots: [50] } : node));
  const air = simulateAir(homePlan(seed, nodes, 90, 0.5));
  const aligner = new Aligner();
  const merger = new Merger(aligner);
  const whole = new MergeJudge(air, 35);
  const after = new MergeJudge(air, 60);
  feed(air, {
    aligner,
    merger,
    frames: (batch, delivery) => {
      whole.judge(batch, delivery);
      after.judge(batch, delivery);
    },
  });
  assert.ok(mergeErrorShare(whole.errors) < 0.005, JSON.stringify(whole.errors));
  assert.ok(mergeErrorShare(after.errors) < 0.001, JSON.stringify(after.errors));
});

test("a link that stalls for half a minute: what comes late is merged or counted, never doubled", () => {
  const seed = 6;
  const nodes = fixedNodes(seed, 3).map((node, i) =>
    i === 2 ? { ...node, link: { ...node.link, stalls: [{ from: 45, until: 75 }] } } : node,
  );
  const air = simulateAir(homePlan(seed, nodes, 90, 0.5));
  for (const capacity of [2 ** 18, 2 ** 11]) {
    const aligner = new Aligner();
    const merger = new Merger(aligner, capacity);
    const judge = new MergeJudge(air, 35);
    feed(air, { aligner, merger, frames: (batch, delivery) => judge.judge(batch, delivery) });
    assert.ok(judge.errors.doubled / judge.errors.truth < 0.001, JSON.stringify(judge.errors));
    if (capacity === 2 ** 18) assert.ok(mergeErrorShare(judge.errors) < 0.001, JSON.stringify(judge.errors));
    else assert.ok(merger.counts.late > 500, `${merger.counts.late} late`);
  }
});

test("an ACK to one station, a thousand a second for half a minute, is merged each time", () => {
  const merger = new Merger(new Clocks(20));
  merger.merge(batchOf(1, [{ time: at(-1) }]));
  for (let second = 0; second < 30; second++) {
    const rows = Array.from({ length: 1000 }, (_, k) => ({ time: T + second * 1e6 + k * 1e3, fc: ACK }));
    merger.merge(batchOf(0, rows));
    const other = batchOf(
      1,
      rows.map((row) => ({ ...row, time: row.time + 20 })),
    );
    merger.merge(other);
    assert.ok(freshOf(other).every((fresh) => fresh === 0));
  }
});
