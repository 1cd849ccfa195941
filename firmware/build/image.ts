import { createHash } from "node:crypto";

/** Where things are in flash and in an image: ESP-IDF's "Image Format" and "Partition Tables". */
export const PARTITION_TABLE = 0x8000;
const PARTITION_TABLE_SIZE = 0xc00;
const IMAGE_MAGIC = 0xe9;
const HEADER = 24;
const SEGMENT_HEADER = 8;
const CHECKSUM_SEED = 0xef;
const HASH = 32;
const DESCRIPTOR_MAGIC = 0xabcd5432;

/** An image of a program, read and checked. */
export interface Image {
  readonly chipId: number;
  readonly segments: number;
  /** Octets with checksum and hash. */
  readonly length: number;
}

/** What a program says of itself. */
export interface Descriptor {
  readonly version: string;
  readonly project: string;
}

/** A row of the partition table. */
export interface Partition {
  readonly label: string;
  readonly type: number;
  readonly subtype: number;
  readonly offset: number;
  readonly size: number;
}

/** Reads the image at `offset`; throws where magic, checksum or hash are wrong or something is missing. */
export function readImage(bytes: Buffer, offset: number): Image {
  if (bytes[offset] !== IMAGE_MAGIC) throw new Error(`no image at 0x${offset.toString(16)}`);
  const segments = bytes.readUInt8(offset + 1);
  let at = offset + HEADER;
  let checksum = CHECKSUM_SEED;
  for (let segment = 0; segment < segments; segment++) {
    const size = bytes.readUInt32LE(at + 4);
    const content = bytes.subarray(at + SEGMENT_HEADER, at + SEGMENT_HEADER + size);
    if (content.length < size) throw new Error(`segment ${segment} is cut`);
    for (const octet of content) checksum ^= octet;
    at += SEGMENT_HEADER + size;
  }
  // The checksum is the last octet of a block of 16.
  const end = offset + ((at - offset + 16) & ~15);
  if (bytes.readUInt8(end - 1) !== checksum) throw new Error("the checksum does not match");
  const hashed = bytes.readUInt8(offset + 23) === 1;
  if (hashed && !sha256(bytes.subarray(offset, end)).equals(bytes.subarray(end, end + HASH))) {
    throw new Error("the hash does not match");
  }
  return {
    chipId: bytes.readUInt16LE(offset + 12),
    segments,
    length: end - offset + (hashed ? HASH : 0),
  };
}

/** Reads the descriptor at the beginning of the first segment of the program at `offset`. */
export function readDescriptor(bytes: Buffer, offset: number): Descriptor {
  const at = offset + HEADER + SEGMENT_HEADER;
  if (bytes.readUInt32LE(at) !== DESCRIPTOR_MAGIC) throw new Error("no app descriptor");
  return { version: text(bytes, at + 16, 32), project: text(bytes, at + 48, 32) };
}

/** Reads the partition table of a merged image; throws where its MD5 does not match. */
export function readPartitions(bytes: Buffer): Partition[] {
  const table = bytes.subarray(PARTITION_TABLE, PARTITION_TABLE + PARTITION_TABLE_SIZE);
  const partitions: Partition[] = [];
  let at = 0;
  for (; at + 32 <= table.length && table.readUInt16LE(at) === 0x50aa; at += 32) {
    partitions.push({
      label: text(table, at + 12, 16),
      type: table.readUInt8(at + 2),
      subtype: table.readUInt8(at + 3),
      offset: table.readUInt32LE(at + 4),
      size: table.readUInt32LE(at + 8),
    });
  }
  const expected = createHash("md5").update(table.subarray(0, at)).digest();
  const found = table.readUInt16LE(at) === 0xebeb && table.subarray(at + 16, at + 32).equals(expected);
  if (!found) throw new Error("the MD5 of the partition table does not match");
  return partitions;
}

/** SHA-256. */
export function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function text(bytes: Buffer, at: number, size: number): string {
  const field = bytes.subarray(at, at + size);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? size : end).toString("utf8");
}
