import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fromHex, toHex } from "../../../hub/base/bytes.ts";
import { mac } from "../../../hub/base/units.ts";
import { Deframer, encodeFrame } from "../../../hub/wire/frame.ts";
import { ReplayWindow } from "../../../hub/wire/seal/replay.ts";
import { Opener, Sealer } from "../../../hub/wire/seal.ts";

const load = <T>(name: string): T =>
  JSON.parse(readFileSync(join(import.meta.dirname, "../../vectors", name), "utf8")) as T;

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  assert.ok(bytes !== undefined);
  return bytes;
}

interface CobsVectors {
  frames: { message: string; framed: string }[];
  streams: { name: string; octets: string; messages: string[]; damaged: number }[];
}

interface SealVectors {
  nodeKey: string;
  nodeId: number;
  datagrams: { sender: "node" | "hub"; bootId: number; counter: number; message: string; datagram: string }[];
  refused: { cause: string; datagram: string }[];
  windows: { counters: number[]; accepted: boolean[] }[];
}

function deframed(octets: Uint8Array, size: number): { messages: string[]; damaged: number } {
  const deframer = new Deframer();
  const messages: string[] = [];
  for (let at = 0; at < octets.length; at += size) {
    deframer.push(octets.subarray(at, at + size), (message) => messages.push(toHex(message)));
  }
  return { messages, damaged: deframer.damaged };
}

describe("vectors of the serial link, written by the firmware", () => {
  const { frames, streams } = load<CobsVectors>("cobs.json");
  test("frames are written and read the same", () => {
    assert.ok(frames.length > 0);
    for (const { message, framed } of frames) {
      assert.equal(toHex(encodeFrame(bytesOf(message))), framed);
      assert.deepEqual(deframed(bytesOf(framed), 4096), { messages: [message], damaged: 0 });
    }
  });
  for (const { name, octets, messages, damaged } of streams) {
    test(`stream: ${name}`, () => {
      for (const size of [1, 7, 64, 5000]) {
        assert.deepEqual(deframed(bytesOf(octets), size), { messages, damaged });
      }
    });
  }
});

describe("vectors of the UDP link, written by the firmware", () => {
  const { nodeKey, nodeId, datagrams, refused, windows } = load<SealVectors>("seal.json");
  const key = bytesOf(nodeKey);
  const node = mac(nodeId);
  const openerOf = (sender: "node" | "hub"): Opener =>
    new Opener({ keyOf: (id) => (id === node ? key : undefined), bootFloorOf: () => 0, sender });

  test("datagrams are opened", () => {
    assert.ok(datagrams.length > 0);
    const openers = { node: openerOf("node"), hub: openerOf("hub") };
    for (const one of datagrams) {
      const opened = openers[one.sender].open(bytesOf(one.datagram));
      assert.ok(opened.ok);
      const { bootId, counter, message } = opened;
      assert.deepEqual([opened.nodeId, bootId, counter], [node, one.bootId, one.counter]);
      assert.equal(toHex(message), one.message);
    }
  });

  test("datagrams are sealed the same", () => {
    const sealers = new Map<string, Sealer>();
    for (const { sender, bootId, counter, message, datagram } of datagrams) {
      const name = `${sender} ${bootId}`;
      const sealer = sealers.get(name) ?? new Sealer({ key, nodeId: node, bootId, sender });
      sealers.set(name, sealer);
      while (sealer.counter < counter) sealer.seal(new Uint8Array(0));
      assert.equal(toHex(sealer.seal(bytesOf(message)) ?? new Uint8Array(0)), datagram);
    }
  });

  test("what is refused has its cause", () => {
    for (const { cause, datagram } of refused) {
      const opener = openerOf("node");
      const seen = new Sealer({ key, nodeId: node, bootId: 17, sender: "node" }).seal(new Uint8Array(0));
      assert.ok(opener.open(seen ?? new Uint8Array(0)).ok);
      const opened = opener.open(bytesOf(datagram));
      assert.deepEqual(opened, { ok: false, cause: cause.replace(" ", "_") });
    }
  });

  test("the window lets through the same counters", () => {
    for (const { counters, accepted } of windows) {
      const window = new ReplayWindow();
      assert.deepEqual(
        counters.map((counter) => window.accept(counter)),
        accepted,
      );
    }
  });
});
