import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nodeIndex } from "../../../hub/base/units.ts";
import { GUARD, WIDTH } from "../../../hub/radio/airtime/phy.ts";
import { AirtimeMeter, ppduAirtime } from "../../../hub/radio/airtime.ts";
import { createBatch, FLAG, type FrameBatch, NO_ADDRESS } from "../../../hub/radio/batch.ts";
import { dsss, he, ht, ofdm, vht } from "./descriptors.ts";

interface Row {
  readonly phy: number;
  readonly length: number;
  readonly from?: number;
  readonly continues?: boolean;
  readonly ppdu?: number;
}

function batchOf(rows: readonly Row[], node = 0): FrameBatch {
  const batch = createBatch();
  batch.node = nodeIndex(node);
  batch.count = rows.length;
  rows.forEach(({ phy, length, from, continues, ppdu }, row) => {
    const transmitter = from ?? 1;
    batch.addresses[transmitter % 255] = transmitter;
    batch.phy[row] = phy;
    batch.length[row] = length;
    batch.a2[row] = transmitter === 0 ? NO_ADDRESS : transmitter % 255;
    batch.flags[row] = (continues ? FLAG.ppduContinues : 0) | (ppdu === undefined ? 0 : FLAG.ppduLength);
    batch.ppduLength[row] = ppdu ?? 0;
  });
  return batch;
}

const measure = (rows: readonly Row[]): number[] => [...new AirtimeMeter().measure(batchOf(rows))];
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

test("frames on their own take the airtime of their PPDU, unknown ones none", () => {
  const rows = [
    { phy: dsss(1), length: 14, from: 0 },
    { phy: ofdm(24), length: 14 },
    { phy: ht(7), length: 1500 },
    { phy: 0, length: 100 },
  ];
  assert.deepEqual(measure(rows), [304, 28, 224, Number.NaN]);
});

test("HT: a further MPDU costs the symbols that it adds, its delimiter none", () => {
  // 36 + 4 × (12022/260 → 47) = 224. The next begins at 1500 + 4 octets: 12054/260 → 47 symbols; with its 500 octets
  // 16054/260 → 62: 15 symbols of 4 µs.
  const rows = [
    { phy: ht(7), length: 1500 },
    { phy: ht(7), length: 500, continues: true },
  ];
  assert.deepEqual(measure(rows), [224, 60]);
});

test("VHT: delimiters and padding count", () => {
  const phy = vht(7, 1, { width: WIDTH.mhz80, guard: GUARD.short });
  // PSDU: 4 + 1001, 3 of padding, 4 + 1500 = 2512. 36 + 4 + 3.6 × (20118/1170 = 17.2 → 18).
  const values = measure([
    { phy, length: 1001 },
    { phy, length: 1500, continues: true },
  ]);
  assert.equal(sum(values).toFixed(1), "104.8");
  assert.equal(values[0]?.toFixed(1), "65.2"); // 40 + 3.6 × (8062/1170 = 6.9 → 7)
});

test("a known PPDU length is counted once, whatever is heard of it", () => {
  const values = measure([
    { phy: ht(7), length: 1500, ppdu: 6000 },
    { phy: ht(7), length: 1500, continues: true },
    { phy: ht(7), length: 1500, continues: true },
  ]);
  assert.deepEqual(values, [ppduAirtime(ht(7), 6000), 0, 0]);
});

test("the highest rate stated within a PPDU counts for the rest of it", () => {
  const values = measure([
    { phy: ht(7), length: 400 },
    { phy: ht(0), length: 400, continues: true },
    { phy: ht(7), length: 400, continues: true },
  ]);
  assert.ok(sum(values) < 36 + 4 * 50);
  const raised = measure([
    { phy: ht(0), length: 400 },
    { phy: ht(7), length: 400, continues: true },
  ]);
  assert.ok((raised[1] ?? 0) <= 4 * 13);
});

test("transmitters and nodes do not mix, legacy frames in between do not matter", () => {
  const meter = new AirtimeMeter();
  const alone = measure([
    { phy: ht(7), length: 1500 },
    { phy: ht(7), length: 500, continues: true },
  ]);
  const values = meter.measure(
    batchOf([
      { phy: ht(7), length: 1500, from: 1 },
      { phy: ht(1), length: 900, from: 2 },
      { phy: ofdm(24), length: 32, from: 1 },
      { phy: ht(7), length: 500, from: 1, continues: true },
    ]),
  );
  assert.equal(values[0], alone[0]);
  assert.equal(values[3], alone[1]);
  const other = meter.measure(batchOf([{ phy: ht(7), length: 500, from: 1, continues: true }], 1));
  assert.equal(other[0], ppduAirtime(ht(7), 500));
});

test("an A-MPDU goes on across batches", () => {
  const meter = new AirtimeMeter();
  const first = [...meter.measure(batchOf([{ phy: ht(7), length: 1500 }]))];
  const second = [...meter.measure(batchOf([{ phy: ht(7), length: 500, continues: true }]))];
  assert.deepEqual([...first, ...second], [224, 60]);
});

test("a further MPDU whose first was not heard takes a preamble", () => {
  assert.deepEqual(measure([{ phy: ht(7), length: 1500, continues: true }]), [224]);
});

test("a flood of transmitters makes the meter forget, not grow or fail", () => {
  const meter = new AirtimeMeter();
  meter.measure(batchOf([{ phy: ht(7), length: 1500, from: 7 }]));
  for (let round = 0; round < 20; round++) {
    const rows = Array.from({ length: 250 }, (_, i) => ({
      phy: ht(7),
      length: 100,
      from: 1000 + 255 * round + i,
    }));
    meter.measure(batchOf(rows));
  }
  const [value] = meter.measure(batchOf([{ phy: ht(7), length: 500, from: 7, continues: true }]));
  assert.equal(value, ppduAirtime(ht(7), 500));
});

const lengths = fc.array(fc.integer({ min: 14, max: 4000 }), { minLength: 1, maxLength: 30 });
const aggregateOf = (phy: number, octets: readonly number[]): number[] =>
  measure(octets.map((length, i) => ({ phy, length, continues: i > 0 })));
const psduOf = (octets: readonly number[]): number =>
  octets.reduce((psdu, length) => Math.ceil(psdu / 4) * 4 + 4 + length, 0);

test("property: MPDUs of a VHT or HE PPDU add up to its airtime", () => {
  const phys = fc.constantFrom(
    vht(4, 1),
    vht(9, 2, { width: WIDTH.mhz80 }),
    vht(3, 1, { stbc: true }),
    he(7, 1),
  );
  fc.assert(
    fc.property(phys, lengths, (phy, octets) => {
      return Math.abs(sum(aggregateOf(phy, octets)) - ppduAirtime(phy, psduOf(octets))) < 1e-6;
    }),
  );
});

test("property: MPDUs of an HT PPDU fall short of its airtime by less than the symbols of their delimiters", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 15 }), lengths, (mcs, octets) => {
      const phy = ht(mcs);
      const short = ppduAirtime(phy, psduOf(octets)) - sum(aggregateOf(phy, octets));
      const perMpdu = ppduAirtime(phy, 1007) - ppduAirtime(phy, 1000) + 4;
      return short >= -1e-6 && short <= perMpdu * octets.length;
    }),
  );
});

test("property: any columns are measured without harm, never below 0", () => {
  const row = fc.record({
    phy: fc.integer({ min: 0, max: 0xffff_ffff }),
    length: fc.integer({ min: 0, max: 65_535 }),
    from: fc.integer({ min: 0, max: 5 }),
    continues: fc.boolean(),
    ppdu: fc.option(fc.integer({ min: 0, max: 65_535 }), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 50 }), (rows) => {
      const values = measure(
        rows.map(({ ppdu, ...rest }) => (ppdu === undefined ? rest : { ...rest, ppdu })),
      );
      return values.length === rows.length && values.every((value) => Number.isNaN(value) || value >= 0);
    }),
  );
});
