import assert from "node:assert/strict";
import { test } from "node:test";
import type { Names } from "../../../hub/alert/names.ts";
import { type Mac, mac, micros } from "../../../hub/base/units.ts";
import { stateOf } from "../../../hub/expose/entities/row.ts";
import { WATCHED_ENTITIES } from "../../../hub/expose/entities/watched.ts";
import { chooseWatched, type WatchedSources, watchedId } from "../../../hub/expose/watched.ts";
import { formatMac } from "../../../hub/radio/mac.ts";
import { deviceView, incidentView, snapshotOf } from "../../support/snapshot.ts";

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

const choose = (
  devices: ReturnType<typeof known>[],
  given = new Map<Mac, string>(),
  sources: Partial<WatchedSources> = {},
  snapshot = snapshotOf(),
) =>
  chooseWatched(snapshot, {
    known: devices,
    names: names(given),
    household: () => undefined,
    isMuted: () => false,
    isDeleted: () => false,
    standing: new Set(),
    settled: true,
    ...sources,
  });
const views = (...parameters: Parameters<typeof choose>) => choose(...parameters).devices;

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
    views([known(CAMERA)], given, {}, snapshotOf({ incidents: [incidentView(incident)] }))[0]?.unusual;
  assert.equal(unusual(about), true);
  assert.equal(unusual({ ...about, resolvedAt: 5 }), false);
  assert.equal(unusual({ subject: { kind: "device", mac: formatMac(PHONE) } }), false);
});

const CROWD = Array.from({ length: 310 }, (_, at) =>
  known(mac(0x0011_2200_0000 + at), { since: micros(at) }),
);
const NAMED = new Map(CROWD.map((one, at) => [one.mac, `device ${at}`]));
const ids = (devices: readonly { readonly mac: Mac }[]) => devices.map((one) => watchedId(one.mac)).sort();
const chosen = (...parameters: Parameters<typeof choose>) =>
  choose(...parameters)
    .devices.map((one) => one.id)
    .sort();
/** All of them were heard in this run. */
const heard = snapshotOf({ devices: CROWD.map((one) => deviceView(formatMac(one.mac))) });

test("of too many devices those that came first have entities, in whatever order they are told", () => {
  const first = ids(CROWD.slice(0, 300));
  assert.deepEqual(chosen(CROWD, NAMED), first);
  assert.deepEqual(chosen([...CROWD].reverse(), NAMED), first);
  assert.equal(choose(CROWD, NAMED).left, 10);
  assert.equal(choose(CROWD.slice(0, 300), NAMED).left, 0);
});

test("who has entities keeps them: a device that came earlier, or gets a name like the rest, waits", () => {
  const standing = new Set(ids(CROWD.slice(10)));
  assert.deepEqual(chosen(CROWD, NAMED, { standing }), [...standing].sort());
  assert.deepEqual(chosen(CROWD, new Map(), { standing }, heard), [...standing].sort());
});

test("a device with a name takes the place of one without, once all names are told", () => {
  const standing = new Set(ids(CROWD.slice(10)));
  const named = new Map([...NAMED].slice(0, 5));
  const told = chosen(CROWD, named, { standing }, heard);
  assert.equal(told.length, 300);
  for (const id of ids(CROWD.slice(0, 5))) assert.ok(told.includes(id));
  for (const id of ids(CROWD.slice(5, 10))) assert.equal(told.includes(id), false);
  assert.deepEqual(chosen(CROWD, named, { standing, settled: false }, heard), [...standing].sort());
});

test("a device that the person deleted takes no place", () => {
  const gone = new Set(ids(CROWD.slice(0, 10)));
  const choice = choose(CROWD, NAMED, { isDeleted: (id) => gone.has(id) });
  assert.equal(choice.left, 0);
  assert.deepEqual(choice.devices.map((one) => one.id).sort(), ids(CROWD.slice(10)));
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
