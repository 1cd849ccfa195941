import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { dbm, type Mac, mac, megahertz, micros, nodeIndex } from "../../../hub/base/units.ts";
import {
  addressAt,
  FLAG,
  type FrameBatch,
  NO_ADDRESS,
  NO_QOS,
  NO_SEQUENCE,
} from "../../../hub/radio/batch.ts";
import { KIND } from "../../../hub/radio/frame.ts";
import { FrameEncoder } from "../../../hub/wire/encoder.ts";
import { decodeNodeMessage } from "../../../hub/wire/messages.ts";
import type { Frames } from "../../../hub/wire/records/bodies.ts";
import type { FrameRow } from "../../../hub/wire/records/row.ts";
import { FrameDecoder } from "../../../hub/wire/records.ts";

const NODE = nodeIndex(3);
const A = mac(0x02_00_00_00_00_0a);
const B = mac(0x02_00_00_00_00_0b);
const C = mac(0x02_00_00_00_00_0c);
const fcOf = (kind: number, bits = 0): number => ((kind & 0x30) >> 2) | ((kind & 0x0f) << 4) | bits;

/** One row of a batch as a plain object with the fields of FrameRow, absent ones left out. */
function rowAt(b: FrameBatch, i: number): FrameRow {
  const flags = b.flags[i] ?? 0;
  const addresses = [b.a1[i], b.a2[i], b.a3[i], b.a4[i]].map((index) => addressAt(b, index ?? NO_ADDRESS));
  const [a1, a2, a3, a4] = addresses;
  const headed = (flags & FLAG.headerless) === 0;
  const acknowledges = (flags & FLAG.blockAck) !== 0;
  const blockAck = {
    control: b.qos[i] ?? 0,
    start: b.baStart[i] ?? 0,
    top: b.baTop[i] ?? 0,
    set: b.baSet[i] ?? 0,
  };
  const at = b.extension[i] ?? -1;
  return present({
    time: micros(b.time[i] ?? 0),
    frequency: b.frequency,
    noise: b.noise,
    rssi: b.rssi[i] ?? 0,
    length: b.length[i] ?? 0,
    phy: b.phy[i] ?? 0,
    fc: headed ? b.fc[i] : undefined,
    duration: headed ? b.duration[i] : undefined,
    ...{ a1, a2, a3, a4 },
    sequence: b.sequence[i] === NO_SEQUENCE ? undefined : b.sequence[i],
    qos: acknowledges || b.qos[i] === NO_QOS ? undefined : b.qos[i],
    blockAck: acknowledges ? blockAck : undefined,
    ppduLength: flags & FLAG.ppduLength ? b.ppduLength[i] : undefined,
    extension: at < 0 ? undefined : b.extensionBytes.slice(at, at + (b.extensionLength[i] ?? 0)),
    badFcs: flags & FLAG.badFcs ? true : undefined,
    ppduContinues: flags & FLAG.ppduContinues ? true : undefined,
  });
}

/** The record without the keys that are undefined. */
function present(row: { [key in keyof FrameRow]: FrameRow[key] | undefined }): FrameRow {
  return Object.fromEntries(
    Object.entries(row).filter(([, value]) => value !== undefined),
  ) as unknown as FrameRow;
}

function framesOf(message: Uint8Array | undefined): Frames {
  const read = decodeNodeMessage(message ?? new Uint8Array(0));
  assert.ok(read.kind === "frames", read.kind);
  return read;
}

function rowsOf(decoder: FrameDecoder, frames: Frames): FrameRow[] {
  const rows: FrameRow[] = [];
  decoder.decode(frames, NODE, (batch) => {
    assert.equal(batch.node, NODE);
    for (let i = 0; i < batch.count; i++) rows.push(rowAt(batch, i));
  });
  return rows;
}

function encodeAll(rows: readonly FrameRow[]): Uint8Array[] {
  let sequence = 0;
  const encoder = new FrameEncoder({ sequence: () => sequence++ });
  const messages: Uint8Array[] = [];
  for (const row of rows) {
    if (encoder.add(row)) continue;
    messages.push(encoder.take() ?? new Uint8Array(0));
    assert.ok(encoder.add(row), "an empty message takes any frame");
  }
  const last = encoder.take();
  return last === undefined ? messages : [...messages, last];
}

const addresses = fc.constantFrom(A, B, C, mac(0xffff_ffff_ffff), mac(0x0123_4567_89ab));
const any16 = fc.nat(0xffff);
const optional = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(value, { nil: undefined });

const common = {
  gap: fc.oneof(fc.nat(2000), fc.nat(5_000_000)),
  frequency: fc.constantFrom(2412, 2412, 2412, 5180).map(megahertz),
  rssi: fc.integer({ min: -128, max: 127 }),
  length: fc.oneof(fc.constantFrom(14, 1500), any16),
  phy: fc.oneof(fc.constantFrom(0x302, 0x13), fc.nat(0x1fff_ffff)),
  ppduLength: optional(any16),
  extension: optional(fc.uint8Array({ minLength: 1, maxLength: 255, size: "max" })),
  badFcs: optional(fc.constant(true)),
  ppduContinues: optional(fc.constant(true)),
};
/** Numbers that a node cannot mistake for the marks of the columns. */
const number = fc.nat(NO_SEQUENCE - 1);

const shapes = fc.oneof(
  fc.record({ ...common }),
  fc.record({ ...common, kind: fc.constantFrom(KIND.ack, KIND.cts), duration: any16, a1: addresses }),
  fc.record({
    ...common,
    kind: fc.constantFrom(KIND.rts, KIND.psPoll),
    duration: any16,
    a1: addresses,
    a2: addresses,
  }),
  fc.record({
    ...common,
    kind: fc.constantFrom(KIND.blockAck, KIND.blockAckRequest),
    duration: any16,
    a1: addresses,
    a2: addresses,
    blockAck: optional(
      fc
        .record({ control: any16, start: fc.nat(4095), top: fc.nat(1024), set: fc.nat(1024) })
        .map((one) => ({ ...one, set: Math.min(one.set, one.top) })),
    ),
  }),
  fc.record({
    ...common,
    kind: fc.constantFrom(KIND.beacon, KIND.data, KIND.nullData, KIND.action),
    duration: any16,
    a1: addresses,
    a2: addresses,
    a3: addresses,
    sequence: number,
  }),
  fc.record({
    ...common,
    kind: fc.constantFrom(KIND.qosData, KIND.qosNull),
    duration: fc.constantFrom(44, 48),
    a1: addresses,
    a2: addresses,
    a3: addresses,
    a4: optional(addresses),
    sequence: number,
    qos: fc.constantFrom(0, 5, 0x80),
  }),
);

const traffic: fc.Arbitrary<FrameRow[]> = fc.array(shapes, { maxLength: 250, size: "max" }).map((list) => {
  let time = 1_000_000;
  return list.map(({ gap, ...rest }) => {
    time += gap;
    const { kind, ...row } = "kind" in rest ? rest : { ...rest, kind: undefined };
    const fcBits = kind === undefined ? undefined : fcOf(kind, (gap & 0xff) << 8);
    return present({ time: micros(time), noise: -95, fc: fcBits, ...row } as Parameters<typeof present>[0]);
  });
});

describe("frames messages", () => {
  test("frames of every kind come back as they were heard", () => {
    fc.assert(
      fc.property(traffic, (rows) => {
        const decoder = new FrameDecoder();
        const messages = encodeAll(rows);
        assert.ok(messages.every((message) => message.length <= 1000));
        assert.deepEqual(
          messages.flatMap((message) => rowsOf(decoder, framesOf(message))),
          rows,
        );
        assert.equal(decoder.damaged, 0);
      }),
      { numRuns: 60 },
    );
  });

  test("a message computed by hand", () => {
    const qos = { fc: 0x0188, duration: 44, a1: A, a2: B, a3: C, qos: 0, length: 200, phy: 0x13, rssi: -50 };
    const channel = { frequency: megahertz(2412), noise: -95 };
    const encoder = new FrameEncoder({ sequence: () => 5 });
    encoder.dropped = 2;
    encoder.add({ ...qos, ...channel, time: micros(1000), sequence: 0x0120 });
    encoder.add({ ...qos, ...channel, time: micros(1130), sequence: 0x0140 });
    encoder.add({
      ...channel,
      time: micros(1140),
      fc: 0x00d4,
      duration: 0,
      a1: B,
      length: 14,
      phy: 0x302,
      rssi: -60,
    });
    const head = [0x9a, 2, 5, 0xcd, 0x03, 0xe8, 0xcd, 0x09, 0x6c, 0xd0, 0xa1, 2, 1];
    const tables = [0xc4, 18, 2, 0, 0, 0, 0, 10, 2, 0, 0, 0, 0, 11, 2, 0, 0, 0, 0, 12];
    const phys = [0xc4, 8, 0x13, 0, 0, 0, 0x02, 3, 0, 0];
    const first = [0, 0x30, 0, 0, 0x88, 0x01, 44, 0, 0, 1, 2, 0, 0xc8, 0x01, 0, 0xce, 18];
    const second = [0x82, 0x01, 0, 0, 0xce, 2];
    const third = [10, 0x30, 1, 0, 0xd4, 0, 0, 0, 1, 14, 1, 0xc4];
    const records = [...first, ...second, ...third];
    assert.deepEqual(
      [...(encoder.take() ?? [])],
      [...head, ...tables, ...phys, 0xc4, records.length, ...records],
    );
    assert.equal(encoder.take(), undefined);
  });

  test("sequence numbers cost one octet while they follow one another", () => {
    const row = (i: number): FrameRow => ({
      ...{ time: micros(i), frequency: megahertz(2412), noise: 0, rssi: -40, length: 100, phy: 1 },
      ...{ fc: 0x0088, duration: 0, a1: A, a2: B, a3: C, sequence: ((i * 100) & 0xfff) << 4 },
    });
    const rows = Array.from({ length: 120 }, (_, i) => row(i));
    const frames = framesOf(encodeAll(rows)[0]);
    assert.equal(frames.records.length, 16 + 119 * 5);
    assert.deepEqual(
      rowsOf(new FrameDecoder(), frames),
      rows.map((one) => ({ ...one, qos: 0 })),
    );
  });

  test("a change of channel begins another batch of the same message", () => {
    const row = (time: number, frequency: number): FrameRow => ({
      ...{ time: micros(time), frequency: megahertz(frequency), noise: frequency === 2412 ? -90 : -95 },
      ...{ rssi: -40, length: 14, phy: 2, fc: 0x00d4, duration: time, a1: A, extension: Uint8Array.of(time) },
    });
    const rows = [row(1, 2412), row(2, 2412), row(3, 2437), row(4, 2412), row(5, 2412)];
    const [message, ...more] = encodeAll(rows);
    assert.equal(more.length, 0);
    const seen: unknown[] = [];
    new FrameDecoder().decode(framesOf(message), NODE, (batch) => {
      seen.push([batch.frequency, batch.noise, batch.count, ...batch.time.subarray(0, batch.count)]);
      // Whoever aligns times rewrites them in place.
      batch.time.fill(-1, 0, batch.count);
    });
    const expected = [
      [2412, -90, 2, 1, 2],
      [2437, -95, 1, 3],
      [2412, -90, 2, 4, 5],
    ];
    assert.deepEqual(seen, expected);
    assert.deepEqual(rowsOf(new FrameDecoder(), framesOf(message)), rows);
  });

  test("a message without records is one empty batch that tells of drops", () => {
    const counts: number[] = [];
    const decoder = new FrameDecoder();
    const frames = { ...EMPTY, dropped: 9 };
    assert.equal(
      decoder.decode(frames, NODE, (batch) => counts.push(batch.count, batch.dropped, batch.frequency)),
      true,
    );
    assert.deepEqual(counts, [0, 9, 2412]);
  });

  test("extensions outlive the octets they came in", () => {
    const row = { ...PLAIN, extension: Uint8Array.of(4, 1, 65) };
    const message = encodeAll([row])[0] ?? new Uint8Array(0);
    const frames = framesOf(message);
    new FrameDecoder().decode(frames, NODE, (batch) => {
      message.fill(0);
      assert.deepEqual(rowAt(batch, 0).extension, Uint8Array.of(4, 1, 65));
    });
  });

  test("the encoder asks for a new message when time runs back or a table is full", () => {
    const encoder = new FrameEncoder({ sequence: () => 0, octets: 4075 });
    assert.ok(encoder.add({ ...PLAIN, time: micros(10) }));
    assert.equal(encoder.add({ ...PLAIN, time: micros(9) }), false);
    assert.equal(encoder.add({ ...PLAIN, time: micros(10 + 2 ** 32) }), false);
    let added = 1;
    while (encoder.add({ ...PLAIN, time: micros(10), a1: mac(added) })) added += 1;
    assert.ok(added > 200 && added <= 255, `${added}`);
    assert.throws(() => encoder.add({ ...PLAIN, extension: new Uint8Array(256) }), RangeError);
    assert.throws(() => new FrameEncoder({ sequence: () => 0, octets: 100 }), RangeError);
  });

  test("a frame without an address that its kind has is headerless", () => {
    const { a1: _, ...rest } = PLAIN;
    const rows = [{ ...PLAIN, fc: 0x00b4 }, { ...PLAIN, fc: 0x0008, a2: B }, rest];
    const read = encodeAll(rows).flatMap((message) => rowsOf(new FrameDecoder(), framesOf(message)));
    const { fc: __, duration: ___, ...headless } = rest;
    assert.deepEqual(read, [headless, headless, headless]);
  });
});

const EMPTY: Frames = {
  kind: "frames",
  start: micros(0),
  frequency: megahertz(2412),
  noise: dbm(0),
  dropped: 0,
  thinned: 1,
  addresses: Uint8Array.of(2, 0, 0, 0, 0, 1),
  phys: Uint8Array.of(2, 0, 0, 0),
  records: new Uint8Array(0),
};
const PLAIN: FrameRow & { readonly a1: Mac } = {
  time: micros(1),
  frequency: megahertz(2412),
  noise: 0,
  rssi: -40,
  length: 14,
  phy: 2,
  fc: 0x00d4,
  duration: 0,
  a1: A,
};
/** An ACK: delta, flags, head 0, form, fc, duration, a1, length, phy, rssi. */
const ACK = [0, 0x30, 0, 0, 0xd4, 0, 0, 0, 0, 14, 0, 0xd0];
/** A BlockAck: …, a1, a2, control, length, phy, rssi, start, top, set. */
const BLOCK_ACK = [0, 0x30, 0, 0x40, 0x94, 0, 0, 0, 0, 0, 5, 0, 32, 0, 0xd0, 7, 64, 64];
/** A beacon up to its sequence number: …, a1, a2, a3, length, phy, rssi. */
const BEACON = [0, 0x30, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 100, 0, 0xd0];

describe("damaged frames messages", () => {
  const outcome = (frames: Frames): "whole" | "damaged" => {
    const decoder = new FrameDecoder();
    let taken = 0;
    const whole = decoder.decode(frames, NODE, () => (taken += 1));
    assert.equal(decoder.damaged, whole ? 0 : 1);
    assert.equal(taken > 0, whole, "a damaged message is dropped whole");
    return whole ? "whole" : "damaged";
  };
  const records = (octets: readonly number[]): string =>
    outcome({ ...EMPTY, records: Uint8Array.from(octets) });
  const again = [0, 0, 0, 0xd0];

  test("the samples are whole", () => {
    assert.equal(records(ACK), "whole");
    assert.equal(records([...ACK, ...again]), "whole");
    assert.equal(records(BLOCK_ACK), "whole");
    assert.equal(records([...BEACON, 0xff, 0xff, 0x03]), "whole");
    assert.equal(records([0, 0x30, 0, 0x10, 14, 0, 0xd0]), "whole");
  });

  test("every cut is damage", () => {
    for (const sample of [ACK, BLOCK_ACK, [...ACK, 0, 0x0a, 0, 0xd0, 1, 1, 2, 9, 9]]) {
      for (let length = 1; length < sample.length; length++) {
        const boundary =
          sample.length > ACK.length && sample[1] === 0x30 && sample !== BLOCK_ACK && length === ACK.length;
        assert.equal(records(sample.slice(0, length)), boundary ? "whole" : "damaged", `${length}`);
      }
    }
  });

  test("what the protocol forbids is damage", () => {
    const wrong: [string, number[]][] = [
      ["reserved flag", ACK.with(1, 0xb0)],
      ["a new head without its length", [0, 0x20, 0, 0, 0xd4, 0, 0, 0, 0, 0, 0xd0]],
      ["a new head without its PHY", [0, 0x10, 0, 0, 0xd4, 0, 0, 0, 0, 14, 0xd0]],
      ["a head beyond the next", ACK.with(2, 1)],
      ["an unknown form", ACK.with(3, 0x80)],
      ["a headerless form with more", [0, 0x30, 0, 0x50, 14, 0, 0xd0]],
      ["an address outside the table", ACK.with(8, 1)],
      ["a PHY outside the table", ACK.with(10, 1)],
      ["BlockAck fields on an ACK", [0, 0x30, 0, 0x40, 0xd4, 0, 0, 0, 0, 5, 0, 14, 0, 0xd0, 0, 0, 0]],
      ["a bitmap longer than any", [...BLOCK_ACK.slice(0, -2), 0x81, 0x08, 1]],
      ["more bits than the bitmap has", BLOCK_ACK.with(-1, 65)],
      ["a start beyond 12 bits", [...BLOCK_ACK.slice(0, -3), 0x80, 0x20, 0, 0]],
      ["a length beyond 16 bits", [...ACK.slice(0, 9), 0x80, 0x80, 0x04, 0, 0xd0]],
      ["a sequence beyond 16 bits", [...BEACON, 0x80, 0x80, 0x04]],
      ["a varint beyond 32 bits", [0x80, 0x80, 0x80, 0x80, 0x10, ...ACK.slice(1)]],
      ["a varint without an end", [0x80, 0x80, 0x80, 0x80, 0x80, 0x00, ...ACK.slice(1)]],
      ["an extension past the end", [...ACK, 0, 2, 0, 0xd0, 9, 1]],
      ["an endless extension", [...ACK, 0, 2, 0, 0xd0, 0xff, 0xff, 0xff, 0xff, 0x0f]],
      ["a good record before a wrong one", [...ACK, 0, 0x80, 0, 0xd0]],
    ];
    for (const [what, octets] of wrong) assert.equal(records(octets), "damaged", what);
  });

  test("tables that do not come out even are damage", () => {
    assert.equal(outcome({ ...EMPTY, addresses: new Uint8Array(7) }), "damaged");
    assert.equal(outcome({ ...EMPTY, phys: new Uint8Array(3) }), "damaged");
    assert.equal(outcome({ ...EMPTY, addresses: new Uint8Array(6 * 256) }), "damaged");
    assert.equal(outcome({ ...EMPTY, phys: new Uint8Array(4 * 256) }), "damaged");
  });

  test("1,024 records are the most, and 255 heads", () => {
    const many = (count: number): number[] => [
      ...ACK,
      ...Array.from({ length: count - 1 }, () => again).flat(),
    ];
    assert.equal(records(many(1024)), "whole");
    assert.equal(records(many(1025)), "damaged");
    const heads = (count: number): number[] =>
      Array.from({ length: count }, (_, i) => ACK.with(2, i).with(6, i & 0xff)).flat();
    assert.equal(records(heads(255)), "whole");
    assert.equal(records(heads(256)), "damaged");
  });

  test("a damaged message leaves nothing behind for the next", () => {
    const decoder = new FrameDecoder();
    const broken = { ...EMPTY, records: Uint8Array.from([...BLOCK_ACK, 0, 0x80, 0]) };
    assert.deepEqual(rowsOf(decoder, broken), []);
    const rows = rowsOf(decoder, { ...EMPTY, records: Uint8Array.from(ACK) });
    const expected = { ...PLAIN, time: micros(0), a1: mac(0x02_00_00_00_00_01), rssi: -48 };
    assert.deepEqual(rows, [expected]);
  });

  test("random and mutated records never throw, never give more than there is", () => {
    const message = traffic.map((rows) => encodeAll(rows)[0]);
    const change = fc.tuple(fc.nat(), fc.nat(0xff));
    const decoder = new FrameDecoder();
    fc.assert(
      fc.property(
        message,
        fc.array(change, { minLength: 1, maxLength: 5 }),
        fc.uint8Array(),
        (sent, changes, noise) => {
          const frames = sent === undefined ? EMPTY : framesOf(sent);
          const mutated = frames.records.slice();
          for (const [at, value] of changes) if (mutated.length > 0) mutated[at % mutated.length] = value;
          for (const octets of [mutated, noise, Uint8Array.from([...ACK, ...noise])]) {
            decoder.decode({ ...frames, records: octets }, NODE, (batch) => {
              assert.ok(batch.count <= octets.length / 4);
              for (let i = 0; i < batch.count; i++) checkBounds(batch, i);
            });
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

function checkBounds(batch: FrameBatch, i: number): void {
  for (const column of [batch.a1, batch.a2, batch.a3, batch.a4]) {
    const index = column[i] ?? -1;
    assert.ok(index === NO_ADDRESS || (index >= 0 && index < batch.addressCount));
  }
  const at = batch.extension[i] ?? -1;
  assert.ok(at < 0 || at + (batch.extensionLength[i] ?? 0) <= batch.extensionBytes.length);
  assert.ok(Number.isSafeInteger(batch.time[i]));
}
