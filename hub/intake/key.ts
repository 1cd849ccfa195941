import { FLAG, type FrameBatch, NO_ADDRESS, NO_SEQUENCE } from "../radio/batch.ts";

/** Multipliers of MurmurHash3 and its finaliser (Appleby, public domain). */
const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;
const F1 = 0x85ebca6b;
const F2 = 0xc2b2ae35;

/** Keys that no frame with a header has: what is left of a frame is its length. */
const HEADERLESS = 0x1_0001;
const DAMAGED = 0x1_0002;

const stir = (hash: number, value: number): number => {
  const mixed = Math.imul(value, C1);
  const turned = hash ^ Math.imul((mixed << 15) | (mixed >>> 17), C2);
  return (Math.imul((turned << 13) | (turned >>> 19), 5) + 0xe6546b64) | 0;
};

const finish = (hash: number): number => {
  const half = Math.imul(hash ^ (hash >>> 16), F1);
  const whole = Math.imul(half ^ (half >>> 13), F2);
  return (whole ^ (whole >>> 16)) >>> 0;
};

/**
 * 64 bits that name what was on the air: frame control with its retry bit (a retry is another transmission),
 * Duration, length, addresses, sequence control, QoS, BlockAck fields. What a receiver adds (time, RSSI, PHY as it
 * understands it) is not in it. Of damaged frames and of receptions without header only the length counts; a
 * damaged reception is therefore never taken for a good one of the same frame.
 */
export class FrameKeys {
  /** Result of the last `read`. */
  low = 0;
  high = 0;
  /** The frame has a sequence number: it is known by its key, not by its time alone. */
  numbered = false;
  private readonly addressLow = new Int32Array(NO_ADDRESS + 1);
  private readonly addressHigh = new Int32Array(NO_ADDRESS + 1);

  /** Call once for each batch, before its rows. */
  open(batch: FrameBatch): void {
    const count = Math.min(batch.addressCount, NO_ADDRESS);
    for (let i = 0; i < count; i++) {
      const address = batch.addresses[i] ?? 0;
      const bottom = address | 0;
      const top = (address / 0x1_0000_0000) | 0;
      this.addressLow[i] = stir(stir(0x51ed270b, bottom), top);
      this.addressHigh[i] = stir(stir(0x2545f491, top), bottom);
    }
  }

  read(batch: FrameBatch, row: number): void {
    const flags = batch.flags[row] ?? 0;
    const length = batch.length[row] ?? 0;
    if ((flags & (FLAG.headerless | FLAG.badFcs)) !== 0) {
      const mark = (flags & FLAG.headerless) !== 0 ? HEADERLESS : DAMAGED;
      this.low = finish(stir(mark, length));
      this.high = finish(stir(length, mark));
      this.numbered = false;
      return;
    }
    const sequence = batch.sequence[row] ?? 0;
    const front = ((batch.fc[row] ?? 0) << 16) | (batch.duration[row] ?? 0);
    const size = (length << 16) | sequence;
    const a1 = batch.a1[row] ?? 0;
    const a2 = batch.a2[row] ?? 0;
    const a3 = batch.a3[row] ?? 0;
    let low = stir(stir(stir(front, size), this.addressLow[a1] ?? 0), this.addressLow[a2] ?? 0);
    let high = stir(stir(stir(size, front), this.addressHigh[a1] ?? 0), this.addressHigh[a2] ?? 0);
    const rest = (batch.qos[row] ?? 0) ^ (this.addressLow[a3] ?? 0);
    low = stir(low, rest);
    high = stir(high, rest);
    if ((flags & (FLAG.blockAck | FLAG.fourthAddress)) !== 0) {
      const fourth = this.addressLow[batch.a4[row] ?? NO_ADDRESS] ?? 0;
      const set = ((batch.baSet[row] ?? 0) << 16) | (batch.baTop[row] ?? 0);
      low = stir(stir(low, set), (batch.baStart[row] ?? 0) ^ fourth);
      high = stir(stir(high, (batch.baStart[row] ?? 0) ^ fourth), set);
    }
    this.low = finish(low);
    this.high = finish(high);
    this.numbered = sequence !== NO_SEQUENCE;
  }
}
