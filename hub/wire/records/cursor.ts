/** A position past the end of any message, still a small integer. */
const OVERRUN = 2 ** 29;
/** Weight of the fifth octet of a varint. */
const FIFTH = 2 ** 28;

/**
 * Reads the packed records of one message. A reading past the end gives 0 and a malformed number moves the position
 * past the end, so the caller looks at `overrun` once a record instead of at every field.
 */
export class RecordCursor {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  begin(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#at = 0;
  }

  get offset(): number {
    return this.#at;
  }

  get more(): boolean {
    return this.#at < this.#bytes.length;
  }

  /** Something was read that was not there, or `fail` was called. */
  get overrun(): boolean {
    return this.#at > this.#bytes.length;
  }

  u8(): number {
    const at = this.#at;
    this.#at = at + 1;
    return this.#bytes[at] ?? 0;
  }

  u16(): number {
    const at = this.#at;
    this.#at = at + 2;
    return (this.#bytes[at] ?? 0) | ((this.#bytes[at + 1] ?? 0) << 8);
  }

  /** LEB128 below 2^32 in at most 5 octets; fails on a longer or larger one. */
  varint(): number {
    const first = this.u8();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let shift = 7; shift < 28; shift += 7) {
      const octet = this.u8();
      value |= (octet & 0x7f) << shift;
      if (octet < 0x80) return value;
    }
    const last = this.u8();
    return last < 0x10 ? value + last * FIFTH : this.fail();
  }

  skip(octets: number): void {
    this.#at = Math.min(this.#at + octets, OVERRUN);
  }

  fail(): 0 {
    this.#at = OVERRUN;
    return 0;
  }
}
