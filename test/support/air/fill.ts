import { dbm, megahertz, nodeIndex } from "../../../hub/base/units.ts";
import { FLAG, type FrameBatch, NO_ADDRESS, NO_QOS, NO_SEQUENCE } from "../../../hub/radio/batch.ts";
import { isBeacon, type Receptions } from "./listener.ts";
import type { Transmission } from "./transmissions.ts";

/** Least node time between two TSFs of one BSSID, and between two BSS Loads (firmware/PROTOCOL.md, 2.2). */
const TSF_EVERY = 1e6;
const LOAD_EVERY = 10e6;

/** Share of 255 and stations as the access point with this BSSID states them at this time. */
export type StateLoad = (bssid: number, time: number) => { stations: number; utilisation: number };

/** Writes receptions of one node into a batch, as its decoder would. Remembers what the node has already said. */
export class Filler {
  private readonly bytes = new Uint8Array(1024);
  private readonly lastTsf = new Map<number, number>();
  private readonly lastLoad = new Map<number, number>();
  private readonly lastPpdu = new Map<number, number>();
  private readonly transmissions: readonly Transmission[];
  private readonly receptions: Receptions;
  private readonly load: StateLoad;

  constructor(transmissions: readonly Transmission[], receptions: Receptions, load: StateLoad) {
    this.transmissions = transmissions;
    this.receptions = receptions;
    this.load = load;
  }

  /** Rows `from` to `to` (excluded) of the node's receptions. */
  fill(batch: FrameBatch, span: { from: number; to: number; node: number; frequency: number }): void {
    batch.node = nodeIndex(span.node);
    batch.frequency = megahertz(span.frequency);
    batch.noise = dbm(-96);
    batch.dropped = 0;
    batch.thinned = 1;
    batch.count = span.to - span.from;
    batch.addressCount = 0;
    batch.extensionBytes = this.bytes;
    let used = 0;
    for (let row = 0; row < batch.count; row++) {
      const reception = span.from + row;
      const frame = this.transmissions[this.receptions.identity[reception] ?? 0];
      if (frame === undefined) throw new RangeError(`reception ${reception} of nothing`);
      batch.time[row] = this.receptions.nodeTime[reception] ?? 0;
      batch.rssi[row] = this.receptions.rssi[reception] ?? 127;
      this.row(batch, row, frame);
      used = this.extension(batch, row, { frame, used });
    }
  }

  private row(batch: FrameBatch, row: number, frame: Transmission): void {
    const aggregated = frame.ppduLength > 0;
    const continues = aggregated && this.lastPpdu.get(frame.a2) === frame.ppdu;
    if (frame.a2 >= 0) this.lastPpdu.set(frame.a2, frame.ppdu);
    batch.flags[row] =
      (continues ? FLAG.ppduContinues : 0) |
      (aggregated ? FLAG.ppduLength : 0) |
      (frame.baStart >= 0 ? FLAG.blockAck : 0);
    batch.fc[row] = frame.fc;
    batch.duration[row] = frame.duration;
    batch.length[row] = frame.length;
    batch.phy[row] = frame.phy;
    batch.a1[row] = address(batch, frame.a1);
    batch.a2[row] = address(batch, frame.a2);
    batch.a3[row] = address(batch, frame.a3);
    batch.a4[row] = NO_ADDRESS;
    batch.sequence[row] = frame.sequence < 0 ? NO_SEQUENCE : frame.sequence;
    batch.qos[row] = frame.qos < 0 ? NO_QOS : frame.qos;
    batch.ppduLength[row] = frame.ppduLength;
    batch.baStart[row] = Math.max(0, frame.baStart);
    batch.baTop[row] = Math.max(0, frame.baTop);
    batch.baSet[row] = Math.max(0, frame.baSet);
    batch.fresh[row] = 0;
  }

  private extension(batch: FrameBatch, row: number, at: { frame: Transmission; used: number }): number {
    const { frame, used } = at;
    const now = batch.time[row] ?? 0;
    let end = used;
    if (frame.tsf >= 0 && due(this.lastTsf, frame.a2, { now, every: TSF_EVERY })) {
      end = this.write(end, 1, littleEndian(frame.tsf, 8));
    }
    if (isBeacon(frame.fc) && due(this.lastLoad, frame.a2, { now, every: LOAD_EVERY })) {
      const { stations, utilisation } = this.load(frame.a2, frame.time);
      end = this.write(end, 5, [...littleEndian(stations, 2), utilisation]);
    }
    const length = end - used;
    batch.extension[row] = length > 0 ? used : -1;
    batch.extensionLength[row] = length;
    if (length > 0) batch.flags[row] = (batch.flags[row] ?? 0) | FLAG.extension;
    return end;
  }

  private write(offset: number, type: number, value: readonly number[]): number {
    this.bytes.set([type, value.length, ...value], offset);
    return offset + 2 + value.length;
  }
}

function due(last: Map<number, number>, key: number, at: { now: number; every: number }): boolean {
  const before = last.get(key);
  // A clock that has gone back is a restart: the node knows nothing of before.
  if (before !== undefined && at.now >= before && at.now - before < at.every) return false;
  last.set(key, at.now);
  return true;
}

function littleEndian(value: number, octets: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (let i = 0; i < octets; i++) {
    bytes.push(rest % 256);
    rest = Math.floor(rest / 256);
  }
  return bytes;
}

function address(batch: FrameBatch, mac: number): number {
  if (mac < 0) return NO_ADDRESS;
  for (let i = 0; i < batch.addressCount; i++) if (batch.addresses[i] === mac) return i;
  batch.addresses[batch.addressCount] = mac;
  return batch.addressCount++;
}
