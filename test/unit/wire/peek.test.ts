import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { dbm, mac, megahertz, micros } from "../../../hub/base/units.ts";
import { NODE_KIND } from "../../../hub/wire/kinds.ts";
import { decodeNodeMessage, encodeNodeMessage } from "../../../hub/wire/messages.ts";
import { kindOf, nodeTimeOf } from "../../../hub/wire/peek.ts";
import type { NodeBody } from "../../../hub/wire/records/bodies.ts";

const NONE = new Uint8Array(0);

const bodies = (time: number): readonly NodeBody[] => [
  {
    kind: "hello",
    protocol: 1,
    firmware: "1.0",
    chip: "esp32c3",
    mac: mac(1),
    bootId: 70_000,
    resetReason: 1,
    capabilities: 63,
    name: "kitchen",
    configuration: 5,
    clock: micros(time),
  },
  {
    kind: "frames",
    start: micros(time),
    frequency: megahertz(2412),
    noise: dbm(-90),
    dropped: 1,
    thinned: 1,
    addresses: NONE,
    phys: NONE,
    records: NONE,
  },
  {
    kind: "heartbeat",
    time: micros(time),
    uptime: 1,
    received: 2,
    drops: { ring: 0, link: 0, thinned: 0, sibling: 0 },
    ringHighWater: 1,
    heapLowWater: 2,
    temperature: undefined,
    rssi: undefined,
    degradeStep: 0,
    safeMode: false,
  },
  {
    kind: "dwell",
    frequency: megahertz(2412),
    start: micros(time),
    listened: micros(1),
    frames: 1,
    undecodable: 0,
  },
  { kind: "totals", start: micros(time), span: micros(1), classes: [] },
];

test("the time of every kind that has one is found without reading the rest", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (time) => {
      for (const body of bodies(time)) {
        const message = encodeNodeMessage(body, 3);
        assert.equal(nodeTimeOf(message), time, body.kind);
        assert.equal(kindOf(message), NODE_KIND[body.kind]);
      }
    }),
  );
});

test("a kind without a time has none", () => {
  const message = encodeNodeMessage({ kind: "log", level: "info", text: "hello" }, 1);
  assert.equal(nodeTimeOf(message), undefined);
  assert.equal(kindOf(message), NODE_KIND.log);
});

test("octets that are no message never throw and have no kind a reader would not see", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
      nodeTimeOf(octets);
      const kind = kindOf(octets);
      const decoded = decodeNodeMessage(octets);
      if (decoded.kind !== "damage") assert.notEqual(kind, undefined);
    }),
  );
});
