import { crc32 } from "../base/hash.ts";

/** Most octets of one frame on the serial link, stuffed, without its delimiter (firmware/PROTOCOL.md, 5). */
export const LINK_OCTETS = 4096;
/** CRC-32 behind the message. */
const CRC_OCTETS = 4;
/** A COBS block carries at most this many octets before its next code. */
const BLOCK_OCTETS = 254;

/** One message as it goes over the serial link: COBS of message and CRC-32, then 0x00. */
export function encodeFrame(message: Uint8Array): Uint8Array {
  const plain = new Uint8Array(message.length + CRC_OCTETS);
  plain.set(message);
  const crc = crc32(message);
  for (let i = 0; i < CRC_OCTETS; i++) plain[message.length + i] = crc >>> (8 * i);
  return stuff(plain);
}

/** COBS (Cheshire and Baker, 1999): no 0x00 but the delimiter at the end. */
function stuff(plain: Uint8Array): Uint8Array {
  const out = new Uint8Array(plain.length + Math.floor(plain.length / BLOCK_OCTETS) + 2);
  let code = 0;
  let at = 1;
  for (let i = 0; i < plain.length; i++) {
    const octet = plain[i] ?? 0;
    if (octet !== 0) out[at++] = octet;
    const full = at - code > BLOCK_OCTETS;
    if (octet === 0 || (full && i + 1 < plain.length)) {
      out[code] = at - code;
      code = at++;
    }
  }
  out[code] = at - code;
  return out.slice(0, at + 1);
}

/**
 * Takes a serial link apart into messages. Holds at most LINK_OCTETS; after damage everything up to the next
 * delimiter is dropped and counted once.
 */
export class Deframer {
  #damaged = 0;
  #messages = 0;
  /** Stuffed octets of a frame whose delimiter has not come yet. */
  readonly #held = new Uint8Array(LINK_OCTETS);
  #heldLength = 0;
  /** The frame at hand is too long already: drop up to the delimiter. */
  #skipping = false;
  readonly #plain = new Uint8Array(LINK_OCTETS);

  /** Frames dropped: stuffing that does not add up, wrong CRC, too long, too short. */
  get damaged(): number {
    return this.#damaged;
  }

  /** Whole messages handed on. */
  get messages(): number {
    return this.#messages;
  }

  /**
   * Takes the next octets of the link, in pieces of any size. `take` gets each whole message as a view that holds
   * only while it runs.
   */
  push(bytes: Uint8Array, take: (message: Uint8Array) => void): void {
    let start = 0;
    while (start < bytes.length) {
      const end = bytes.indexOf(0, start);
      if (end < 0) {
        this.#hold(bytes, start, bytes.length);
        return;
      }
      const whole = this.#heldLength === 0 && !this.#skipping;
      if (whole) this.#finish(bytes, { start, end }, take);
      else {
        this.#hold(bytes, start, end);
        this.#finish(this.#held, { start: 0, end: this.#heldLength }, take);
      }
      start = end + 1;
    }
  }

  /** Forgets a frame begun, for when the link was closed and opened again. */
  reset(): void {
    this.#heldLength = 0;
    this.#skipping = false;
  }

  #hold(bytes: Uint8Array, start: number, end: number): void {
    if (this.#skipping) return;
    if (this.#heldLength + (end - start) > LINK_OCTETS) {
      this.#skipping = true;
      this.#heldLength = 0;
      return;
    }
    this.#held.set(bytes.subarray(start, end), this.#heldLength);
    this.#heldLength += end - start;
  }

  #finish(
    bytes: Uint8Array,
    range: { readonly start: number; readonly end: number },
    take: (message: Uint8Array) => void,
  ): void {
    const skipped = this.#skipping;
    this.reset();
    // Two delimiters in a row: a sender that makes sure of a clean start.
    if (range.start === range.end && !skipped) return;
    const tooLong = skipped || range.end - range.start > LINK_OCTETS;
    const length = tooLong ? -1 : unstuff(bytes, range, this.#plain);
    const end = length - CRC_OCTETS;
    if (end < 0 || crc32(this.#plain, 0, end) !== storedCrc(this.#plain, end)) {
      this.#damaged += 1;
      return;
    }
    this.#messages += 1;
    take(this.#plain.subarray(0, end));
  }
}

function storedCrc(bytes: Uint8Array, at: number): number {
  const low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  return (low | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
}

/**
 * Undoes COBS of `bytes[start, end)`, which holds no 0x00, into `plain`, which is at least as long. Gives the number
 * of octets written, or -1 where a block runs past the end.
 */
function unstuff(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  plain: Uint8Array,
): number {
  let from = start;
  let to = 0;
  while (from < end) {
    const code = bytes[from] ?? 0;
    const stop = from + code;
    if (stop > end) return -1;
    for (from += 1; from < stop; from++) plain[to++] = bytes[from] ?? 0;
    if (code <= BLOCK_OCTETS && from < end) plain[to++] = 0;
  }
  return to;
}
