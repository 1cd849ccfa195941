import { FORMAT, WIDTH } from "../../../hub/radio/airtime/phy.ts";
import type { PhyPlan } from "./plan.ts";

/** Coded bits a subcarrier and symbol times code rate, by MCS 0-11 (IEEE 802.11ax-2021, 27.5). */
const BITS = [0.5, 1, 1.5, 2, 3, 4, 4.5, 5, 6, 20 / 3, 7.5, 25 / 3];
const HT_SUBCARRIERS = [52, 108];
const VHT_SUBCARRIERS = [52, 108, 234, 468];
const HE_SUBCARRIERS = [234, 468, 980, 1960];

export const isLowBand = (frequency: number): boolean => frequency < 3000;
/** Short interframe space, Table 19-8 and 17-21 of IEEE 802.11-2020. */
export const sifs = (frequency: number): number => (isLowBand(frequency) ? 10 : 16);
export const slot = 9;
export const difs = (frequency: number): number => sifs(frequency) + 2 * slot;

function bitsPerSymbol(phy: PhyPlan): number {
  const width = phy.width ?? WIDTH.mhz20;
  const streams = phy.streams ?? 1;
  if (phy.format === FORMAT.ofdm) return phy.rate * 2;
  const bits = BITS[phy.format === FORMAT.ht ? phy.rate % 8 : phy.rate] ?? 0.5;
  const table =
    phy.format === FORMAT.ht ? HT_SUBCARRIERS : phy.format === FORMAT.vht ? VHT_SUBCARRIERS : HE_SUBCARRIERS;
  return Math.floor((table[width] ?? 52) * bits * streams);
}

function preamble(phy: PhyPlan): number {
  const streams = phy.streams ?? 1;
  if (phy.format === FORMAT.ofdm) return 20;
  if (phy.format === FORMAT.ht) return 32 + 4 * streams;
  if (phy.format === FORMAT.vht) return 36 + 4 * streams;
  return 36 + 7.2 * streams;
}

/** µs on the air of a PPDU with `octets` of PSDU (IEEE 802.11-2020, 16.3.4, 17.4.3, 19.4.3; 11ax 27.4.3). */
export function airtimeOf(phy: PhyPlan, octets: number, frequency: number): number {
  if (phy.format === FORMAT.dsss) return 192 + Math.ceil((octets * 8 * 2) / phy.rate);
  const symbol = phy.format === FORMAT.heSu ? 13.6 : 4;
  const symbols = Math.ceil((16 + 6 + octets * 8) / bitsPerSymbol(phy));
  return preamble(phy) + symbol * symbols + (isLowBand(frequency) ? 6 : 0);
}

/** The descriptor of radio/phy.ts. */
export function describe(phy: PhyPlan, aggregated: boolean): number {
  const streams = (phy.streams ?? 1) - 1;
  const bits = phy.format | (phy.rate << 4) | ((phy.width ?? 0) << 12) | (streams << 17);
  return (bits | (aggregated ? 1 << 23 : 0)) >>> 0;
}

/** An ESP32 decodes DSSS, OFDM and HT20 with one stream, nothing else. */
export const isDecodable = (phy: PhyPlan): boolean =>
  (phy.format === FORMAT.dsss || phy.format === FORMAT.ofdm || phy.format === FORMAT.ht) &&
  (phy.width ?? WIDTH.mhz20) === WIDTH.mhz20 &&
  (phy.streams ?? 1) === 1;
