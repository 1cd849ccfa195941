import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fromHex, toHex } from "../../../hub/base/bytes.ts";
import { type Mac, megahertz, micros, nodeIndex } from "../../../hub/base/units.ts";
import {
  addressAt,
  FLAG,
  type FrameBatch,
  NO_ADDRESS,
  NO_QOS,
  NO_SEQUENCE,
} from "../../../hub/radio/batch.ts";
import { formatMac, parseMac } from "../../../hub/radio/mac.ts";
import { packElements } from "../../../hub/wire/elements.ts";
import { FrameEncoder } from "../../../hub/wire/encoder.ts";
import { decodeNodeMessage, encodeNodeMessage, type NodeMessage } from "../../../hub/wire/messages.ts";
import type { Frames } from "../../../hub/wire/records/bodies.ts";
import { encodeExtension } from "../../../hub/wire/records/extension.ts";
import type { FrameRow } from "../../../hub/wire/records/row.ts";
import { FrameDecoder } from "../../../hub/wire/records.ts";

const folder = join(import.meta.dirname, "../../vectors");

/** One record as test/vectors/README.md describes it. */
interface VectorRecord {
  time: number | string;
  frequency: number;
  noise: number;
  fc: number;
  flags: number;
  duration: number;
  length: number;
  phy: number;
  rssi: number;
  a1: string | null;
  a2: string | null;
  a3: string | null;
  a4: string | null;
  sequence: number | null;
  qos: number | null;
  ppduLength: number;
  baStart: number;
  baTop: number;
  baSet: number;
  extension: string | null;
}

type VectorMessage =
  | { kind: 2; sequence: number; dropped: number; thinned: number; records: VectorRecord[] }
  | { kind: 8; sequence: number; hash: number; subtype: number; block: string };

interface FrameVectors {
  cases: { name: string; messages: string[]; decoded: VectorMessage[] }[];
}

interface ElementVectors {
  blocks: { name: string; subtype: number; elements: string; hash: number; block: string }[];
  extensions: {
    bytes: string;
    tsf: string | null;
    elements: number | null;
    fixed: string | null;
    ssid: string | null;
    bssLoad: [number, number] | null;
    eapol: {
      packetType: number;
      keyInformation: number;
      replayCounter: string;
      pmkid: boolean;
      nonce: boolean;
    } | null;
    channelSwitch: [number, number, number] | null;
    tim: [number, number] | null;
  }[];
}

const load = <T>(name: string): T => JSON.parse(readFileSync(join(folder, name), "utf8")) as T;

function bytesOf(hex: string): Uint8Array {
  const bytes = fromHex(hex);
  assert.ok(bytes !== undefined);
  return bytes;
}

function recordAt(b: FrameBatch, i: number): VectorRecord {
  const address = (column: Uint8Array): string | null => {
    const found = addressAt(b, column[i] ?? NO_ADDRESS);
    return found === undefined ? null : formatMac(found);
  };
  const at = b.extension[i] ?? -1;
  return {
    time: b.time[i] ?? 0,
    frequency: b.frequency,
    noise: b.noise,
    fc: b.fc[i] ?? 0,
    flags: b.flags[i] ?? 0,
    duration: b.duration[i] ?? 0,
    length: b.length[i] ?? 0,
    phy: b.phy[i] ?? 0,
    rssi: b.rssi[i] ?? 0,
    a1: address(b.a1),
    a2: address(b.a2),
    a3: address(b.a3),
    a4: address(b.a4),
    sequence: b.sequence[i] === NO_SEQUENCE ? null : (b.sequence[i] ?? null),
    qos: b.qos[i] === NO_QOS ? null : (b.qos[i] ?? null),
    ppduLength: b.ppduLength[i] ?? 0,
    baStart: b.baStart[i] ?? 0,
    baTop: b.baTop[i] ?? 0,
    baSet: b.baSet[i] ?? 0,
    extension: at < 0 ? null : toHex(b.extensionBytes.subarray(at, at + (b.extensionLength[i] ?? 0))),
  };
}

function decoded(message: NodeMessage, decoder: FrameDecoder): VectorMessage {
  const { sequence } = message;
  if (message.kind === "elements") {
    const { hash, subtype, blocks } = message;
    return { kind: 8, sequence, hash, subtype, block: toHex(blocks) };
  }
  assert.equal(message.kind, "frames");
  const { dropped, thinned } = message as Frames;
  const records: VectorRecord[] = [];
  const whole = decoder.decode(message as Frames, nodeIndex(0), (batch) => {
    for (let i = 0; i < batch.count; i++) records.push(recordAt(batch, i));
  });
  assert.ok(whole);
  return { kind: 2, sequence, dropped, thinned, records };
}

/** The frame that a record tells of. */
function rowOf(record: VectorRecord): FrameRow {
  const { frequency, noise, rssi, length, phy, flags, qos } = record;
  const row = {
    time: micros(Number(record.time)),
    frequency: megahertz(frequency),
    noise,
    rssi,
    length,
    phy,
  };
  const own = {
    ...(flags & FLAG.badFcs ? { badFcs: true } : {}),
    ...(flags & FLAG.ppduContinues ? { ppduContinues: true } : {}),
    ...(flags & FLAG.ppduLength ? { ppduLength: record.ppduLength } : {}),
    ...(record.extension === null ? {} : { extension: bytesOf(record.extension) }),
  };
  if (flags & FLAG.headerless) return { ...row, ...own };
  const blockAck = { control: qos ?? 0, start: record.baStart, top: record.baTop, set: record.baSet };
  return {
    ...{ ...row, ...own, fc: record.fc, duration: record.duration, ...addressesOf(record) },
    ...(record.sequence === null ? {} : { sequence: record.sequence }),
    ...(flags & FLAG.blockAck ? { blockAck } : qos === null ? {} : { qos }),
  };
}

function addressesOf(record: VectorRecord): Pick<FrameRow, "a1" | "a2" | "a3" | "a4"> {
  const found: { a1?: Mac; a2?: Mac; a3?: Mac; a4?: Mac } = {};
  for (const name of ["a1", "a2", "a3", "a4"] as const) {
    const address = parseMac(record[name] ?? "");
    if (address !== undefined) found[name] = address;
  }
  return found;
}

function encoded(message: VectorMessage): Uint8Array {
  if (message.kind === 8) {
    const { hash, subtype, block } = message;
    return encodeNodeMessage({ kind: "elements", hash, subtype, blocks: bytesOf(block) }, message.sequence);
  }
  const encoder = new FrameEncoder({ sequence: () => message.sequence, octets: 4075 });
  encoder.dropped = message.dropped;
  encoder.thinned = message.thinned;
  for (const record of message.records) assert.ok(encoder.add(rowOf(record)));
  return encoder.take() ?? new Uint8Array(0);
}

describe("vectors of frames, written by the firmware", () => {
  const { cases } = load<FrameVectors>("frames.json");
  test("there are cases", () => assert.ok(cases.length > 0));
  for (const one of cases) {
    const decoder = new FrameDecoder();
    test(`${one.name}: read`, () => {
      const read = one.messages.map((hex) => {
        const message = decodeNodeMessage(bytesOf(hex));
        assert.ok(message.kind !== "damage");
        return decoded(message, decoder);
      });
      const expected = one.decoded.map((message) =>
        message.kind === 8
          ? message
          : {
              ...message,
              records: message.records.map((record) => ({ ...record, time: Number(record.time) })),
            },
      );
      assert.deepEqual(read, expected);
    });
    test(`${one.name}: written`, () => {
      assert.deepEqual(one.decoded.map(encoded).map(toHex), one.messages);
    });
  }
});

describe("vectors of elements, written by the firmware", () => {
  const { blocks, extensions } = load<ElementVectors>("elements.json");
  for (const one of blocks) {
    test(`block: ${one.name}`, () => {
      const packed = packElements(one.subtype, bytesOf(one.elements));
      assert.deepEqual([packed.hash, toHex(packed.blocks)], [one.hash, one.block]);
    });
  }

  test("extensions that are whole and in order are written the same", () => {
    let same = 0;
    for (const one of extensions) {
      const [stations = 0, utilisation = 0] = one.bssLoad ?? [];
      const [mode = 0, channel = 0, count = 0] = one.channelSwitch ?? [];
      const written = encodeExtension({
        ...(one.tsf === null ? {} : { tsf: BigInt(one.tsf) }),
        ...(one.elements === null ? {} : { elements: one.elements }),
        ...(one.fixed === null ? {} : { fixed: bytesOf(one.fixed) }),
        ...(one.ssid === null ? {} : { ssid: bytesOf(one.ssid) }),
        ...(one.bssLoad === null ? {} : { bssLoad: { stations, utilisation } }),
        ...(one.eapol === null
          ? {}
          : { eapol: { ...one.eapol, replayCounter: BigInt(one.eapol.replayCounter) } }),
        ...(one.channelSwitch === null ? {} : { channelSwitch: { mode, channel, count } }),
        ...(one.tim === null ? {} : { tim: { count: one.tim[0], period: one.tim[1] } }),
      });
      if (toHex(written) === one.bytes) same += 1;
    }
    // The others hold TLVs that are unknown, repeated or cut.
    assert.ok(same >= 3, `${same}`);
  });
});
