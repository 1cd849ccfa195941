import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { htEncoders, htModulation, MODULATIONS, vhtEncoders } from "../../../hub/radio/airtime/modulation.ts";
import { FORMAT, GUARD, WIDTH } from "../../../hub/radio/airtime/phy.ts";
import { timingOf } from "../../../hub/radio/airtime/txtime.ts";
import { overheadMicros, ppduAirtime } from "../../../hub/radio/airtime.ts";
import { dsss, greenfield, he, ht, ofdm, vht } from "./descriptors.ts";

const { mhz5, mhz10, mhz40, mhz80, mhz160, mhz320 } = WIDTH;
const sgi = { guard: GUARD.short };

/** Equal to the tenth of a µs: 3.6 and 13.6 have no exact binary form. */
function check(phy: number, octets: number, expected: number): void {
  assert.equal(Number(ppduAirtime(phy, octets).toFixed(3)), expected);
}

test("DSSS and CCK: preamble and header, then octets at the rate, rounded up", () => {
  check(dsss(1), 14, 304); // 192 + 112/1
  check(dsss(2, true), 14, 152); // 96 + 112/2
  check(dsss(5.5), 100, 338); // 192 + 800/5.5 = 145.45 → 146
  check(dsss(11, true), 1500, 1187); // 96 + 12000/11 = 1090.9 → 1091
  check(dsss(11), 11, 200); // 192 + 88/11 = 8, nothing to round
  check(dsss(1, true), 14, 304); // 1 Mb/s has no short form
});

test("OFDM: 20 µs and whole symbols of 16 + 8 L + 6 bits, slower in narrow channels", () => {
  check(ofdm(24), 14, 28); // 134/96 = 1.4 → 2; 20 + 8
  check(ofdm(6), 14, 44); // 134/24 = 5.6 → 6; 20 + 24
  check(ofdm(54), 1500, 244); // 12022/216 = 55.7 → 56; 20 + 224
  check(ofdm(9), 27, 48); // 238/36 = 6.6 → 7; 20 + 28
  check(ofdm(3, mhz10), 14, 88); // 134/24 → 6 of 8 µs; 40 + 48
  check(ofdm(1.5, mhz5), 14, 176); // 6 of 16 µs; 80 + 96
});

test("HT mixed format", () => {
  check(ht(7), 1500, 224); // 36 + 4 × (12022/260 = 46.2 → 47)
  check(ht(7, sgi), 1500, 205.2); // 36 + 3.6 × 47
  check(ht(15, { ...sgi, width: mhz40 }), 1500, 83.2); // 40 + 3.6 × (12022/1080 = 11.1 → 12)
  check(ht(23, { width: mhz40 }), 1500, 80); // 4 LTF: 48; two encoders: 12028/1620 = 7.4 → 8; 48 + 32
  check(ht(0, { stbc: true }), 100, 168); // 2 LTF: 40; pairs: 822/52 = 15.8 → 16 × 2; 40 + 128
  check(ht(0, { extension: 1 }), 100, 168); // one more LTF: 40 + 4 × (822/26 = 31.6 → 32)
  check(ht(0, { extension: 3 }), 100, 180); // four more: 52 + 128
});

test("HT greenfield has no legacy part and a first training field of 8 µs", () => {
  check(greenfield(0), 100, 152); // 8 + 8 + 8 + 4 × 32
  check(greenfield(8), 100, 92); // 8 + 8 + 8 + 4; 822/52 = 15.8 → 16 × 4 = 64
});

test("HT MCS 32 to 76", () => {
  check(ht(32, { width: mhz40 }), 100, 176); // 48 subcarriers, BPSK 1/2: 822/24 = 34.3 → 35; 36 + 140
  assert.ok(Number.isNaN(ppduAirtime(ht(32), 100)));
  check(ht(33), 100, 64); // 16-QAM and QPSK 1/2, N_DBPS 52 × 6/2 = 156: 822/156 → 6; 40 + 24
  check(ht(76), 100, 52); // 64, 64, 64, 16-QAM 3/4: 52 × 22 × 3/4 = 858: 1; 48 + 4
  assert.ok(Number.isNaN(ppduAirtime(ht(77), 100)));
  assert.ok(Number.isNaN(ppduAirtime(ht(7, { width: mhz80 }), 100)));
  // N_DBPS at 20 MHz as the standard's tables list it.
  const listed: Record<number, number> = {
    31: 1040,
    34: 208,
    35: 260,
    36: 234,
    38: 390,
    39: 208,
    45: 416,
    46: 312,
    52: 624,
    53: 260,
    64: 572,
    65: 390,
    70: 624,
  };
  for (const [mcs, expected] of Object.entries(listed))
    assert.equal(timingOf(ht(Number(mcs)))?.dataBits, expected);
  assert.equal(htModulation(52)?.streams, 3);
});

test("LDPC: no tail, and one symbol more where the code would be punctured too much", () => {
  // 118 octets at MCS 0: 944 + 16 = 960 bits in 37 symbols (BCC with its tail: 38). One word of 1944, 972 of them
  // data: 12 shortened, 1944 - 1924 - 12 = 8 punctured, below a tenth of 972.
  check(ht(0, { ldpc: true }), 118, 184);
  check(ht(0), 118, 188);
  // 130 octets: 1056 bits in 41 symbols = 2132 coded. Two words of 1296: 240 shortened, 220 punctured, over a tenth
  // of 1296, and 240 < 1.2 × 220: 42 symbols.
  check(ht(0, { ldpc: true }), 130, 204);
  check(ht(0), 130, 200);
  // 22 octets: 192 bits in 8 symbols = 416 coded. One word of 648: 132 shortened, not below 1.2 × 100, but the 100
  // punctured are over three tenths of 324: 9 symbols.
  check(ht(0, { ldpc: true }), 22, 72);
  check(ht(0), 22, 68);
});

test("VHT", () => {
  check(vht(0, 1), 104, 172); // 36 + 4; 832 + 22 = 854/26 = 32.8 → 33; 40 + 132
  check(vht(9, 2, { ...sgi, width: mhz80 }), 6000, 101.6); // two encoders: 48028/3120 = 15.4 → 16 × 3.6; 44 + 57.6
  check(vht(7, 3, { width: mhz80 }), 1000, 64); // 3 streams, 4 LTF: 52; two encoders: 8028/3510 = 2.3 → 3 × 4; 52 + 12
  check(vht(8, 1, { width: mhz40, stbc: true }), 1500, 124); // 2 LTF: 44; pairs: 12022/1296 = 9.3 → 20 × 4
  assert.ok(Number.isNaN(ppduAirtime(vht(9, 1), 100)));
  assert.ok(Number.isNaN(ppduAirtime(vht(6, 3, { width: mhz80 }), 100)));
  assert.ok(Number.isNaN(ppduAirtime(vht(9, 3, { width: mhz160 }), 100)));
  assert.ok(Number.isNaN(ppduAirtime(vht(12, 1), 100)));
  assert.ok(Number.isNaN(ppduAirtime(vht(0, 5, { stbc: true }), 100)));
});

test("numbers of encoders, those out of line included", () => {
  assert.equal(htEncoders(1200), 1);
  assert.equal(htEncoders(1296), 2);
  const listed: [subcarriers: number, streams: number, mcs: number, encoders: number][] = [
    [234, 1, 9, 1],
    [234, 4, 7, 3], // 4680 bits: 2.2 → 3; 5616 coded bits are 3 × 1872
    [234, 7, 8, 6],
    [468, 4, 9, 6],
    [468, 5, 8, 8],
    [468, 7, 7, 9],
    [468, 7, 8, 12],
    [468, 7, 9, 12],
    [468, 8, 9, 12],
  ];
  for (const [subcarriers, streams, mcs, encoders] of listed) {
    const modulation = MODULATIONS[mcs];
    assert.ok(modulation);
    assert.equal(vhtEncoders(subcarriers * streams * modulation.bits, modulation), encoders);
  }
});

test("HE", () => {
  const wide = { width: mhz80, ldpc: true, ltf: 2 };
  // N_DBPS floor(980 × 20 × 5/6) = 16333: 80016 bits are 4.9 → 5 × 13.6; 20 + 16 + 2 × 7.2 + 68.
  check(he(11, 2, wide), 10_000, 118.4);
  // 822/117 = 7.03 → 8 × 16; 20 + 16 + (12.8 + 3.2) + 128.
  check(he(0, 1, { guard: GUARD.quadruple }), 100, 180);
  check(he(0, 1, { guard: GUARD.quadruple, ltf: 3 }), 100, 180);
  // Dual carrier modulation: 822/58 = 14.2 → 15 × 13.6; 36 + 7.2 + 204.
  check(he(0, 1, { dcm: true }), 100, 247.2);
  const single = ppduAirtime(he(0, 1), 100);
  assert.equal(Math.round(ppduAirtime(he(0, 1, { format: FORMAT.heErSu }), 100) - single), 8);
  assert.equal(Math.round(ppduAirtime(he(0, 1, { format: FORMAT.heTb }), 100) - single), 4);
  assert.equal(Math.round(ppduAirtime(he(0, 1, { format: FORMAT.heMu }), 100) - single), 4);
  assert.ok(Number.isNaN(ppduAirtime(he(0, 1, { width: mhz320 }), 100)));
  assert.ok(Number.isNaN(ppduAirtime(he(14, 1), 100)));
});

test("what the descriptor does not say is not a number", () => {
  for (const phy of [0, FORMAT.eht, 0xf, FORMAT.dsss, FORMAT.ofdm, ofdm(7), ofdm(5.5)]) {
    assert.ok(Number.isNaN(ppduAirtime(phy, 100)), String(phy));
  }
});

test("overhead: the signal extension of 2.4 GHz and the rest of a symbol after short guard intervals", () => {
  assert.equal(overheadMicros(ofdm(24), 14, 2412), 6);
  assert.equal(overheadMicros(ofdm(24), 14, 5180), 0);
  assert.equal(overheadMicros(dsss(11), 14, 2412), 0);
  assert.equal(overheadMicros(0, 14, 2412), 0);
  // 47 × 3.6 = 169.2, to 172 are 2.8.
  assert.equal(overheadMicros(ht(7, sgi), 1500, 5180).toFixed(3), "2.800");
  assert.equal(overheadMicros(ht(7, sgi), 1500, 2437).toFixed(3), "8.800");
  assert.equal(overheadMicros(ht(7), 1500, 2437), 6);
  assert.equal(overheadMicros(greenfield(7, sgi), 1500, 5180), 0);
});

const anyPhy = fc.integer({ min: 0, max: 0xffff_ffff });
const octets = fc.integer({ min: 0, max: 65_535 });

test("property: total, positive, and never shorter for more octets", () => {
  fc.assert(
    fc.property(anyPhy, octets, octets, (phy, one, other) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)];
      const airtime = ppduAirtime(phy, less);
      if (Number.isNaN(airtime)) return Number.isNaN(ppduAirtime(phy, more));
      const overhead = overheadMicros(phy, less, 2412);
      return airtime > 0 && ppduAirtime(phy, more) >= airtime && overhead >= 0 && overhead < 10;
    }),
    { numRuns: 20_000 },
  );
});

test("property: TXTIME with the short guard interval ends on a symbol of the legacy part", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 31 }), octets, (mcs, length) => {
      const phy = ht(mcs, sgi);
      const whole = ppduAirtime(phy, length) + overheadMicros(phy, length, 5180);
      return Math.abs(whole / 4 - Math.round(whole / 4)) < 1e-6;
    }),
  );
});
