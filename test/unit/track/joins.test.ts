import assert from "node:assert/strict";
import { test } from "node:test";
import { mac, micros } from "../../../hub/base/units.ts";
import { FLAG } from "../../../hub/radio/batch.ts";
import { FC, KIND } from "../../../hub/radio/frame.ts";
import { BROADCAST } from "../../../hub/radio/mac.ts";
import type { ManagementSighting } from "../../../hub/radio/sighting.ts";
import { homeRule } from "../../../hub/track/homes.ts";
import { Tracker, type TrackerOptions } from "../../../hub/track/tracker.ts";
import { extension, START, type Written, write } from "./frames.ts";

const AP = 0x0233_4400_0000;
const SECOND_AP = 0x0233_4400_0100;
const PLUG = 0x0011_2233_4455;
const LAPTOP = 0x0411_2233_4455;
const UP = FC.toDs | FC.protected;
const DOWN = FC.fromDs | FC.protected;

/** RSN element of a WPA2 network: version, CCMP group and pairwise, PSK, MFP capable; kept in full. */
const RSN = [48, 20, 20, 1, 0, 0, 15, 172, 4, 1, 0, 0, 15, 172, 4, 1, 0, 0, 15, 172, 2, 0x80, 0];
const RSN_HASH = 77;

class Bench {
  readonly tracker: Tracker;
  readonly taken: { sighting: ManagementSighting; fresh: boolean }[] = [];
  readonly changes: string[] = [];

  constructor(options: Partial<TrackerOptions> = {}) {
    this.tracker = new Tracker({
      homes: [homeRule("home")],
      everyNetworkIsHome: false,
      vendorOf: (address) => (address === PLUG ? "Plug Works" : undefined),
      ...options,
    });
    this.tracker.elements(RSN_HASH, KIND.beacon, Uint8Array.from(RSN));
  }

  hear(frames: readonly Written[], node = 0): this {
    for (const frame of frames) {
      this.tick(frame.at);
      const { batch, airtime } = write([frame], node);
      this.tracker.sight(batch, airtime, (sighting, fresh) => this.taken.push({ sighting, fresh }));
      this.note();
    }
    return this;
  }

  tick(at: number): this {
    this.tracker.tick(micros((START + at) * 1e6));
    return this.note();
  }

  private note(): this {
    for (const change of this.tracker.takeChanges()) {
      if (change.kind === "device_appeared") this.changes.push(`appeared ${change.mac.toString(16)}`);
      else {
        const { association } = change;
        const end = association.end === undefined ? "" : ` ${association.end}`;
        this.changes.push(
          `${change.kind} ${association.mac.toString(16)} ${association.bssid.toString(16)}${end}`,
        );
      }
    }
    return this;
  }

  /** Changes but for the appearance of addresses. */
  joins(): string[] {
    return this.changes.filter((line) => !line.startsWith("appeared"));
  }
}

const beacon = (at: number, bssid = AP, name = "home"): Written => ({
  at,
  kind: KIND.beacon,
  a1: BROADCAST,
  a2: bssid,
  a3: bssid,
  extension: [
    ...extension.tsf(1),
    ...extension.elements(RSN_HASH),
    ...extension.fixed(100, 0, 0x11, 0),
    ...extension.ssid(name),
    ...extension.bssLoad(3, 51),
  ],
});
const uplink = (at: number, station = PLUG, bssid = AP, more: Partial<Written> = {}): Written => ({
  at,
  kind: KIND.qosData,
  bits: UP,
  a1: bssid,
  a2: station,
  a3: bssid,
  qos: 0,
  ...more,
});
const downlink = (at: number, station = PLUG, bssid = AP): Written => ({
  at,
  kind: KIND.qosData,
  bits: DOWN,
  a1: station,
  a2: bssid,
  a3: bssid,
  qos: 0,
});
const farewell = (at: number, from: number, to: number, bssid = AP): Written => ({
  at,
  kind: KIND.deauthentication,
  a1: to,
  a2: from,
  a3: bssid,
  extension: extension.fixed(7, 0),
});
const response = (at: number, status: number, station = PLUG, bssid = AP): Written => ({
  at,
  kind: KIND.associationResponse,
  a1: station,
  a2: bssid,
  a3: bssid,
  extension: extension.fixed(0x11, 0, status, 0, 1, 0xc0),
});
const authentication = (at: number, station = PLUG, bssid = AP): Written => ({
  at,
  kind: KIND.authentication,
  a1: bssid,
  a2: station,
  a3: bssid,
  extension: extension.fixed(0, 0, 1, 0, 0, 0),
});
const exchange = (at: number, station = PLUG, bssid = AP): Written[] => [
  uplink(at, station, bssid),
  downlink(at + 0.01, station, bssid),
  uplink(at + 0.02, station, bssid),
];

test("an access point is what its beacons say", () => {
  const bench = new Bench().hear([beacon(0), beacon(0.1)]);
  const known = bench.tracker.accessPoint(mac(AP));
  assert.equal(new TextDecoder().decode(known?.ssid), "home");
  assert.equal(known?.beaconInterval, 100);
  assert.deepEqual(known?.security, { encryption: "wpa2", enterprise: false, pmf: "capable", wps: false });
  assert.equal(known?.stations, 3);
  assert.equal(known?.utilisation, 0.2);
  assert.equal(known?.frequency, 2437);
  assert.equal(known?.beacons, 2);
  assert.equal(known?.home, true);
  assert.equal(bench.tracker.isHome(mac(AP)), true);
  assert.equal(bench.tracker.device(mac(AP))?.role, "access_point");
});

test("one damaged frame is neither a device nor an access point", () => {
  const bench = new Bench().hear([beacon(0), uplink(1, PLUG, SECOND_AP)]);
  assert.equal(bench.tracker.accessPoint(mac(AP)), undefined);
  assert.equal(bench.tracker.device(mac(PLUG)), undefined);
  assert.deepEqual([...bench.tracker.devices()], []);
  assert.deepEqual(bench.changes, []);
});

test("frames with a bad FCS never make a device, however many", () => {
  const bad = { flags: FLAG.badFcs };
  const frames = Array.from({ length: 50 }, (_, i) => uplink(i, PLUG, AP, bad));
  const bench = new Bench().hear(frames);
  assert.equal(bench.tracker.bounds.addresses, 0);
});

test("group addresses are no devices, and the bandwidth signal of an RTS is no other address", () => {
  const signalled = PLUG + 2 ** 40;
  const rts: Written = { at: 0, kind: KIND.rts, a1: AP, a2: signalled };
  const bench = new Bench().hear([rts, { ...rts, at: 1 }, { ...beacon(2), a1: 0x0100_5e00_0001 }]);
  assert.notEqual(bench.tracker.device(mac(PLUG)), undefined);
  assert.equal(bench.tracker.device(mac(signalled)), undefined);
  assert.equal(bench.tracker.bounds.addresses, 2);
});

test("protected data both ways is an association, and the device belongs to the home", () => {
  const bench = new Bench().hear([beacon(0), beacon(0.1), ...exchange(1)]);
  assert.deepEqual(bench.joins(), ["associated 1122334455 23344000000", "confirmed 1122334455 23344000000"]);
  const plug = bench.tracker.device(mac(PLUG));
  assert.equal(plug?.home, true);
  assert.equal(plug?.bssid, AP);
  assert.equal(plug?.vendor, "Plug Works");
  assert.equal(plug?.role, "station");
  assert.equal([...bench.tracker.associations()].length, 1);
});

test("a burst in one direction is no exchange until it lasts two seconds", () => {
  const burst = [uplink(1), uplink(1.1), uplink(1.2), uplink(1.3)];
  const bench = new Bench().hear([beacon(0), beacon(0.1), ...burst]);
  assert.deepEqual(bench.joins(), []);
  bench.hear([uplink(3.1)]);
  assert.equal(bench.joins().length, 2);
});

test("retries and unencrypted data on an encrypted network confirm nothing", () => {
  const retry = { bits: UP | FC.retry };
  const clear = { bits: FC.toDs };
  const frames = [1, 2, 3, 4].flatMap((at) => [
    uplink(at, PLUG, AP, retry),
    uplink(at + 0.5, PLUG, AP, clear),
  ]);
  assert.deepEqual(new Bench().hear([beacon(0), beacon(0.1), ...frames]).joins(), []);
});

test("a join that is accepted is told at once, and confirmed by what follows", () => {
  const bench = new Bench().hear([beacon(0), beacon(0.1), authentication(1), response(1.1, 0)]);
  assert.deepEqual(bench.joins(), ["associated 1122334455 23344000000"]);
  assert.equal(bench.tracker.device(mac(PLUG))?.home, undefined);
  bench.hear(exchange(2));
  assert.equal(bench.joins().at(-1), "confirmed 1122334455 23344000000");
});

test("a join that is refused is none", () => {
  assert.deepEqual(new Bench().hear([beacon(0), beacon(0.1), response(1, 17)]).joins(), []);
});

test("a forged deauthentication that nobody obeys ends nothing", () => {
  const bench = new Bench().hear([beacon(0), beacon(0.1), ...exchange(1), farewell(5, AP, PLUG)]);
  bench.hear([uplink(6)]).tick(100);
  assert.deepEqual(bench.joins().length, 2);
  assert.equal(bench.tracker.device(mac(PLUG))?.bssid, AP);
});

test("a deauthentication that silence follows ends the association when it was sent", () => {
  const bench = new Bench().hear([beacon(0), beacon(0.1), ...exchange(1), farewell(5, AP, PLUG)]).tick(34);
  assert.equal(bench.joins().length, 2);
  const [association] = [...bench.tracker.associations()];
  bench.tick(40);
  assert.equal(bench.joins().at(-1), "ended 1122334455 23344000000 deauthenticated");
  assert.equal(association?.until, (START + 5) * 1e6);
  assert.equal(association?.reason, 7);
  assert.equal(bench.tracker.device(mac(PLUG))?.bssid, undefined);
});

test("a deauthentication that a new start follows was true", () => {
  const bench = new Bench().hear([beacon(0), beacon(0.1), ...exchange(1), farewell(5, AP, BROADCAST)]);
  bench.hear([authentication(5.5), response(5.6, 0), ...exchange(6)]);
  assert.deepEqual(bench.joins().slice(2), [
    "ended 1122334455 23344000000 deauthenticated",
    "associated 1122334455 23344000000",
    "confirmed 1122334455 23344000000",
  ]);
});

test("a station that says goodbye has left", () => {
  const bench = new Bench().hear([beacon(0), beacon(0.1), ...exchange(1), farewell(5, PLUG, AP)]).tick(60);
  assert.equal(bench.joins().at(-1), "ended 1122334455 23344000000 left");
});

test("another access point of the same network is a roam, of another one a departure", () => {
  const inside = new Bench().hear([beacon(0), beacon(0, SECOND_AP), beacon(0.1), beacon(0.1, SECOND_AP)]);
  inside.hear([...exchange(1), ...exchange(2, PLUG, SECOND_AP)]);
  assert.equal(inside.joins()[2], "ended 1122334455 23344000000 roamed");
  assert.equal(inside.tracker.device(mac(PLUG))?.bssid, SECOND_AP);
  const outside = new Bench().hear([beacon(0), beacon(0, SECOND_AP, "cafe"), beacon(0.1)]);
  outside.hear([...exchange(1), ...exchange(2, PLUG, SECOND_AP)]);
  assert.equal(outside.joins()[2], "ended 1122334455 23344000000 left");
  assert.equal(outside.joins().length, 3);
});

test("one forged acceptance elsewhere moves no station that works", () => {
  const bench = new Bench().hear([beacon(0), beacon(0, SECOND_AP), beacon(0.1), beacon(0.1, SECOND_AP)]);
  bench.hear([...exchange(1), response(2, 0, PLUG, SECOND_AP), ...exchange(3)]);
  assert.equal(bench.joins().length, 2);
  assert.equal(bench.tracker.device(mac(PLUG))?.bssid, AP);
});

test("silence ends an association after a quarter of an hour", () => {
  const bench = new Bench().hear([beacon(0), beacon(0.1), ...exchange(1)]).tick(890);
  assert.equal(bench.joins().length, 2);
  bench.tick(930);
  assert.equal(bench.joins().at(-1), "ended 1122334455 23344000000 silent");
});

test("a neighbour's association is known but not told", () => {
  const bench = new Bench().hear([beacon(0, AP, "next door"), beacon(0.1, AP, "next door"), ...exchange(1)]);
  assert.deepEqual(bench.joins(), []);
  assert.equal(bench.tracker.device(mac(PLUG))?.bssid, AP);
  assert.equal(bench.tracker.device(mac(PLUG))?.home, false);
});

test("a network that becomes home brings its associations with it, and takes them away again", () => {
  const bench = new Bench({ homes: [] }).hear([beacon(0), beacon(0.1), ...exchange(1)]);
  assert.deepEqual(bench.joins(), []);
  bench.tracker.setHomes([homeRule("02:33:44:00:00:00")], false);
  bench.tick(3);
  assert.equal(bench.joins().length, 2);
  assert.equal(bench.tracker.device(mac(PLUG))?.home, true);
  bench.tracker.setHomes([], false);
  assert.equal(bench.tracker.device(mac(PLUG))?.home, false);
});

test("strangers are forgotten after their time and counted, home devices stay", () => {
  const probe: Written = { at: 2, kind: KIND.probeRequest, a1: BROADCAST, a2: LAPTOP, a3: BROADCAST };
  const bench = new Bench().hear([beacon(0), beacon(0.1), ...exchange(1), probe, { ...probe, at: 3 }]);
  assert.equal(bench.tracker.strangers, 1);
  bench.hear([beacon(500)]).tick(700);
  assert.equal(bench.tracker.device(mac(LAPTOP)), undefined);
  assert.notEqual(bench.tracker.device(mac(PLUG)), undefined);
  assert.equal(bench.tracker.strangers, 1);
});

test("of the names that a device asks for only those of the home are kept", () => {
  const probe = (at: number, ...names: string[]): Written => ({
    at,
    kind: KIND.probeRequest,
    a1: BROADCAST,
    a2: LAPTOP,
    a3: BROADCAST,
    extension: names.flatMap((name) => extension.ssid(name)),
  });
  const { probe: seen } = new Bench()
    .hear([probe(0, "home"), probe(1, "work"), probe(2, "hotel"), probe(3, ""), probe(4)])
    .tracker.device(mac(LAPTOP)) ?? { probe: undefined };
  assert.deepEqual([...(seen?.homeNames ?? [])], ["home"]);
  assert.equal(seen?.requests, 5);
  assert.equal(seen?.directed, 3);
  assert.equal(seen?.wildcard, 2);
  assert.equal(seen?.otherNames, 2);
});

test("sightings: beacons only when they say something, farewells always, each reception marked", () => {
  const silent: Written = { ...beacon(0.5), extension: extension.tsf(5) };
  const bench = new Bench().hear([beacon(0), silent, silent, farewell(1, AP, PLUG)]);
  bench.hear([{ ...farewell(1, AP, PLUG), fresh: false }], 1);
  assert.deepEqual(
    bench.taken.map(({ sighting, fresh }) => [sighting.kind, fresh]),
    [
      [KIND.beacon, true],
      [KIND.deauthentication, true],
      [KIND.deauthentication, false],
    ],
  );
});

test("every node has its own signal; what is no reading is left out", () => {
  const bench = new Bench().hear([uplink(0, PLUG, AP, { rssi: -50 }), uplink(1, PLUG, AP, { rssi: -50 })], 0);
  bench.hear([uplink(1, PLUG, AP, { rssi: -80, fresh: false })], 1);
  bench.hear([uplink(2, PLUG, AP, { rssi: 10 }), uplink(3, PLUG, AP, { rssi: 127 })], 0);
  const signals = bench.tracker.device(mac(PLUG))?.signals;
  assert.deepEqual(
    signals?.map(({ node, rssi, frames }) => [node, rssi, frames]),
    [
      [0, -50, 4],
      [1, -80, 1],
    ],
  );
});

test("a further reception counts nothing but its signal", () => {
  const bench = new Bench().hear([uplink(0), uplink(1)]);
  bench.hear([{ ...uplink(1), fresh: false }], 1);
  assert.equal(bench.tracker.device(mac(PLUG))?.up.frames, 2);
});

test("a key frame shows an association that began unheard, and repeats show nothing new", () => {
  const key = (at: number): Written => ({
    at,
    kind: KIND.qosData,
    bits: FC.fromDs,
    a1: PLUG,
    a2: AP,
    a3: AP,
    qos: 0,
    extension: extension.eapol(0x008a),
  });
  const flood = Array.from({ length: 20 }, (_, i) => [
    farewell(2 + i / 10, AP, BROADCAST),
    key(2.05 + i / 10),
  ]);
  const bench = new Bench().hear([beacon(0), beacon(0.1), key(1), ...flood.flat()]);
  assert.deepEqual(bench.joins(), ["associated 1122334455 23344000000"]);
  assert.equal(bench.taken.filter(({ sighting }) => sighting.eapol !== undefined).length, 21);
  bench.tick(40);
  assert.equal(bench.joins().at(-1), "ended 1122334455 23344000000 deauthenticated");
});
