import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Band, bandOf, channelOf, frequencyOf, operationOf } from "../../../hub/radio/channel.ts";
import { splitElements } from "../../../hub/radio/elements/block.ts";
import { block, element } from "./blocks.ts";

test("channels and frequencies", () => {
  const known: [frequency: number, channel: number, band: Band][] = [
    [2412, 1, "2.4"],
    [2472, 13, "2.4"],
    [2484, 14, "2.4"],
    [5180, 36, "5"],
    [5720, 144, "5"],
    [5885, 177, "5"],
    [5935, 2, "6"],
    [5955, 1, "6"],
    [7115, 233, "6"],
  ];
  for (const [frequency, channel, band] of known) {
    assert.equal(bandOf(frequency), band);
    assert.equal(channelOf(frequency), channel);
    assert.equal(frequencyOf(channel, band), frequency);
  }
});

test("what is no channel is undefined", () => {
  for (const frequency of [0, 900, 2400, 2413, 5000, 5920, 7200, Number.NaN]) {
    assert.equal(channelOf(frequency), undefined);
  }
  assert.equal(frequencyOf(0, "5"), undefined);
  assert.equal(frequencyOf(15, "2.4"), undefined);
  assert.equal(frequencyOf(1.5, "6"), undefined);
  assert.equal(bandOf(4000), undefined);
});

test("property: number and frequency name the same channel", () => {
  fc.assert(
    fc.property(fc.constantFrom<Band>("2.4", "5", "6"), fc.integer({ min: 0, max: 255 }), (band, channel) => {
      const frequency = frequencyOf(channel, band);
      if (frequency === undefined || bandOf(frequency) !== band) return true;
      return channelOf(frequency) === channel;
    }),
  );
});

const operation = (...elements: number[][]) => operationOf(splitElements(block(...elements)));

test("20 MHz by the DS parameter set alone", () => {
  assert.deepEqual(operation(element(3, [11])), { channel: 11, widthMhz: 20, center: 11, sixGhz: false });
  assert.deepEqual(operation(), { channel: undefined, widthMhz: 20, center: undefined, sixGhz: false });
});

test("40 MHz by the secondary channel of the HT operation, if any width is allowed", () => {
  assert.deepEqual(operation(element(61, [36, 0x05, 0, 0])), {
    channel: 36,
    widthMhz: 40,
    center: 38,
    sixGhz: false,
  });
  assert.equal(operation(element(61, [11, 0x07])).center, 9);
  assert.equal(operation(element(61, [11, 0x03])).widthMhz, 20);
});

test("VHT operation: 80, 160 and 80+80 MHz, in both ways of saying them", () => {
  const ht = element(61, [36, 0x05, 0, 0]);
  const width = (vht: number[]) => {
    const { widthMhz, center } = operation(ht, element(192, [...vht, 0, 0]));
    return [widthMhz, center];
  };
  assert.deepEqual(width([0, 0, 0]), [40, 38]);
  assert.deepEqual(width([1, 42, 0]), [80, 42]);
  assert.deepEqual(width([1, 42, 50]), [160, 50]);
  assert.deepEqual(width([1, 42, 155]), [160, 42]);
  assert.deepEqual(width([2, 50, 0]), [160, 50]);
  assert.deepEqual(width([9, 50, 0]), [40, 38]);
});

test("HE operation: its VHT part, and the 6 GHz part behind the optional ones", () => {
  const vht = operation(element(61, [36, 5]), element(255, [36, 0, 0x40, 0, 0, 0, 0, 1, 42, 0]));
  assert.deepEqual([vht.widthMhz, vht.center], [80, 42]);
  const six = [37, 2, 39, 0, 6];
  const plain = element(255, [36, 0, 0, 0x02, 0, 0, 0, ...six]);
  assert.deepEqual(operation(plain), { channel: 37, widthMhz: 80, center: 39, sixGhz: true });
  const behind = element(255, [36, 0, 0xc0, 0x02, 0, 0, 0, 1, 42, 0, 77, ...six]);
  assert.deepEqual(operation(behind), { channel: 37, widthMhz: 80, center: 39, sixGhz: true });
  const wide = element(255, [36, 0, 0, 0x02, 0, 0, 0, 37, 3, 39, 47, 6]);
  assert.equal(operation(wide).center, 47);
});

test("EHT operation: 320 MHz with the centre of the whole", () => {
  const six = element(255, [36, 0, 0, 0x02, 0, 0, 0, 37, 3, 39, 47, 6]);
  const eht = element(255, [106, 1, 0, 0, 0, 0, 4, 47, 31]);
  const { channel, widthMhz, center } = operation(six, eht);
  assert.deepEqual([channel, widthMhz, center], [37, 320, 31]);
  assert.equal(operation(six, element(255, [106, 0, 0, 0, 0, 0])).widthMhz, 160);
});
