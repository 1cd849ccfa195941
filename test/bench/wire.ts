import { type Mac, mac, megahertz, micros, nodeIndex } from "../../hub/base/units.ts";
import type { FrameBatch } from "../../hub/radio/batch.ts";
import { FC, KIND } from "../../hub/radio/frame.ts";
import { FrameEncoder } from "../../hub/wire/encoder.ts";
import { Deframer, encodeFrame } from "../../hub/wire/frame.ts";
import { decodeNodeMessage } from "../../hub/wire/messages.ts";
import type { FrameRow } from "../../hub/wire/records/row.ts";
import { FrameDecoder } from "../../hub/wire/records.ts";
import { Opener, Sealer } from "../../hub/wire/seal.ts";
import { type BenchRow, rateOf, tableOf } from "./rows.ts";

const FRAMES = 60_000;
const fcOf = (kind: number, bits = 0): number => ((kind & 0x30) >> 2) | ((kind & 0x0f) << 4) | bits;

/** Numbers from 0 to `below` - 1, the same every time (a linear congruential generator, Numerical Recipes). */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A busy home: 2 access points, 24 stations; data both ways with its control frames, beacons among them. */
function busyHome(frames: number): FrameRow[] {
  const roll = dice(7);
  const accessPoints = [mac(0x02_00_00_00_01_00), mac(0x02_00_00_00_02_00)];
  const stations = Array.from({ length: 24 }, (_, i) => mac(0x02_00_00_00_10_00 + i));
  const sequences = new Map<Mac, number>();
  const next = (from: Mac): number => {
    const number = ((sequences.get(from) ?? 0) + 1 + roll(3)) & 0xfff;
    sequences.set(from, number);
    return number << 4;
  };
  const rows: FrameRow[] = [];
  let time = 1e9;
  const heard = (row: Omit<FrameRow, "time" | "frequency" | "noise" | "rssi">): void => {
    time += 40 + roll(400);
    rows.push({ time: micros(time), frequency: megahertz(2437), noise: -95, rssi: -40 - roll(50), ...row });
  };
  while (rows.length < frames) {
    const bssid = accessPoints[roll(2)] ?? mac(0);
    const station = stations[roll(24)] ?? mac(0);
    const up = roll(2) === 0;
    const [a1, a2] = up ? [bssid, station] : [station, bssid];
    const data = {
      fc: fcOf(KIND.qosData, FC.protected | (up ? FC.toDs : FC.fromDs)),
      a1,
      a2,
      a3: bssid,
      qos: 0,
    };
    const phy = 3 | (roll(8) << 4);
    heard({ ...data, duration: 44, sequence: next(a2), length: 80 + 200 * roll(8), phy });
    if (roll(3) > 0) heard({ fc: fcOf(KIND.ack), duration: 0, a1: a2, length: 14, phy: 0x302 });
    else {
      const blockAck = { control: 5, start: (sequences.get(a2) ?? 0) & 0xfff, top: roll(64), set: 0 };
      heard({ fc: fcOf(KIND.blockAck), duration: 0, a1: a2, a2: a1, blockAck, length: 32, phy: 0x302 });
    }
    if (roll(20) === 0) {
      const beacon = {
        fc: fcOf(KIND.beacon),
        a1: mac(0xffff_ffff_ffff),
        a2: bssid,
        a3: bssid,
        phy: 0x21,
        length: 300,
      };
      heard({ ...beacon, sequence: next(bssid), extension: Uint8Array.of(1, 8, 1, 2, 3, 4, 5, 6, 7, 8) });
    }
  }
  return rows.slice(0, frames);
}

/** The rows as frames messages. */
function messagesOf(rows: readonly FrameRow[], octets?: number): Uint8Array[] {
  let sequence = 0;
  const encoder = new FrameEncoder({
    sequence: () => sequence++,
    ...(octets === undefined ? {} : { octets }),
  });
  const messages: Uint8Array[] = [];
  const close = (): void => {
    const message = encoder.take();
    if (message !== undefined) messages.push(message);
  };
  for (const row of rows) {
    if (encoder.add(row)) continue;
    close();
    encoder.add(row);
  }
  close();
  return messages;
}

/** Decoding of frames messages: serial link to columns, datagrams to columns, and the last step alone. */
export function benchWire(): BenchRow[] {
  const rows = busyHome(FRAMES);
  const messages = messagesOf(rows);
  const octets = messages.reduce((sum, message) => sum + message.length, 0);
  const decoder = new FrameDecoder();
  let frames = 0;
  const count = (batch: FrameBatch): void => {
    frames += batch.count;
  };
  const decode = (message: Uint8Array): void => {
    const read = decodeNodeMessage(message);
    if (read.kind === "frames") decoder.decode(read, nodeIndex(0), count);
  };
  const link = new Uint8Array(Buffer.concat(messages.map(encodeFrame)));
  const deframer = new Deframer();
  const serial = rateOf(FRAMES, () => {
    for (let at = 0; at < link.length; at += 4096) deframer.push(link.subarray(at, at + 4096), decode);
  });
  const alone = rateOf(FRAMES, () => messages.forEach(decode));
  if (frames % FRAMES !== 0 || decoder.damaged + deframer.damaged > 0) throw new Error("frames were lost");
  const octetsPerFrame = octets / FRAMES;
  return [
    { name: "serial link to columns", framesPerSecond: serial, octetsPerFrame },
    { name: "message to columns", framesPerSecond: alone, octetsPerFrame },
    benchDatagrams(rows),
  ];
}

function benchDatagrams(rows: readonly FrameRow[]): BenchRow {
  const key = new Uint8Array(32).fill(3);
  const node = mac(0x02_00_00_00_00_01);
  const sealer = new Sealer({ key, nodeId: node, bootId: 1, sender: "node" });
  const datagrams = messagesOf(rows, 1364).flatMap((message) => sealer.seal(message) ?? []);
  const decoder = new FrameDecoder();
  let frames = 0;
  const framesPerSecond = rateOf(rows.length, () => {
    // A new opener each round: the replay window lets a datagram through once.
    const opener = new Opener({ keyOf: () => key, bootFloorOf: () => 0, sender: "node" });
    for (const datagram of datagrams) {
      const opened = opener.open(datagram);
      const read = opened.ok ? decodeNodeMessage(opened.message) : undefined;
      if (read?.kind === "frames") decoder.decode(read, nodeIndex(0), (batch) => (frames += batch.count));
    }
  });
  if (frames % rows.length !== 0) throw new Error("frames were lost");
  const octets = datagrams.reduce((sum, datagram) => sum + datagram.length, 0);
  return { name: "datagrams to columns", framesPerSecond, octetsPerFrame: octets / rows.length };
}

export const run = benchWire;

if (import.meta.main) console.log(tableOf(benchWire()));
