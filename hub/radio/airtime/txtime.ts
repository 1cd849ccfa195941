import {
  DUPLICATE_SUBCARRIERS,
  EXTENSION_TRAINING,
  HE_SHORT_SUBCARRIERS,
  HE_SUBCARRIERS,
  HT_SUBCARRIERS,
  htEncoders,
  htModulation,
  LONG_TRAINING,
  MODULATIONS,
  VHT_SUBCARRIERS,
  vhtEncoders,
  vhtExists,
} from "./modulation.ts";
import {
  FORMAT,
  GUARD,
  phyDcm,
  phyExtensionStreams,
  phyFormat,
  phyGuard,
  phyLdpc,
  phyLtf,
  phyRate,
  phyShortPreamble,
  phyStbc,
  phyStreams,
  phyWidth,
  WIDTH,
} from "./phy.ts";

/** What the duration of a PPDU depends on besides its length. Times in µs. */
export interface Timing {
  /** Everything before the Data field. */
  readonly preamble: number;
  /** One symbol with its guard interval; for DSSS and CCK the step of rounding. */
  readonly symbol: number;
  /** Data bits a symbol, N_DBPS. */
  readonly dataBits: number;
  /** Bits of SERVICE and tail. */
  readonly extraBits: number;
  /** Symbols come in multiples of this: 2 with STBC (m_STBC). */
  readonly group: number;
  /** With LDPC, how the coder fills the symbols. */
  readonly ldpc: Ldpc | undefined;
}

export interface Ldpc {
  readonly fill: "ht" | "vht" | "he";
  /** Coded bits a symbol, N_CBPS, and coding rate. */
  readonly codedBits: number;
  readonly rate: number;
  /** HE: data bits of one of the four segments of the last symbol, else 0. */
  readonly shortDataBits: number;
}

const SERVICE_BITS = 16;
const TAIL_BITS = 6;
/** L-STF, L-LTF and L-SIG (IEEE 802.11-2020, 17.3.2). */
const LEGACY_PREAMBLE = 20;

/** Undefined where the descriptor does not say enough or says what does not exist. */
export function timingOf(phy: number): Timing | undefined {
  switch (phyFormat(phy)) {
    case FORMAT.dsss:
      return dsssTiming(phy);
    case FORMAT.ofdm:
      return ofdmTiming(phy);
    case FORMAT.ht:
    case FORMAT.htGreenfield:
      return htTiming(phy);
    case FORMAT.vht:
      return vhtTiming(phy);
    case FORMAT.heSu:
    case FORMAT.heMu:
    case FORMAT.heErSu:
    case FORMAT.heTb:
      return heTiming(phy);
    default:
      return undefined;
  }
}

/**
 * 15.4.3 and 16.3.4: preamble and header of 192 µs, or of 96 µs short, then octets × 8 / rate, rounded up to whole µs.
 * 1 Mb/s has no short form (16.2.2.3).
 */
function dsssTiming(phy: number): Timing | undefined {
  const rate = phyRate(phy) / 2;
  if (rate === 0) return undefined;
  const preamble = phyShortPreamble(phy) && rate > 1 ? 96 : 192;
  return { preamble, symbol: 1, dataBits: rate, extraBits: 0, group: 1, ldpc: undefined };
}

/** Rates in 500 kb/s at 20 MHz (Table 17-4). */
const OFDM_RATES = new Set([12, 18, 24, 36, 48, 72, 96, 108]);

/** 17.4.3; all times double at 10 MHz and quadruple at 5 MHz, where the rates are a half and a quarter (17.2.3). */
function ofdmTiming(phy: number): Timing | undefined {
  const width = phyWidth(phy);
  const clock = width === WIDTH.mhz10 ? 2 : width === WIDTH.mhz5 ? 4 : 1;
  const rate = phyRate(phy) * clock;
  if (!OFDM_RATES.has(rate)) return undefined;
  return {
    preamble: LEGACY_PREAMBLE * clock,
    symbol: 4 * clock,
    dataBits: 2 * rate,
    extraBits: SERVICE_BITS + TAIL_BITS,
    group: 1,
    ldpc: undefined,
  };
}

/** L-part, HT-SIG (8) and HT-STF (4) of the mixed format; HT-GF-STF (8), a first HT-LTF of 8 less 4, HT-SIG (8). */
const HT_MIXED = LEGACY_PREAMBLE + 12;
const HT_GREENFIELD = 20;

/** 19.4.3. N_STS - N_SS is 1 or 2 with STBC; the number of training fields is the same for both. */
function htTiming(phy: number): Timing | undefined {
  const mcs = phyRate(phy);
  const modulation = htModulation(mcs);
  const width = phyWidth(phy);
  const duplicate = mcs === 32;
  const subcarriers = duplicate ? DUPLICATE_SUBCARRIERS : HT_SUBCARRIERS[width];
  if (modulation === undefined || subcarriers === undefined) return undefined;
  if (duplicate && width !== WIDTH.mhz40) return undefined;
  const stbc = phyStbc(phy);
  const training =
    (LONG_TRAINING[modulation.streams + (stbc ? 1 : 0)] ?? 4) +
    (EXTENSION_TRAINING[phyExtensionStreams(phy)] ?? 0);
  const codedBits = subcarriers * modulation.bits;
  const dataBits = Math.round(codedBits * modulation.rate);
  const greenfield = phyFormat(phy) === FORMAT.htGreenfield;
  const ldpc = phyLdpc(phy) ? plainLdpc("ht", codedBits, modulation.rate) : undefined;
  return {
    preamble: (greenfield ? HT_GREENFIELD : HT_MIXED) + 4 * training,
    symbol: phyGuard(phy) === GUARD.short ? 3.6 : 4,
    dataBits,
    extraBits: SERVICE_BITS + (ldpc === undefined ? TAIL_BITS * htEncoders(dataBits) : 0),
    group: stbc ? 2 : 1,
    ldpc,
  };
}

/** L-part, VHT-SIG-A (8), VHT-STF (4) and VHT-SIG-B (4). */
const VHT_FIXED = LEGACY_PREAMBLE + 16;

/** 21.4.3; STBC doubles the space-time streams (21.3.9.2). */
function vhtTiming(phy: number): Timing | undefined {
  const mcs = phyRate(phy);
  const modulation = MODULATIONS[mcs];
  const width = phyWidth(phy);
  const streams = phyStreams(phy);
  const subcarriers = VHT_SUBCARRIERS[width];
  const stbc = phyStbc(phy);
  const training = LONG_TRAINING[stbc ? 2 * streams : streams];
  if (modulation === undefined || subcarriers === undefined || training === undefined) return undefined;
  if (!vhtExists(width, streams, mcs)) return undefined;
  const codedBits = subcarriers * modulation.bits * streams;
  const ldpc = phyLdpc(phy) ? plainLdpc("vht", codedBits, modulation.rate) : undefined;
  return {
    preamble: VHT_FIXED + 4 * training,
    symbol: phyGuard(phy) === GUARD.short ? 3.6 : 4,
    dataBits: Math.floor(codedBits * modulation.rate + 1e-9),
    extraBits: SERVICE_BITS + (ldpc === undefined ? TAIL_BITS * vhtEncoders(codedBits, modulation) : 0),
    group: stbc ? 2 : 1,
    ldpc,
  };
}

const plainLdpc = (fill: Ldpc["fill"], codedBits: number, rate: number): Ldpc => ({
  fill,
  codedBits,
  rate,
  shortDataBits: 0,
});

/** RL-SIG (4), HE-SIG-A (8, 16 in ER SU), HE-STF (4, 8 in TB); an HE-SIG-B of one symbol (4) in MU. */
const HE_SIGNALLING: ReadonlyMap<number, number> = new Map([
  [FORMAT.heSu, 16],
  [FORMAT.heErSu, 24],
  [FORMAT.heMu, 20],
  [FORMAT.heTb, 20],
]);
const HE_GUARDS = [0.8, 0.4, 1.6, 3.2] as const;
/** HE-LTF symbol by its size code, without guard interval: 1x, 2x, 4x (Table 27-12). */
const HE_LTF = [0, 3.2, 6.4, 12.8] as const;

/**
 * IEEE 802.11ax-2021, 27.4.3, without packet extension (0-16 µs, at the receiver's wish) and midambles, which the
 * descriptor does not carry. MU and TB: as if the resource unit were the whole width and HE-SIG-B one symbol: a lower
 * bound. Where the LTF size is unknown, the one that goes with the guard interval in most devices.
 */
function heTiming(phy: number): Timing | undefined {
  const modulation = MODULATIONS[phyRate(phy)];
  const width = phyWidth(phy);
  const subcarriers = HE_SUBCARRIERS[width];
  const short = HE_SHORT_SUBCARRIERS[width];
  const streams = phyStreams(phy);
  const stbc = phyStbc(phy);
  const training = LONG_TRAINING[stbc ? 2 * streams : streams];
  const guardCode = phyGuard(phy);
  const guard = HE_GUARDS[guardCode];
  const signalling = HE_SIGNALLING.get(phyFormat(phy));
  if (modulation === undefined || subcarriers === undefined || short === undefined) return undefined;
  if (training === undefined || guard === undefined || signalling === undefined) return undefined;
  const ltf = HE_LTF[phyLtf(phy)] || (guardCode === GUARD.quadruple ? 12.8 : 6.4);
  const stream = (modulation.bits * streams) / (phyDcm(phy) ? 2 : 1);
  const dataBits = (carriers: number): number => Math.floor(carriers * stream * modulation.rate + 1e-9);
  return {
    preamble: LEGACY_PREAMBLE + signalling + training * (ltf + guard),
    symbol: 12.8 + guard,
    dataBits: dataBits(subcarriers),
    extraBits: SERVICE_BITS + (phyLdpc(phy) ? 0 : TAIL_BITS),
    group: stbc ? 2 : 1,
    ldpc: phyLdpc(phy)
      ? {
          fill: "he",
          codedBits: subcarriers * stream,
          rate: modulation.rate,
          shortDataBits: dataBits(short),
        }
      : undefined,
  };
}

/** Symbols of the Data field for a PSDU of `octets` (N_SYM). */
export function symbolsOf(timing: Timing, octets: number): number {
  const { dataBits, group, ldpc } = timing;
  const bits = 8 * octets + timing.extraBits;
  const symbols = group * Math.ceil(bits / (dataBits * group));
  return ldpc !== undefined && needsMore(timing, ldpc, bits) ? symbols + group : symbols;
}

/**
 * Whether LDPC puncturing would cost too much, so that the coder takes one more symbol (or pair of symbols). HT knows
 * the bits of the PSDU (19.3.11.7.5), VHT and HE fill the last symbol first (21.3.10.5.4; IEEE 802.11ax-2021,
 * 27.3.12.5.2). HE fills it in quarters, and only when all four are in use does one more cost a symbol.
 */
function needsMore(timing: Timing, ldpc: Ldpc, bits: number): boolean {
  const grouped = timing.dataBits * timing.group;
  const whole = Math.ceil(bits / grouped);
  const last = bits - (whole - 1) * grouped;
  if (ldpc.fill === "he" && last <= 3 * timing.group * ldpc.shortDataBits) return false;
  const payload = ldpc.fill === "ht" ? bits : whole * grouped;
  return tooPunctured(payload, whole * timing.group * ldpc.codedBits, ldpc.rate);
}

/** Codewords and their length (N_CW, L_LDPC), Table 19-16. */
function codewords(payload: number, available: number, rate: number): { count: number; length: number } {
  const redundancy = 1 - rate;
  if (available <= 648) return { count: 1, length: available >= payload + 912 * redundancy ? 1296 : 648 };
  if (available <= 1296) return { count: 1, length: available >= payload + 1464 * redundancy ? 1944 : 1296 };
  if (available <= 1944) return { count: 1, length: 1944 };
  if (available <= 2592) return { count: 2, length: available >= payload + 2916 * redundancy ? 1944 : 1296 };
  return { count: Math.ceil(payload / (1944 * rate)), length: 1944 };
}

/** Step d) of 19.3.11.7.5 (equations 19-40 to 19-42); VHT (21.3.10.5.4) and HE refer to it. */
function tooPunctured(payload: number, available: number, rate: number): boolean {
  const { count, length } = codewords(payload, available, rate);
  const redundancy = 1 - rate;
  const shortened = Math.max(0, Math.round(count * length * rate) - payload);
  const punctured = Math.max(0, count * length - available - shortened);
  const parity = count * length * redundancy;
  if (punctured > 0.3 * parity) return true;
  return punctured > 0.1 * parity && shortened < (1.2 * punctured * rate) / redundancy;
}
