import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { mac, megahertz, micros, type NodeIndex, nodeIndex } from "../../../hub/base/units.ts";
import { Aligner } from "../../../hub/intake/align.ts";
import { covered, Listening } from "../../../hub/intake/listening.ts";
import type { NodeHeartbeat, NodeHello } from "../../../hub/intake/node.ts";
import { Nodes } from "../../../hub/intake/nodes.ts";
import { feed } from "../../support/air/feed.ts";
import { CHANNEL_1, CHANNEL_6, CHANNEL_11, fixedNodes, homePlan } from "../../support/air/home.ts";
import { simulateAir } from "../../support/air.ts";
import { at, batchOf } from "./rows.ts";

const hello = (bootId: number, name = "kitchen"): NodeHello => ({
  ...{ protocol: 1, firmware: "1.0.0", chip: "esp32c6", mac: mac(0x0200_0000_0001) },
  ...{ bootId, resetReason: 1, capabilities: 0, name },
});
const heartbeat = (ring: number): NodeHeartbeat => ({
  ...{ uptime: 5, received: 100, drops: { ring, link: 1, thinned: 0, sibling: 0 }, ringHighWater: 3 },
  ...{ heapLowWater: 9000, temperature: 40, rssi: undefined, degradeStep: 0, safeMode: false },
});

function withNodes(count: number, seconds = 0): { nodes: Nodes; index: NodeIndex[] } {
  const nodes = new Nodes();
  const index = Array.from({ length: count }, (_, i) => {
    const record = nodes.admit(`link ${i}`, at(seconds));
    assert.ok(record);
    return record.index;
  });
  return { nodes, index };
}

const N = nodeIndex(0);
const F6 = megahertz(CHANNEL_6);
const F1 = megahertz(CHANNEL_1);
const dwell = (seconds: number, frequency = F6) => ({
  frequency,
  listened: micros(seconds * 1e6),
  undecodable: 2,
});

test("indices are given in order, kept, and end at 64", () => {
  const { nodes, index } = withNodes(64);
  assert.deepEqual(
    index,
    Array.from({ length: 64 }, (_, i) => i),
  );
  assert.equal(nodes.admit("link 2", at(9))?.index, 2);
  assert.equal(nodes.admit("link 64", at(9)), undefined);
  assert.equal(nodes.refused, 1);
});

const sequences: [what: string, numbers: readonly number[], lost: number][] = [
  ["none missing", [0, 1, 2, 3], 0],
  ["the hub came later than the node", [500, 501], 0],
  ["three missing", [0, 1, 5, 6], 3],
  ["two in the wrong order", [0, 2, 1, 3], 0],
  ["one repeated long after", [100, 101, 102, 1], 0],
  ["past 2^32", [2 ** 32 - 2, 2 ** 32 - 1, 0, 2], 1],
];
for (const [what, numbers, lost] of sequences) {
  test(`lost messages: ${what}`, () => {
    const { nodes } = withNodes(1);
    for (const number of numbers) nodes.message(N, number, at(1));
    assert.equal(nodes.get(N)?.lostMessages, lost);
    assert.equal(nodes.get(N)?.messages, numbers.length);
  });
}

test("figures since boot become figures over all boots", () => {
  const { nodes } = withNodes(1);
  assert.equal(nodes.hello(N, hello(1)), true);
  nodes.message(N, 0, at(1));
  nodes.heartbeat(N, heartbeat(7), at(2));
  const first = batchOf(0, [{ time: at(2) }]);
  first.dropped = 8;
  nodes.frames(first);
  assert.equal(nodes.hello(N, hello(1, "hall")), false, "the same boot says hello again");
  assert.equal(nodes.get(N)?.name, "hall");
  assert.equal(nodes.hello(N, hello(2)), true);
  nodes.message(N, 3, at(9));
  nodes.heartbeat(N, heartbeat(2), at(9));
  const second = batchOf(0, [{ time: at(9) }, { time: at(9) + 5 }]);
  second.dropped = 3;
  nodes.frames(second);
  const record = nodes.get(N);
  assert.ok(record);
  assert.deepEqual(record.drops, { ring: 9, link: 2, thinned: 0, sibling: 0 });
  assert.equal(record.dropped, 11);
  assert.equal(record.boots, 2);
  assert.equal(record.frames, 3);
  assert.equal(record.lostMessages, 3, "a boot begins at 0: three of its messages are missing");
  assert.equal(record.lastHeard, at(9));
});

test("what a boot says before its hello is not lost: it was heard", () => {
  const { nodes } = withNodes(1);
  nodes.hello(N, hello(1));
  for (const number of [0, 1, 300]) nodes.message(N, number, at(1));
  // Its first hello was lost; of the nine messages before the second one eight have come.
  for (const number of [0, 1, 2, 3, 4, 6, 7, 8]) nodes.message(N, number, at(2));
  assert.equal(nodes.get(N)?.lostMessages, 298);
  nodes.hello(N, hello(2));
  nodes.message(N, 9, at(12));
  assert.equal(nodes.get(N)?.lostMessages, 299);
  nodes.message(N, 11, at(13));
  assert.equal(nodes.get(N)?.lostMessages, 300);
});

test("exposure is what dwell messages state, once where several listen", () => {
  const { nodes, index } = withNodes(2);
  const [first, second] = index;
  assert.ok(first !== undefined && second !== undefined);
  nodes.dwell(first, dwell(4), at(0));
  nodes.dwell(first, dwell(4), at(10));
  nodes.dwell(second, dwell(4), at(2));
  nodes.dwell(second, dwell(4, F1), at(6));
  assert.deepEqual(nodes.exposure(F6, at(0), at(20)), { listened: 10e6, nodes: 2, origin: "stated" });
  assert.deepEqual(nodes.exposure(F6, at(3), at(12)), { listened: 5e6, nodes: 2, origin: "stated" });
  assert.deepEqual(nodes.exposure(F1, at(0), at(20)), { listened: 4e6, nodes: 1, origin: "stated" });
  assert.deepEqual(nodes.exposure(megahertz(5180), at(0), at(20)), {
    listened: 0,
    nodes: 0,
    origin: "unknown",
  });
  assert.deepEqual(nodes.exposureOf(second, F6, { from: at(0), to: at(20) }).listened, 4e6);
  assert.deepEqual([...nodes.channels(second, { from: at(0), to: at(20) })].sort(), [
    [F1, 4e6],
    [F6, 4e6],
  ]);
  assert.equal(nodes.get(first)?.undecodable, 4);
});

test("a node without dwell messages listens between its messages, and it is said that this is assumed", () => {
  const { nodes } = withNodes(1);
  nodes.frames(batchOf(0, [{ time: at(0) }, { time: at(1) }]));
  nodes.frames(batchOf(0, [{ time: at(3) }, { time: at(4) }]));
  assert.deepEqual(nodes.exposure(F6, at(0), at(60)), { listened: 4e6, nodes: 1, origin: "assumed" });
  nodes.heartbeat(N, heartbeat(0), at(6));
  assert.equal(nodes.exposure(F6, at(0), at(60)).listened, 6e6, "a quiet channel, but the node is there");
  nodes.frames(batchOf(0, [{ time: at(20) }, { time: at(21) }]));
  assert.equal(nodes.exposure(F6, at(0), at(60)).listened, 7e6, "14 s without a message are not assumed");
  nodes.frames(batchOf(0, [{ time: at(22) }, { time: at(23) }], CHANNEL_11));
  assert.equal(nodes.exposure(megahertz(CHANNEL_11), at(0), at(60)).listened, 1e6);
  assert.equal(nodes.exposure(F6, at(0), at(60)).listened, 7e6, "it has changed channels in between");
});

test("spans: what is covered is their union, cut to what is asked", () => {
  const interval = fc.record({
    from: fc.integer({ min: 0, max: 200 }),
    length: fc.integer({ min: 0, max: 40 }),
  });
  fc.assert(
    fc.property(
      fc.array(interval, { maxLength: 40 }),
      fc.integer({ min: 0, max: 200 }),
      (intervals, begin) => {
        const listening = new Listening();
        const scale = 10_000;
        const touched = new Set<number>();
        for (const { from, length } of intervals.sort((left, right) => left.from - right.from)) {
          listening.add(2437, { from: from * scale, to: (from + length) * scale }, true);
          for (let i = from; i < from + length; i++) if (i >= begin) touched.add(i);
        }
        const span = { from: begin * scale, to: 300 * scale };
        assert.equal(covered([...listening.within(2437, span)]), touched.size * scale);
        assert.equal(covered([...listening.within(2412, span)]), 0);
      },
    ),
  );
});

test("a million dwells take no more room than half an hour of them", () => {
  const listening = new Listening();
  for (let i = 0; i < 100_000; i++) {
    listening.add(i % 2 === 0 ? 2412 : 2437, { from: i * 250e3, to: i * 250e3 + 240e3 }, true);
  }
  assert.equal(listening.forgotten, 100_000 - 8192);
  const span = { from: 0, to: 100_000 * 250e3 };
  assert.equal(covered([...listening.within(2412, span)]), 4096 * 240e3);
});

test("the watermark waits for the slowest node, less the time in which messages overtake each other", () => {
  const { nodes, index } = withNodes(2, 100);
  const report = (node: number, heard: number, reported: number): void => {
    nodes.message(nodeIndex(node), 0, at(heard));
    nodes.frames(batchOf(node, [{ time: at(reported) }]));
  };
  report(0, 100, 100);
  report(1, 100, 95);
  assert.equal(index.length, 2);
  assert.equal(nodes.watermark(at(100)), at(93));
  report(1, 101, 101);
  assert.equal(nodes.watermark(at(101)), at(98));
  report(0, 109, 109);
  assert.equal(nodes.watermark(at(109)), at(99), "node 1 is 8 s silent: waited for");
  assert.equal(nodes.watermark(at(112)), at(107), "11 s silent: no longer");
  report(1, 113, 102);
  assert.equal(nodes.watermark(at(113)), at(107), "it is back, behind: the mark does not go back");
  report(0, 140, 140);
  report(1, 140, 103);
  assert.equal(nodes.watermark(at(140)), at(108), "half a minute behind is the most that is waited for");
});

test("without any node time passes all the same", () => {
  const nodes = new Nodes();
  assert.equal(nodes.watermark(at(100)), at(88));
  const { nodes: silent } = withNodes(1, 100);
  silent.watermark(at(100));
  assert.equal(silent.watermark(at(200)), at(188));
});

test("windows wait for the dwells that belong to them, for a while", () => {
  const { nodes } = withNodes(1, 100);
  nodes.message(N, 0, at(100));
  nodes.dwell(N, dwell(1), at(98));
  nodes.frames(batchOf(0, [{ time: at(100) }]));
  assert.equal(nodes.watermark(at(100)), at(97), "its frames are there until 100, its dwells until 99");
  nodes.message(N, 1, at(110));
  nodes.frames(batchOf(0, [{ time: at(110) }]));
  assert.equal(
    nodes.watermark(at(110)),
    at(103),
    "dwells that have stopped hold nothing up for longer than 5 s",
  );
});

test("a watermark never goes back, whatever nodes report", () => {
  const step = fc.record({
    node: fc.integer({ min: 0, max: 3 }),
    after: fc.integer({ min: 0, max: 20_000_000 }),
    reported: fc.integer({ min: -60_000_000, max: 60_000_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { nodes } = withNodes(4, 0);
      let now = at(0) as number;
      let mark = Number.NEGATIVE_INFINITY;
      for (const { node, after, reported } of steps) {
        now += after;
        nodes.message(nodeIndex(node), 0, micros(now));
        nodes.frames(batchOf(node, [{ time: now + reported }]));
        const next = nodes.watermark(micros(now));
        assert.ok(next >= mark && next <= now - 2e6 && next >= now - 32e6);
        mark = next;
      }
    }),
  );
});

test("a hopping and a fixed node agree on the rate of one channel, each by what it listened to", () => {
  const seed = 31;
  const [fixed] = fixedNodes(seed, 1, { data: 0.9, control: 0.9, management: 0.9 });
  assert.ok(fixed);
  const hopping = { ...fixed, frequencies: [CHANNEL_1, CHANNEL_6, CHANNEL_11], dwell: 250_000 };
  const plan = homePlan(seed, [fixed, hopping], 120, 0.5);
  const air = simulateAir(plan);
  const nodes = new Nodes();
  const counts = [0, 0];
  const window = { from: micros(air.start + 10e6), to: micros(air.start + 110e6) };
  feed(air, {
    aligner: new Aligner(),
    nodes,
    frames: (batch, { node }) => {
      for (let row = 0; row < batch.count; row++) {
        const time = batch.time[row] ?? 0;
        const isBeacon = ((batch.fc[row] ?? 0) & 0xfc) === 0x80;
        if (isBeacon && time >= window.from && time < window.to) counts[node] = (counts[node] ?? 0) + 1;
      }
    },
  });
  const exposure = [0, 1].map((node) => nodes.exposureOf(nodeIndex(node), F6, window));
  assert.deepEqual(
    exposure.map(({ origin }) => origin),
    ["stated", "stated"],
  );
  assert.ok(Math.abs((exposure[0]?.listened ?? 0) - 100e6) < 0.01e6, `${exposure[0]?.listened}`);
  assert.ok(Math.abs((exposure[1]?.listened ?? 0) - 100e6 * (247 / 750)) < 0.3e6, `${exposure[1]?.listened}`);
  const rates = [0, 1].map((node) => ((counts[node] ?? 0) * 1e6) / (exposure[node]?.listened ?? 1));
  const [steady = 0, sampled = 0] = rates;
  // Two access points, ten beacons a second each, 90 % heard: 594 in the hop's third of 100 s, ± 4 % (1 σ, Poisson).
  assert.ok(Math.abs(sampled / steady - 1) < 0.12, `${steady} and ${sampled} a second`);
});

test("where a node listens is known before its first hello, and forgotten with its next start", () => {
  const { nodes } = withNodes(1);
  nodes.dwell(N, dwell(1), at(1));
  nodes.hello(N, hello(1));
  assert.equal(nodes.get(N)?.frequency, F6);
  nodes.hello(N, hello(2));
  assert.equal(nodes.get(N)?.frequency, undefined);
});
