import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dbm, type Mac, mac, megahertz, micros, nodeIndex } from "../../../hub/base/units.ts";
import { KIND } from "../../../hub/radio/frame.ts";
import type { ManagementSighting } from "../../../hub/radio/sighting.ts";
import { Identity } from "../../../hub/track/identity/identity.ts";

interface Probe {
  /** Seconds. */
  readonly at: number;
  readonly from: number;
  readonly rssi?: number;
  readonly node?: number;
  readonly sequence?: number;
  readonly fingerprint?: number;
  readonly family?: number;
}

const LOCAL = 0x02_00_00_00_00_00;
/** A random address. */
const random = (number: number): Mac => mac(LOCAL + number * 7919);

function sightingOf({ at, from, rssi = -50, node = 0, sequence }: Probe): ManagementSighting {
  return {
    time: micros(1.79e15 + at * 1e6),
    node: nodeIndex(node),
    frequency: megahertz(2437),
    rssi: dbm(rssi),
    kind: KIND.probeRequest,
    retry: false,
    protected: false,
    transmitter: mac(from),
    receiver: mac(0xffff_ffff_ffff),
    bssid: mac(0xffff_ffff_ffff),
    sequence,
    duration: 0,
    length: 100,
    tsf: undefined,
    fixed: new Uint8Array(0),
    ssid: new Uint8Array(0),
    elements: undefined,
    eapol: undefined,
    channelSwitch: undefined,
    bssLoad: undefined,
  };
}

function hear(probes: readonly Probe[], identity = new Identity()): Identity {
  for (const probe of [...probes].sort((a, b) => a.at - b.at)) {
    identity.probed(sightingOf(probe), probe.fingerprint ?? 1, probe.family ?? 0);
  }
  identity.tick(micros(Number.POSITIVE_INFINITY));
  return identity;
}

/** A phone that takes a new address for every scan, from `first` on, once in ten seconds. */
const scans = (first: number, count: number, probe: Partial<Probe>, begin = 0): Probe[] =>
  Array.from({ length: count }, (_, i) =>
    [0, 0.02].map((later, step) => ({
      at: begin + 10 * i + later,
      from: random(first + i),
      sequence: (i * 1777 + step + first * 311) % 4096,
      ...probe,
    })),
  ).flat();

const idsOf = (identity: Identity, first: number, count: number): Set<number | undefined> =>
  new Set(Array.from({ length: count }, (_, i) => identity.of(random(first + i))?.id));

test("a phone that changes its address with every scan is one device", () => {
  const identity = hear(scans(0, 20, {}));
  assert.equal(idsOf(identity, 0, 20).size, 1);
  assert.ok((identity.of(random(19))?.confidence ?? 0) > 0.9);
});

test("addresses of different fingerprints are different devices", () => {
  const identity = hear([...scans(0, 10, { fingerprint: 1 }), ...scans(100, 10, { fingerprint: 2 }, 3)]);
  assert.equal(idsOf(identity, 0, 10).size, 1);
  assert.equal(idsOf(identity, 100, 10).size, 1);
  assert.notEqual(identity.of(random(0))?.id, identity.of(random(100))?.id);
});

test("two phones of one model are told apart by where they are heard", () => {
  const identity = hear([
    ...scans(0, 20, { rssi: -40, node: 0 }),
    ...scans(0, 20, { rssi: -70, node: 1 }).map((one) => ({ ...one, at: one.at + 0.001 })),
    ...scans(100, 20, { rssi: -72, node: 0 }, 4),
    ...scans(100, 20, { rssi: -42, node: 1 }, 4.001),
  ]);
  assert.equal(idsOf(identity, 0, 20).size, 1);
  assert.equal(idsOf(identity, 100, 20).size, 1);
  assert.notEqual(identity.of(random(0))?.id, identity.of(random(100))?.id);
});

test("a phone that is carried to another room stays one device once it has stayed there", () => {
  const identity = hear([...scans(0, 20, { rssi: -40 }), ...scans(20, 20, { rssi: -75 }, 200)]);
  assert.equal(idsOf(identity, 0, 40).size, 1);
});

test("sequence numbers that go on join a change of address that the signal would not", () => {
  const counting = (first: number, begin: number, rssi: number): Probe[] =>
    Array.from({ length: 12 }, (_, i) => ({
      at: begin + 4 * i,
      from: random(first + i),
      sequence: 6 * (first + i),
      rssi,
    }));
  const identity = hear([...counting(0, 0, -40), ...counting(12, 48, -58)]);
  assert.equal(idsOf(identity, 0, 24).size, 1);
});

test("another kind of scan belongs to the only device of its family that is near, and to none where two are", () => {
  const dark = { fingerprint: 2, family: 9, rssi: -50 };
  const phone = scans(0, 15, { fingerprint: 1, family: 9, rssi: -50 });
  const dimmed = (begin: number): Probe[] =>
    [0, 1, 2].flatMap((node) => scans(500, 1, { ...dark, node }, begin + node / 1000));
  const allNodes = [0, 1, 2].flatMap((node) =>
    phone.map((one) => ({ ...one, node, at: one.at + node / 1000 })),
  );
  const alone = hear([...allNodes, ...dimmed(155)]);
  assert.equal(alone.of(random(500))?.id, alone.of(random(0))?.id);
  // Another phone of the family comes from far away to the same place.
  const other = allNodes.map((one, i) => ({
    ...one,
    ...{ from: one.from + 1, at: one.at + 5, fingerprint: 3, rssi: i % 30 < 12 ? -90 : -50 },
  }));
  const two = hear([...allNodes, ...other, ...dimmed(165)]);
  assert.notEqual(two.of(random(500))?.id, two.of(random(0))?.id);
  assert.notEqual(two.of(random(500))?.id, two.of(mac(random(0) + 1))?.id);
});

test("addresses of their makers, and those on a home network, are joined by hand only", () => {
  const makers = [0x3c_00_00_00_00_01, 0x3c_00_00_00_00_02];
  const identity = hear(
    makers.flatMap((from, i) => [0, 20, 40].map((at) => ({ at: at + 10 * i, from, rssi: -50 }))),
  );
  const [one = mac(0), other = mac(0)] = makers.map(mac);
  assert.notEqual(identity.of(one)?.id, identity.of(other)?.id);
  identity.join([one, other]);
  assert.equal(identity.of(one)?.id, identity.of(other)?.id);
  assert.deepEqual(identity.of(one), { id: identity.of(other)?.id, confidence: 1, byHand: true });
  identity.part(other);
  assert.notEqual(identity.of(one)?.id, identity.of(other)?.id);
  assert.equal(identity.groups.length, 0);

  const joined = new Identity();
  joined.own(random(0));
  joined.own(random(1));
  hear(scans(0, 2, {}), joined);
  assert.equal(idsOf(joined, 0, 2).size, 2);
});

test("an address that turns out to be on a home network leaves a device that has one already", () => {
  const identity = hear(scans(0, 10, {}));
  identity.own(random(0));
  assert.equal(idsOf(identity, 0, 10).size, 1);
  identity.own(random(1));
  assert.notEqual(identity.of(random(1))?.id, identity.of(random(0))?.id);
});

test("groups by hand come back, grow and shrink", () => {
  const identity = new Identity();
  const [a, b, c] = [random(1), random(2), random(3)] as const;
  identity.join([a, b]);
  identity.join([b, c]);
  assert.deepEqual([...identity.joinedByHand(a)].sort(), [a, b, c].sort());
  const again = new Identity();
  for (const group of identity.groups) again.join(group);
  assert.equal(again.of(a)?.id, again.of(c)?.id);
  again.part(b);
  assert.deepEqual([...again.joinedByHand(a)].sort(), [a, c].sort());
});

test("the same probes give the same devices", () => {
  const probes = [...scans(0, 30, { rssi: -45 }), ...scans(100, 30, { rssi: -62 }, 0.5)];
  const ids = (identity: Identity) => probes.map(({ from }) => identity.of(mac(from))?.id);
  assert.deepEqual(ids(hear(probes)), ids(hear(probes)));
});

test("a flood of addresses, fingerprints and bursts leaves memory and time bounded", () => {
  const identity = new Identity({ addresses: 1000 });
  const began = performance.now();
  for (let i = 0; i < 100_000; i++) {
    const probe = { at: i / 5000, from: random(i), rssi: -30 - (i % 60), node: i % 12, sequence: i % 4096 };
    identity.probed(sightingOf(probe), 1 + (i % 7000), 1 + (i % 3));
  }
  assert.ok(performance.now() - began < 10_000, "a probe costs more than 100 µs");
  const known = Array.from({ length: 100_000 }, (_, i) => identity.of(random(i))).filter(
    (one) => one !== undefined,
  );
  assert.ok(known.length <= 1000);
});

test("any probes in any order leave confidences between 0 and 1", () => {
  const probe = fc.record({
    at: fc.double({ min: 0, max: 100, noNaN: true }),
    from: fc.integer({ min: 0, max: 20 }).map((n) => (n < 3 ? 0x3c_00_00_00_00_00 + n : random(n))),
    rssi: fc.integer({ min: -128, max: 127 }),
    node: fc.integer({ min: 0, max: 40 }),
    sequence: fc.option(fc.integer({ min: 0, max: 4095 }), { nil: undefined }),
    fingerprint: fc.integer({ min: 0, max: 4 }),
    family: fc.integer({ min: 0, max: 2 }),
  });
  fc.assert(
    fc.property(fc.array(probe, { maxLength: 60 }), (probes) => {
      const identity = new Identity();
      for (const one of probes)
        identity.probed(sightingOf({ ...one, sequence: one.sequence ?? 0 }), one.fingerprint, one.family);
      identity.tick(micros(Number.POSITIVE_INFINITY));
      for (const { from } of probes) {
        const borne = identity.of(mac(from));
        assert.ok(
          borne === undefined || (borne.confidence > 0 && borne.confidence <= 1),
          JSON.stringify(borne),
        );
      }
    }),
  );
});
