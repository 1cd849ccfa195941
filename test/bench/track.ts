import { mac, micros } from "../../hub/base/units.ts";
import { AirtimeMeter } from "../../hub/radio/airtime.ts";
import type { FrameBatch } from "../../hub/radio/batch.ts";
import { Tracker } from "../../hub/track/tracker.ts";
import { CHANNEL_6, GOOD_HEARING, homePlan, stationMac } from "../support/air/home.ts";
import { type Air, simulateAir } from "../support/air.ts";
import { type BenchRow, rateOf } from "./rows.ts";

interface Sitting {
  readonly batch: FrameBatch;
  readonly airtime: Float64Array;
}

/** What one node heard of a home, as tracked: every batch with its own columns. */
function sittingsOf(air: Air): Sitting[] {
  const meter = new AirtimeMeter();
  const sittings: Sitting[] = [];
  for (const delivery of air.deliveries()) {
    if (delivery.kind !== "frames") continue;
    delivery.batch.fresh.fill(1);
    sittings.push({ batch: structuredClone(delivery.batch), airtime: meter.measure(delivery.batch).slice() });
  }
  return sittings;
}

const newTracker = (): Tracker =>
  new Tracker({ homes: [], everyNetworkIsHome: true, vendorOf: () => undefined });

/** Plays the same seconds again and again, each time later, so that sequence numbers and time go on. */
function rateOfHome(): BenchRow {
  const seconds = 20;
  const node = { frequencies: [CHANNEL_6], hearing: GOOD_HEARING, clock: { unixTime: true } };
  const sittings = sittingsOf(simulateAir(homePlan(1, [node], seconds)));
  const rows = sittings.reduce((sum, { batch }) => sum + batch.count, 0);
  const tracker = newTracker();
  const framesPerSecond = rateOf(rows, () => {
    for (const { batch, airtime } of sittings) {
      for (let row = 0; row < batch.count; row++) batch.time[row] = (batch.time[row] ?? 0) + seconds * 1e6;
      tracker.sight(batch, airtime, () => undefined);
    }
    tracker.tick(tracker.now);
  });
  return { name: "a home of 14 devices", framesPerSecond };
}

/** Every frame from an address never seen before: a flood of probe requests. */
function rateOfFlood(): BenchRow {
  const node = { frequencies: [CHANNEL_6], hearing: GOOD_HEARING, clock: { unixTime: true } };
  const [sitting] = sittingsOf(simulateAir(homePlan(1, [node], 2)));
  if (sitting === undefined) return { name: "a flood" };
  const { batch, airtime } = sitting;
  batch.count = 250;
  batch.addressCount = 251;
  batch.addresses[250] = stationMac(1);
  batch.fc.fill(0x0040);
  batch.flags.fill(0);
  batch.extension.fill(-1);
  for (let row = 0; row < 250; row++) {
    batch.a1[row] = 250;
    batch.a2[row] = row;
    batch.a3[row] = 250;
  }
  const tracker = newTracker();
  let address = 0x0200_0000_0000;
  let now = batch.time[0] ?? 0;
  const framesPerSecond = rateOf(250, () => {
    for (let row = 0; row < 250; row++) {
      batch.addresses[row] = mac(address++);
      batch.time[row] = now += 50;
    }
    tracker.sight(batch, airtime, () => undefined);
    if (address % 20_000 < 250) tracker.tick(micros(now));
  });
  return { name: "a new address every frame", framesPerSecond };
}

export function run(): BenchRow[] {
  return [rateOfHome(), rateOfFlood()];
}
