import { dbm, megahertz, type NodeIndex } from "../base/units.ts";
import {
  BATCH_ADDRESSES,
  BATCH_ROWS,
  createBatch,
  FLAG,
  type FrameBatch,
  NO_SEQUENCE,
} from "../radio/batch.ts";
import type { Frames } from "./records/bodies.ts";
import { RecordCursor } from "./records/cursor.ts";
import { HEADS, HeadTable, RECORD } from "./records/heads.ts";

/** PHY descriptors of one message. */
export const PHYS = 255;
/** Bits of the longest BlockAck bitmap (IEEE 802.11be, 9.3.1.8.2). */
const BITMAP = 1024;

/**
 * Unpacks the records of a frames message into the columns of the one batch it owns. A message of several channels
 * gives one batch after another. Total on hostile octets: a reading past the end gives 0 and shows in the position,
 * every table has a fixed size, and a message with a single wrong record is dropped whole and counted.
 */
export class FrameDecoder {
  #damaged = 0;
  readonly #batch: FrameBatch = createBatch();
  readonly #heads = new HeadTable();
  readonly #cursor = new RecordCursor();
  readonly #phys = new Uint32Array(PHYS);
  #physCount = 0;
  /** Copy of the records of a message with extensions, which outlives the link's buffer. */
  #extensions = new Uint8Array(0);
  /** Rows read so far of the message, and frequency and noise of each stretch that begins in it. */
  #rows = 0;
  readonly #stretchRow = new Uint16Array(BATCH_ROWS + 1);
  readonly #stretchFrequency = new Uint16Array(BATCH_ROWS + 1);
  readonly #stretchNoise = new Int8Array(BATCH_ROWS + 1);
  #stretches = 0;

  /** Messages dropped because a record was wrong. */
  get damaged(): number {
    return this.#damaged;
  }

  /**
   * Gives `take` one batch for each stretch of records on one channel, in order; a message without records gives one
   * empty batch. The batch is the decoder's own and holds only while `take` runs. False where the message was damaged:
   * then `take` is not called at all.
   */
  decode(frames: Frames, node: NodeIndex, take: (batch: FrameBatch) => void): boolean {
    if (!this.#readTables(frames) || !this.#readRecords(frames)) {
      this.#damaged += 1;
      return false;
    }
    const batch = this.#batch;
    batch.node = node;
    batch.dropped = frames.dropped;
    batch.thinned = frames.thinned;
    for (let i = 0; i < this.#stretches; i++) {
      const from = this.#stretchRow[i] ?? 0;
      const to = i + 1 < this.#stretches ? (this.#stretchRow[i + 1] ?? 0) : this.#rows;
      if (from > 0) moveRows(batch, from, to);
      batch.frequency = megahertz(this.#stretchFrequency[i] ?? 0);
      batch.noise = dbm(this.#stretchNoise[i] ?? 0);
      batch.count = to - from;
      take(batch);
    }
    return true;
  }

  #readTables({ addresses, phys }: Frames): boolean {
    const count = addresses.length / 6;
    const physCount = phys.length / 4;
    if (!Number.isInteger(count) || count > BATCH_ADDRESSES) return false;
    if (!Number.isInteger(physCount) || physCount > PHYS) return false;
    for (let i = 0, at = 0; i < count; i++, at += 6) {
      const high = ((addresses[at] ?? 0) << 8) | (addresses[at + 1] ?? 0);
      const low =
        ((addresses[at + 2] ?? 0) << 24) |
        ((addresses[at + 3] ?? 0) << 16) |
        ((addresses[at + 4] ?? 0) << 8) |
        (addresses[at + 5] ?? 0);
      this.#batch.addresses[i] = high * 2 ** 32 + (low >>> 0);
    }
    for (let i = 0, at = 0; i < physCount; i++, at += 4) {
      const low = (phys[at] ?? 0) | ((phys[at + 1] ?? 0) << 8);
      this.#phys[i] = low | ((phys[at + 2] ?? 0) << 16) | ((phys[at + 3] ?? 0) << 24);
    }
    this.#batch.addressCount = count;
    this.#physCount = physCount;
    return true;
  }

  #readRecords(frames: Frames): boolean {
    const records = frames.records;
    this.#cursor.begin(records);
    this.#rows = 0;
    this.#heads.clear();
    this.#stretches = 0;
    this.#beginStretch(frames.frequency, frames.noise);
    let time: number = frames.start;
    let extended = false;
    while (this.#cursor.more) {
      const row = this.#rows;
      if (row === BATCH_ROWS) return false;
      time += this.#cursor.varint();
      this.#batch.time[row] = time;
      if (!this.#readRecord(row) || this.#cursor.overrun) return false;
      extended ||= (this.#batch.extension[row] ?? -1) >= 0;
      this.#rows = row + 1;
    }
    if (extended) this.#keepExtensions(records);
    return true;
  }

  #keepExtensions(records: Uint8Array): void {
    if (this.#extensions.length < records.length) this.#extensions = new Uint8Array(records.length);
    this.#extensions.set(records);
    this.#batch.extensionBytes = this.#extensions;
  }

  #beginStretch(frequency: number, noise: number): void {
    const last = this.#stretches - 1;
    const sameRow = last >= 0 && this.#stretchRow[last] === this.#rows;
    const index = sameRow ? last : this.#stretches;
    this.#stretchRow[index] = this.#rows;
    this.#stretchFrequency[index] = frequency;
    this.#stretchNoise[index] = noise;
    this.#stretches = index + 1;
  }

  /** The record at hand behind its time, into one row; false where it is wrong. */
  #readRecord(row: number): boolean {
    const flags = this.#cursor.u8();
    if ((flags & RECORD.channel) !== 0)
      this.#beginStretch(this.#cursor.u16(), (this.#cursor.u8() << 24) >> 24);
    const head = this.#cursor.u8();
    const heads = this.#heads;
    if (head === heads.count) {
      const stated = RECORD.length | RECORD.phy;
      if (
        head === HEADS ||
        (flags & stated) !== stated ||
        !heads.define(this.#cursor, this.#batch.addressCount)
      )
        return false;
    } else if (head > heads.count) return false;
    if ((flags & RECORD.length) !== 0 && !this.#readLength(head)) return false;
    if ((flags & RECORD.phy) !== 0) {
      const phy = this.#cursor.u8();
      if (phy >= this.#physCount) return false;
      heads.phy[head] = this.#phys[phy] ?? 0;
    }
    this.#fill(row, head, flags);
    if (!this.#readSequence(row, head) || !this.#readBlockAck(row, head)) return false;
    this.#batch.ppduLength[row] = (flags & FLAG.ppduLength) !== 0 ? this.#cursor.u16() : 0;
    this.#readExtension(row, flags);
    return (flags & RECORD.reserved) === 0;
  }

  #fill(row: number, head: number, flags: number): void {
    const b = this.#batch;
    const t = this.#heads;
    b.flags[row] = (flags & RECORD.columns) | (t.form[head] ?? 0);
    b.fc[row] = t.fc[head] ?? 0;
    b.duration[row] = t.duration[head] ?? 0;
    b.a1[row] = t.a1[head] ?? 0;
    b.a2[row] = t.a2[head] ?? 0;
    b.a3[row] = t.a3[head] ?? 0;
    b.a4[row] = t.a4[head] ?? 0;
    b.qos[row] = t.qos[head] ?? 0;
    b.length[row] = t.length[head] ?? 0;
    b.phy[row] = t.phy[head] ?? 0;
    b.rssi[row] = this.#cursor.u8();
  }

  #readLength(head: number): boolean {
    const length = this.#cursor.varint();
    this.#heads.length[head] = length;
    return length <= 0xffff;
  }

  #readSequence(row: number, head: number): boolean {
    const t = this.#heads;
    if (t.numbered[head] === 0) {
      this.#batch.sequence[row] = NO_SEQUENCE;
      return true;
    }
    const rotated = this.#cursor.varint();
    const difference = (rotated << 4) | (rotated >>> 12);
    const sequence = ((t.sequence[head] ?? 0) + difference) & 0xffff;
    t.sequence[head] = sequence;
    this.#batch.sequence[row] = sequence;
    return rotated <= 0xffff;
  }

  #readBlockAck(row: number, head: number): boolean {
    const b = this.#batch;
    const t = this.#heads;
    if (((t.form[head] ?? 0) & FLAG.blockAck) === 0) {
      b.baStart[row] = 0;
      b.baTop[row] = 0;
      b.baSet[row] = 0;
      return true;
    }
    const difference = this.#cursor.varint();
    const start = ((t.start[head] ?? 0) + difference) & 0x0fff;
    const top = this.#cursor.varint();
    const set = this.#cursor.varint();
    t.start[head] = start;
    b.baStart[row] = start;
    b.baTop[row] = top;
    b.baSet[row] = set;
    return difference <= 0x0fff && top <= BITMAP && set <= top;
  }

  #readExtension(row: number, flags: number): void {
    const extended = (flags & FLAG.extension) !== 0;
    const length = extended ? this.#cursor.varint() : 0;
    this.#batch.extension[row] = extended ? this.#cursor.offset : -1;
    this.#batch.extensionLength[row] = length;
    this.#cursor.skip(length);
  }
}

/** Moves rows `[from, to)` of every column to the front. */
function moveRows(b: FrameBatch, from: number, to: number): void {
  b.time.copyWithin(0, from, to);
  b.phy.copyWithin(0, from, to);
  b.rssi.copyWithin(0, from, to);
  b.extension.copyWithin(0, from, to);
  for (const column of [b.flags, b.a1, b.a2, b.a3, b.a4]) column.copyWithin(0, from, to);
  for (const column of [b.fc, b.duration, b.length, b.sequence, b.qos]) column.copyWithin(0, from, to);
  for (const column of [b.ppduLength, b.baStart, b.baTop, b.baSet, b.extensionLength]) {
    column.copyWithin(0, from, to);
  }
}
