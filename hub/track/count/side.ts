import type { Tally } from "../model.ts";

/** Data frames over which mean size and pace are remembered. */
const MEMORY = 64;
/** Before a device's own retries are known: none in this many frames. */
const RETRY_PRIOR = 8;
/**
 * Of a device whose data is too fast for the nodes only what it sends or repeats slowly is heard: no sample of the rest,
 * whose airtime then stays unknown. Such devices show below 1 % of their data, those that can be heard at all above
 * 4 %; ordinary links repeat up to a fifth.
 */
const SAMPLE_SHARE = 0.02;
const SAMPLE_RETRIES = 0.35;

/** Nothing counted yet. */
export const emptyTally = (): Tally => ({
  frames: 0,
  retries: 0,
  heard: 0,
  reconstructed: 0,
  uncertainty: 0,
  octets: 0,
  octetsEstimated: 0,
  airtime: 0,
  airtimeReserved: 0,
  airtimeEstimated: 0,
});

/** One direction of one station: its tally and what the estimates in it are made from. */
export class Side {
  readonly tally = emptyTally();
  #variance = 0;
  /** Mean step between numbers seen: what an edge of a window may be off by. */
  #step = 0;
  /** Data MPDUs heard. */
  #heard = 0;
  /** MPDUs not heard, in all and up to the last settlement. */
  #hidden = 0;
  #settledHidden = 0;
  #settledOctets = 0;
  /** Octets of the data MPDUs heard and how many, both forgetting. */
  #sizeSum = 0;
  #sizes = 0;
  /** µs and octets of the data PPDUs decoded, forgetting, and the µs of all of them. */
  #paceMicros = 0;
  #paceOctets = 0;
  #dataAirtime = 0;
  /** Data frames heard, and repeated ones among them, forgetting. */
  #frames = 0;
  #retries = 0;
  /** µs that all data MPDUs, heard or not, take at the device's own pace. */
  #expected = 0;
  #due = false;

  /** A management or data frame, first reception. */
  count(retry: boolean, airtime: number): void {
    this.tally.frames += 1;
    this.tally.airtime += airtime;
    if (retry) this.tally.retries += 1;
  }

  /** A data frame; `octets` are those that its airtime stands for. */
  countData(retry: boolean, airtime: number, octets: number): void {
    this.count(retry, airtime);
    this.#paceMicros += airtime;
    this.#paceOctets += octets;
    this.#dataAirtime += airtime;
    this.#frames += 1;
    if (retry) this.#retries += 1;
  }

  /** The ACK of a data frame, where nothing else tells that it belongs to this side. */
  countAnswer(airtime: number): void {
    this.tally.airtime += airtime;
    this.#paceMicros += airtime;
    this.#dataAirtime += airtime;
  }

  /** Data MPDUs that must have been sent, heard ones too, with the variance of that number. */
  add(mpdus: number, variance: number, step: number): void {
    this.tally.reconstructed += mpdus;
    this.#hidden += mpdus;
    this.#variance += variance;
    this.#step = step;
    this.#due = true;
  }

  /** MPDUs of other kinds: too different in size for an estimate. */
  addOther(mpdus: number, variance: number): void {
    this.tally.reconstructed += mpdus;
    this.#variance += variance;
    this.#due = true;
  }

  /** An MPDU that was heard for the first time, counted by `add` where it is `numbered` among the data. */
  hear(octets: number, numbered: boolean): void {
    this.tally.heard += 1;
    this.tally.octets += octets;
    this.#due = true;
    if (!numbered) return;
    this.#hidden -= 1;
    this.#heard += 1;
    this.#sizeSum += octets;
    this.#sizes += 1;
  }

  /** Brings the estimates up to the counts: what was not heard is like what was. */
  settle(): void {
    if (!this.#due) return;
    this.#due = false;
    const { tally } = this;
    tally.uncertainty = Math.sqrt(this.#variance + this.#step ** 2);
    // Without one data MPDU heard there is no size yet: what was not heard waits for it.
    if (this.#sizes === 0) return;
    const hidden = Math.max(this.#hidden - this.#settledHidden, 0) * (this.#sizeSum / this.#sizes);
    const octets = tally.octets - this.#settledOctets;
    tally.octetsEstimated += octets + hidden;
    this.#settledOctets = tally.octets;
    this.#settledHidden = Math.max(this.#hidden, this.#settledHidden);
    this.#estimateAirtime(octets + hidden);
    this.#forget();
  }

  /** Retries take air too: a share r of frames with the retry bit makes 1 / (1 - r) attempts an MPDU. */
  #estimateAirtime(octets: number): void {
    const { tally } = this;
    if (this.#paceOctets === 0) return;
    const repeated = this.#retries / (this.#frames + RETRY_PRIOR);
    if (repeated > SAMPLE_RETRIES || this.#heard < SAMPLE_SHARE * (this.#heard + this.#hidden)) {
      // From here on only what is sent later counts as missing.
      this.#expected = this.#dataAirtime + tally.airtimeReserved + tally.airtimeEstimated;
      return;
    }
    this.#expected += (octets * (this.#paceMicros / this.#paceOctets)) / (1 - repeated);
    const missing = this.#expected - this.#dataAirtime - tally.airtimeReserved;
    if (missing > tally.airtimeEstimated) tally.airtimeEstimated = missing;
  }

  #forget(): void {
    if (this.#sizes <= MEMORY) return;
    const share = MEMORY / this.#sizes;
    this.#sizes = MEMORY;
    this.#sizeSum *= share;
    this.#paceMicros *= share;
    this.#paceOctets *= share;
    this.#frames *= share;
    this.#retries *= share;
  }
}
