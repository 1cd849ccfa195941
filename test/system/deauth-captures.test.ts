import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { type Mac, micros } from "../../hub/base/units.ts";
import { createDeauthFlood } from "../../hub/detect/deauth-flood.ts";
import { KIND } from "../../hub/radio/frame.ts";
import type { ManagementSighting } from "../../hub/radio/sighting.ts";
import { HeardHouse, managementOf, tsharkIsThere } from "../support/captures/tshark-sightings.ts";
import { capturesFolder, capturesOf } from "../support/captures.ts";

const folder = capturesFolder();
const missing = folder === undefined ? "captures not found" : tsharkIsThere() ? false : "tshark not found";

interface Raised {
  readonly bssid: Mac;
  readonly time: number;
}

/** What the detector raises, with the tick of a hub that hears the capture live. */
function raisedIn(sightings: readonly ManagementSighting[], required: Set<Mac>): Raised[] {
  const house = new HeardHouse(required);
  const detector = createDeauthFlood();
  const raised = new Map<Mac, Raised>();
  let second = sightings[0]?.time ?? micros(0);
  const tick = (): void => {
    for (const { subject, time } of detector.tick(second, house)) {
      if (subject.kind !== "access_point" || raised.has(subject.bssid)) continue;
      raised.set(subject.bssid, { bssid: subject.bssid, time });
    }
  };
  for (const sighting of sightings) {
    for (; sighting.time >= second; second = micros(second + 1e6)) tick();
    house.hear(sighting);
    detector.observe(sighting, true, house);
  }
  tick();
  return [...raised.values()];
}

const isFarewell = (one: ManagementSighting): boolean =>
  (one.kind === KIND.deauthentication || one.kind === KIND.disassociation) && !one.protected;

/** The first farewell that concerns the access point and is followed by at least four more within ten seconds. */
function startOf(sightings: readonly ManagementSighting[], bssid: Mac): number {
  const times = sightings
    .filter((one) => isFarewell(one) && [one.bssid, one.receiver, one.transmitter].includes(bssid))
    .map((one) => one.time);
  return times.find((time, i) => (times[i + 4] ?? Infinity) - time <= 10e6) ?? Number.NaN;
}

/** Captures that hold a flood, by what the manifest says of them; undefined where it is not sure. */
function holdsFlood(path: string, sightings: readonly ManagementSighting[]): boolean | undefined {
  const manifest = readFileSync(join(folder ?? "", "manifest.tsv"), "utf8");
  const shows =
    manifest
      .split("\n")
      .find((line) => line.startsWith(`attack/${basename(path)}\t`))
      ?.split("\t")
      .at(-1) ?? "";
  if (/unverified/.test(shows)) return undefined;
  return /deauth|disassoc/.test(shows) && sightings.filter(isFarewell).length >= 20;
}

test("floods of real attacks are raised within five seconds, other attacks are not floods", {
  skip: missing,
}, () => {
  let floods = 0;
  for (const path of capturesOf("attack")) {
    const { sightings, required } = managementOf(path);
    const expected = holdsFlood(path, sightings);
    if (expected === undefined || sightings.length === 0) continue;
    const raised = raisedIn(sightings, required);
    assert.equal(raised.length, expected ? 1 : 0, path);
    for (const { bssid, time } of raised) {
      const delay = (time - startOf(sightings, bssid)) / 1e6;
      assert.ok(delay >= 0 && delay <= 5, `${path}: raised ${delay} s after the start`);
    }
    floods += raised.length;
  }
  assert.ok(floods >= 10, `only ${floods} floods in the captures`);
});

for (const kind of ["normal", "probe", "handshake", "phy"]) {
  test(`nothing is raised on real air without attacks: ${kind}`, { skip: missing }, () => {
    let farewells = 0;
    for (const path of capturesOf(kind)) {
      const { sightings, required } = managementOf(path);
      farewells += sightings.filter(isFarewell).length;
      assert.deepEqual(raisedIn(sightings, required), [], path);
    }
    assert.ok(farewells > 0, "there was nothing to be tempted by");
  });
}
