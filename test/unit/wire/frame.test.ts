import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { fromHex, toHex } from "../../../hub/base/bytes.ts";
import { Deframer, encodeFrame, LINK_OCTETS } from "../../../hub/wire/frame.ts";

/** Feeds `bytes` in pieces of the given sizes, round and round; copies of the messages that came out. */
function deframe(deframer: Deframer, bytes: Uint8Array, pieces: readonly number[]): Uint8Array[] {
  const messages: Uint8Array[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = Math.max(1, pieces[i % Math.max(1, pieces.length)] ?? 7);
    deframer.push(bytes.subarray(at, at + size), (message) => messages.push(message.slice()));
    at += size;
  }
  return messages;
}

const sparse = fc
  .uint8Array({ minLength: 1, maxLength: 1200 })
  .map((bytes) => bytes.map((b) => (b < 40 ? 0 : b)));
const message = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 600 }), sparse);
const pieces = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 10 });

describe("serial frames", () => {
  test("a frame computed by hand", () => {
    // CRC-32 of 01 00 02 is 0x98f94189 by zlib; COBS cuts at the zero.
    const { crc32 } = process.getBuiltinModule("node:zlib");
    const crc = crc32(Uint8Array.of(1, 0, 2));
    const tail = [0, 8, 16, 24].map((shift) => (crc >>> shift) & 0xff);
    assert.ok(tail.every((octet) => octet !== 0));
    assert.deepEqual(encodeFrame(Uint8Array.of(1, 0, 2)), Uint8Array.of(2, 1, 6, 2, ...tail, 0));
  });

  test("blocks of 254 octets, as in the original paper", () => {
    for (const length of [249, 250, 251, 504, 505]) {
      const bytes = new Uint8Array(length).fill(0x55);
      const framed = encodeFrame(bytes);
      assert.equal(framed.indexOf(0), framed.length - 1);
      assert.deepEqual(deframe(new Deframer(), framed, [4000]), [bytes]);
    }
  });

  test("messages survive the link in pieces of any size", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), pieces, (messages, sizes) => {
        const link = Buffer.concat(messages.map(encodeFrame));
        const deframer = new Deframer();
        assert.deepEqual(deframe(deframer, link, sizes).map(toHex), messages.map(toHex));
        assert.equal(deframer.damaged, 0);
        assert.equal(deframer.messages, messages.length);
      }),
    );
  });

  test("one damaged octet costs at most the two frames it touches", () => {
    fc.assert(
      fc.property(
        fc.array(message, { minLength: 4, maxLength: 8 }),
        pieces,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (messages, sizes, where, flip) => {
          const link = new Uint8Array(Buffer.concat(messages.map(encodeFrame)));
          const at = where % link.length;
          link[at] = (link[at] ?? 0) ^ flip;
          const deframer = new Deframer();
          const sent = messages.map(toHex);
          const received = deframe(deframer, link, sizes).map(toHex);
          assert.ok(received.length >= messages.length - 2);
          assert.ok(received.every((one) => sent.includes(one)));
          assert.ok(received.length === messages.length || deframer.damaged > 0 || at >= link.length - 1);
        },
      ),
    );
  });

  test("a reader that joins in the middle loses only the frame it joined in", () => {
    const link = Buffer.concat([encodeFrame(Uint8Array.of(1, 2, 3)), encodeFrame(Uint8Array.of(4, 5))]);
    const deframer = new Deframer();
    assert.deepEqual(deframe(deframer, link.subarray(3), [2]), [Uint8Array.of(4, 5)]);
    assert.equal(deframer.damaged, 1);
  });

  test("an endless frame is dropped, counted once and followed by a good one", () => {
    const deframer = new Deframer();
    assert.deepEqual(deframe(deframer, new Uint8Array(3 * LINK_OCTETS).fill(7), [1000]), []);
    assert.deepEqual(deframe(deframer, Uint8Array.of(0, ...encodeFrame(Uint8Array.of(9))), [50]), [
      Uint8Array.of(9),
    ]);
    assert.equal(deframer.damaged, 1);
    const oneChunk = new Uint8Array(2 * LINK_OCTETS).fill(7);
    oneChunk[oneChunk.length - 1] = 0;
    assert.deepEqual(deframe(deframer, oneChunk, [oneChunk.length]), []);
    assert.equal(deframer.damaged, 2);
  });

  test("the longest frame passes", () => {
    const bytes = new Uint8Array(4075).fill(1);
    assert.deepEqual(deframe(new Deframer(), encodeFrame(bytes), [4096]), [bytes]);
  });

  test("a frame one octet too long is dropped, however it comes", () => {
    for (const pieces of [[4096], [4097], [5000], [100]]) {
      const deframer = new Deframer();
      const link = new Uint8Array(LINK_OCTETS + 2).fill(1);
      link[LINK_OCTETS + 1] = 0;
      assert.deepEqual(deframe(deframer, link, pieces), []);
      assert.equal(deframer.damaged, 1);
    }
  });

  test("a block never reaches over its delimiter", () => {
    // Message and CRC in one block, although there is a zero in the message: whole only for who reads on behind it.
    const bytes = Uint8Array.of(7, 0, 8);
    const { crc32 } = process.getBuiltinModule("node:zlib");
    const crc = [0, 8, 16, 24].map((shift) => (crc32(bytes) >>> shift) & 0xff);
    const deframer = new Deframer();
    assert.deepEqual(deframe(deframer, Uint8Array.of(8, ...bytes, ...crc, 0), [50]), []);
    assert.equal(deframer.damaged, 2);
  });

  test("empty frames are silence; a frame with nothing but its CRC is an empty message", () => {
    const deframer = new Deframer();
    assert.deepEqual(deframe(deframer, new Uint8Array(5), [2]), []);
    assert.equal(deframer.damaged, 0);
    assert.deepEqual(deframe(deframer, encodeFrame(new Uint8Array(0)), [2]), [new Uint8Array(0)]);
    assert.deepEqual(deframe(deframer, Uint8Array.of(4, 1, 2, 3, 0), [2]), []);
    assert.equal(deframer.damaged, 1);
  });

  test("reset forgets half a frame", () => {
    const deframer = new Deframer();
    deframe(deframer, fromHex("0501020304") ?? new Uint8Array(0), [5]);
    deframer.reset();
    assert.deepEqual(deframe(deframer, encodeFrame(Uint8Array.of(1)), [3]), [Uint8Array.of(1)]);
    assert.equal(deframer.damaged, 0);
  });

  test("random octets never throw and never pass for a message", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 9000, size: "max" }), pieces, (bytes, sizes) => {
        const deframer = new Deframer();
        const received = deframe(deframer, bytes, sizes);
        assert.ok(received.length <= 1);
        const zeros = bytes.reduce((sum, octet) => sum + (octet === 0 ? 1 : 0), 0);
        assert.ok(deframer.damaged + deframer.messages <= zeros);
      }),
    );
  });
});
