import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decode, encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { dbm, mac, megahertz, micros } from "../../../hub/base/units.ts";
import {
  type Configuration,
  decodeHubMessage,
  encodeHubMessage,
  type HubCommand,
} from "../../../hub/wire/commands.ts";
import { decodeNodeMessage, encodeNodeMessage } from "../../../hub/wire/messages.ts";
import type { Heartbeat, NodeBody } from "../../../hub/wire/records/bodies.ts";

const u8 = fc.nat(0xff);
const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const i8 = fc.integer({ min: -128, max: 127 });
const time = fc.nat(Number.MAX_SAFE_INTEGER).map(micros);
const address = fc.nat(2 ** 48 - 1).map(mac);
const frequency = u16.map(megahertz);
/** Text that is safe to show as it stands. */
const ascii = (octets: number): fc.Arbitrary<string> =>
  fc.string({
    unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
    maxLength: octets,
  });
const binary = (most: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: most, size: "max" });

const bodies: fc.Arbitrary<NodeBody> = fc.oneof(
  fc.record({
    kind: fc.constant("hello" as const),
    protocol: u8,
    firmware: ascii(20),
    chip: fc.constantFrom("esp32c3", "linux"),
    mac: address,
    bootId: u32,
    resetReason: u8,
    capabilities: u32,
    name: ascii(32),
    configuration: u32,
    clock: time,
  }),
  fc.record({
    kind: fc.constant("frames" as const),
    start: time,
    frequency,
    noise: i8.map(dbm),
    dropped: u32,
    thinned: fc.integer({ min: 1, max: 255 }),
    addresses: binary(600),
    phys: binary(200),
    records: binary(3000),
  }),
  fc.record({
    kind: fc.constant("heartbeat" as const),
    time,
    uptime: u32,
    received: time,
    drops: fc.record({ ring: u32, link: u32, thinned: u32, sibling: u32 }),
    ringHighWater: u16,
    heapLowWater: u32,
    temperature: fc.option(fc.integer({ min: -127, max: 127 }), { nil: undefined }),
    rssi: fc.option(fc.integer({ min: -128, max: -1 }).map(dbm), { nil: undefined }),
    degradeStep: u8,
    safeMode: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("dwell" as const),
    frequency,
    start: time,
    listened: u32.map(micros),
    frames: u32,
    undecodable: u32,
  }),
  fc.record({
    kind: fc.constant("log" as const),
    level: fc.constantFrom("error" as const, "warning" as const, "info" as const),
    text: ascii(200),
  }),
  fc.record({ kind: fc.constant("time_reply" as const), token: u32, arrived: time, sent: time }),
  fc.record({ kind: fc.constant("result" as const), command: u32, code: u8, text: ascii(200) }),
  fc.record({ kind: fc.constant("elements" as const), hash: u32, subtype: u8, blocks: binary(600) }),
  fc.record({
    kind: fc.constant("totals" as const),
    start: time,
    span: u32.map(micros),
    classes: fc.array(
      fc.record({ class: u8, frames: u32, octets: u32, address: fc.option(address, { nil: undefined }) }),
      { maxLength: 8 },
    ),
  }),
);

const octets = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });
const settings: fc.Arbitrary<Configuration> = fc.record(
  {
    ssid: fc.string({ unit: "grapheme", maxLength: 8 }),
    psk: ascii(63),
    hub: ascii(60),
    name: ascii(32),
    key: octets(32),
    country: fc.constantFrom("IT", "DE"),
    uplink: fc.constantFrom("serial" as const, "wifi" as const),
  },
  { requiredKeys: [] },
);
const entry = fc.record({ frequency, weight: u8 });

const commands: fc.Arbitrary<HubCommand> = fc.oneof(
  fc.record({ kind: fc.constant("welcome" as const), protocol: u8, bootId: u32, time }),
  fc.record({ kind: fc.constant("time_request" as const), token: u32, time }),
  fc.record({ kind: fc.constant("plan" as const), entries: fc.array(entry, { maxLength: 40 }), dwell: u16 }),
  fc.record({ kind: fc.constant("siblings" as const), addresses: fc.array(address, { maxLength: 20 }) }),
  fc.record({ kind: fc.constant("configure" as const), settings }),
  fc.record({
    kind: fc.constant("update_begin" as const),
    size: u32,
    sha256: octets(32),
    signature: octets(64),
    version: ascii(20),
  }),
  fc.record({ kind: fc.constant("update_chunk" as const), offset: u32, bytes: binary(1024) }),
  fc.constant({ kind: "update_end" as const }),
  fc.record({ kind: fc.constant("restart" as const), reason: u8 }),
  fc.record({ kind: fc.constant("identify" as const), seconds: u8 }),
  fc.constant({ kind: "factory_reset" as const }),
);

const sample: Heartbeat = {
  kind: "heartbeat",
  time: micros(2 ** 40),
  uptime: 100,
  received: 70_000,
  drops: { ring: 1, link: 2, thinned: 3, sibling: 4 },
  ringHighWater: 300,
  heapLowWater: 100_000,
  temperature: -5,
  rssi: undefined,
  degradeStep: 0,
  safeMode: true,
};

describe("messages of a node", () => {
  test("every kind goes there and back", () => {
    fc.assert(
      fc.property(bodies, u32, (body, sequence) => {
        const read = decodeNodeMessage(encodeNodeMessage(body, sequence));
        assert.deepEqual(structuredClone(read), structuredClone({ ...body, sequence, surplus: 0 }));
      }),
      { numRuns: 400 },
    );
  });

  test("the octets are those of the protocol page, shortest form", () => {
    const bytes = encodeNodeMessage(sample, 300);
    const tail = [0xcd, 1, 44, 0xce, 0, 1, 0x86, 0xa0, 0xfb, 0, 0, 1];
    const head = [0x9c, 3, 0xcd, 1, 44, 0xcf, 0, 0, 1, 0, 0, 0, 0, 0, 100, 0xce, 0, 1, 0x11, 0x70];
    assert.deepEqual([...bytes], [...head, 0x94, 1, 2, 3, 4, ...tail]);
  });

  test("fractions of a microsecond and times before zero are rounded away", () => {
    const body = { kind: "time_reply", token: 1, arrived: micros(10.6), sent: micros(-3) } as const;
    assert.deepEqual(decode(encodeNodeMessage(body, 0)), [6, 0, 1, 11, 0]);
  });

  test("elements past those known are counted and skipped, of any type", () => {
    const [kind, sequence, ...elements] = [
      1,
      9,
      1,
      "1.0",
      "linux",
      new Uint8Array(6),
      5,
      0,
      0,
      "attic",
      0,
      7,
    ];
    const later = [null, true, 1.5, "x", { a: [1, { b: 2 }] }, new Uint8Array(300), -3e9, new Date(0)];
    const read = decodeNodeMessage(encode([kind, sequence, ...elements, ...later]));
    assert.equal(read.kind, "hello");
    assert.ok(read.kind === "hello" && read.surplus === later.length && read.name === "attic");
  });

  test("elements past those known inside nested arrays are skipped", () => {
    const read = decodeNodeMessage(encode([9, 0, 1, 2, [1, 2, 3, new Uint8Array(6), "later"], [4, 5, 6]]));
    assert.ok(read.kind === "totals");
    assert.deepEqual(
      read.classes.map((row) => row.octets),
      [3, 6],
    );
  });

  test("unknown kinds say which", () => {
    assert.deepEqual(decodeNodeMessage(encode([200, 5, 1, 2])), {
      kind: "unknown",
      code: 200,
      sequence: 5,
      surplus: 2,
    });
  });

  test("every integer form is read", () => {
    const forms = [
      [7],
      [0xcc, 7],
      [0xcd, 0, 7],
      [0xce, 0, 0, 0, 7],
      [0xcf, 0, 0, 0, 0, 0, 0, 0, 7],
      [0xd0, 7],
      [0xd1, 0, 7],
      [0xd2, 0, 0, 0, 7],
      [0xd3, 0, 0, 0, 0, 0, 0, 0, 7],
    ];
    for (const form of forms) {
      const read = decodeNodeMessage(Uint8Array.from([0x94, 7, 0, ...form, 0, 0xa0].with(0, 0x95)));
      assert.ok(read.kind === "result" && read.command === 7, `${form}`);
    }
    const negatives = [[0xfb], [0xd0, 0xfb], [0xd1, 0xff, 0xfb], [0xd2, 0xff, 0xff, 0xff, 0xfb]];
    const long = [0xd3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfb];
    for (const form of [...negatives, long]) {
      const bytes = encodeNodeMessage(sample, 300);
      const at = bytes.indexOf(0xfb);
      const read = decodeNodeMessage(
        Uint8Array.from([...bytes.subarray(0, at), ...form, ...bytes.subarray(at + 1)]),
      );
      assert.ok(read.kind === "heartbeat" && read.temperature === -5, `${form}`);
    }
  });

  test("every string and octet string form is read", () => {
    const text = [0xdb, 0, 0, 0, 1, 65];
    for (const form of [[0xa1, 65], [0xd9, 1, 65], [0xda, 0, 1, 65], text]) {
      const read = decodeNodeMessage(Uint8Array.from([0x94, 5, 0, 1, ...form]));
      assert.ok(read.kind === "log" && read.text === "A" && read.level === "warning");
    }
    const block = [0xc6, 0, 0, 0, 1, 9];
    for (const form of [[0xc4, 1, 9], [0xc5, 0, 1, 9], block]) {
      const read = decodeNodeMessage(Uint8Array.from([0x95, 8, 0, 1, 0, ...form]));
      assert.ok(read.kind === "elements" && read.blocks[0] === 9);
    }
  });

  test("text is safe to show", () => {
    const read = decodeNodeMessage(encode([5, 0, 0, "lost\u0000\u202e line\n"]));
    assert.ok(read.kind === "log");
    assert.equal(read.text, "lost�� line�");
  });

  test("wrong shapes are damage", () => {
    const shapes: unknown[] = [
      [5, 0, 0],
      [5, 0, "0", "x"],
      [5, 0, 256, "x"],
      [5, 0, -1, "x"],
      [5, 0, 1.5, "x"],
      [5, 0, 0, 7],
      [5, 0, 0, "x".repeat(201)],
      [1, 0, 1, "1", "linux", new Uint8Array(5), 1, 0, 0, "n", 0, 0],
      [1, 0, 1, "1", "linux", new Uint8Array(6), 1, 0, 0, "n".repeat(33), 0, 0],
      [2, 0, 0, 0, 0, 0, 0, new Uint8Array(0), new Uint8Array(0), new Uint8Array(0)],
      [2, 0, 0, 0, 0, 0, 1, new Uint8Array(1531), new Uint8Array(0), new Uint8Array(0)],
      [3, 0, 0, 0, 0, [0, 0, 0], 0, 0, 0, 0, 0, 0],
      [8, 0, 0, 0, new Uint8Array(601)],
      [9, 0, 0, 0, [1, 2]],
      [9, 0, 0, 0, [1, 2, 3, "later"]],
      [9, 0, 0, 0, ...Array.from({ length: 33 }, () => [1, 2, 3])],
    ];
    for (const shape of shapes) {
      assert.deepEqual(
        decodeNodeMessage(encode(shape)),
        { kind: "damage", cause: "shape" },
        JSON.stringify(shape),
      );
    }
    const beyond = Uint8Array.of(0x95, 6, 0, 1, 0xcf, 0, 0x20, 0, 0, 0, 0, 0, 0, 0);
    assert.deepEqual(decodeNodeMessage(beyond), { kind: "damage", cause: "shape" });
  });

  test("what is no message at all is damage of the envelope", () => {
    const envelopes = [
      [],
      [0x93],
      [0x91, 1],
      [0x92, 1],
      [0x81, 1, 2],
      [0xc0],
      [0x92, 0xa1, 65, 0],
      [0x92, 1, 0xff],
    ];
    for (const bytes of envelopes) {
      assert.deepEqual(decodeNodeMessage(Uint8Array.from(bytes)), { kind: "damage", cause: "envelope" });
    }
    const huge = new Uint8Array(5000).fill(1);
    assert.deepEqual(decodeNodeMessage(huge), { kind: "damage", cause: "envelope" });
  });

  test("octets behind the message are damage", () => {
    assert.equal(decodeNodeMessage(Uint8Array.of(0x94, 5, 0, 1, 0xa0)).kind, "log");
    assert.equal(decodeNodeMessage(Uint8Array.of(0x94, 5, 0, 1, 0xa0, 0)).kind, "damage");
  });

  test("a tower of arrays is refused, not climbed", () => {
    const tower = new Uint8Array(4000).fill(0x91);
    tower.set([0x95, 5, 0, 1, 0xa0]);
    assert.equal(decodeNodeMessage(tower).kind, "damage");
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
    assert.equal(decodeNodeMessage(encode([5, 0, 1, "", nested(5)])).kind, "log");
    assert.equal(decodeNodeMessage(encode([5, 0, 1, "", nested(30)])).kind, "damage");
    const wide = Uint8Array.of(0x95, 5, 0, 1, 0xa0, 0xdd, 0xff, 0xff, 0xff, 0xff);
    assert.equal(decodeNodeMessage(wide).kind, "damage");
  });

  test("views stay inside the message", () => {
    const around = new Uint8Array(64).fill(0xee);
    const message = encodeNodeMessage(
      { kind: "elements", hash: 1, subtype: 8, blocks: Uint8Array.of(1, 2, 3) },
      0,
    );
    around.set(message, 20);
    const read = decodeNodeMessage(around.subarray(20, 20 + message.length));
    assert.ok(read.kind === "elements");
    assert.deepEqual([...read.blocks], [1, 2, 3]);
  });
});

describe("messages of the hub", () => {
  test("every kind goes there and back", () => {
    fc.assert(
      fc.property(commands, u32, (command, sequence) => {
        const read = decodeHubMessage(encodeHubMessage(command, sequence));
        assert.deepEqual(structuredClone(read), structuredClone({ ...command, sequence, surplus: 0 }));
      }),
      { numRuns: 400 },
    );
  });

  test("unknown settings are skipped, wrong ones are damage", () => {
    const read = decodeHubMessage(encode([68, 0, { later: [1, 2], name: "attic" }]));
    assert.ok(read.kind === "configure");
    assert.deepEqual(read.settings, { name: "attic" });
    const proto = decodeHubMessage(encode([68, 0, { ["__proto__"]: { name: "x" } }], { sortKeys: false }));
    assert.ok(proto.kind === "configure" && proto.settings.name === undefined);
    for (const wrong of [{ key: new Uint8Array(31) }, { uplink: "radio" }, { ssid: 5 }]) {
      assert.equal(decodeHubMessage(encode([68, 0, wrong])).kind, "damage");
    }
  });

  test("a factory reset needs its word", () => {
    assert.equal(decodeHubMessage(encode([74, 0, "erase"])).kind, "factory_reset");
    assert.equal(decodeHubMessage(encode([74, 0, "Erase"])).kind, "damage");
    assert.equal(decodeHubMessage(encode([74, 0])).kind, "damage");
  });
});

test("random octets and mutated messages never throw", () => {
  const valid = fc.oneof(
    bodies.map((body) => encodeNodeMessage(body, 1)),
    commands.map((command) => encodeHubMessage(command, 1)),
  );
  const mutated = fc
    .tuple(valid, fc.array(fc.tuple(fc.nat(), u8), { minLength: 1, maxLength: 4 }), fc.nat())
    .map(([bytes, changes, cut]) => {
      const copy = bytes.slice(0, cut % 3 === 0 ? cut % (bytes.length + 1) : bytes.length);
      for (const [at, value] of changes) if (copy.length > 0) copy[at % copy.length] = value;
      return copy;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), (bytes) => {
      assert.equal(typeof decodeNodeMessage(bytes).kind, "string");
      assert.equal(typeof decodeHubMessage(bytes).kind, "string");
    }),
    { numRuns: 3000 },
  );
});
