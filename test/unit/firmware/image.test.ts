import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import {
  PARTITION_TABLE,
  readDescriptor,
  readImage,
  readPartitions,
  sha256,
} from "../../../firmware/build/image.ts";

/** A program of one segment for the chip with this id, as the format has it. */
function program(chipId: number, content: Buffer): Buffer {
  const header = Buffer.alloc(24);
  header.set([0xe9, 1], 0);
  header.writeUInt16LE(chipId, 12);
  header.writeUInt8(1, 23);
  const segment = Buffer.alloc(8);
  segment.writeUInt32LE(content.length, 4);
  const body = Buffer.concat([header, segment, content]);
  const padded = Buffer.concat([body, Buffer.alloc(16 - (body.length % 16))]);
  padded.writeUInt8(
    content.reduce((sum, octet) => sum ^ octet, 0xef),
    padded.length - 1,
  );
  return Buffer.concat([padded, sha256(padded)]);
}

function descriptor(version: string, project: string): Buffer {
  const octets = Buffer.alloc(256);
  octets.writeUInt32LE(0xabcd5432, 0);
  octets.write(version, 16);
  octets.write(project, 48);
  return octets;
}

test("an image is read with its chip, its length and what it says of itself", () => {
  const image = program(13, descriptor("1.2.3", "airwarden-esp32"));
  const behind = Buffer.concat([Buffer.alloc(32, 0xff), image, Buffer.alloc(100, 0xff)]);
  assert.deepEqual(readImage(behind, 32), { chipId: 13, segments: 1, length: image.length });
  assert.deepEqual(readDescriptor(behind, 32), { version: "1.2.3", project: "airwarden-esp32" });
});

test("any octet of an image that changes is noticed", () => {
  const image = program(5, descriptor("1.2.3", "x"));
  fc.assert(
    fc.property(fc.nat(image.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Buffer.from(image);
      changed.writeUInt8(changed.readUInt8(at) ^ change, at);
      // Octet 23 says whether there is a hash at all; without it the rest is what follows the image.
      if (at !== 23) assert.throws(() => readImage(changed, 0));
    }),
  );
});

test("an image that is cut is noticed", () => {
  const image = program(5, descriptor("1.2.3", "x"));
  fc.assert(
    fc.property(fc.nat(image.length - 1), (length) => {
      assert.throws(() => readImage(image.subarray(0, length), 0));
    }),
  );
});

test("a program without descriptor is noticed", () => {
  assert.throws(() => readDescriptor(program(5, Buffer.alloc(256)), 0), /descriptor/);
});

test("a partition table is read and its sum is checked", () => {
  const flash = Buffer.alloc(0x9000, 0xff);
  const row = Buffer.alloc(32);
  row.writeUInt16LE(0x50aa, 0);
  row.set([0, 0x10], 2);
  row.writeUInt32LE(0x10000, 4);
  row.writeUInt32LE(0x1e0000, 8);
  row.write("ota_0", 12);
  row.copy(flash, PARTITION_TABLE);
  flash.writeUInt16LE(0xebeb, PARTITION_TABLE + 32);
  createHash("md5")
    .update(row)
    .digest()
    .copy(flash, PARTITION_TABLE + 48);
  const expected = { label: "ota_0", type: 0, subtype: 0x10, offset: 0x10000, size: 0x1e0000 };
  assert.deepEqual(readPartitions(flash), [expected]);
  flash.writeUInt8(0x20, PARTITION_TABLE + 6);
  assert.throws(() => readPartitions(flash), /MD5/);
});
