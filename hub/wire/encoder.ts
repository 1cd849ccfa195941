import { ByteWriter } from "../base/bytes.ts";
import { dbm, type Mac, megahertz, micros } from "../base/units.ts";
import { BATCH_ADDRESSES, BATCH_ROWS, FLAG } from "../radio/batch.ts";
import { isData, isManagement, KIND, kindOf } from "../radio/frame.ts";
import { MESSAGE_OCTETS, U32 } from "./kinds.ts";
import { encodeNodeMessage, macBytes } from "./messages.ts";
import { whole } from "./pack.ts";
import { HEADS, QOS_SUBTYPE, RECORD } from "./records/heads.ts";
import type { BlockAckRow, FrameRow } from "./records/row.ts";
import { PHYS } from "./records.ts";

/** A message on the serial link closes at this size (firmware/PROTOCOL.md, 5). */
const SERIAL_BATCH_OCTETS = 1000;
/** Longest extension of a record; all TLVs together have 92 octets. */
const EXTENSION_OCTETS = 255;
/** Kind, sequence, time, frequency, noise, dropped, thinned and the lengths of the three octet strings. */
const ENVELOPE_OCTETS = 44;
/** The longest record without its extension. */
const RECORD_OCTETS = 48;
/** New addresses and a new PHY descriptor of one record. */
const ROW_TABLE_OCTETS = 4 * 6 + 4;
const SMALLEST = ENVELOPE_OCTETS + RECORD_OCTETS + ROW_TABLE_OCTETS + EXTENSION_OCTETS;

export interface FrameEncoderOptions {
  /** Takes the node's next sequence number, which all its messages share. */
  readonly sequence: () => number;
  /** Most octets of a message, SERIAL_BATCH_OCTETS where not said. */
  readonly octets?: number;
}

/** What a head says: rows of the address table, and what the kind of frame carries. */
interface Definition {
  readonly form: number;
  readonly fc: number;
  readonly duration: number;
  /** In the order of the record, only those that it has. */
  readonly addresses: readonly number[];
  readonly qos: number | undefined;
  readonly control: number | undefined;
  readonly numbered: boolean;
}

/** A head of the message at hand and what its last record said. */
interface Head extends Definition {
  readonly number: number;
  length: number;
  phy: number;
  sequence: number;
  start: number;
}

const HEADERLESS: Definition = {
  form: FLAG.headerless,
  fc: 0,
  duration: 0,
  addresses: [],
  qos: undefined,
  control: undefined,
  numbered: false,
};

/** Packs frames into frames messages (PROTOCOL.md, 2), as a node does. */
export class FrameEncoder {
  /** Frames lost since boot, told with every message. */
  dropped = 0;
  /** One of so many frames is added. */
  thinned = 1;
  readonly #sequence: () => number;
  readonly #octets: number;
  readonly #records: ByteWriter;
  readonly #addresses = new Map<Mac, number>();
  readonly #phys = new Map<number, number>();
  readonly #heads = new Map<string, Head>();
  #rows = 0;
  /** Time and channel that the message begins with. */
  #start = 0;
  #startFrequency = 0;
  #startNoise = 0;
  /** Time and frequency of the last record. */
  #time = 0;
  #frequency = 0;

  /** Throws RangeError where `octets` could not hold every single record, or is more than a link carries. */
  constructor(options: FrameEncoderOptions) {
    this.#octets = options.octets ?? SERIAL_BATCH_OCTETS;
    if (!(this.#octets >= SMALLEST && this.#octets <= MESSAGE_OCTETS)) {
      throw new RangeError(`a message has ${SMALLEST} to ${MESSAGE_OCTETS} octets, not ${this.#octets}`);
    }
    this.#sequence = options.sequence;
    this.#records = new ByteWriter(this.#octets);
  }

  /** Frames waiting for `take`. */
  get rows(): number {
    return this.#rows;
  }

  /**
   * Adds a frame. False where the message has no room for it or the frame is earlier than the last one: then `take`
   * the message and add the frame again. Throws RangeError for an extension that is too long.
   */
  add(row: FrameRow): boolean {
    const extension = row.extension?.length ?? 0;
    if (extension > EXTENSION_OCTETS) throw new RangeError(`an extension of ${extension} octets`);
    if (this.#rows === 0) this.#begin(row);
    else if (!this.#fits(row, extension)) return false;
    this.#write(row);
    this.#rows += 1;
    return true;
  }

  /** The message of the frames added since the last one, undefined where there are none. */
  take(): Uint8Array | undefined {
    if (this.#rows === 0) return undefined;
    this.#rows = 0;
    return encodeNodeMessage(
      {
        kind: "frames",
        start: micros(this.#start),
        frequency: megahertz(this.#startFrequency),
        noise: dbm(this.#startNoise),
        dropped: this.dropped,
        thinned: this.thinned,
        addresses: addressTable([...this.#addresses.keys()]),
        phys: phyTable([...this.#phys.keys()]),
        records: this.#records.view(),
      },
      this.#sequence(),
    );
  }

  #begin(row: FrameRow): void {
    this.#start = whole(row.time);
    this.#startFrequency = row.frequency;
    this.#startNoise = row.noise;
    this.#time = this.#start;
    this.#frequency = row.frequency;
    this.#addresses.clear();
    this.#phys.clear();
    this.#heads.clear();
    this.#records.reset();
  }

  /** Whether the worst case of one more record fits. */
  #fits(row: FrameRow, extension: number): boolean {
    const delta = whole(row.time) - this.#time;
    const tables = 6 * this.#addresses.size + 4 * this.#phys.size;
    const octets =
      ENVELOPE_OCTETS + tables + this.#records.length + RECORD_OCTETS + ROW_TABLE_OCTETS + extension;
    return (
      delta >= 0 &&
      delta <= U32 &&
      octets <= this.#octets &&
      this.#rows < BATCH_ROWS &&
      this.#addresses.size + 4 <= BATCH_ADDRESSES &&
      this.#phys.size < PHYS &&
      this.#heads.size < HEADS
    );
  }

  #write(row: FrameRow): void {
    const definition = this.#define(row);
    const key = `${definition.form} ${definition.fc} ${definition.duration} ${definition.addresses} ${definition.qos} ${definition.control}`;
    const known = this.#heads.get(key);
    const head = known ?? {
      ...definition,
      number: this.#heads.size,
      length: -1,
      phy: -1,
      sequence: 0,
      start: 0,
    };
    this.#heads.set(key, head);
    const phy = rowOf(this.#phys, row.phy >>> 0);
    const flags = this.#flagsOf(row, head, phy);
    const time = whole(row.time);
    const w = this.#records;
    w.varint(time - this.#time).u8(flags);
    this.#time = time;
    if ((flags & RECORD.channel) !== 0) w.u16(row.frequency).u8(row.noise);
    this.#frequency = row.frequency;
    w.u8(head.number);
    if (known === undefined) writeDefinition(w, head);
    if ((flags & RECORD.length) !== 0) w.varint(row.length);
    if ((flags & RECORD.phy) !== 0) w.u8(phy);
    head.length = row.length;
    head.phy = phy;
    w.u8(row.rssi);
    if (head.numbered) writeSequence(w, head, row.sequence ?? 0);
    if (head.control !== undefined && row.blockAck !== undefined) writeBlockAck(w, head, row.blockAck);
    if (row.ppduLength !== undefined) w.u16(row.ppduLength);
    if (row.extension?.length) w.varint(row.extension.length).bytes(row.extension);
  }

  #flagsOf(row: FrameRow, head: Head, phy: number): number {
    return (
      (row.badFcs ? FLAG.badFcs : 0) |
      (row.extension?.length ? FLAG.extension : 0) |
      (row.ppduContinues ? FLAG.ppduContinues : 0) |
      (row.ppduLength !== undefined ? FLAG.ppduLength : 0) |
      (row.length !== head.length ? RECORD.length : 0) |
      (phy !== head.phy ? RECORD.phy : 0) |
      (row.frequency !== this.#frequency ? RECORD.channel : 0)
    );
  }

  #define(row: FrameRow): Definition {
    const { fc, a1, a2, a3, a4 } = row;
    if (fc === undefined || a1 === undefined) return HEADERLESS;
    const kind = kindOf(fc);
    const double = kind !== KIND.cts && kind !== KIND.ack;
    const numbered = isData(fc) || isManagement(fc);
    if ((double && a2 === undefined) || (numbered && a3 === undefined)) return HEADERLESS;
    const acknowledges = kind === KIND.blockAck || kind === KIND.blockAckRequest;
    const control = acknowledges ? row.blockAck?.control : undefined;
    const addresses = [a1, double ? a2 : undefined, numbered ? a3 : undefined, a4];
    return {
      form: (a4 !== undefined ? FLAG.fourthAddress : 0) | (control !== undefined ? FLAG.blockAck : 0),
      fc,
      duration: row.duration ?? 0,
      addresses: addresses
        .filter((address) => address !== undefined)
        .map((address) => rowOf(this.#addresses, address)),
      qos: isData(fc) && (fc & QOS_SUBTYPE) !== 0 ? (row.qos ?? 0) : undefined,
      control,
      numbered,
    };
  }
}

function rowOf<K>(table: Map<K, number>, key: K): number {
  const known = table.get(key) ?? table.size;
  table.set(key, known);
  return known;
}

function writeDefinition(w: ByteWriter, head: Head): void {
  w.u8(head.form);
  if (head.form === FLAG.headerless) return;
  w.u16(head.fc).u16(head.duration);
  for (const address of head.addresses) w.u8(address);
  if (head.qos !== undefined) w.u8(head.qos);
  if (head.control !== undefined) w.u16(head.control);
}

/** The difference modulo 2^16, rotated so that the number stands before the fragment. */
function writeSequence(w: ByteWriter, head: Head, sequence: number): void {
  const difference = (sequence - head.sequence) & 0xffff;
  head.sequence = sequence;
  w.varint((difference >>> 4) | ((difference & 0x0f) << 12));
}

function writeBlockAck(w: ByteWriter, head: Head, { start, top, set }: BlockAckRow): void {
  w.varint((start - head.start) & 0x0fff)
    .varint(top)
    .varint(set);
  head.start = start;
}

function addressTable(addresses: readonly Mac[]): Uint8Array {
  const bytes = new Uint8Array(6 * addresses.length);
  addresses.forEach((address, i) => {
    bytes.set(macBytes(address), 6 * i);
  });
  return bytes;
}

function phyTable(phys: readonly number[]): Uint8Array {
  const writer = new ByteWriter(4 * phys.length);
  for (const phy of phys) writer.u32(phy);
  return writer.view();
}
