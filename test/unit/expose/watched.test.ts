import assert from "node:assert/strict";
import { test } from "node:test";
import type { Names } from "../../../hub/alert/names.ts";
import { type Mac, mac, micros } from "../../../hub/base/units.ts";
import { stateOf } from "../../../hub/expose/entities/row.ts";
import { WATCHED_ENTITIES } from "../../../hub/expose/entities/watched.ts";
import { watchedViews } from "../../../hub/expose/watched.ts";
import { formatMac } from "../../../hub/radio/mac.ts";
import { incidentView, snapshotOf } from "../../support/snapshot.ts";

const CAMERA = mac(0x9c8e_cd00_0015);
const PHONE = mac(0x6a3f_1200_0017);

const known = (address: Mac, changes = {}) => ({
  ...{ mac: address, name: undefined, known: true, since: micros(0) },
  ...changes,
});

const names = (given: ReadonlyMap<Mac, string>): Names => ({
  nickname: (address) => given.get(address),
  device: (address) => given.get(address) ?? "Maker device",
  network: () => undefined,
});

const views = (
  devices: ReturnType<typeof known>[],
  given = new Map<Mac, string>(),
  snapshot = snapshotOf(),
) =>
  watchedViews(snapshot, {
    known: devices,
    names: names(given),
    household: () => undefined,
    isMuted: () => false,
  });

test("named devices have entities also while they are away; strangers and nameless phones have none", () => {
  const given = new Map([[CAMERA, "Door camera"]]);
  const found = views([known(CAMERA), known(PHONE)], given);
  assert.deepEqual(
    found.map((one) => [one.id, one.name, one.lastHeard]),
    [["9c8ecd000015", "Door camera", null]],
  );
  assert.deepEqual(views([known(CAMERA, { known: false })], given), []);
  assert.equal(views([known(PHONE)], new Map([[PHONE, "Phone"]])).length, 1);
});

test("an open incident about the device is unusual behaviour, a resolved one is not", () => {
  const about = { subject: { kind: "device", mac: formatMac(CAMERA) } };
  const given = new Map([[CAMERA, "Door camera"]]);
  const unusual = (incident: Parameters<typeof incidentView>[0]) =>
    views([known(CAMERA)], given, snapshotOf({ incidents: [incidentView(incident)] }))[0]?.unusual;
  assert.equal(unusual(about), true);
  assert.equal(unusual({ ...about, resolvedAt: 5 }), false);
  assert.equal(unusual({ subject: { kind: "device", mac: formatMac(PHONE) } }), false);
});

test("a crowd of devices is cut to what Home Assistant bears, named ones first", () => {
  const crowd = Array.from({ length: 500 }, (_, at) => known(mac(0x0011_2200_0000 + at)));
  const given = new Map(crowd.map((one, at) => [one.mac, `device ${at}`]));
  assert.equal(views(crowd, given).length, 300);
});

test("figures are stepped, and null where nothing was heard", () => {
  const [view] = views([known(CAMERA)], new Map([[CAMERA, "x"]]));
  assert.ok(view !== undefined);
  const heard = { ...view, airtimeShare: 0.012345, octetsUp: 1_234_567, coverage: 0.987, lastHeard: 125 };
  assert.deepEqual(stateOf(WATCHED_ENTITIES, heard), {
    ...{ unusual: "OFF", muted: "OFF", airtime_share: 1.2, traffic_up: 1.2, traffic_down: null },
    ...{ coverage: 99, network: null, last_heard: 120 },
  });
});
