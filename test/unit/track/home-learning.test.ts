import assert from "node:assert/strict";
import { test } from "node:test";
import { dbm, type Mac, mac, megahertz, micros, nodeIndex } from "../../../hub/base/units.ts";
import { FC, KIND } from "../../../hub/radio/frame.ts";
import { BROADCAST } from "../../../hub/radio/mac.ts";
import { homeCandidates } from "../../../hub/track/home-learning.ts";
import { homeRule } from "../../../hub/track/homes.ts";
import type { AccessPoint, Association } from "../../../hub/track/model.ts";
import { Tracker } from "../../../hub/track/tracker.ts";
import { extension, START, type Written, write } from "./frames.ts";

const octets = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An access point as heard at each node in turn, dBm. */
const accessPoint = (bssid: number, name: string | undefined, levels: readonly number[]): AccessPoint => ({
  bssid: mac(bssid),
  vendor: undefined,
  ssid: name === undefined ? undefined : octets(name),
  frequency: megahertz(2437),
  beaconInterval: 100,
  security: { encryption: "wpa2", enterprise: false, pmf: "no", wps: false },
  stations: undefined,
  utilisation: undefined,
  home: false,
  firstSeen: micros(0),
  lastSeen: micros(0),
  beacons: 10,
  signals: levels.map((rssi, node) => ({
    node: nodeIndex(node),
    rssi: dbm(rssi),
    frames: 10,
    lastHeard: micros(0),
  })),
});

const on = (bssid: number, ...devices: number[]): Association[] =>
  devices.map((device) => ({
    mac: mac(device),
    bssid: mac(bssid),
    since: micros(0),
    until: undefined,
    end: undefined,
    reason: undefined,
    confirmed: true,
  }));

const names = (
  points: readonly AccessPoint[],
  associations: readonly Association[],
  isOurs: (device: Mac) => boolean = () => false,
): string[] => homeCandidates(points, associations, isOurs).map(({ ssid }) => new TextDecoder().decode(ssid));

test("the network that is loudest at the nodes comes first, by the median of nodes", () => {
  const points = [accessPoint(1, "Wall", [-30, -80, -82]), accessPoint(2, "Flat", [-55, -50, -60])];
  assert.deepEqual(names(points, [...on(1, 11, 12), ...on(2, 21, 22)]), ["Flat", "Wall"]);
});

test("a mesh counts as one network, each node by the access point next to it", () => {
  const points = [
    accessPoint(1, "Mesh", [-40, -85]),
    accessPoint(2, "Mesh", [-85, -42]),
    accessPoint(3, "Next door", [-60, -62]),
  ];
  const associations = [...on(1, 11), ...on(2, 12), ...on(3, 31, 32)];
  assert.deepEqual(names(points, associations), ["Mesh", "Next door"]);
  assert.deepEqual(homeCandidates(points, associations, () => false)[0]?.devices, 2);
});

test("networks without a name, without two devices or not heard are not suggested", () => {
  const points = [
    accessPoint(1, "", [-30]),
    accessPoint(2, undefined, [-30]),
    accessPoint(3, "\0\0\0", [-30]),
    accessPoint(4, "Printer", [-30]),
    accessPoint(5, "Silent", []),
  ];
  const associations = [1, 2, 3, 5].flatMap((bssid) => on(bssid, 10 * bssid, 10 * bssid + 1));
  assert.deepEqual(names(points, [...associations, ...on(4, 40)]), []);
});

test("devices that the household knows outweigh loudness", () => {
  const points = [accessPoint(1, "Loud", [-30]), accessPoint(2, "Ours", [-70])];
  const associations = [...on(1, 11, 12, 13), ...on(2, 21, 22)];
  assert.deepEqual(
    names(points, associations, (device) => device === mac(21)),
    ["Ours", "Loud"],
  );
});

/** A network with two devices that exchange protected data, from `at` on. */
function network(bssid: number, name: string, rssi: number, at: number): Written[] {
  const beacons = [0, 0.1].map((later) => ({
    ...{ at: at + later, kind: KIND.beacon, a1: BROADCAST, a2: bssid, a3: bssid, rssi },
    ...{ sequence: 10 * (at + later), extension: extension.ssid(name) },
  }));
  const data = [1, 2].flatMap((number) =>
    [0, 1, 2, 3].map((step) => {
      const up = step % 2 === 0;
      const device = bssid + number;
      return {
        ...{
          at: at + 1 + number + step / 2,
          kind: KIND.qosData,
          bits: FC.protected | (up ? FC.toDs : FC.fromDs),
        },
        ...{ a1: up ? bssid : device, a2: up ? device : bssid, a3: bssid, qos: 0, sequence: step + at, rssi },
      };
    }),
  );
  return [...beacons, ...data];
}

test("after ten minutes the likeliest network is suggested, and nothing is home until a person says so", () => {
  const [flat, next] = [0x0233_4400_0000, 0x0244_4400_0000];
  const tracker = new Tracker({ homes: [], everyNetworkIsHome: false, vendorOf: () => undefined });
  const second = (seconds: number) => micros((START + seconds) * 1e6);
  const candidates = () =>
    tracker.homeCandidates(() => false).map(({ ssid }) => new TextDecoder().decode(ssid));
  for (const at of [0, 300, 595]) {
    const frames = [...network(flat, "Flat", -45, at), ...network(next, "Next door", -75, at)];
    for (const frame of frames.sort((a, b) => a.at - b.at)) {
      const { batch, airtime } = write([frame]);
      tracker.sight(batch, airtime, () => undefined);
    }
    tracker.tick(second(at + 4));
    if (at < 595) assert.deepEqual(candidates(), []);
  }
  tracker.tick(second(601));
  assert.deepEqual(candidates(), ["Flat", "Next door"]);
  assert.ok([...tracker.devices()].every((device) => !device.home));
  tracker.setHomes([homeRule("Flat")], false);
  assert.deepEqual(
    [...tracker.devices()]
      .filter(({ home }) => home)
      .map((device) => device.mac)
      .sort(),
    [flat, flat + 1, flat + 2],
  );
});
