import { type Mac, type Micros, micros, SECOND } from "../base/units.ts";

/** One deauthentication or disassociation frame as the ledger of its access point takes it. */
export interface Farewell {
  readonly time: Micros;
  /** The other end: the client, or the group address. */
  readonly peer: Mac;
  /** Claims to come from the access point, else from the peer. */
  readonly fromAp: boolean;
  readonly group: boolean;
  readonly kind: number;
  readonly sequence: number;
  readonly retry: boolean;
  readonly reason: number;
  /** dBm, 127 unknown. */
  readonly rssi: number;
  /** Something else than the sequence number says that this transmitter cannot have sent it. */
  readonly foreign: boolean;
}

export const MARK = {
  fromAp: 0x01,
  group: 0x02,
  /** Not sent by the transmitter it names, as far as its numbers go. */
  forged: 0x04,
  /** No farewell: the peer authenticated or associated. */
  join: 0x08,
  copied: 0x10,
} as const;

/** No reason code: the frame was too short. Reason 0 is reserved (IEEE 802.11-2020, Table 9-49). */
export const NO_REASON = 0;

/**
 * Distinct frames remembered: four seconds of sixty a second. Faster floods fill it sooner than any rule needs, and
 * slower ones are remembered for as long as a rule looks back.
 */
const ROWS = 256;
/**
 * Repeats of one MPDU are over within its lifetime, 500 TU by default (dot11EDCATableMSDULifetime, IEEE
 * 802.11-2020, Annex C); twice that for queues in drivers.
 */
const LIFETIME = SECOND;
/** Transmissions of one MPDU: retry limits go from 7 to 31 in shipped drivers, twice that for two antennas. */
const MOST_ATTEMPTS = 64;
/** A receiver that hears one frame twice without a retry bit (its own injection and the echo of it) is this quick. */
const COPY = micros(20_000);
/** Sequence numbers are compared over at most this: a busy transmitter goes round its 4,096 numbers in that time. */
const COMPARABLE = micros(10e6);
const SEQUENCES = 4096;

/**
 * The deauthentication and disassociation frames of one access point: distinct ones, that is MPDUs and not their
 * retransmissions, in a ring of columns. A frame is marked forged when its sequence number cannot come from the
 * transmitter it names.
 */
export class DeauthLedger {
  readonly bssid: Mac;
  /** Columns, one row a distinct frame or join; `rowAt` says which is the n-th newest. */
  readonly time = new Float64Array(ROWS);
  readonly peer = new Float64Array(ROWS);
  readonly sequence = new Uint16Array(ROWS);
  readonly reason = new Uint16Array(ROWS);
  readonly kind = new Uint8Array(ROWS);
  readonly repeats = new Uint8Array(ROWS);
  readonly rssi = new Int8Array(ROWS);
  readonly marks = new Uint8Array(ROWS);
  #written = 0;

  constructor(bssid: Mac) {
    this.bssid = bssid;
  }

  get size(): number {
    return Math.min(this.#written, ROWS);
  }

  /** Row of the n-th newest entry, 0 the newest; n below `size`. */
  rowAt(n: number): number {
    return (this.#written - 1 - n + 2 * ROWS) % ROWS;
  }

  /** Takes a frame; false where it only repeats one that is known. */
  add(frame: Farewell): boolean {
    if (this.#repeats(frame)) return false;
    const forged = frame.foreign || frame.peer === this.bssid || this.#outOfLine(frame);
    const row = this.#append(frame.time, frame.peer);
    this.sequence[row] = frame.sequence;
    this.reason[row] = frame.reason;
    this.kind[row] = frame.kind;
    this.rssi[row] = frame.rssi;
    this.marks[row] =
      (frame.fromAp ? MARK.fromAp : 0) | (frame.group ? MARK.group : 0) | (forged ? MARK.forged : 0);
    return true;
  }

  /** The peer joins: later frames to it answer that, and its counters may start anew. */
  join(peer: Mac, time: Micros): void {
    for (let n = 0; n < this.size; n++) {
      const row = this.rowAt(n);
      if (this.peer[row] !== peer) continue;
      const known = ((this.marks[row] ?? 0) & MARK.join) !== 0 && time - (this.time[row] ?? 0) < LIFETIME;
      if (!known) this.marks[this.#append(time, peer)] = MARK.join;
      return;
    }
  }

  #append(time: Micros, peer: Mac): number {
    this.#written += 1;
    const row = this.rowAt(0);
    this.time[row] = time;
    this.peer[row] = peer;
    this.repeats[row] = 0;
    return row;
  }

  /** The link from or to `peer` in the direction of the frame. */
  #sameLink(row: number, frame: Farewell): boolean {
    const marks = this.marks[row] ?? 0;
    const fromAp = (marks & MARK.fromAp) !== 0;
    return this.peer[row] === frame.peer && fromAp === frame.fromAp && (marks & MARK.join) === 0;
  }

  #repeats(frame: Farewell): boolean {
    for (let n = 0; n < this.size; n++) {
      const row = this.rowAt(n);
      const age = Math.abs(frame.time - (this.time[row] ?? 0));
      if (age > LIFETIME) return false;
      const same = this.sequence[row] === frame.sequence && this.kind[row] === frame.kind;
      if (!same || !this.#sameLink(row, frame)) continue;
      const repeats = this.repeats[row] ?? 0;
      if (frame.retry && repeats < MOST_ATTEMPTS) {
        this.repeats[row] = repeats + 1;
        return true;
      }
      const marks = this.marks[row] ?? 0;
      if (frame.retry || age > COPY || (marks & MARK.copied) !== 0) return false;
      this.marks[row] = marks | MARK.copied;
      return true;
    }
    return false;
  }

  #outOfLine(frame: Farewell): boolean {
    return this.#sharesCounter(frame) || this.#repeatsNumber(frame);
  }

  /**
   * One counter behind two transmitters: the number follows on that of the frame before, which named another
   * transmitter. By chance that is so for one frame in 2,048.
   */
  #sharesCounter(frame: Farewell): boolean {
    if (this.size === 0) return false;
    const row = this.rowAt(0);
    const marks = this.marks[row] ?? 0;
    if ((marks & MARK.join) !== 0 || frame.time - (this.time[row] ?? 0) > LIFETIME) return false;
    const fromAp = (marks & MARK.fromAp) !== 0;
    const otherTransmitter = fromAp !== frame.fromAp || (!fromAp && this.peer[row] !== frame.peer);
    const step = (frame.sequence - (this.sequence[row] ?? 0) + SEQUENCES) % SEQUENCES;
    return otherTransmitter && (step === 1 || step === 2);
  }

  /**
   * A counter that stands still or keeps running back. Counted for one link only, since some access points number each
   * client apart. Standing still counts from the third frame on, since some leave the number of the pair of
   * disassociation and deauthentication at zero; running back from the second time on, since a restart does it once.
   */
  #repeatsNumber(frame: Farewell): boolean {
    let newer = frame.sequence;
    let stepsBack = 0;
    let stands = 0;
    for (let n = 0, frames = 0; n < this.size; n++) {
      const row = this.rowAt(n);
      if (frame.time - (this.time[row] ?? 0) > COMPARABLE) break;
      if (this.peer[row] !== frame.peer) continue;
      if (((this.marks[row] ?? 0) & MARK.join) !== 0) break;
      if (!this.#sameLink(row, frame)) continue;
      const known = this.sequence[row] ?? 0;
      const step = (newer - known + SEQUENCES) % SEQUENCES;
      const odd = step === 0 || (step >= SEQUENCES / 2 && !(frames === 0 && frame.retry));
      if (frames === 0 && !odd) return false;
      if (step === 0) stands += 1;
      else if (odd) stepsBack += 1;
      frames += 1;
      if (stepsBack >= 2 || (stands > 0 && frames >= 2)) return true;
      newer = known;
    }
    return false;
  }
}
