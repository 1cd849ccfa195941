import { dbm, type Micros, megahertz, micros, type NodeIndex, nodeIndex } from "../../../hub/base/units.ts";
import {
  createBatch,
  FLAG,
  type FrameBatch,
  NO_ADDRESS,
  NO_QOS,
  NO_SEQUENCE,
} from "../../../hub/radio/batch.ts";

/** One row, with the defaults of an ACK to station 1. */
export interface Row {
  readonly time: number;
  readonly fc?: number;
  readonly flags?: number;
  readonly duration?: number;
  readonly length?: number;
  readonly phy?: number;
  readonly rssi?: number;
  readonly a1?: number;
  readonly a2?: number;
  readonly a3?: number;
  readonly a4?: number;
  readonly sequence?: number;
  readonly qos?: number;
  readonly ba?: readonly [start: number, top: number, set: number];
}

export const ACK = 0x00d4;
export const BLOCK_ACK = 0x0094;
export const DATA = 0x4188;
export const RETRY = 0x0800;
export const DEAUTHENTICATION = 0x00c0;
export const STATION = 0x0211_2200_0001;
export const ACCESS_POINT = 0x0233_4400_0100;

/** A batch of its own for each call. `junk` fills the address table first, so that rows differ from node to node. */
export function batchOf(node: number, rows: readonly Row[], frequency = 2437, junk = 0): FrameBatch {
  const batch = createBatch();
  batch.node = nodeIndex(node);
  batch.frequency = megahertz(frequency);
  batch.noise = dbm(-95);
  batch.count = rows.length;
  for (let i = 0; i < junk; i++) place(batch, 0x0299_0000_0000 + i);
  rows.forEach((row, i) => {
    batch.time[i] = row.time;
    batch.fc[i] = row.fc ?? ACK;
    batch.flags[i] = (row.flags ?? 0) | (row.ba === undefined ? 0 : FLAG.blockAck);
    batch.duration[i] = row.duration ?? 0;
    batch.length[i] = row.length ?? 14;
    batch.phy[i] = row.phy ?? 2;
    batch.rssi[i] = row.rssi ?? -50;
    batch.a1[i] = place(batch, row.a1 ?? STATION);
    batch.a2[i] = place(batch, row.a2);
    batch.a3[i] = place(batch, row.a3);
    batch.a4[i] = place(batch, row.a4);
    batch.sequence[i] = row.sequence ?? NO_SEQUENCE;
    batch.qos[i] = row.qos ?? NO_QOS;
    batch.baStart[i] = row.ba?.[0] ?? 0;
    batch.baTop[i] = row.ba?.[1] ?? 0;
    batch.baSet[i] = row.ba?.[2] ?? 0;
    batch.extension[i] = -1;
  });
  return batch;
}

function place(batch: FrameBatch, address: number | undefined): number {
  if (address === undefined) return NO_ADDRESS;
  const known = batch.addresses.subarray(0, batch.addressCount).indexOf(address);
  if (known >= 0) return known;
  batch.addresses[batch.addressCount] = address;
  return batch.addressCount++;
}

export const freshOf = (batch: FrameBatch): number[] => [...batch.fresh.subarray(0, batch.count)];

/** Clocks that differ by at most `error` µs from each other, node n's from the hub's by n + 1. */
export class Clocks {
  error: number;
  readonly worse = new Map<number, number>();

  constructor(error: number) {
    this.error = error;
  }

  between(node: NodeIndex, other: NodeIndex): number {
    return Math.max(this.error, this.worse.get(node) ?? 0, this.worse.get(other) ?? 0);
  }

  uncertainty(node: NodeIndex): number {
    return Math.max(node + 1, this.worse.get(node) ?? 0);
  }
}

export const at = (seconds: number): Micros => micros(1_790_000_000_000_000 + seconds * 1e6);
