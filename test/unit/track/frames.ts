import { dbm, megahertz, nodeIndex } from "../../../hub/base/units.ts";
import {
  createBatch,
  FLAG,
  type FrameBatch,
  NO_ADDRESS,
  NO_QOS,
  NO_SEQUENCE,
} from "../../../hub/radio/batch.ts";

/** One frame of a test, in the words of the columns. Addresses as numbers. */
export interface Written {
  /** Seconds. */
  readonly at: number;
  /** Type and subtype as KIND of radio/frame.ts. */
  readonly kind: number;
  readonly bits?: number;
  readonly a1: number;
  readonly a2?: number;
  readonly a3?: number;
  readonly sequence?: number;
  readonly qos?: number;
  readonly ba?: { readonly start: number; readonly top: number; readonly set: number };
  readonly duration?: number;
  readonly length?: number;
  readonly rssi?: number;
  readonly flags?: number;
  readonly fresh?: boolean;
  readonly airtime?: number;
  readonly extension?: readonly number[];
}

export interface WrittenBatch {
  readonly batch: FrameBatch;
  readonly airtime: Float64Array;
}

/** The frame control field of a KIND: type in its bits 4-5, subtype in its bits 0-3. */
export const frameControl = (kind: number, bits = 0): number =>
  ((kind & 0x30) >> 2) | ((kind & 0x0f) << 4) | bits;

export const START = 1_790_000_000;

/** A batch of one node as the decoder, intake/align and intake/merge leave it. */
export function write(frames: readonly Written[], node = 0, frequency = 2437): WrittenBatch {
  const batch = createBatch();
  batch.node = nodeIndex(node);
  batch.frequency = megahertz(frequency);
  batch.noise = dbm(-95);
  batch.thinned = 1;
  batch.count = frames.length;
  const airtime = new Float64Array(batch.time.length);
  const octets: number[] = [];
  const table: number[] = [];
  const indexOf = (address: number | undefined): number => {
    if (address === undefined) return NO_ADDRESS;
    if (!table.includes(address)) table.push(address);
    return table.indexOf(address);
  };
  frames.forEach((frame, row) => {
    const extension = frame.extension ?? [];
    batch.time[row] = Math.round((START + frame.at) * 1e6);
    batch.fc[row] = frameControl(frame.kind, frame.bits);
    batch.flags[row] =
      (frame.flags ?? 0) | (extension.length > 0 ? FLAG.extension : 0) | (frame.ba ? FLAG.blockAck : 0);
    batch.duration[row] = frame.duration ?? 0;
    batch.length[row] = frame.length ?? 100;
    batch.phy[row] = 0;
    batch.rssi[row] = frame.rssi ?? -60;
    batch.a1[row] = indexOf(frame.a1);
    batch.a2[row] = indexOf(frame.a2);
    batch.a3[row] = indexOf(frame.a3);
    batch.a4[row] = NO_ADDRESS;
    batch.sequence[row] = frame.sequence === undefined ? NO_SEQUENCE : (frame.sequence & 4095) << 4;
    batch.qos[row] = frame.qos ?? NO_QOS;
    batch.baStart[row] = frame.ba?.start ?? 0;
    batch.baTop[row] = frame.ba?.top ?? 0;
    batch.baSet[row] = frame.ba?.set ?? 0;
    batch.extension[row] = extension.length > 0 ? octets.length : -1;
    batch.extensionLength[row] = extension.length;
    batch.fresh[row] = frame.fresh === false ? 0 : 1;
    airtime[row] = frame.airtime ?? 100;
    octets.push(...extension);
  });
  table.forEach((address, i) => {
    batch.addresses[i] = address;
  });
  batch.addressCount = table.length;
  batch.extensionBytes = Uint8Array.from(octets);
  return { batch, airtime };
}

const tlv = (type: number, value: readonly number[]): number[] => [type, value.length, ...value];
const u32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
export const octetsOf = (text: string): number[] => [...new TextEncoder().encode(text)];

export const extension = {
  tsf: (value: number): number[] => tlv(1, [...u32(value), 0, 0, 0, 0]),
  elements: (hash: number): number[] => tlv(2, u32(hash)),
  fixed: (...octets: number[]): number[] => tlv(3, octets),
  ssid: (name: string): number[] => tlv(4, octetsOf(name)),
  bssLoad: (stations: number, utilisation: number): number[] =>
    tlv(5, [stations & 0xff, stations >> 8, utilisation]),
  eapol: (keyInformation: number): number[] =>
    tlv(6, [3, keyInformation & 0xff, keyInformation >> 8, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
};
