import { announcedMicros } from "../../hub/radio/airtime/reservation.ts";
import { AirtimeMeter } from "../../hub/radio/airtime.ts";
import { BATCH_ROWS, createBatch, FLAG, type FrameBatch } from "../../hub/radio/batch.ts";
import { parseElements } from "../../hub/radio/elements.ts";
import { readManagement } from "../../hub/radio/extension.ts";
import { KIND } from "../../hub/radio/frame.ts";
import { block, element, MICROSOFT, rsn, vendor } from "../unit/radio/blocks.ts";
import { dsss, he, ht, ofdm, vht } from "../unit/radio/descriptors.ts";
import { type BenchRow, rateOf } from "./rows.ts";

/** How a busy home's frames were sent: mostly beacons and acknowledgements, some data, of it a third aggregated. */
const MIX = [
  { phy: dsss(1), length: 280, kind: KIND.beacon, continues: false },
  { phy: ofdm(24), length: 14, kind: KIND.ack, continues: false },
  { phy: ofdm(24), length: 32, kind: KIND.blockAck, continues: false },
  { phy: ht(7), length: 1560, kind: KIND.qosData, continues: false },
  { phy: ht(7), length: 1560, kind: KIND.qosData, continues: true },
  { phy: ht(3, { ldpc: true }), length: 180, kind: KIND.qosData, continues: false },
  { phy: vht(4, 1), length: 1560, kind: KIND.qosData, continues: false },
  { phy: he(7, 1, { ldpc: true }), length: 900, kind: KIND.qosData, continues: false },
] as const;

const TRANSMITTERS = 40;

function mixed(): FrameBatch {
  const batch = createBatch();
  batch.count = BATCH_ROWS;
  batch.addressCount = TRANSMITTERS;
  for (let i = 0; i < TRANSMITTERS; i++) batch.addresses[i] = 0x0211_0000_0000 + i;
  batch.extensionBytes = Uint8Array.of(4, 4, 104, 111, 109, 101, 2, 4, 1, 2, 3, 4);
  for (let row = 0; row < BATCH_ROWS; row++) {
    const { phy, length, kind, continues } = MIX[row % MIX.length] ?? MIX[0];
    batch.phy[row] = phy;
    batch.length[row] = length;
    batch.fc[row] = ((kind & 0x30) >> 2) | ((kind & 0x0f) << 4);
    batch.duration[row] = 44;
    batch.a1[row] = (row * 7) % TRANSMITTERS;
    batch.a2[row] = Math.floor(row / MIX.length) % TRANSMITTERS;
    batch.flags[row] = (continues ? FLAG.ppduContinues : 0) | (kind === KIND.beacon ? FLAG.extension : 0);
    batch.extension[row] = kind === KIND.beacon ? 0 : -1;
    batch.extensionLength[row] = kind === KIND.beacon ? batch.extensionBytes.length : 0;
  }
  return batch;
}

/** Frames a second on one core of what radio/ does with each, and with the few that carry more. */
export function run(): BenchRow[] {
  const batch = mixed();
  const meter = new AirtimeMeter();
  const announce = (): void => {
    for (let row = 0; row < batch.count; row++) announcedMicros(batch, row);
  };
  const read = (): void => {
    for (let row = 0; row < batch.count; row++) readManagement(batch, row);
  };
  const elements = block(
    element(1, [0x82, 0x84, 0x8b, 0x96, 12, 18, 24, 36]),
    element(45, new Array(26).fill(255)),
    element(61, new Array(22).fill(1)),
    rsn([2, 8], 0x80),
    vendor(MICROSOFT, 4, [0x10, 0x4a, 0, 1, 0x10]),
    vendor([0, 0x10, 0x18], 2),
  );
  return [
    { name: "airtime of a frame", framesPerSecond: rateOf(batch.count, () => meter.measure(batch)) },
    { name: "announced by a Duration field", framesPerSecond: rateOf(batch.count, announce) },
    { name: "management sighting of a row", framesPerSecond: rateOf(batch.count, read) },
    { name: "elements of a beacon", framesPerSecond: rateOf(1, () => parseElements(elements)) },
  ];
}
