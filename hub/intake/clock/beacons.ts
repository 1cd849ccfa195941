import { type Mac, mac } from "../../base/units.ts";
import { FLAG, type FrameBatch } from "../../radio/batch.ts";
import { KIND, kindOf } from "../../radio/frame.ts";

/** Extension TLV of firmware/PROTOCOL.md, 2.2. */
const TSF_TYPE = 1;
const TSF_OCTETS = 8;
/** A TSF above this (285 years) is none, and a double would not hold it. */
const LARGEST = Number.MAX_SAFE_INTEGER;

/**
 * Calls `found` with the TSF of each beacon in the batch that carries one. Probe responses are left out: they are
 * sent at other rates, so that their TSF lies elsewhere in the frame's time. Returns how many were found.
 */
export function readBeacons(
  batch: FrameBatch,
  found: (bssid: Mac, beacon: { nodeTime: number; tsf: number }) => void,
): number {
  let beacons = 0;
  for (let row = 0; row < batch.count; row++) {
    const flags = batch.flags[row] ?? 0;
    if ((flags & (FLAG.extension | FLAG.badFcs | FLAG.headerless)) !== FLAG.extension) continue;
    if (kindOf(batch.fc[row] ?? 0) !== KIND.beacon) continue;
    const tsf = readTsf(batch.extensionBytes, batch.extension[row] ?? -1, batch.extensionLength[row] ?? 0);
    const bssid = batch.addresses[batch.a2[row] ?? 0];
    if (tsf === undefined || bssid === undefined || (batch.a2[row] ?? 0) >= batch.addressCount) continue;
    found(mac(bssid), { nodeTime: batch.time[row] ?? 0, tsf });
    beacons += 1;
  }
  return beacons;
}

function readTsf(bytes: Uint8Array, offset: number, length: number): number | undefined {
  const end = Math.min(bytes.length, offset + length);
  let at = offset;
  while (at >= 0 && at + 2 <= end) {
    const size = bytes[at + 1] ?? 0;
    if (bytes[at] === TSF_TYPE && size === TSF_OCTETS && at + 2 + size <= end)
      return littleEndian(bytes, at + 2);
    at += 2 + size;
  }
  return undefined;
}

function littleEndian(bytes: Uint8Array, offset: number): number | undefined {
  let value = 0;
  for (let i = TSF_OCTETS - 1; i >= 0; i--) value = value * 256 + (bytes[offset + i] ?? 0);
  return value <= LARGEST ? value : undefined;
}
