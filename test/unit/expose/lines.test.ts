import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { IncidentBook } from "../../../hub/alert/incidents.ts";
import { namesOf } from "../../../hub/alert/names.ts";
import { dbm, megahertz, nodeIndex } from "../../../hub/base/units.ts";
import type { Finding } from "../../../hub/detect/finding.ts";
import { accessPointLine, deviceLine, incidentLine, summaryLine } from "../../../hub/expose/lines.ts";
import { at } from "../../support/farewells.ts";
import { PlainHouse, testMac } from "../../support/plain-house.ts";

const home = testMac(1);
const phone = testMac(2);
const house = new PlainHouse();
house.now = at(3);
house.addAccessPoint(home, { ssid: "Home\n", vendor: "Example Corp" });
const device = house.addDevice(phone, { vendor: "Example Corp", randomized: true });
const names = namesOf(house, (mac) => (mac === phone ? "Phone" : undefined));

const finding = (subject: Finding["subject"]): Finding => ({
  kind: "deauth_flood",
  subject,
  time: at(12.5),
  since: at(10),
  severity: "critical",
  evidence: { observed: 40, expected: 2, unit: "frames", reason_codes: ["7"], pmf: "no", rssi_dbm: null },
});

function lineOf(subject: Finding["subject"]): ReturnType<typeof incidentLine> {
  const [change] = new IncidentBook({ names }).apply([finding(subject)], at(13));
  assert.ok(change);
  return incidentLine(change.incident, names);
}

test("an incident is one JSON object with seconds since the epoch", () => {
  const line = lineOf({ kind: "access_point", bssid: home });
  assert.deepEqual(JSON.parse(JSON.stringify(line)), {
    type: "incident",
    id: "deauth_flood.ap-020000000001.1700000012",
    kind: "deauth_flood",
    severity: "critical",
    tier: "push",
    subject: { kind: "access_point", bssid: "02:00:00:00:00:01", ssid: "Home\ufffd", name: "Home\ufffd" },
    raised_at: 1_700_000_012.5,
    updated_at: 1_700_000_013,
    resolved_at: null,
    acknowledged: false,
    title: line.title,
    message: line.message,
    evidence: {
      observed: 40,
      expected: 2,
      unit: "frames",
      reason_codes: ["7"],
      pmf: "no",
      rssi_dbm: null,
    },
  });
});

test("every kind of subject has what it is known by", () => {
  const subjects: Finding["subject"][] = [
    { kind: "device", mac: phone },
    { kind: "device", mac: testMac(9) },
    { kind: "access_point", bssid: testMac(9) },
    { kind: "network", ssid: "\u0000x" },
    { kind: "node", node: "hall" },
    { kind: "air" },
  ];
  assert.deepEqual(
    subjects.map((subject) => lineOf(subject).subject),
    [
      { kind: "device", mac: "02:00:00:00:00:02", name: "Phone" },
      { kind: "device", mac: "02:00:00:00:00:09" },
      { kind: "access_point", bssid: "02:00:00:00:00:09" },
      { kind: "network", ssid: "\ufffdx" },
      { kind: "node", name: "hall" },
      { kind: "air" },
    ],
  );
});

test("a device that was barely heard has nulls, not zeros, for what nobody knows", () => {
  const line = deviceLine(device, names);
  assert.equal(line.coverage, null);
  assert.equal(line.retry_share, null);
  assert.equal(line.rssi_dbm, null);
  assert.equal(line.bssid, null);
  assert.equal(line.probe.fingerprint, null);
  assert.deepEqual(line.frames, { heard: 0, reconstructed: 0 });
});

test("a device adds both directions up where one figure is asked for", () => {
  Object.assign(device.up, {
    frames: 12,
    retries: 2,
    heard: 10,
    reconstructed: 30,
    octets: 400,
    octetsEstimated: 1000.2,
    airtime: 99.6,
  });
  Object.assign(device.down, {
    frames: 8,
    retries: 0,
    heard: 8,
    reconstructed: 10.4,
    octets: 64,
    octetsEstimated: 64,
    airtime: 7,
  });
  Object.assign(device.probe, { requests: 3, otherNames: 2, fingerprint: 0xabc });
  device.probe.homeNames.add("Home");
  device.signals.push(
    { node: nodeIndex(0), rssi: dbm(127), frames: 1, lastHeard: at(1) },
    { node: nodeIndex(1), rssi: dbm(-70.4), frames: 1, lastHeard: at(1) },
    { node: nodeIndex(2), rssi: dbm(-50), frames: 1, lastHeard: at(1) },
  );
  device.bssid = home;
  assert.deepEqual(deviceLine(device, names), {
    type: "device",
    mac: "02:00:00:00:00:02",
    name: "Phone",
    vendor: "Example Corp",
    randomized: true,
    role: "station",
    home: false,
    frames: { heard: 18, reconstructed: 40 },
    bytes: { up: 1000, down: 64 },
    airtime_us: { up: 100, down: 7 },
    coverage: 0.45,
    retry_share: 0.1,
    probe: { requests: 3, ssids: ["Home"], other_ssids: 2, fingerprint: "00000abc" },
    rssi_dbm: -50,
    first_seen: 1_700_000_003,
    last_seen: 1_700_000_003,
    bssid: "02:00:00:00:00:01",
  });
});

test("an access point and a summary", () => {
  const point = house.accessPoint(home);
  assert.ok(point);
  Object.assign(point, { utilisation: 0.123_456, stations: 0, frequency: megahertz(0) });
  const line = accessPointLine(point, names);
  assert.equal(line.ssid, "Home\ufffd");
  assert.equal(line.frequency_mhz, null);
  assert.equal(line.utilisation, 0.123);
  assert.equal(line.stations, 0);
  assert.equal(line.pmf, "no");
  assert.deepEqual(summaryLine({ frames: 1000, damaged: 1, seconds: 12.5, wallSeconds: 0.0123 }), {
    type: "summary",
    frames: 1000,
    damaged: 1,
    seconds: 12.5,
    wall_seconds: 0.012,
    frames_per_second: 81_301,
  });
  assert.equal(summaryLine({ frames: 0, damaged: 0, seconds: 0, wallSeconds: 0 }).frames_per_second, 0);
});

test("every field of every line is described in SCHEMA.md, and no other", () => {
  const schema = readFileSync(join(import.meta.dirname, "../../../hub/SCHEMA.md"), "utf8");
  const point = house.accessPoint(home);
  assert.ok(point);
  const lines = {
    incident: lineOf({ kind: "access_point", bssid: home }),
    device: deviceLine(device, names),
    access_point: accessPointLine(point, names),
    summary: summaryLine({ frames: 1, damaged: 0, seconds: 1, wallSeconds: 1 }),
  };
  for (const [type, line] of Object.entries(lines)) {
    const section = schema.split(/^## /m).find((part) => part.startsWith(`\`${type}\``)) ?? "";
    const described = [...section.matchAll(/^\| `(\w+)`/gm)].map((match) => match[1]);
    assert.deepEqual(described, Object.keys(line), `fields of ${type}`);
  }
});
