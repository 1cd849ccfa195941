import { FORMAT, GUARD, WIDTH } from "../../../hub/radio/airtime/phy.ts";

/** PHY descriptors of tests, in the words of the standard. Rates in Mb/s. */
interface Options {
  readonly width?: number;
  readonly guard?: number;
  readonly stbc?: boolean;
  readonly ldpc?: boolean;
  readonly extension?: number;
  readonly ltf?: number;
  readonly dcm?: boolean;
}

const bits = (options: Options): number =>
  ((options.width ?? WIDTH.mhz20) << 12) |
  ((options.guard ?? GUARD.normal) << 15) |
  (options.stbc ? 1 << 20 : 0) |
  (options.ldpc ? 1 << 21 : 0) |
  ((options.ltf ?? 0) << 24) |
  (options.dcm ? 1 << 26 : 0) |
  ((options.extension ?? 0) << 27);

export const dsss = (rate: number, short = false): number =>
  FORMAT.dsss | ((2 * rate) << 4) | (short ? 1 << 22 : 0);
export const ofdm = (rate: number, width: number = WIDTH.mhz20): number =>
  FORMAT.ofdm | ((2 * rate) << 4) | (width << 12);
export const ht = (mcs: number, options: Options = {}): number => FORMAT.ht | (mcs << 4) | bits(options);
export const greenfield = (mcs: number, options: Options = {}): number =>
  FORMAT.htGreenfield | (mcs << 4) | bits(options);
export const vht = (mcs: number, streams: number, options: Options = {}): number =>
  FORMAT.vht | (mcs << 4) | ((streams - 1) << 17) | bits(options);
export const he = (mcs: number, streams: number, options: Options & { format?: number } = {}): number =>
  (options.format ?? FORMAT.heSu) | (mcs << 4) | ((streams - 1) << 17) | bits(options);
