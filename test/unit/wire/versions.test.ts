import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { nodeIndex } from "../../../hub/base/units.ts";
import { decodeHubMessage } from "../../../hub/wire/commands.ts";
import { HUB_KIND, LASTING, NODE_KIND } from "../../../hub/wire/kinds.ts";
import { decodeNodeMessage } from "../../../hub/wire/messages.ts";
import { FrameDecoder } from "../../../hub/wire/records.ts";
import { bytesOf, hubCommand, nodeBody, type Sent } from "./fields.ts";

interface Vectors {
  readonly node: readonly Sent[];
  readonly frames: readonly { readonly now: string; readonly later: string }[];
  readonly hub: readonly Sent[];
  readonly unknown: readonly { readonly kind: number; readonly bytes: string }[];
}

const vectors = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../vectors/versions.json"), "utf8"),
) as Vectors;

test("every kind is among the messages of the next version", () => {
  const { frames: _, ...others } = NODE_KIND;
  assert.deepEqual(new Set(vectors.node.map(({ kind }) => kind)), new Set(Object.values(others)));
  assert.deepEqual(new Set(vectors.hub.map(({ kind }) => kind)), new Set(Object.values(HUB_KIND)));
  assert.ok(vectors.frames.length > 0);
  assert.ok([...LASTING].every((kind) => kind in NODE_KIND));
});

test("what a node or a hub of the next version says more is passed over, the rest is read as it is", () => {
  for (const one of vectors.node) {
    const surplus = one.kind === NODE_KIND.totals ? 0 : 2;
    const read = decodeNodeMessage(bytesOf(one.bytes));
    assert.deepEqual(read, { ...nodeBody(one), sequence: one.sequence, surplus });
  }
  for (const one of vectors.hub) {
    const read = decodeHubMessage(bytesOf(one.bytes));
    assert.deepEqual(read, { ...hubCommand(one), sequence: one.sequence, surplus: 2 });
  }
});

test("frames of the next version are the same frames", () => {
  const decoder = new FrameDecoder();
  const columns = (hex: string): unknown[] => {
    const batches: unknown[] = [];
    const message = decodeNodeMessage(bytesOf(hex));
    assert.ok(message.kind === "frames");
    assert.ok(decoder.decode(message, nodeIndex(0), (batch) => batches.push(structuredClone({ ...batch }))));
    return batches;
  };
  for (const { now, later } of vectors.frames) {
    assert.ok(later.length > now.length);
    assert.ok(columns(now).length > 0);
    assert.deepEqual(columns(later), columns(now));
  }
});

test("kinds of the next version are unknown, not damage", () => {
  for (const { kind, bytes } of vectors.unknown) {
    for (const read of [decodeNodeMessage(bytesOf(bytes)), decodeHubMessage(bytesOf(bytes))]) {
      assert.ok(read.kind === "unknown" && read.code === kind);
    }
  }
});
