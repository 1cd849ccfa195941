import type { Mac } from "../base/units.ts";
import { addressAt, FLAG, type FrameBatch } from "./batch.ts";
import { FC, isManagement, KIND, kindOf } from "./frame.ts";

/**
 * BSSID of a row: data frames by ToDS and FromDS (IEEE 802.11-2020, Table 9-30), management frames address 3
 * (9.3.3.1), PS-Poll its receiver and CF-End its transmitter (9.3.1). Undefined for frames that name none: other
 * control frames, four-address frames (mesh and bridges), headerless rows. A probe request's is mostly the wildcard.
 */
export function bssidOf(batch: FrameBatch, row: number): Mac | undefined {
  if (((batch.flags[row] ?? 0) & FLAG.headerless) !== 0) return undefined;
  const fc = batch.fc[row] ?? 0;
  if (isManagement(fc)) return addressAt(batch, batch.a3[row] ?? 0xff);
  if ((fc & 0x0c) === 0x08) return dataBssid(batch, row, fc);
  const kind = kindOf(fc);
  if (kind === KIND.psPoll) return addressAt(batch, batch.a1[row] ?? 0xff);
  const ends = kind === KIND.cfEnd || kind === KIND.cfEndAck;
  return ends ? addressAt(batch, batch.a2[row] ?? 0xff) : undefined;
}

function dataBssid(batch: FrameBatch, row: number, fc: number): Mac | undefined {
  switch (fc & (FC.toDs | FC.fromDs)) {
    case 0:
      return addressAt(batch, batch.a3[row] ?? 0xff);
    case FC.toDs:
      return addressAt(batch, batch.a1[row] ?? 0xff);
    case FC.fromDs:
      return addressAt(batch, batch.a2[row] ?? 0xff);
    default:
      return undefined;
  }
}

/** Where a data frame goes: up to its access point or down from it, direct between stations, or over a bridge. */
export type DataDirection = "up" | "down" | "direct" | "bridge";

/** By ToDS and FromDS (Table 9-3); undefined for anything but a data frame with a header. */
export function directionOf(batch: FrameBatch, row: number): DataDirection | undefined {
  if (((batch.flags[row] ?? 0) & FLAG.headerless) !== 0) return undefined;
  const fc = batch.fc[row] ?? 0;
  if ((fc & 0x0c) !== 0x08) return undefined;
  switch (fc & (FC.toDs | FC.fromDs)) {
    case 0:
      return "direct";
    case FC.toDs:
      return "up";
    case FC.fromDs:
      return "down";
    default:
      return "bridge";
  }
}
