import { readFileSync, writeFileSync } from "node:fs";

/** Of a pcap file with µs in this machine's usual order of octets: its head and that of a record. */
const MAGIC = 0xa1b2c3d4;
const HEAD = 24;
const RECORD = 16;
const SECOND = 1_000_000;

interface Span {
  readonly first: number;
  readonly last: number;
  readonly frames: number;
  /** Octets up to the last whole record. */
  readonly length: number;
}

function timeAt(file: Buffer, at: number): number {
  return file.readUInt32LE(at) * SECOND + file.readUInt32LE(at + 4);
}

/** Undefined for what is no such file, or one without frames. */
function spanOf(file: Buffer): Span | undefined {
  if (file.length < HEAD + RECORD || file.readUInt32LE(0) !== MAGIC) return undefined;
  let at = HEAD;
  let frames = 0;
  let last = 0;
  while (at + RECORD <= file.length) {
    const end = at + RECORD + file.readUInt32LE(at + 8);
    if (end > file.length) break;
    last = timeAt(file, at);
    frames += 1;
    at = end;
  }
  return frames === 0 ? undefined : { first: timeAt(file, HEAD), last, frames, length: at };
}

/** Writes a capture so often, one time after the other, that it has at least `octets`. Gives its frames, if it can. */
export function repeatCapture(path: string, octets: number, into: string): number | undefined {
  const file = readFileSync(path);
  const span = spanOf(file);
  if (span === undefined) return undefined;
  const times = Math.max(1, Math.ceil(octets / file.length));
  const records = file.subarray(HEAD, span.length);
  const pieces: Buffer[] = [file.subarray(0, HEAD)];
  for (let turn = 0; turn < times; turn++)
    pieces.push(later(records, turn * (span.last - span.first + SECOND)));
  writeFileSync(into, Buffer.concat(pieces));
  return span.frames * times;
}

/** The same records `by` µs later. */
function later(records: Buffer, by: number): Buffer {
  const moved = Buffer.from(records);
  for (let at = 0; at < moved.length; at += RECORD + moved.readUInt32LE(at + 8)) {
    const time = timeAt(moved, at) + by;
    moved.writeUInt32LE(Math.floor(time / SECOND), at);
    moved.writeUInt32LE(time % SECOND, at + 4);
  }
  return moved;
}
