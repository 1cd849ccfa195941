import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { megahertz } from "../../../hub/base/units.ts";
import { phyRate, WIDTH } from "../../../hub/radio/airtime/phy.ts";
import {
  announcedMicros,
  CONTROL_OCTETS,
  difs,
  navMicros,
  responseMicros,
  responsePhy,
  sifs,
} from "../../../hub/radio/airtime/reservation.ts";
import { createBatch, FLAG, type FrameBatch, NO_ADDRESS, NO_QOS } from "../../../hub/radio/batch.ts";
import { FC, KIND } from "../../../hub/radio/frame.ts";
import { BROADCAST } from "../../../hub/radio/mac.ts";
import { dsss, he, ht, ofdm, vht } from "./descriptors.ts";

interface Row {
  readonly kind: number;
  readonly duration: number;
  readonly phy: number;
  readonly frequency?: number;
  readonly receiver?: number;
  readonly qos?: number;
}

function rowOf({ kind, duration, phy, frequency, receiver, qos }: Row): FrameBatch {
  const batch = createBatch();
  batch.count = 1;
  batch.frequency = megahertz(frequency ?? 5180);
  batch.fc[0] = ((kind & 0x30) >> 2) | ((kind & 0x0f) << 4) | FC.toDs;
  batch.duration[0] = duration;
  batch.phy[0] = phy;
  batch.addresses[0] = receiver ?? 0x0211_0000_0001;
  [batch.a1[0], batch.a2[0]] = [0, NO_ADDRESS];
  batch.qos[0] = qos ?? NO_QOS;
  return batch;
}

const announced = (row: Row): number => announcedMicros(rowOf(row), 0);

test("interframe spaces", () => {
  assert.deepEqual([sifs(2437), sifs(5180), sifs(5955)], [10, 16, 16]);
  assert.deepEqual([difs(2437), difs(2437, 20), difs(5180)], [28, 50, 34]);
});

test("a Duration field above 32,767 is no duration", () => {
  assert.deepEqual(
    [navMicros(0), navMicros(32_767), navMicros(32_768), navMicros(0xc001)],
    [0, 32_767, 0, 0],
  );
});

test("responses go at the highest mandatory rate not above the frame's, in its class", () => {
  const rate = (phy: number): number => phyRate(responsePhy(phy)) / 2;
  assert.deepEqual(
    [54, 24, 18, 9, 6].map((one) => rate(ofdm(one))),
    [24, 24, 12, 6, 6],
  );
  assert.deepEqual(
    [11, 5.5, 2, 1].map((one) => rate(dsss(one))),
    [11, 5.5, 2, 1],
  );
  // Reference rates: MCS 0 BPSK 6, MCS 1 QPSK 12, MCS 2 QPSK 3/4 18, MCS 3 16-QAM 24 Mb/s.
  assert.deepEqual(
    [0, 1, 2, 3, 7, 8, 9].map((mcs) => rate(ht(mcs))),
    [6, 12, 12, 24, 24, 6, 12],
  );
  assert.deepEqual([rate(vht(9, 2, { width: WIDTH.mhz80 })), rate(he(0, 1)), rate(0)], [24, 6, 6]);
});

test("response times by hand", () => {
  assert.equal(responseMicros(ofdm(54), CONTROL_OCTETS.ack, 5180), 28); // 24 Mb/s: 20 + 4 × (134/96 → 2)
  assert.equal(responseMicros(ofdm(54), CONTROL_OCTETS.ack, 2437), 34); // and the signal extension
  assert.equal(responseMicros(ofdm(54), CONTROL_OCTETS.blockAck, 5180), 32); // 278/96 → 3
  assert.equal(responseMicros(dsss(1), CONTROL_OCTETS.ack, 2437), 304);
});

test("RTS and CTS announce the PPDU that follows them", () => {
  // A PPDU of 400 µs, 5 GHz, all control frames at 24 Mb/s: CTS 28, BlockAck 32, SIFS 16.
  const rts = 16 + 28 + 16 + 400 + 16 + 32;
  assert.equal(announced({ kind: KIND.rts, duration: rts, phy: ofdm(24) }), 400);
  assert.equal(announced({ kind: KIND.cts, duration: rts - 16 - 28, phy: ofdm(24) }), 400);
});

test("data that reserves no more than its answer announces nothing", () => {
  const qosData = { kind: KIND.qosData, phy: ht(7), qos: 0 };
  assert.equal(announced({ ...qosData, duration: 16 + 28 }), 0);
  assert.equal(announced({ ...qosData, duration: 16 + 32 }), 0);
  // A further PPDU of 500 µs in the same TXOP: SIFS, it, SIFS, BlockAck more. The last answer is part of the figure.
  assert.equal(announced({ ...qosData, duration: 16 + 32 + 16 + 500 + 16 + 32 }), 500 + 16 + 32);
});

test("without an answer the whole reservation lies ahead", () => {
  const noAck = { kind: KIND.qosData, phy: ofdm(24), qos: 1 << 5 };
  assert.equal(announced({ ...noAck, duration: 16 + 100 }), 100);
  assert.equal(announced({ kind: KIND.data, phy: ofdm(24), duration: 16 + 100, receiver: BROADCAST }), 100);
});

test("an ACK in a burst announces its rest, one at the end nothing", () => {
  assert.equal(announced({ kind: KIND.ack, phy: ofdm(24), duration: 0 }), 0);
  assert.equal(announced({ kind: KIND.ack, phy: ofdm(24), duration: 16 + 300 + 16 + 32 }), 300);
});

test("PS-Poll, CF-End and headerless rows announce nothing", () => {
  assert.equal(announced({ kind: KIND.psPoll, phy: ofdm(24), duration: 0xc001 }), 0);
  assert.equal(announced({ kind: KIND.cfEnd, phy: ofdm(24), duration: 1000 }), 0);
  const batch = rowOf({ kind: KIND.rts, phy: ofdm(24), duration: 1000 });
  batch.flags[0] = FLAG.headerless;
  assert.equal(announcedMicros(batch, 0), 0);
});

test("property: never negative, never more than the reservation", () => {
  const row = fc.record({
    kind: fc.nat(63),
    duration: fc.nat(0xffff),
    phy: fc.integer({ min: 0, max: 0xffff_ffff }),
    frequency: fc.constantFrom(0, 2437, 5180, 6115),
    receiver: fc.constantFrom(0x0211_0000_0001, BROADCAST),
    qos: fc.nat(0xffff),
  });
  fc.assert(
    fc.property(row, (one) => {
      const micros = announced(one);
      return micros >= 0 && micros <= navMicros(one.duration);
    }),
  );
});
