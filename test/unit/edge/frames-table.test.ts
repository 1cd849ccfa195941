import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FRAMES_HEADER, frameLine, phyText } from "../../../hub/edge/replay/frames-table.ts";
import { GUARD, WIDTH } from "../../../hub/radio/airtime/phy.ts";
import { createBatch, FLAG, NO_ADDRESS } from "../../../hub/radio/batch.ts";
import { KIND } from "../../../hub/radio/frame.ts";
import { dsss, greenfield, he, ht, ofdm, vht } from "../radio/descriptors.ts";

function rowOf(kind: number) {
  const batch = createBatch();
  batch.count = 1;
  batch.time[0] = 1_742_825_209_950_730;
  batch.fc[0] = ((kind & 0x30) >> 2) | ((kind & 0x0f) << 4);
  batch.length[0] = 14;
  batch.phy[0] = ofdm(24);
  batch.addresses.set([0x0211_0000_0001, 0x0a11_0000_0002]);
  batch.addressCount = 2;
  [batch.a1[0], batch.a2[0]] = [0, NO_ADDRESS];
  return batch;
}

test("a line has the columns of the header", () => {
  assert.equal(FRAMES_HEADER, "time\ttype_subtype\tta\tra\tlength\tphy\tairtime");
  const ack = rowOf(KIND.ack);
  assert.equal(frameLine(ack, 0, 28), "1742825209.950730\t29\t\t02:11:00:00:00:01\t14\tofdm 24\t28.0");
  const beacon = rowOf(KIND.beacon);
  beacon.a2[0] = 1;
  assert.match(
    frameLine(beacon, 0, 205.24),
    /\t8\t0a:11:00:00:00:02\t02:11:00:00:00:01\t14\tofdm 24\t205\.2$/,
  );
});

test("what is not known is empty", () => {
  const batch = rowOf(KIND.beacon);
  batch.flags[0] = FLAG.headerless;
  batch.phy[0] = 0;
  assert.equal(frameLine(batch, 0, Number.NaN), "1742825209.950730\t\t\t\t14\t\t");
});

test("the time keeps every µs", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000_000_000 }), (time) => {
      const batch = rowOf(KIND.ack);
      batch.time[0] = time;
      const [seconds = ""] = frameLine(batch, 0, 0).split("\t");
      return Number(seconds.replace(".", "")) === time && /^\d+\.\d{6}$/.test(seconds);
    }),
  );
});

test("how a frame was sent, in few words", () => {
  const sgi = { guard: GUARD.short };
  const cases: [phy: number, text: string][] = [
    [dsss(1), "dsss 1"],
    [dsss(5.5, true), "dsss 5.5 short"],
    [ofdm(24), "ofdm 24"],
    [ofdm(3, WIDTH.mhz10), "ofdm 3 10mhz"],
    [ht(7, sgi), "ht mcs7 20 sgi"],
    [greenfield(15, { width: WIDTH.mhz40 }), "ht-gf mcs15 40"],
    [vht(9, 2, { width: WIDTH.mhz80 }), "vht mcs9 80 2ss"],
    [vht(0, 1, { stbc: true, ldpc: true }), "vht mcs0 20 stbc ldpc"],
    [he(11, 2, { width: WIDTH.mhz160, guard: GUARD.double }), "he-su mcs11 160 2ss gi1.6"],
    [he(0, 1, { dcm: true, guard: GUARD.quadruple }), "he-su mcs0 20 gi3.2 dcm"],
    [0, ""],
    [0xffff_ffff, ""],
  ];
  for (const [phy, text] of cases) assert.equal(phyText(phy), text);
});

test("property: any row is one line of seven fields", () => {
  fc.assert(
    fc.property(
      fc.nat(0xffff),
      fc.integer({ min: 0, max: 0xffff_ffff }),
      fc.nat(255),
      (control, phy, index) => {
        const batch = rowOf(0);
        batch.fc[0] = control;
        batch.phy[0] = phy;
        batch.a2[0] = index;
        const line = frameLine(batch, 0, 1);
        return line.split("\t").length === 7 && !line.includes("\n");
      },
    ),
  );
});
