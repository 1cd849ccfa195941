import assert from "node:assert/strict";
import { test } from "node:test";
import { dbm, type Mac, mac, micros, nodeIndex } from "../../../hub/base/units.ts";
import { createDeauthFlood } from "../../../hub/detect/deauth-flood.ts";
import type { Finding } from "../../../hub/detect/finding.ts";
import { KIND } from "../../../hub/radio/frame.ts";
import { BROADCAST } from "../../../hub/radio/mac.ts";
import { at, type FarewellTraits, farewell } from "../../support/farewells.ts";
import { PlainHouse, testMac } from "../../support/plain-house.ts";

const home = testMac(1);
const phone = testMac(2);

function heard(frames: readonly FarewellTraits[], house = new PlainHouse()): Finding[] {
  const detector = createDeauthFlood();
  for (const frame of frames) detector.observe(farewell(frame), true, house);
  return detector.tick(at((frames.at(-1)?.at ?? 0) + 0.5), house);
}

const burst = (count: number, traits: Partial<FarewellTraits> = {}): FarewellTraits[] =>
  Array.from({ length: count }, (_, i) => ({
    at: 10 + i * 0.01,
    from: home,
    to: BROADCAST,
    bssid: home,
    sequence: i,
    ...traits,
  }));

const subjectOf = (findings: readonly Finding[]): unknown => findings.map((finding) => finding.subject);

test("evidence states what was observed against what is expected", () => {
  const house = new PlainHouse();
  house.addAccessPoint(home, {
    signals: [{ node: nodeIndex(0), rssi: dbm(-70), frames: 99, lastHeard: at(0) }],
  });
  const [finding] = heard(
    burst(40, { rssi: -30, reason: 7 }).map((frame, i) => (i % 4 === 0 ? { ...frame, to: phone } : frame)),
    house,
  );
  assert.ok(finding);
  assert.equal(finding.severity, "critical");
  assert.equal(finding.since, at(10));
  assert.ok(finding.time > at(10) && finding.time < at(10.4), "decided at the frame that made it a flood");
  const { evidence } = finding;
  assert.equal(evidence.observed, 40);
  assert.equal(evidence.expected, 2);
  assert.equal(evidence.unit, "frames");
  assert.equal(evidence["broadcast_share"], 0.75);
  assert.equal(evidence["clients"], 1);
  assert.equal(evidence["forged_frames"], 40);
  assert.equal(evidence["receptions"], 40);
  assert.deepEqual(evidence["reason_codes"], ["7"]);
  assert.equal(evidence["rssi_dbm"], -30);
  assert.equal(evidence["usual_rssi_dbm"], -70);
});

test("the time of the finding is its decision first and then now", () => {
  const house = new PlainHouse();
  const detector = createDeauthFlood();
  for (const frame of burst(40)) detector.observe(farewell(frame), true, house);
  assert.equal(detector.tick(at(11), house)[0]?.time, at(10.11));
  assert.equal(detector.tick(at(12), house)[0]?.time, at(12));
});

test("a flood is over for the detector after ten seconds without frames", () => {
  const house = new PlainHouse();
  const detector = createDeauthFlood();
  for (const frame of burst(40)) detector.observe(farewell(frame), true, house);
  assert.equal(detector.tick(at(20), house).length, 1);
  assert.equal(detector.tick(at(20.5), house).length, 0);
  assert.equal(detector.tick(at(21), house).length, 0);
});

test("protected farewells are genuine, however many", () => {
  assert.deepEqual(heard(burst(500, { protected: true })), []);
});

test("further receptions by other nodes are evidence, not frames", () => {
  const house = new PlainHouse();
  const detector = createDeauthFlood();
  for (const frame of burst(8)) {
    for (let node = 0; node < 5; node++) detector.observe(farewell({ ...frame, node }), node === 0, house);
  }
  assert.deepEqual(detector.tick(at(11), house), [], "eight frames heard five times are eight frames");
  for (const frame of burst(40, { at: 12 })) {
    for (let node = 0; node < 5; node++) detector.observe(farewell({ ...frame, node }), node === 0, house);
  }
  assert.equal(detector.tick(at(13), house)[0]?.evidence["nodes"], 5);
});

test("retries that never end are no retries", () => {
  const frames = Array.from({ length: 200 }, (_, i) => ({
    at: 10 + i * 0.1,
    from: home,
    to: phone,
    bssid: home,
    sequence: 77,
    retry: i > 0,
  }));
  assert.equal(heard(frames).length, 1);
  assert.deepEqual(heard(frames.slice(0, 10)), [], "one frame repeated for a second");
  const quick = Array.from({ length: 900 }, (_, i) => ({
    ...(frames[1] ?? assert.fail()),
    at: 10 + i * 0.001,
  }));
  assert.equal(heard(quick).length, 1, "no radio repeats a frame nine hundred times");
  assert.deepEqual(heard(quick.slice(0, 64)), []);
});

test("the third address filled in wrongly does not make the client an access point", () => {
  const frames = burst(28).map((frame, i) =>
    i % 2 === 0
      ? { ...frame, from: home, to: phone, bssid: home }
      : { ...frame, from: phone, to: home, bssid: phone },
  );
  assert.deepEqual(subjectOf(heard(frames)), [{ kind: "access_point", bssid: home }], "nothing is known");
  const house = new PlainHouse();
  house.addAccessPoint(phone);
  const known = subjectOf(heard(frames, house));
  assert.deepEqual(known, [{ kind: "access_point", bssid: phone }], "a beacon has told which is which");
});

test("a frame between strangers whose third address is neither is junk", () => {
  assert.deepEqual(heard(burst(500, { from: testMac(7), to: testMac(8), bssid: testMac(9) })), []);
});

test("a frame to everyone in the name of a known access point counts whoever it names as transmitter", () => {
  const house = new PlainHouse();
  house.addAccessPoint(home);
  assert.equal(heard(burst(40, { from: testMac(7) }), house).length, 1);
});

test("pmf makes it a warning until clients are seen to come back", () => {
  const house = new PlainHouse();
  house.addAccessPoint(home, { security: { pmf: "required" } });
  const detector = createDeauthFlood();
  for (const frame of burst(40)) detector.observe(farewell(frame), true, house);
  assert.equal(detector.tick(at(11), house)[0]?.severity, "warning");
  const association = house.addAssociation(phone, home);
  for (let i = 0; i < 3; i++) detector.change({ kind: "associated", time: at(11), association }, house);
  assert.equal(detector.tick(at(12), house)[0]?.severity, "critical");
  assert.equal(detector.tick(at(12), house)[0]?.evidence["rejoins"], 3);
});

test("networks that are not home raise nothing, and nothing is lost when they become home", () => {
  const house = new PlainHouse();
  house.home = () => false;
  const detector = createDeauthFlood();
  for (const frame of burst(40)) detector.observe(farewell(frame), true, house);
  assert.deepEqual(detector.tick(at(11), house), []);
  house.home = () => true;
  for (const frame of burst(1, { at: 11, sequence: 41 })) detector.observe(farewell(frame), true, house);
  assert.equal(detector.tick(at(11.5), house).length, 1);
});

test("a stranger who invents access points cannot push a flood of the home out", () => {
  const house = new PlainHouse();
  house.home = (bssid) => bssid === home;
  const detector = createDeauthFlood();
  for (const frame of burst(40)) detector.observe(farewell(frame), true, house);
  for (let i = 0; i < 5000; i++) {
    const bssid = testMac(1000 + i);
    detector.observe(
      farewell({ at: 11 + i / 1000, from: bssid, to: BROADCAST, bssid, sequence: i }),
      true,
      house,
    );
  }
  assert.equal(detector.tick(at(16.5), house).length, 1);
});

test("hostile fields never make it throw", () => {
  const house = new PlainHouse();
  const detector = createDeauthFlood();
  const addresses: Mac[] = [testMac(0), home, BROADCAST, mac(0), phone];
  for (let i = 0; i < 3000; i++) {
    const pick = (n: number): Mac => addresses[n % addresses.length] ?? home;
    const sighting = farewell({
      at: 10 + ((i * 7919) % 997) / 50,
      from: pick(i),
      to: pick(i >> 2),
      bssid: pick(i >> 4),
      sequence: i * 37,
      retry: i % 3 === 0,
    });
    const fixed = i % 5 === 0 ? new Uint8Array(i % 2) : sighting.fixed;
    detector.observe(
      { ...sighting, fixed, ...(i % 11 === 0 ? { sequence: undefined } : {}) },
      i % 4 !== 0,
      house,
    );
    detector.observe({ ...sighting, kind: KIND.authentication }, true, house);
    if (i % 100 === 0) detector.tick(micros(at(10) + i * 1e4), house);
  }
});
