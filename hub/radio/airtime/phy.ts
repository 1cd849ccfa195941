/**
 * The PHY descriptor: one 32-bit number says how a frame was sent. The same bits in the wire (firmware/PROTOCOL.md,
 * "PHY descriptor"), in Rust (`core::phy::Phy`) and here.
 */
export const FORMAT = {
  unknown: 0,
  dsss: 1,
  ofdm: 2,
  ht: 3,
  vht: 4,
  heSu: 5,
  heMu: 6,
  heErSu: 7,
  heTb: 8,
  htGreenfield: 9,
  eht: 10,
} as const;

/** Channel width codes. */
export const WIDTH = { mhz20: 0, mhz40: 1, mhz80: 2, mhz160: 3, mhz320: 4, mhz10: 5, mhz5: 6 } as const;
/** Guard interval codes: 0.8 µs (legacy, HT/VHT long, HE), 0.4 µs, 1.6 µs, 3.2 µs. */
export const GUARD = { normal: 0, short: 1, double: 2, quadruple: 3 } as const;

export const phyFormat = (phy: number): number => phy & 0x0f;
/** DSSS, OFDM: rate in 500 kb/s. HT: MCS 0-76. VHT, HE, EHT: MCS 0-15. */
export const phyRate = (phy: number): number => (phy >>> 4) & 0xff;
export const phyWidth = (phy: number): number => (phy >>> 12) & 7;
export const phyGuard = (phy: number): number => (phy >>> 15) & 3;
/** Spatial streams, 1-8 (for HT it follows from the MCS and is set all the same). */
export const phyStreams = (phy: number): number => ((phy >>> 17) & 7) + 1;
export const phyStbc = (phy: number): boolean => ((phy >>> 20) & 1) === 1;
export const phyLdpc = (phy: number): boolean => ((phy >>> 21) & 1) === 1;
export const phyShortPreamble = (phy: number): boolean => ((phy >>> 22) & 1) === 1;
export const phyAggregated = (phy: number): boolean => ((phy >>> 23) & 1) === 1;
/** HE-LTF size: 0 unknown, 1: 1x, 2: 2x, 3: 4x. */
export const phyLtf = (phy: number): number => (phy >>> 24) & 3;
export const phyDcm = (phy: number): boolean => ((phy >>> 26) & 1) === 1;
/** HT: number of extension spatial streams, 0-3. */
export const phyExtensionStreams = (phy: number): number => (phy >>> 27) & 3;
