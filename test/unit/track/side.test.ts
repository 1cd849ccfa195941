import assert from "node:assert/strict";
import { test } from "node:test";
import { Side } from "../../../hub/track/count/side.ts";

/** `sent` MPDUs of which each `every`th is heard, 1,000 octets in 400 µs; each `again`th heard one is a repeat. */
function sideOf(sent: number, every: number, again = 1_000): Side {
  const side = new Side();
  for (let i = 1; i <= sent; i++) {
    side.add(1, 0, every);
    if (i % every === 0) {
      side.countData((i / every) % again === 0, 400, 1_000);
      side.hear(1_000, true);
    }
    if (i % 50 === 0) side.settle();
  }
  side.settle();
  return side;
}

const near = (value: number, truth: number, limit: number): void =>
  assert.ok(Math.abs(value / truth - 1) <= limit, `${value} against ${truth}`);

test("a sample of one in twenty tells octets and airtime of the rest", () => {
  const { tally } = sideOf(2_000, 20);
  assert.equal(tally.heard, 100);
  assert.equal(tally.reconstructed, 2_000);
  near(tally.octetsEstimated, 2_000_000, 0.02);
  near(tally.airtime + tally.airtimeEstimated, 800_000, 0.02);
});

test("repeats among what is heard stand for repeats among the rest", () => {
  const { tally } = sideOf(4_000, 20, 5);
  near(tally.airtime + tally.airtimeEstimated, (4_000 * 400) / 0.8, 0.05);
});

test("a handful out of thousands, or mostly repeats, is no sample of the air of the rest", () => {
  assert.equal(sideOf(20_000, 400).tally.airtimeEstimated, 0);
  // Some twenty frames pass before the repeats are known for what they are.
  assert.ok(sideOf(20_000, 20, 2).tally.airtimeEstimated < 200_000);
});

test("reserved air is no second time estimated", () => {
  const side = new Side();
  side.tally.airtimeReserved = 760_000;
  for (let i = 1; i <= 2_000; i++) {
    side.add(1, 0, 20);
    if (i % 20 !== 0) continue;
    side.countData(false, 400, 1_000);
    side.hear(1_000, true);
    side.settle();
  }
  assert.ok(side.tally.airtimeEstimated < 10_000, `${side.tally.airtimeEstimated}`);
});

test("octets wait for the first MPDU whose size is known", () => {
  const side = new Side();
  side.add(100, 0, 1);
  side.settle();
  assert.equal(side.tally.octetsEstimated, 0);
  side.add(1, 0, 1);
  side.countData(false, 100, 300);
  side.hear(300, true);
  side.settle();
  assert.equal(side.tally.octetsEstimated, 101 * 300);
});

test("other kinds of frames count, but say nothing of the size of data", () => {
  const side = new Side();
  side.addOther(50, 0);
  side.hear(90, false);
  side.add(10, 0, 1);
  side.settle();
  assert.equal(side.tally.reconstructed, 60);
  assert.equal(side.tally.octetsEstimated, 0);
});
