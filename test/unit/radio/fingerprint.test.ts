import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fingerprint, kismetFingerprint } from "../../../hub/radio/elements/fingerprint.ts";
import { block, element, MICROSOFT, vendor } from "./blocks.ts";

const rates = element(1, [2, 4, 11, 22]);
const more = element(50, [12, 18, 24, 36, 48, 72, 96, 108]);
const channel = (number: number): number[] => element(3, [number]);
const ht = (info: number, mcs = 0xff): number[] =>
  element(45, [info & 0xff, info >> 8, 0x17, mcs, ...new Array(22).fill(0)]);
const extended = element(127, [0, 0, 8, 4, 0, 0, 0, 64]);
const wmm = vendor(MICROSOFT, 8, [0, 0x28, 0]);
const phone = fingerprint(block(rates, more, channel(1), ht(0x402d), extended, wmm));

test("the channel, passing states and vendor contents do not matter", () => {
  assert.equal(fingerprint(block(rates, more, channel(6), ht(0x402d), extended, wmm)), phone);
  assert.equal(fingerprint(block(rates, more, ht(0x402d), extended, wmm)), phone);
  // 40 MHz intolerant (bit 14) and SM power save (bits 2-3) change with the state of the device.
  assert.equal(fingerprint(block(rates, more, channel(1), ht(0x0021), extended, wmm)), phone);
  assert.equal(fingerprint(block(rates, more, channel(1), ht(0x402d, 0), extended, wmm)), phone);
  // Interworking (bit 31 of the extended capabilities) differs between scans of one phone.
  const hotspots = element(127, [0, 0, 8, 0x84, 0, 0, 0, 64]);
  assert.equal(fingerprint(block(rates, more, channel(1), ht(0x402d), hotspots, wmm)), phone);
  const other = vendor(MICROSOFT, 8, [1, 2, 3]);
  assert.equal(fingerprint(block(rates, more, channel(1), ht(0x402d), extended, other)), phone);
});

test("rates, capabilities, order and vendors do", () => {
  const others = [
    block(more, rates, channel(1), ht(0x402d), extended, wmm),
    block(rates, channel(1), ht(0x402d), extended, wmm),
    block(rates, more, channel(1), ht(0x402f), extended, wmm),
    block(rates, more, channel(1), ht(0x402d), element(127, [0, 0, 8, 6, 0, 0, 0, 64]), wmm),
    block(rates, more, channel(1), ht(0x402d), extended, vendor([0, 0x10, 0x18], 2)),
    block(rates, more, channel(1), ht(0x402d), extended, wmm, element(107, [15])),
    block(rates, more, channel(1), ht(0x402d), extended, wmm, element(255, [35, 1])),
  ];
  const all = new Set([phone, ...others.map(fingerprint)]);
  assert.equal(all.size, others.length + 1);
});

test("of extended elements only HE capabilities count with their contents", () => {
  const with1 = (extension: number[]) => fingerprint(block(rates, element(255, extension)));
  assert.equal(with1([2, 0, 23]), with1([2, 0, 99]));
  assert.notEqual(with1([35, 1]), with1([35, 2]));
});

test("Kismet's list: rates, operating classes, interworking, extended capabilities and two vendors", () => {
  const base = kismetFingerprint(block(rates, more, extended));
  assert.equal(kismetFingerprint(block(rates, ht(7), more, channel(3), extended, wmm)), base);
  assert.notEqual(kismetFingerprint(block(rates, more, extended, element(107, [15]))), base);
  assert.notEqual(kismetFingerprint(block(rates, more, extended, vendor([0, 0x90, 0x4c], 51))), base);
  assert.equal(kismetFingerprint(block(rates, more, extended, vendor([0, 0x90, 0x4c], 4))), base);
});

test("nothing has the fingerprint 0", () => {
  assert.equal(fingerprint(new Uint8Array(0)), 0);
  assert.equal(kismetFingerprint(block(channel(6))), 0);
});

test("property: total, and 0 only where no element counts", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 700 }), (octets) => {
      const value = fingerprint(octets);
      return Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff && kismetFingerprint(octets) >= 0;
    }),
  );
});
