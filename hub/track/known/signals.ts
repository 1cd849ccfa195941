import { type Dbm, dbm, type Micros, type NodeIndex } from "../../base/units.ts";
import type { NodeSignal } from "../model.ts";

/** Weight of a new reading: the mean forgets over some 16 frames, enough to smooth fading of single frames. */
const WEIGHT = 1 / 16;
/** A power of 0 dBm or more is no reading: receivers report 127 or 0 where they have none. */
export const HIGHEST = 0;
/** Nodes kept per address. */
const MOST_NODES = 32;

/** Takes one reception into the address's signal at `node`, in dBm, exponentially smoothed from the first reading on. */
export function hear(signals: NodeSignal[], node: NodeIndex, rssi: Dbm, time: Micros): void {
  const signal = signalAt(signals, node);
  if (signal === undefined) {
    if (signals.length < MOST_NODES && rssi < HIGHEST)
      signals.push({ node, rssi, frames: 1, lastHeard: time });
    return;
  }
  signal.frames += 1;
  if (time > signal.lastHeard) signal.lastHeard = time;
  if (rssi < HIGHEST) signal.rssi = dbm(signal.rssi + (rssi - signal.rssi) * WEIGHT);
}

function signalAt(signals: readonly NodeSignal[], node: NodeIndex): NodeSignal | undefined {
  for (let i = 0; i < signals.length; i++) {
    const signal = signals[i];
    if (signal?.node === node) return signal;
  }
  return undefined;
}
