import { BoundedMap } from "../base/bounded.ts";
import { FORMAT, phyFormat, phyRate } from "./airtime/phy.ts";
import { symbolsOf, type Timing, timingOf } from "./airtime/txtime.ts";
import { addressAt, BATCH_ROWS, FLAG, type FrameBatch, NO_ADDRESS } from "./batch.ts";
import { bandOf } from "./channel.ts";
import { BROADCAST } from "./mac.ts";

/**
 * µs that a PPDU with a PSDU of `octets` is on the air: from the first symbol of its preamble to the last of its Data
 * field. IEEE 802.11-2020: DSSS and CCK 15.4.3 and 16.3.4, OFDM 17.4.3, ERP 18.5.3.2, HT 19.4.3, VHT 21.4.3; HE
 * IEEE 802.11ax-2021, 27.4.3. NaN where the descriptor does not say how it was sent. TXTIME of the standard is this
 * and `overheadMicros`.
 */
export function ppduAirtime(phy: number, octets: number): number {
  const timing = timingOf(phy);
  return timing === undefined ? Number.NaN : timing.preamble + dataMicros(timing, octets);
}

/** Silence at the end of OFDM-based PPDUs in 2.4 GHz, so that CCK receivers keep the same SIFS (18.5.3.2, 10.3.8). */
const SIGNAL_EXTENSION = 6;
/** With the short guard interval HT mixed and VHT last to the end of a 4 µs symbol (19.4.3, 21.4.3). */
const LEGACY_SYMBOL = 4;

/**
 * µs that belong to TXTIME but in which nothing is sent: the signal extension in 2.4 GHz, and what is missing to a
 * whole 4 µs symbol with the short guard interval. `frequency` in MHz. 0 where the descriptor says nothing.
 */
export function overheadMicros(phy: number, octets: number, frequency: number): number {
  const timing = timingOf(phy);
  const format = phyFormat(phy);
  if (timing === undefined || format === FORMAT.dsss) return 0;
  const extension = bandOf(frequency) === "2.4" ? SIGNAL_EXTENSION : 0;
  const aligned = (format === FORMAT.ht || format === FORMAT.vht) && timing.symbol < LEGACY_SYMBOL;
  if (!aligned) return extension;
  const tenths = Math.round(10 * dataMicros(timing, octets));
  const rest = tenths % (10 * LEGACY_SYMBOL);
  return extension + (rest === 0 ? 0 : LEGACY_SYMBOL - rest / 10);
}

const dataMicros = (timing: Timing, octets: number): number => timing.symbol * symbolsOf(timing, octets);

/** MPDU delimiter before each subframe of an A-MPDU, which begins at a multiple of four octets (9.7.1). */
const DELIMITER = 4;

const alwaysAggregates = (phy: number): boolean =>
  phyFormat(phy) >= FORMAT.vht && phyFormat(phy) !== FORMAT.htGreenfield;

/** Transmitters, by node, whose A-MPDU may still go on: many times what talks within one batch. */
const TRANSMITTERS = 1024;
/** Node and address make one key below 2^53. */
const NODES = 32;
const ADDRESSES = 2 ** 48;
/** Descriptors with their timing: more than a home's devices use together. */
const DESCRIPTORS = 1024;

/** Descriptor of a transmitter that has not sent anything yet: format unknown. */
const NOTHING_SENT = 0;

/** The PPDU that a transmitter sent last. */
interface Ppdu {
  phy: number;
  /** Octets of its PSDU so far. */
  octets: number;
  /** Its length was known and has been counted: further MPDUs cost nothing. */
  whole: boolean;
}

/**
 * Airtime of every frame of a stream of batches. An A-MPDU counts once: its first MPDU carries the preamble, each
 * further one the symbols that it adds to the PSDU. Where the node knows the length of the PPDU, its first MPDU
 * carries all of it and the others nothing.
 *
 * VHT and HE send every MPDU as an A-MPDU (9.7.1), so delimiters and padding count, and the sum over the MPDUs is the
 * airtime of a PPDU that holds just them. In HT, receivers do not reliably say whether a lone MPDU was an A-MPDU:
 * delimiters are not charged to any MPDU there, as Wireshark does it. The sum then falls short of the whole by at
 * most the symbols of seven octets an MPDU.
 */
export class AirtimeMeter {
  readonly #column = new Float64Array(BATCH_ROWS);
  readonly #timings = new BoundedMap<number, Timing | undefined>({ capacity: DESCRIPTORS });
  readonly #ppdus = new BoundedMap<number, Ppdu>({ capacity: TRANSMITTERS });

  /** µs by row, NaN where unknown. The column is valid until the next call. */
  measure(batch: FrameBatch): Float64Array {
    const column = this.#column;
    for (let row = 0; row < batch.count; row++) column[row] = this.#row(batch, row);
    return column.subarray(0, batch.count);
  }

  #row(batch: FrameBatch, row: number): number {
    const phy = batch.phy[row] ?? 0;
    const timing = this.#timing(phy);
    if (timing === undefined) return Number.NaN;
    const length = batch.length[row] ?? 0;
    const transmitter = batch.a2[row] ?? NO_ADDRESS;
    if (phyFormat(phy) <= FORMAT.ofdm || transmitter === NO_ADDRESS) {
      return timing.preamble + dataMicros(timing, length);
    }
    const flags = batch.flags[row] ?? 0;
    const known = this.#lastOf(batch, transmitter);
    if ((flags & FLAG.ppduContinues) !== 0 && known.phy !== NOTHING_SENT) {
      return this.#further(known, phy, length);
    }
    const whole = (flags & FLAG.ppduLength) !== 0 ? (batch.ppduLength[row] ?? 0) : 0;
    known.phy = phy;
    known.octets = whole > 0 ? whole : alwaysAggregates(phy) ? DELIMITER + length : length;
    known.whole = whole > 0;
    return timing.preamble + dataMicros(timing, known.octets);
  }

  /** The last PPDU of a transmitter as this node heard it, to be overwritten; a blank one for the first. */
  #lastOf(batch: FrameBatch, transmitter: number): Ppdu {
    const address = addressAt(batch, transmitter) ?? BROADCAST;
    const key = (batch.node % NODES) * ADDRESSES + address;
    const known = this.#ppdus.get(key);
    if (known !== undefined) {
      this.#ppdus.touch(key);
      return known;
    }
    const blank = { phy: NOTHING_SENT, octets: 0, whole: false };
    this.#ppdus.set(key, blank);
    return blank;
  }

  #timing(phy: number): Timing | undefined {
    const known = this.#timings.get(phy);
    if (known !== undefined || this.#timings.has(phy)) return known;
    const timing = timingOf(phy);
    this.#timings.set(phy, timing);
    return timing;
  }

  /**
   * All MPDUs of a PPDU are sent alike. Some receivers report a low rate for those that arrived damaged, so the
   * highest rate stated in the PPDU counts.
   */
  #further(ppdu: Ppdu, phy: number, length: number): number {
    if (ppdu.whole) return 0;
    if (phyFormat(phy) === phyFormat(ppdu.phy) && phyRate(phy) > phyRate(ppdu.phy)) ppdu.phy = phy;
    const timing = this.#timing(ppdu.phy);
    const charged = ppdu.octets;
    const start = Math.ceil(charged / 4) * 4 + DELIMITER;
    ppdu.octets = start + length;
    if (timing === undefined) return Number.NaN;
    const before = alwaysAggregates(ppdu.phy) ? charged : start;
    return dataMicros(timing, ppdu.octets) - dataMicros(timing, before);
  }
}
