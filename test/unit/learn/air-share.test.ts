import assert from "node:assert/strict";
import { test } from "node:test";
import { dbm, mac, megahertz, micros, nodeIndex, SECOND } from "../../../hub/base/units.ts";
import { Nodes } from "../../../hub/intake/nodes.ts";
import { AirShares } from "../../../hub/learn/air-share.ts";
import type { ChannelAir } from "../../../hub/track/count/channels.ts";
import type { AccessPoint } from "../../../hub/track/model.ts";
import { Tracker } from "../../../hub/track/tracker.ts";

const START = 1.79e15;
const F6 = megahertz(2437);
const at = (seconds: number) => micros(START + seconds * SECOND);

/** A node that listens half of the time. */
function listening(seconds: number): Nodes {
  const nodes = new Nodes();
  const node = nodes.admit("serial", at(0))?.index ?? nodeIndex(0);
  for (let second = 0; second < seconds; second += 2) {
    nodes.dwell(node, { frequency: F6, listened: micros(SECOND), undecodable: 0 }, at(second));
  }
  return nodes;
}

const airOf = (airtime: number, reserved: number): ChannelAir => ({
  frequency: F6,
  firstHeard: at(0),
  lastHeard: at(0),
  airtime,
  reserved,
});

function houseWith(utilisation: number | undefined) {
  const accessPoint: AccessPoint = {
    ...{ bssid: mac(1), vendor: undefined, ssid: undefined, frequency: F6, beaconInterval: 100 },
    security: { encryption: "wpa2", enterprise: false, pmf: "no", wps: false },
    ...{ stations: undefined, utilisation, home: true, firstSeen: at(0), lastSeen: at(60), beacons: 9 },
    signals: [{ node: nodeIndex(0), rssi: dbm(-50), frames: 9, lastHeard: at(60) }],
  };
  const tracker = new Tracker({ homes: [], everyNetworkIsHome: false, vendorOf: () => undefined });
  return Object.assign(tracker, { accessPoints: () => [accessPoint] });
}

/** Shares after a minute in which each second had 0.1 s of heard and 0.05 s of reserved air, of what was listened to. */
function afterAMinute(utilisation: number | undefined) {
  const shares = new AirShares();
  const nodes = listening(60);
  const house = houseWith(utilisation);
  for (let second = 0; second <= 60; second += 10) {
    const listened = (second / 2) * SECOND;
    shares.sample(at(second), house, nodes, [airOf(0.1 * listened, 0.05 * listened)]);
  }
  return [...shares.channels()];
}

const near = (value: number | undefined, expected: number): void =>
  assert.ok(Math.abs((value ?? Number.NaN) - expected) < 0.01, `${value} instead of ${expected}`);

test("a channel's air is divided by what was listened to, and the rest of what is stated was not heard", () => {
  const [channel] = afterAMinute(0.45);
  near(channel?.heard, 0.1);
  near(channel?.reserved, 0.05);
  assert.equal(channel?.stated, 0.45);
  near(channel?.unheard, 0.3);
});

test("less stated than heard leaves nothing unheard, nothing stated leaves it unknown", () => {
  assert.equal(afterAMinute(0.02)[0]?.unheard, 0);
  assert.equal(afterAMinute(undefined)[0]?.unheard, undefined);
});

test("a channel that nobody listened to has no shares", () => {
  const shares = new AirShares();
  const house = houseWith(0.5);
  for (let second = 0; second <= 60; second += 10) {
    shares.sample(at(second), house, new Nodes(), [airOf(second, 0)]);
  }
  assert.deepEqual([...shares.channels()], []);
});
