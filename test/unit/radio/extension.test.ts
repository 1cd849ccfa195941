import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dbm, megahertz, nodeIndex } from "../../../hub/base/units.ts";
import { createBatch, FLAG, type FrameBatch, NO_ADDRESS, NO_SEQUENCE } from "../../../hub/radio/batch.ts";
import { bssidOf, directionOf } from "../../../hub/radio/direction.ts";
import { readManagement } from "../../../hub/radio/extension.ts";
import {
  readAction,
  readAssociationRequest,
  readAssociationResponse,
  readAuthentication,
  readBeacon,
  readReason,
} from "../../../hub/radio/fixed.ts";
import { FC, KIND } from "../../../hub/radio/frame.ts";
import { BROADCAST } from "../../../hub/radio/mac.ts";

const [RECEIVER, TRANSMITTER, THIRD] = [0x0211_0000_0001, 0x0411_0000_0002, 0x0611_0000_0003];
const frameControl = (kind: number, bits = 0): number => ((kind & 0x30) >> 2) | ((kind & 0x0f) << 4) | bits;

/** A batch of one row with three addresses and this extension. */
function rowOf(kind: number, bits = 0, extension: readonly number[] = []): FrameBatch {
  const batch = createBatch();
  batch.node = nodeIndex(3);
  batch.frequency = megahertz(2437);
  batch.count = 1;
  batch.time[0] = 1.7e15;
  batch.fc[0] = frameControl(kind, bits);
  batch.length[0] = 120;
  batch.duration[0] = 314;
  batch.rssi[0] = -61;
  batch.addresses.set([RECEIVER, TRANSMITTER, THIRD]);
  batch.addressCount = 3;
  [batch.a1[0], batch.a2[0], batch.a3[0], batch.a4[0]] = [0, 1, 2, NO_ADDRESS];
  batch.sequence[0] = (1234 << 4) | 2;
  batch.flags[0] = extension.length > 0 ? FLAG.extension : 0;
  batch.extension[0] = extension.length > 0 ? 2 : -1;
  batch.extensionLength[0] = extension.length;
  batch.extensionBytes = Uint8Array.from([0xee, 0xee, ...extension, 0xee]);
  return batch;
}

const tlv = (type: number, value: readonly number[]): number[] => [type, value.length, ...value];

test("a beacon with everything", () => {
  const extension = [
    ...tlv(1, [0x40, 0xe2, 0x01, 0, 0, 0, 0, 0]),
    ...tlv(2, [0x78, 0x56, 0x34, 0xf2]),
    ...tlv(3, [100, 0, 0x11, 0x04]),
    ...tlv(4, [104, 105]),
    ...tlv(5, [7, 0, 128]),
    ...tlv(7, [1, 11, 3]),
    ...tlv(99, [1, 2, 3]),
  ];
  const sighting = readManagement(rowOf(KIND.beacon, 0, extension), 0);
  assert.deepEqual(sighting, {
    time: 1.7e15,
    node: nodeIndex(3),
    frequency: megahertz(2437),
    rssi: dbm(-61),
    kind: KIND.beacon,
    retry: false,
    protected: false,
    transmitter: TRANSMITTER,
    receiver: RECEIVER,
    bssid: THIRD,
    sequence: 1234,
    duration: 314,
    length: 120,
    tsf: 123_456,
    elements: 0xf234_5678,
    fixed: Uint8Array.of(100, 0, 0x11, 0x04),
    ssid: Uint8Array.of(104, 105),
    bssLoad: { stations: 7, utilisation: 128 },
    eapol: undefined,
    channelSwitch: { mode: 1, channel: 11, count: 3 },
  });
});

test("an EAPOL frame keeps its data kind, and its BSSID by its direction", () => {
  const key = tlv(6, [3, 0x8a, 0x00, 0, 0, 0, 0, 0, 0, 0, 5, 3]);
  const sighting = readManagement(rowOf(KIND.qosData, FC.fromDs | FC.retry, key), 0);
  assert.equal(sighting.kind, KIND.qosData);
  assert.equal(sighting.retry, true);
  assert.equal(sighting.bssid, TRANSMITTER);
  assert.deepEqual(sighting.eapol, {
    packetType: 3,
    keyInformation: 0x8a,
    replayCounter: 0x0500_0000_0000_0000n,
    pmkid: true,
    nonce: true,
  });
});

test("a sighting outlives the batch", () => {
  const batch = rowOf(KIND.deauthentication, 0, [...tlv(3, [7, 0]), ...tlv(4, [104, 105])]);
  const sighting = readManagement(batch, 0);
  batch.extensionBytes.fill(0);
  assert.deepEqual([...sighting.fixed], [7, 0]);
  assert.deepEqual([...(sighting.ssid ?? [])], [104, 105]);
});

test("a hidden SSID is empty, none is undefined, one too long is none", () => {
  assert.equal(readManagement(rowOf(KIND.beacon, 0, tlv(4, [])), 0).ssid?.length, 0);
  assert.equal(readManagement(rowOf(KIND.beacon), 0).ssid, undefined);
  assert.equal(readManagement(rowOf(KIND.beacon, 0, tlv(4, new Array(33).fill(65))), 0).ssid, undefined);
});

test("TLVs cut short or too short for their type leave the rest as it is", () => {
  const cut = readManagement(rowOf(KIND.beacon, 0, [...tlv(5, [7, 0]), ...tlv(4, [65]), 1, 8, 0, 0]), 0);
  assert.equal(cut.bssLoad, undefined);
  assert.deepEqual([...(cut.ssid ?? [])], [65]);
  assert.equal(cut.tsf, undefined);
});

test("a frame without sequence control or addresses", () => {
  const batch = rowOf(KIND.deauthentication);
  batch.sequence[0] = NO_SEQUENCE;
  [batch.a2[0], batch.a3[0]] = [NO_ADDRESS, 200];
  const sighting = readManagement(batch, 0);
  assert.equal(sighting.sequence, undefined);
  assert.equal(sighting.transmitter, BROADCAST);
});

test("BSSID and direction by ToDS, FromDS and kind", () => {
  const both = FC.toDs | FC.fromDs;
  const cases: [kind: number, bits: number, bssid: number | undefined, direction: string | undefined][] = [
    [KIND.qosData, FC.toDs, RECEIVER, "up"],
    [KIND.nullData, FC.fromDs, TRANSMITTER, "down"],
    [KIND.data, 0, THIRD, "direct"],
    [KIND.qosData, both, undefined, "bridge"],
    [KIND.probeRequest, 0, THIRD, undefined],
    [KIND.psPoll, 0, RECEIVER, undefined],
    [KIND.cfEnd, 0, TRANSMITTER, undefined],
    [KIND.rts, 0, undefined, undefined],
  ];
  for (const [kind, bits, bssid, direction] of cases) {
    const batch = rowOf(kind, bits);
    assert.equal(bssidOf(batch, 0), bssid, `kind ${kind}`);
    assert.equal(directionOf(batch, 0), direction, `kind ${kind}`);
  }
  const headerless = rowOf(KIND.qosData, FC.toDs);
  headerless.flags[0] = FLAG.headerless;
  assert.equal(bssidOf(headerless, 0), undefined);
  assert.equal(directionOf(headerless, 0), undefined);
});

test("fixed fields, and undefined where they end too early", () => {
  assert.deepEqual(readBeacon(Uint8Array.of(100, 0, 0x11, 4)), { interval: 100, capability: 0x0411 });
  assert.deepEqual(readAuthentication(Uint8Array.of(3, 0, 1, 0, 126, 0)), {
    algorithm: 3,
    transaction: 1,
    status: 126,
  });
  assert.deepEqual(readAssociationRequest(Uint8Array.of(0x31, 4, 10, 0)), {
    capability: 0x0431,
    listenInterval: 10,
    currentAccessPoint: undefined,
  });
  const moving = readAssociationRequest(Uint8Array.of(0x31, 4, 10, 0, 4, 0x11, 0, 0, 0, 2));
  assert.equal(moving?.currentAccessPoint, TRANSMITTER);
  assert.equal(readAssociationResponse(Uint8Array.of(1, 0, 0, 0, 5, 0xc0))?.associationId, 5);
  assert.equal(readReason(Uint8Array.of(7, 0)), 7);
  assert.deepEqual(readAction(Uint8Array.of(8, 1, 9, 9)), {
    category: 8,
    action: 1,
    rest: Uint8Array.of(9, 9),
  });
  const readers = [
    readBeacon,
    readAuthentication,
    readAssociationRequest,
    readAssociationResponse,
    readReason,
  ];
  for (const read of [...readers, readAction]) assert.equal(read(Uint8Array.of(1)), undefined);
});

test("property: any extension, offset and length are read without harm", () => {
  const octets = fc.uint8Array({ maxLength: 300 });
  const place = fc.integer({ min: -5, max: 400 });
  fc.assert(
    fc.property(octets, place, fc.nat(70_000), fc.nat(0xffff), (bytes, offset, length, control) => {
      const batch = rowOf(KIND.beacon, 0, [1]);
      batch.fc[0] = control;
      batch.extensionBytes = bytes;
      batch.extension[0] = offset;
      batch.extensionLength[0] = length;
      const sighting = readManagement(batch, 0);
      return sighting.fixed.length <= 12 && (sighting.ssid?.length ?? 0) <= 32;
    }),
    { numRuns: 3000 },
  );
});

test("property: well-formed TLVs of random contents", () => {
  const one = fc
    .record({ type: fc.integer({ min: 0, max: 9 }), value: fc.uint8Array({ maxLength: 40 }) })
    .map(({ type, value }) => tlv(type, [...value]));
  fc.assert(
    fc.property(fc.array(one, { minLength: 1, maxLength: 8 }), (tlvs) => {
      const sighting = readManagement(rowOf(KIND.beacon, 0, tlvs.flat()), 0);
      const hash = sighting.elements;
      return hash === undefined || (Number.isInteger(hash) && hash >= 0 && hash <= 0xffff_ffff);
    }),
  );
});
