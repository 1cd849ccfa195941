import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { ByteReader, ByteWriter, fromHex, sameBytes, toHex } from "../../../hub/base/bytes.ts";

const octets = fc.uint8Array({ maxLength: 40 });

describe("ByteReader", () => {
  test("reads little-endian unless told otherwise", () => {
    const reader = new ByteReader(
      Uint8Array.of(1, 0xff, 2, 1, 1, 2, 4, 3, 2, 1, 0, 0, 0, 9, 0xe5, 0x8e, 0x26),
    );
    assert.equal(reader.u8(), 1);
    assert.equal(reader.i8(), -1);
    assert.equal(reader.u16(), 0x0102);
    assert.equal(reader.u16be(), 0x0102);
    assert.equal(reader.u32(), 0x01020304);
    assert.equal(reader.u32be(), 9);
    assert.equal(reader.varint(), 624_485);
    assert.equal(reader.remaining, 0);
  });

  test("reads 64 bits", () => {
    const bytes = Uint8Array.of(8, 7, 6, 5, 4, 3, 2, 1);
    assert.equal(new ByteReader(bytes).u64(), 0x0102030405060708n);
    assert.equal(new ByteReader(Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0)).u64Number(), 2 ** 32 + 1);
  });

  test("what is not there is undefined and the position stays", () => {
    const reader = new ByteReader(Uint8Array.of(1, 2, 3));
    assert.equal(reader.u32(), undefined);
    assert.equal(reader.bytes(4), undefined);
    assert.equal(reader.skip(4), false);
    assert.equal(reader.bytes(-1), undefined);
    assert.equal(reader.bytes(Number.NaN), undefined);
    assert.equal(reader.bytes(0.5), undefined);
    assert.equal(reader.offset, 0);
    assert.deepEqual(reader.rest(), Uint8Array.of(1, 2, 3));
    assert.equal(reader.u8(), undefined);
  });

  test("a varint that is too long, too large or cut is undefined", () => {
    for (const bytes of [[0x80], [0xff, 0xff, 0xff, 0xff, 0x10], [0x80, 0x80, 0x80, 0x80, 0x80, 0]]) {
      const reader = new ByteReader(Uint8Array.from(bytes));
      assert.equal(reader.varint(), undefined);
      assert.equal(reader.offset, 0);
    }
    assert.equal(new ByteReader(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)).varint(), 2 ** 32 - 1);
  });

  test("works inside a larger buffer and never leaves its window", () => {
    fc.assert(
      fc.property(octets, fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }), (bytes, choices) => {
        const around = new Uint8Array(bytes.length + 20).fill(0xaa);
        around.set(bytes, 10);
        const reader = new ByteReader(around.subarray(10, 10 + bytes.length));
        for (const choice of choices) {
          const before = reader.offset;
          const read = [
            () => reader.u8(),
            () => reader.u16(),
            () => reader.u16be(),
            () => reader.u32(),
            () => reader.u32be(),
            () => reader.u64(),
            () => reader.varint(),
            () => reader.bytes(3),
            () => (reader.skip(2) ? 0 : undefined),
            () => reader.i8(),
          ][choice]?.();
          assert.ok(read === undefined ? reader.offset === before : reader.offset > before);
          assert.ok(reader.offset <= bytes.length);
        }
      }),
    );
  });
});

describe("ByteWriter", () => {
  test("writes what ByteReader reads", () => {
    fc.assert(
      fc.property(
        fc.nat(0xff),
        fc.nat(0xffff),
        fc.nat(0xffffffff),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        octets,
        (a, b, c, d, e) => {
          const writer = new ByteWriter(100);
          writer.u8(a).u16(b).u16be(b).u32(c).u32be(c).u64(d).varint(c).bytes(e);
          const reader = new ByteReader(writer.view());
          assert.deepEqual(
            [reader.u8(), reader.u16(), reader.u16be(), reader.u32(), reader.u32be(), reader.u64()],
            [a, b, b, c, c, d],
          );
          assert.equal(reader.varint(), c);
          assert.deepEqual(reader.rest(), e);
        },
      ),
    );
  });

  test("what does not fit is not written, nor anything after it", () => {
    const writer = new ByteWriter(4);
    writer.u16(1).u32(2).u8(3);
    assert.equal(writer.overflowed, true);
    assert.equal(writer.length, 2);
    writer.reset(1);
    assert.equal(writer.overflowed, false);
    assert.deepEqual(writer.u8(9).copy(), Uint8Array.of(1, 9));
  });
});

test("hexadecimal both ways", () => {
  fc.assert(fc.property(octets, (bytes) => assert.deepEqual(fromHex(toHex(bytes)), bytes)));
  assert.deepEqual(fromHex("0A ff\n01"), Uint8Array.of(10, 255, 1));
  assert.equal(fromHex("abc"), undefined);
  assert.equal(fromHex("zz"), undefined);
});

test("sameBytes compares content and length", () => {
  assert.equal(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)), true);
  assert.equal(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)), false);
  assert.equal(sameBytes(Uint8Array.of(1, 2), Uint8Array.of(1)), false);
});
