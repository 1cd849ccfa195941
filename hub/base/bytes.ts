/**
 * Reads through octets from the air. Every reading is checked against the end: what is not there is `undefined` and
 * the position stays, so a truncated input is an ordinary value. Multi-octet numbers are little-endian, as in IEEE
 * 802.11 and in the node protocol, unless the name says otherwise.
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = Math.min(Math.max(0, Math.trunc(offset)), bytes.length);
  }

  /** Octets read or skipped so far, counted from the start of the array. */
  get offset(): number {
    return this.#at;
  }

  get remaining(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number | undefined {
    const at = this.#take(1);
    return at < 0 ? undefined : this.#view.getUint8(at);
  }

  i8(): number | undefined {
    const at = this.#take(1);
    return at < 0 ? undefined : this.#view.getInt8(at);
  }

  u16(): number | undefined {
    const at = this.#take(2);
    return at < 0 ? undefined : this.#view.getUint16(at, true);
  }

  u16be(): number | undefined {
    const at = this.#take(2);
    return at < 0 ? undefined : this.#view.getUint16(at, false);
  }

  u32(): number | undefined {
    const at = this.#take(4);
    return at < 0 ? undefined : this.#view.getUint32(at, true);
  }

  u32be(): number | undefined {
    const at = this.#take(4);
    return at < 0 ? undefined : this.#view.getUint32(at, false);
  }

  u64(): bigint | undefined {
    const at = this.#take(8);
    return at < 0 ? undefined : this.#view.getBigUint64(at, true);
  }

  /** 64 bits as a number; values above 2^53 lose their low bits. */
  u64Number(): number | undefined {
    const at = this.#take(8);
    return at < 0 ? undefined : this.#view.getUint32(at, true) + this.#view.getUint32(at + 4, true) * 2 ** 32;
  }

  /** LEB128, unsigned, at most 5 octets and below 2^32; undefined (position kept) for anything else. */
  varint(): number | undefined {
    const start = this.#at;
    let value = 0;
    for (let i = 0; i < 5; i++) {
      const octet = this.u8();
      if (octet === undefined) break;
      value += (octet & 0x7f) * 2 ** (7 * i);
      if (octet < 0x80) {
        if (value < 2 ** 32) return value;
        break;
      }
    }
    this.#at = start;
    return undefined;
  }

  /** A view of the next `count` octets, not a copy. */
  bytes(count: number): Uint8Array | undefined {
    const at = this.#take(count);
    return at < 0 ? undefined : this.#bytes.subarray(at, at + count);
  }

  /** A view of everything that is left. */
  rest(): Uint8Array {
    const at = this.#at;
    this.#at = this.#bytes.length;
    return this.#bytes.subarray(at);
  }

  /** False, and nothing skipped, where fewer octets are left. */
  skip(count: number): boolean {
    return this.#take(count) >= 0;
  }

  #take(count: number): number {
    const at = this.#at;
    if (!(count >= 0 && count <= this.#bytes.length - at) || !Number.isInteger(count)) return -1;
    this.#at = at + count;
    return at;
  }
}

/**
 * Writes octets into one buffer of fixed size. What does not fit is not written at all and sets `overflowed`, so a
 * caller checks once at the end. Little-endian, like ByteReader.
 */
export class ByteWriter {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  #overflowed = false;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#at;
  }

  get capacity(): number {
    return this.#bytes.length;
  }

  /** Something did not fit since the last reset. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** Forgets what was written after the first `length` octets, and any overflow. */
  reset(length = 0): void {
    this.#at = Math.min(this.#at, Math.max(0, length));
    this.#overflowed = false;
  }

  u8(value: number): this {
    const at = this.#make(1);
    if (at >= 0) this.#view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.#make(2);
    if (at >= 0) this.#view.setUint16(at, value, true);
    return this;
  }

  u16be(value: number): this {
    const at = this.#make(2);
    if (at >= 0) this.#view.setUint16(at, value, false);
    return this;
  }

  u32(value: number): this {
    const at = this.#make(4);
    if (at >= 0) this.#view.setUint32(at, value, true);
    return this;
  }

  u32be(value: number): this {
    const at = this.#make(4);
    if (at >= 0) this.#view.setUint32(at, value, false);
    return this;
  }

  u64(value: bigint): this {
    const at = this.#make(8);
    if (at >= 0) this.#view.setBigUint64(at, value, true);
    return this;
  }

  /** LEB128, for integers from 0 up to 2^53; shortest form. */
  varint(value: number): this {
    let rest = value;
    while (rest >= 0x80) {
      this.u8((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    return this.u8(rest);
  }

  bytes(source: Uint8Array): this {
    const at = this.#make(source.length);
    if (at >= 0) this.#bytes.set(source, at);
    return this;
  }

  /** What was written: a view that holds until the next reset. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#at);
  }

  /** A copy of what was written. */
  copy(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  #make(count: number): number {
    const at = this.#at;
    if (this.#overflowed || at + count > this.#bytes.length) {
      this.#overflowed = true;
      return -1;
    }
    this.#at = at + count;
    return at;
  }
}

/** True where both hold the same octets. Not for secrets: it stops at the first difference. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Two lower-case hexadecimal digits an octet. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const octet of bytes) text += octet.toString(16).padStart(2, "0");
  return text;
}

/** Reads pairs of hexadecimal digits, blanks allowed between them; undefined for anything else. */
export function fromHex(text: string): Uint8Array | undefined {
  const digits = text.replaceAll(/\s/g, "");
  if (digits.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(digits)) return undefined;
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}
