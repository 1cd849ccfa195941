import { encode } from "@msgpack/msgpack";

/** Deepest nesting that is skipped over; no message of the protocol goes beyond 3. */
const DEPTH = 8;
const NOTHING: Uint8Array = new Uint8Array(0);

/** A value of a message. Whole numbers from 0 to 2^53 stand for every integer field. */
export type Packed = number | string | Uint8Array | readonly Packed[] | { readonly [key: string]: Packed };

/** msgpack octets in the shortest form. */
export const pack = (value: Packed): Uint8Array => encode(value);

/** Times are whole microseconds in the wire and never below 0. */
export const whole = (value: number): number => Math.max(0, Math.round(value));

/**
 * Reads msgpack where the reader knows what must come: every reading says its type and limit, and anything else sets
 * `failed`, after which all readings give 0, "" or nothing. So nothing is built that the message did not earn: no
 * allocation by a length a stranger wrote, no recursion, no generic object. Octet strings are views, not copies.
 */
export class PackReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #failed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get failed(): boolean {
    return this.#failed;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Marks the message as damaged: for limits that only the caller knows. */
  fail(): void {
    this.#failed = true;
    this.#at = this.#bytes.length;
  }

  /** An integer from 0 to `max` (at most 2^53 - 1), in any msgpack form. */
  uint(max: number): number {
    return this.int(0, max);
  }

  /** An integer from `min` to `max`, both exact as numbers, in any msgpack form; 0 after a failure. */
  int(min: number, max: number): number {
    const tag = this.#octet();
    const value = tag < 0x80 ? tag : tag >= 0xe0 ? tag - 0x100 : this.#longInteger(tag);
    if (value >= min && value <= max && !this.#failed) return value;
    this.fail();
    return 0;
  }

  /** The length of an array from `least` to `most`; its elements follow. 0 after a failure. */
  array(least: number, most: number): number {
    const tag = this.#octet();
    let length = -1;
    if ((tag & 0xf0) === 0x90) length = tag & 0x0f;
    else if (tag === 0xdc) length = this.#bigEndian(2);
    else if (tag === 0xdd) length = this.#bigEndian(4);
    return this.#within(length, least, most);
  }

  /** The number of entries of a map, at most `most`; each is a key and a value. 0 after a failure. */
  map(most: number): number {
    const tag = this.#octet();
    let length = -1;
    if ((tag & 0xf0) === 0x80) length = tag & 0x0f;
    else if (tag === 0xde) length = this.#bigEndian(2);
    else if (tag === 0xdf) length = this.#bigEndian(4);
    return this.#within(length, 0, most);
  }

  /** A view of an octet string of `least` to `most` octets. */
  bin(least: number, most: number): Uint8Array {
    const tag = this.#octet();
    const length = tag >= 0xc4 && tag <= 0xc6 ? this.#bigEndian(1 << (tag - 0xc4)) : -1;
    return this.#view(this.#within(length, least, most));
  }

  /** A string of at most `most` octets of UTF-8. */
  text(most: number): string {
    const octets = this.#octets(most);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(octets);
    } catch {
      // The only way the decoder says that it is not UTF-8.
      this.fail();
      return "";
    }
  }

  /** Skips `count` values of any type. */
  skip(count: number): void {
    const open = [count];
    while (open.length > 0 && !this.#failed) {
      const left = open.pop() ?? 0;
      if (left === 0) continue;
      open.push(left - 1);
      const inside = this.#skipOne();
      if (inside > 0) open.push(inside);
      if (open.length > DEPTH) this.fail();
    }
  }

  /** Skips one value but not what it holds: gives the number of values inside. */
  #skipOne(): number {
    const tag = this.#octet();
    if (tag < 0x80 || tag >= 0xe0) return 0;
    if (tag < 0x90) return 2 * (tag & 0x0f);
    if (tag < 0xa0) return tag & 0x0f;
    if (tag < 0xc0) return this.#jump(tag & 0x1f);
    const form = FORMS[tag - 0xc0] ?? REFUSED;
    if (form === REFUSED) this.fail();
    const counted = form.lengthOctets === 0 ? 0 : this.#bigEndian(form.lengthOctets);
    if (form.each > 0) return counted * form.each;
    return this.#jump(counted + form.octets);
  }

  /** A view of the octets of a string of at most `most`. */
  #octets(most: number): Uint8Array {
    const tag = this.#octet();
    let length = -1;
    if ((tag & 0xe0) === 0xa0) length = tag & 0x1f;
    else if (tag >= 0xd9 && tag <= 0xdb) length = this.#bigEndian(1 << (tag - 0xd9));
    return this.#view(this.#within(length, 0, most));
  }

  #jump(octets: number): 0 {
    if (octets > this.#bytes.length - this.#at) this.fail();
    else this.#at += octets;
    return 0;
  }

  #octet(): number {
    const octet = this.#bytes[this.#at];
    if (octet === undefined) {
      this.fail();
      return 0xc1;
    }
    this.#at += 1;
    return octet;
  }

  #bigEndian(octets: number): number {
    let value = 0;
    for (let i = 0; i < octets; i++) value = value * 256 + this.#octet();
    return value;
  }

  /** Forms 0xcc-0xcf and 0xd0-0xd3, beyond 2^53 not exact but beyond it still; NaN for every other tag. */
  #longInteger(tag: number): number {
    if (tag >= 0xcc && tag <= 0xcf) return this.#bigEndian(1 << (tag - 0xcc));
    if (tag < 0xd0 || tag > 0xd3) return Number.NaN;
    // The first four octets with their sign, then the rest: each part is exact as a number.
    const octets = 1 << (tag - 0xd0);
    const high = Math.min(octets, 4);
    const value = signed(this.#bigEndian(high), 8 * high);
    return octets === 8 ? value * 2 ** 32 + this.#bigEndian(4) : value;
  }

  #within(value: number, least: number, most: number): number {
    if (value >= least && value <= most && !this.#failed) return value;
    this.fail();
    return 0;
  }

  #view(length: number): Uint8Array {
    if (this.#failed) return NOTHING;
    const at = this.#at;
    this.#jump(length);
    return this.#failed ? NOTHING : this.#bytes.subarray(at, at + length);
  }
}

/** Two's complement of `bits` bits. */
const signed = (value: number, bits: number): number =>
  value >= 2 ** (bits - 1) ? value - 2 ** bits : value;

interface Form {
  /** Octets of the length field. */
  readonly lengthOctets: number;
  /** Octets of content besides those that the length field counts. */
  readonly octets: number;
  /** Values held for each counted one, 0 where octets are counted. */
  readonly each: number;
}

const fixed = (octets: number): Form => ({ lengthOctets: 0, octets, each: 0 });
const counted = (lengthOctets: number, octets = 0): Form => ({ lengthOctets, octets, each: 0 });
const holding = (lengthOctets: number, each: number): Form => ({ lengthOctets, octets: 0, each });
const REFUSED: Form = fixed(0);

/** What follows the tags 0xc0 to 0xdf (msgpack specification, "Formats"). */
const FORMS: readonly Form[] = [
  ...[fixed(0), REFUSED, fixed(0), fixed(0)],
  ...[counted(1), counted(2), counted(4)],
  ...[counted(1, 1), counted(2, 1), counted(4, 1)],
  ...[fixed(4), fixed(8)],
  ...[fixed(1), fixed(2), fixed(4), fixed(8)],
  ...[fixed(1), fixed(2), fixed(4), fixed(8)],
  ...[fixed(2), fixed(3), fixed(5), fixed(9), fixed(17)],
  ...[counted(1), counted(2), counted(4)],
  ...[holding(2, 1), holding(4, 1)],
  ...[holding(2, 2), holding(4, 2)],
];
