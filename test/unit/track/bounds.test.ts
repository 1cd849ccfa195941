import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { mac, micros } from "../../../hub/base/units.ts";
import { createBatch, FLAG } from "../../../hub/radio/batch.ts";
import { FC, KIND } from "../../../hub/radio/frame.ts";
import { Tracker, type TrackerOptions } from "../../../hub/track/tracker.ts";
import { Dice } from "../../support/air/dice.ts";
import { frameControl, START, type Written, write } from "./frames.ts";

const AP = 0x0233_4400_0000;
const OWN = 0x0411_2233_0000;
const OWN_DEVICES = 40;
const ROWS = 250;

const newTracker = (options: Partial<TrackerOptions> = {}): Tracker =>
  new Tracker({ homes: [], everyNetworkIsHome: true, vendorOf: () => undefined, ...options });

/** The home's own devices exchange a few frames with their access point. */
function homeTalks(tracker: Tracker, at: number): void {
  for (let i = 0; i < OWN_DEVICES; i++) {
    const common = { kind: KIND.qosData, qos: 0, sequence: Math.floor(at * 10) };
    const frames: Written[] = [0, 0.01, 0.02].flatMap((later) => [
      { ...common, at: at + later, bits: FC.toDs | FC.protected, a1: AP, a2: OWN + i, a3: AP },
      { ...common, at: at + later, bits: FC.fromDs | FC.protected, a1: OWN + i, a2: AP, a3: AP },
    ]);
    const { batch, airtime } = write(frames);
    tracker.sight(batch, airtime, () => undefined);
  }
}

type Forge = (dice: Dice, address: number) => { fc: number; receiver: number; peer: number };

/** A flood in which every frame has an address never seen before; a tick a second, 5,000 frames a second. */
function flood(tracker: Tracker, frames: number, forge: Forge): void {
  const dice = new Dice(7, 1);
  const batch = createBatch();
  const airtime = new Float64Array(batch.time.length).fill(50);
  let address = 0x0600_0000_0000;
  let time = (START + 10) * 1e6;
  for (let sent = 0; sent < frames; sent += ROWS / 2) {
    batch.count = ROWS;
    batch.addressCount = 254;
    batch.addresses[250] = AP;
    for (let row = 0; row < ROWS; row++) {
      if (row % 2 === 0) address += 1;
      const { fc, receiver, peer } = forge(dice, address);
      time += 100;
      batch.time[row] = time;
      batch.fc[row] = fc;
      batch.flags[row] = 0;
      batch.length[row] = 120;
      batch.rssi[row] = -60;
      batch.addresses[row] = address;
      batch.addresses[251] = receiver;
      batch.addresses[252] = peer;
      batch.a1[row] = receiver === AP ? 250 : 251;
      batch.a2[row] = row;
      batch.a3[row] = 252;
      batch.a4[row] = 255;
      batch.sequence[row] = row << 4;
      batch.qos[row] = 0;
      batch.extension[row] = -1;
      batch.fresh[row] = 1;
    }
    tracker.sight(batch, airtime, () => undefined);
    if (time % 1e6 < ROWS * 100) tracker.tick(micros(time));
    tracker.takeChanges();
  }
}

const ownDevicesKnown = (tracker: Tracker): number =>
  Array.from({ length: OWN_DEVICES }, (_, i) => tracker.device(mac(OWN + i))).filter((one) => one?.home)
    .length;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** MiB of live objects. */
const settledMemory = (): number => {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

const FLOODS: Record<string, Forge> = {
  "probe requests": () => ({
    fc: frameControl(KIND.probeRequest),
    receiver: 0xffff_ffff_ffff,
    peer: 0xffff_ffff_ffff,
  }),
  "data to the home's access point": (_dice, address) => ({
    fc: frameControl(KIND.qosData, FC.toDs | FC.protected),
    receiver: AP,
    peer: address + 2 ** 41,
  }),
  beacons: (_dice, address) => ({ fc: frameControl(KIND.beacon), receiver: 0xffff_ffff_ffff, peer: address }),
  "data from access points to addresses, all forged": (dice) => ({
    fc: frameControl(KIND.qosData, FC.fromDs | FC.protected),
    receiver: 0x0a00_0000_0000 + dice.below(2 ** 30) * 4,
    peer: 0x0a00_0000_0000,
  }),
};

for (const [name, forge] of Object.entries(FLOODS)) {
  const total = name === "probe requests" ? 1_000_000 : 250_000;
  test(`${total} random addresses, ${name}: memory stays flat, own devices stay`, () => {
    const tracker = newTracker();
    homeTalks(tracker, 0);
    flood(tracker, 60_000, forge);
    const filled = settledMemory();
    flood(tracker, total - 60_000, forge);
    const { addresses, links, edges, evicted } = tracker.bounds;
    assert.ok(addresses <= 20_000, `${addresses} addresses`);
    assert.ok(links <= 50_000 && edges <= 50_000);
    assert.ok(evicted.addresses > 100_000, `${evicted.addresses} evicted`);
    assert.equal(ownDevicesKnown(tracker), OWN_DEVICES);
    const grown = settledMemory() - filled;
    assert.ok(grown < 5, `${grown.toFixed(1)} MiB more than ${filled.toFixed(1)} after the first 60,000`);
  });
}

test("ten thousand home devices fit, and a flood of associated strangers does not push out those that stay", () => {
  const tracker = newTracker({ limits: { devices: 1_000 } });
  homeTalks(tracker, 0);
  for (let at = 600; at <= 4_200; at += 600) homeTalks(tracker, at);
  const stranger = (i: number): Written[] => {
    const common = { kind: KIND.qosData, qos: 0, at: 4_300 + i / 100 };
    const from = { ...common, bits: FC.toDs | FC.protected, a1: AP, a2: 0x0600_0000_0000 + i, a3: AP };
    const to = { ...common, bits: FC.fromDs | FC.protected, a1: 0x0600_0000_0000 + i, a2: AP, a3: AP };
    return [from, to, from];
  };
  tracker.tick(micros((START + 4_200) * 1e6));
  for (let i = 0; i < 5_000; i++) {
    const { batch, airtime } = write(stranger(i));
    tracker.sight(batch, airtime, () => undefined);
  }
  assert.equal(ownDevicesKnown(tracker), OWN_DEVICES);
  assert.ok([...tracker.devices()].filter((one) => one.home).length <= 1_000);
});

test("changes that nobody takes are bounded and counted", () => {
  const tracker = newTracker({ limits: { changes: 10 } });
  homeTalks(tracker, 0);
  assert.equal(tracker.takeChanges().length, 10);
  assert.ok(tracker.changesLost > 50);
});

test("any columns: nothing throws, no figure is broken", () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const word = fc.integer({ min: 0, max: 65_535 });
  const frame = fc.record({
    fc: word,
    flags: octet,
    duration: word,
    length: word,
    rssi: fc.integer({ min: -128, max: 127 }),
    a: fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 4 }),
    sequence: word,
    qos: word,
    start: word,
    top: word,
    set: word,
    fresh: fc.integer({ min: 0, max: 1 }),
    wait: fc.integer({ min: -1_000_000, max: 3_000_000 }),
    extension: fc.uint8Array({ maxLength: 40 }),
  });
  const addresses = [
    AP,
    OWN,
    OWN + 1,
    OWN + 2,
    0xffff_ffff_ffff,
    0x0100_5e00_0001,
    0,
    OWN + 2 ** 40,
    1,
    2 ** 48 - 2,
  ];
  const property = fc.property(fc.array(frame, { minLength: 1, maxLength: 200 }), (frames) => {
    const tracker = newTracker();
    const batch = createBatch();
    const airtime = new Float64Array(batch.time.length);
    let time = START * 1e6;
    for (const one of frames) {
      time += one.wait;
      batch.count = 1;
      batch.addressCount = addresses.length;
      addresses.forEach((address, i) => {
        batch.addresses[i] = address;
      });
      batch.time[0] = time;
      batch.fc[0] = one.fc;
      batch.flags[0] = one.flags & ~(FLAG.badFcs | FLAG.headerless);
      batch.duration[0] = one.duration;
      batch.length[0] = one.length;
      batch.rssi[0] = one.rssi;
      batch.a1[0] = one.a[0] ?? 255;
      batch.a2[0] = one.a[1] ?? 255;
      batch.a3[0] = one.a[2] ?? 255;
      batch.a4[0] = one.a[3] ?? 255;
      batch.sequence[0] = one.sequence;
      batch.qos[0] = one.qos;
      batch.baStart[0] = one.start;
      batch.baTop[0] = one.top;
      batch.baSet[0] = one.set;
      batch.extension[0] = 0;
      batch.extensionLength[0] = one.extension.length;
      batch.extensionBytes = one.extension;
      batch.fresh[0] = one.fresh;
      airtime[0] = one.length % 7 === 0 ? Number.NaN : one.length / 3;
      tracker.sight(batch, airtime, () => undefined);
      tracker.tick(micros(time));
    }
    for (const device of tracker.devices()) {
      for (const tally of [device.up, device.down]) {
        for (const [name, value] of Object.entries(tally)) assert.ok(value >= -1e-6, `${name} ${value}`);
        assert.ok(tally.heard <= tally.reconstructed, `${tally.heard} of ${tally.reconstructed}`);
      }
    }
  });
  fc.assert(property, { numRuns: 300 });
});
