import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { toHex } from "../../../hub/base/bytes.ts";
import { formatMac } from "../../../hub/radio/mac.ts";
import { decodeHubMessage, encodeHubMessage } from "../../../hub/wire/commands.ts";
import { decodeNodeMessage, encodeNodeMessage } from "../../../hub/wire/messages.ts";
import { address, bytesOf, type Fields, hubCommand, nodeBody, type Sent } from "./fields.ts";

interface MessageVectors {
  node: Sent[];
  hub: Sent[];
  readable: { name: string; bytes: string; sequence: number; node?: Fields; hub?: Fields }[];
  unknown: { kind: number; bytes: string }[];
  damaged: { name: string; bytes: string }[];
}

const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../vectors/messages.json"), "utf8"),
) as MessageVectors;

describe("vectors of messages, written by the firmware", () => {
  test("every kind is there", () => {
    assert.deepEqual([...new Set(vectors.node.map((one) => one.kind))], [1, 3, 4, 5, 6, 7, 8, 9]);
    assert.equal(new Set(vectors.hub.map((one) => one.kind)).size, 11);
    assert.equal(formatMac(address("02:a1:57:00:10:01")), "02:a1:57:00:10:01");
  });

  test("messages of nodes are read and written the same", () => {
    for (const one of vectors.node) {
      const body = nodeBody(one);
      const read = decodeNodeMessage(bytesOf(one.bytes));
      assert.deepEqual(read, { ...body, sequence: one.sequence, surplus: 0 });
      assert.equal(toHex(encodeNodeMessage(body, one.sequence)), one.bytes);
    }
  });

  test("messages of the hub are read and written the same", () => {
    for (const one of vectors.hub) {
      const command = hubCommand(one);
      const read = decodeHubMessage(bytesOf(one.bytes));
      assert.deepEqual(read, { ...command, sequence: one.sequence, surplus: 0 });
      assert.equal(toHex(encodeHubMessage(command, one.sequence)), one.bytes);
    }
  });

  test("other forms of the same are read", () => {
    for (const { name, bytes, sequence, node, hub } of vectors.readable) {
      const body = node === undefined ? hubCommand(hub ?? { kind: 0 }) : nodeBody(node);
      const decode = node === undefined ? decodeHubMessage : decodeNodeMessage;
      const read = decode(bytesOf(bytes));
      const surplus = "surplus" in read ? read.surplus : 0;
      assert.deepEqual(read, { ...body, sequence, surplus }, name);
    }
  });

  test("unknown kinds say which", () => {
    for (const { kind, bytes } of vectors.unknown) {
      for (const read of [decodeNodeMessage(bytesOf(bytes)), decodeHubMessage(bytesOf(bytes))]) {
        assert.ok(read.kind === "unknown" && read.code === kind);
      }
    }
  });

  test("damage is damage", () => {
    for (const { name, bytes } of vectors.damaged) {
      assert.equal(decodeNodeMessage(bytesOf(bytes)).kind, "damage", name);
    }
  });
});
