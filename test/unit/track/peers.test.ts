import assert from "node:assert/strict";
import { test } from "node:test";
import { type Mac, mac, micros } from "../../../hub/base/units.ts";
import { FC, KIND } from "../../../hub/radio/frame.ts";
import { BROADCAST } from "../../../hub/radio/mac.ts";
import { peerKind } from "../../../hub/track/gateway.ts";
import { Tracker } from "../../../hub/track/tracker.ts";
import { START, type Written, write } from "./frames.ts";

const AP = 0x0233_4400_0000;
const ROUTER = 0x0233_4400_0001;
const NAS = 0x0011_3300_0001;
const PHONE = 0x0411_2233_0001;
const PLUG = 0x0411_2233_0002;
const MDNS = 0x0100_5e00_00fb;
const AMSDU = 0x80;

const up = (at: number, from: number, to: number, more: Partial<Written> = {}): Written => ({
  at,
  kind: KIND.qosData,
  bits: FC.toDs | FC.protected,
  a1: AP,
  a2: from,
  a3: to,
  qos: 0,
  ...more,
});
const down = (at: number, to: number, from: number, more: Partial<Written> = {}): Written => ({
  at,
  kind: KIND.qosData,
  bits: FC.fromDs | FC.protected,
  a1: to,
  a2: AP,
  a3: from,
  qos: 0,
  ...more,
});

function track(frames: readonly Written[], options: { edges?: number } = {}): Tracker {
  const limits = options.edges === undefined ? {} : { edges: options.edges };
  const tracker = new Tracker({ homes: [], everyNetworkIsHome: true, vendorOf: () => undefined, limits });
  // Both ends have talked before: only then are they at home.
  const greeting = [PHONE, PLUG].flatMap((station) => [
    up(0, station, ROUTER),
    down(0.1, station, ROUTER),
    up(0.2, station, ROUTER),
  ]);
  for (const frame of [...greeting, ...frames]) {
    const { batch, airtime } = write([frame]);
    tracker.sight(batch, airtime, () => undefined);
  }
  tracker.tick(micros((START + 100) * 1e6));
  return tracker;
}

const edges = (tracker: Tracker, station: number): [number, number, number][] =>
  [...(tracker.device(mac(station))?.peers.values() ?? [])].map(({ peer, mpdus, octets }) => [
    peer,
    mpdus,
    octets,
  ]);

test("address 3 is the peer, both ways in one edge, also between two devices of the house", () => {
  const frames = [
    up(1, PHONE, NAS, { length: 200 }),
    down(2, PHONE, NAS, { length: 1400 }),
    up(3, PHONE, PLUG, { length: 90 }),
    down(3.1, PLUG, PHONE, { length: 90 }),
  ];
  const tracker = track(frames);
  assert.deepEqual(edges(tracker, PHONE).slice(-2), [
    [NAS, 2, 1600],
    [PLUG, 1, 90],
  ]);
  assert.deepEqual(edges(tracker, PLUG).at(-1), [PHONE, 1, 90]);
  const edge = tracker.device(mac(PHONE))?.peers.get(mac(NAS));
  assert.equal(edge?.firstSeen, (START + 1) * 1e6);
  assert.equal(edge?.lastSeen, (START + 2) * 1e6);
});

test("retries, Nulls and A-MSDUs make no edge; what an A-MSDU hides is told", () => {
  const tracker = track([
    up(1, PHONE, NAS, { bits: FC.toDs | FC.protected | FC.retry }),
    up(2, PHONE, NAS, { kind: KIND.qosNull }),
    up(3, PHONE, AP, { qos: AMSDU, length: 3000 }),
  ]);
  assert.equal(tracker.device(mac(PHONE))?.peers.has(mac(NAS)), false);
  assert.equal(tracker.device(mac(PHONE))?.peers.has(mac(AP)), false);
  assert.deepEqual(tracker.device(mac(PHONE))?.hidden, { mpdus: 1, octets: 3000 });
});

test("the gateway is who answers for most devices", () => {
  const busy = Array.from({ length: 50 }, (_, i) => down(1 + i, PHONE, ROUTER, { length: 1500 }));
  const plug = Array.from({ length: 20 }, (_, i) => up(1 + i, PLUG, ROUTER, { length: 120 }));
  const copy = Array.from({ length: 10 }, (_, i) => up(60 + i, PHONE, NAS, { length: 1500 }));
  const tracker = track([...busy, ...plug, ...copy, up(90, PHONE, BROADCAST), up(91, PHONE, MDNS)]);
  assert.equal(tracker.gateway(mac(AP)), ROUTER);
  const phone = tracker.device(mac(PHONE));
  assert.ok(phone !== undefined);
  const kind = (peer: number): string => peerKind(tracker, phone, peer as Mac);
  assert.equal(kind(ROUTER), "gateway");
  assert.equal(kind(NAS), "host");
  assert.equal(kind(PLUG), "device");
  assert.equal(kind(AP), "access_point");
  assert.equal(kind(MDNS), "multicast");
  assert.equal(kind(BROADCAST), "broadcast");
});

test("edges are bounded a device and in all, the ones in use stay", () => {
  const scan = Array.from({ length: 2_000 }, (_, i) => [
    up(1 + i / 100, PHONE, NAS + 1 + i),
    up(1 + i / 100, PHONE, ROUTER),
  ]);
  const tracker = track(scan.flat());
  const phone = tracker.device(mac(PHONE));
  assert.equal(phone?.peers.size, 256);
  assert.ok((phone?.peers.get(mac(ROUTER))?.mpdus ?? 0) >= 2_000);
  assert.equal(tracker.bounds.edges, 256 + 1);
  const small = track(scan.flat(), { edges: 50 });
  assert.equal(small.bounds.edges, 50);
  assert.ok((small.device(mac(PHONE))?.peers.size ?? 0) <= 50);
  assert.ok(small.device(mac(PHONE))?.peers.has(mac(ROUTER)));
  assert.ok(small.bounds.evicted.edges > 1_900);
});

test("strangers have no peers", () => {
  const tracker = new Tracker({ homes: [], everyNetworkIsHome: false, vendorOf: () => undefined });
  for (let i = 0; i < 20; i++) {
    const { batch, airtime } = write([up(i, PHONE, NAS), down(i + 0.5, PHONE, NAS)]);
    tracker.sight(batch, airtime, () => undefined);
  }
  assert.equal(tracker.device(mac(PHONE))?.peers.size, 0);
  assert.equal(tracker.bounds.edges, 0);
});
