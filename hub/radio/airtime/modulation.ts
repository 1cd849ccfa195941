/** Table: modulation and coding of IEEE 802.11-2020, clauses 19 (HT), 21 (VHT) and IEEE 802.11ax-2021, clause 27 (HE). */

/** Coded bits a subcarrier and stream (N_BPSCS) and coding rate R of one MCS. */
export interface Modulation {
  readonly bits: number;
  readonly rate: number;
}

const HALF = 1 / 2;
const TWO_THIRDS = 2 / 3;
const THREE_QUARTERS = 3 / 4;
const FIVE_SIXTHS = 5 / 6;

/**
 * MCS 0-9 of VHT (Tables 21-29 to 21-60), 0-11 of HE (Tables 27-54 ff.); 0-7 are those of HT with equal modulation
 * (Tables 19-27 ff.). 10 and 11 are used by some VHT devices as well.
 */
export const MODULATIONS: readonly Modulation[] = [
  { bits: 1, rate: HALF },
  { bits: 2, rate: HALF },
  { bits: 2, rate: THREE_QUARTERS },
  { bits: 4, rate: HALF },
  { bits: 4, rate: THREE_QUARTERS },
  { bits: 6, rate: TWO_THIRDS },
  { bits: 6, rate: THREE_QUARTERS },
  { bits: 6, rate: FIVE_SIXTHS },
  { bits: 8, rate: THREE_QUARTERS },
  { bits: 8, rate: FIVE_SIXTHS },
  { bits: 10, rate: THREE_QUARTERS },
  { bits: 10, rate: FIVE_SIXTHS },
];

/** How an HT MCS sends: streams, and N_BPSCS summed over them (they differ with unequal modulation). */
export interface HtModulation extends Modulation {
  readonly streams: number;
}

/**
 * N_BPSCS summed over the streams for unequal modulation: MCS 33-35 (two streams), 39-45 (three) and 53-64 (four) at
 * R = 1/2, and in the same order 36-38, 46-52 and 65-76 at R = 3/4 (Tables 19-31 to 19-36).
 */
const UNEQUAL: readonly { first: number; streams: number; sums: readonly number[] }[] = [
  { first: 33, streams: 2, sums: [6, 8, 10] },
  { first: 39, streams: 3, sums: [8, 10, 10, 12, 14, 14, 16] },
  { first: 53, streams: 4, sums: [10, 12, 14, 12, 14, 16, 18, 16, 18, 20, 20, 22] },
];

/** HT MCS 0-76; undefined for 77 and above. MCS 32 is BPSK 1/2 over 48 subcarriers of a 40 MHz duplicate. */
export function htModulation(mcs: number): HtModulation | undefined {
  if (mcs < 32) {
    const equal = MODULATIONS[mcs & 7];
    const streams = (mcs >> 3) + 1;
    return equal && { bits: equal.bits * streams, rate: equal.rate, streams };
  }
  if (mcs === 32) return { bits: 1, rate: HALF, streams: 1 };
  for (const { first, streams, sums } of UNEQUAL) {
    const place = mcs - first;
    const bits = sums[place % sums.length];
    if (place >= 0 && place < 2 * sums.length && bits !== undefined) {
      return { bits, rate: place < sums.length ? HALF : THREE_QUARTERS, streams };
    }
  }
  return undefined;
}

/**
 * Data subcarriers (N_SD) by width code of radio/phy.ts: 20, 40, 80, 160 MHz (Tables 19-6 and 21-5, Table 27-15), and
 * for HE those of the last, short symbol segment (N_SD,short, Table 27-31).
 */
export const HT_SUBCARRIERS: readonly number[] = [52, 108];
export const VHT_SUBCARRIERS: readonly number[] = [52, 108, 234, 468];
export const HE_SUBCARRIERS: readonly number[] = [234, 468, 980, 1960];
export const HE_SHORT_SUBCARRIERS: readonly number[] = [60, 120, 240, 492];
/** MCS 32. */
export const DUPLICATE_SUBCARRIERS = 48;

/** Long training fields by space-time streams, 1-8 (Tables 19-12, 21-13 and 27-20). */
export const LONG_TRAINING: readonly number[] = [0, 1, 2, 4, 4, 6, 6, 8, 8];
/** HT extension long training fields by extension spatial streams, 0-3 (Table 19-13). */
export const EXTENSION_TRAINING: readonly number[] = [0, 1, 2, 4];

/** VHT combinations of width code, streams and MCS that do not exist (notes of Tables 21-29 to 21-60). */
export function vhtExists(width: number, streams: number, mcs: number): boolean {
  if (width === 0) return mcs !== 9 || streams === 3 || streams === 6;
  if (width === 2) return !(mcs === 6 && (streams === 3 || streams === 7)) && !(mcs === 9 && streams === 6);
  return !(width === 3 && mcs === 9 && streams === 3);
}

/** Bits a symbol that one convolutional encoder takes: 300 Mb/s in HT, 600 Mb/s at the short guard interval in VHT. */
const HT_ENCODER_BITS = 1200;
const VHT_ENCODER_BITS = 2160;

/** Convolutional encoders (N_ES) of an HT MCS with `dataBits` a symbol (Tables 19-27 ff.). */
export const htEncoders = (dataBits: number): number => (dataBits > HT_ENCODER_BITS ? 2 : 1);

/**
 * Convolutional encoders of a VHT MCS: as few as the rate allows, and so many that coded bits divide into whole
 * puncturing blocks for each (21.5). This gives the listed N_ES, those out of line (80 MHz 7 streams MCS 8; 160 MHz 5
 * streams MCS 8, 7 streams MCS 7-9) included.
 */
export function vhtEncoders(codedBits: number, modulation: Modulation): number {
  const block =
    modulation.rate === HALF ? 2 : modulation.rate === TWO_THIRDS ? 3 : fourOrSix(modulation.rate);
  const least = Math.ceil((codedBits * modulation.rate) / VHT_ENCODER_BITS - 1e-9);
  for (let encoders = least; encoders <= 12; encoders++) {
    if (codedBits % (encoders * block) === 0) return encoders;
  }
  return least;
}

const fourOrSix = (rate: number): number => (rate === THREE_QUARTERS ? 4 : 6);
