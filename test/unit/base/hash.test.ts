import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { crc32, crc32Continue, fnv1a } from "../../../hub/base/hash.ts";

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

test("CRC-32 has the published check value", () => {
  assert.equal(crc32(ascii("123456789")), 0xcbf43926);
  assert.equal(crc32(new Uint8Array(0)), 0);
});

test("CRC-32 agrees with zlib for every length and range", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(70), fc.nat(90), (bytes, start, end) => {
      assert.equal(crc32(bytes), zlibCrc32(bytes));
      assert.equal(crc32(bytes, start, end), zlibCrc32(bytes.subarray(start, Math.max(start, end))));
    }),
  );
});

test("CRC-32 continues over pieces", () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (first, second) => {
      assert.equal(crc32Continue(crc32(first), second), zlibCrc32(Buffer.concat([first, second])));
    }),
  );
});

test("FNV-1a has the published values", () => {
  assert.equal(fnv1a(ascii("")), 0x811c9dc5);
  assert.equal(fnv1a(ascii("a")), 0xe40c292c);
  assert.equal(fnv1a(ascii("foobar")), 0xbf9cf968);
  assert.equal(fnv1a(ascii("bar"), fnv1a(ascii("foo"))), 0xbf9cf968);
});
