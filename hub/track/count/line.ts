import type { Micros } from "../../base/units.ts";

/** Sequence numbers are modulo 4,096 (IEEE 802.11-2020, 9.2.4.4.2). */
const TURN = 4096;
const HALF = TURN / 2;
/**
 * Steps up to this size, forwards or back, are ordinary: the largest BlockAck window below 802.11be (IEEE
 * 802.11ax-2021, 26.4) and what retries and late BlockAcks lag behind. A larger step needs a second witness, for one
 * frame with a damaged sequence number would count thousands.
 */
const NEAR = 256;
/** A window of 64 remembers which MPDUs behind the newest one were heard: the window in which retries happen. */
const WORD = 32;
/** µs over which the rate of a flow is remembered, for saying how much a gap may hide. */
const RATE_SPAN = 5e6;

const NONE = -1;

/**
 * One counter of sequence numbers: what was sent between two numbers seen, whatever frames showed them. Numbers from
 * data frames and window positions from BlockAcks of a TID are of one line, so that nothing is counted twice.
 */
export class SequenceLine {
  /** MPDUs heard, retries and fragments once. */
  heard = 0;
  /** Variance of `progress`, MPDUs². */
  variance = 0;
  /** Steps of more than half a turn: ahead or behind cannot be told, nothing is counted. */
  refused = 0;
  /** Times the numbers began anew elsewhere. */
  resets = 0;
  /** Mean step between two numbers seen. */
  step = 1;
  /** Hub time of the newest number. */
  time: Micros = 0 as Micros;
  #counted = 0;
  #position = NONE;
  #pending = NONE;
  #pendingTime: Micros = 0 as Micros;
  /** MPDUs a µs. */
  #rate = 0;
  #newest = NONE;
  #recent = 0;
  #older = 0;

  /** MPDUs that must have been sent: never below `heard`, never falling. */
  get progress(): number {
    return Math.max(this.#counted, this.heard);
  }

  /**
   * A frame with this number was heard. False where its MPDU was heard before. Any order of the calls of nodes that
   * report late gives the same count within the window.
   */
  hear(sequence: number, retry: boolean): boolean {
    if (!this.#markHeard(sequence, retry)) return false;
    this.heard += 1;
    return true;
  }

  /**
   * The transmitter's counter stood at `sequence` at `time`. `answered`: MPDUs that acknowledgements show since the
   * number before, 0 where unknown; it tells whole turns. `first` counts where nothing was known before.
   */
  see(sequence: number, time: Micros, first = 1, answered = 0): void {
    if (this.#position === NONE) {
      this.#position = sequence;
      this.time = time;
      this.#counted += first;
      return;
    }
    // A node that reports late tells nothing about where the counter stands now.
    if (time < this.time) return;
    const ahead = (sequence - this.#position) & (TURN - 1);
    if (ahead <= NEAR) this.#accept(sequence, time, answered);
    else if (ahead >= TURN - NEAR) this.#pending = NONE;
    else this.#doubt(sequence, time, answered);
  }

  /** The counter begins anew with the next number, as after an association. */
  restart(): void {
    this.#position = NONE;
    this.#pending = NONE;
    this.#newest = NONE;
  }

  #accept(sequence: number, time: Micros, answered: number): void {
    const ahead = (sequence - this.#position) & (TURN - 1);
    const elapsed = time - this.time;
    this.#pending = NONE;
    this.#position = sequence;
    this.time = time;
    const turns = answered > ahead + HALF ? Math.round((answered - ahead) / TURN) : 0;
    const mpdus = ahead + turns * TURN;
    if (mpdus > 0) {
      this.step += (mpdus - this.step) / 8;
      this.#counted += mpdus;
    }
    if (turns > 0) this.variance += (answered - mpdus) ** 2;
    else if (answered === 0) this.#hide(this.#rate * elapsed - mpdus);
    this.#rate = (this.#rate * RATE_SPAN + mpdus) / (RATE_SPAN + elapsed);
  }

  /** More than half a turn was expected beyond what was counted: whole turns may have gone by. */
  #hide(missing: number): void {
    if (missing > HALF) this.variance += missing * missing;
  }

  /** A step too large to believe at once: believed when the next number goes on from it. */
  #doubt(sequence: number, time: Micros, answered: number): void {
    const pending = this.#pending;
    if (pending === NONE) {
      this.#pending = sequence;
      this.#pendingTime = time;
      return;
    }
    const beyond = (sequence - pending) & (TURN - 1);
    const jump = (pending - this.#position) & (TURN - 1);
    const near = beyond <= NEAR || beyond >= TURN - NEAR;
    if (jump < HALF && (near || jump + beyond < HALF)) {
      this.#accept(pending, this.#pendingTime, answered);
      this.see(sequence, time);
    } else if (near) {
      this.#jump(pending, this.#pendingTime);
      this.see(sequence, time);
    } else {
      this.#pending = sequence;
      this.#pendingTime = time;
    }
  }

  /** Ahead by more than half a turn, or begun anew: no one can tell, so nothing but the new beginning counts. */
  #jump(sequence: number, time: Micros): void {
    const ahead = (sequence - this.#position) & (TURN - 1);
    const expected = this.#rate * (time - this.time);
    // The flow's own rate can only bear witness that the gap was one; the count stays with what is certain.
    if (expected > HALF / 2) {
      this.refused += 1;
      this.variance += ahead * ahead;
    } else this.resets += 1;
    this.#pending = NONE;
    this.#position = sequence;
    this.time = time;
    this.#counted += 1;
  }

  /** False where the number is in the window and marked, or a retry older than it. */
  #markHeard(sequence: number, retry: boolean): boolean {
    if (this.#newest === NONE) {
      this.#newest = sequence;
      this.#recent = 1;
      this.#older = 0;
      return true;
    }
    const ahead = (sequence - this.#newest) & (TURN - 1);
    if (ahead === 0) return false;
    if (ahead < HALF) {
      this.#shift(ahead);
      this.#newest = sequence;
      this.#recent |= 1;
      return true;
    }
    return this.#markBehind(TURN - ahead, retry);
  }

  #markBehind(behind: number, retry: boolean): boolean {
    if (behind >= 2 * WORD) return !retry;
    const bit = 1 << (behind % WORD);
    const word = behind < WORD ? this.#recent : this.#older;
    if ((word & bit) !== 0) return false;
    if (behind < WORD) this.#recent |= bit;
    else this.#older |= bit;
    return true;
  }

  #shift(places: number): void {
    if (places >= 2 * WORD) {
      this.#recent = 0;
      this.#older = 0;
    } else if (places >= WORD) {
      this.#older = places === WORD ? this.#recent : this.#recent << (places - WORD);
      this.#recent = 0;
    } else {
      this.#older = (this.#older << places) | (this.#recent >>> (WORD - places));
      this.#recent <<= places;
    }
  }
}
