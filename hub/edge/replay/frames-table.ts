import {
  FORMAT,
  GUARD,
  phyDcm,
  phyFormat,
  phyGuard,
  phyLdpc,
  phyRate,
  phyShortPreamble,
  phyStbc,
  phyStreams,
  phyWidth,
} from "../../radio/airtime/phy.ts";
import { addressAt, FLAG, type FrameBatch, NO_ADDRESS } from "../../radio/batch.ts";
import { kindOf } from "../../radio/frame.ts";
import { formatMac } from "../../radio/mac.ts";

/** Columns of `airwarden replay --frames`, separated by tabs; the airtime is the last. */
export const FRAMES_HEADER = ["time", "type_subtype", "ta", "ra", "length", "phy", "airtime"].join("\t");

/**
 * One line for one row, without line end: seconds since the epoch of the batch's time with six decimals, type and
 * subtype as one decimal number (8 beacon, 29 ACK), transmitter, receiver, octets of the MPDU with FCS, how it was
 * sent, `airtime` in µs with one decimal. What is not known is an empty field.
 */
export function frameLine(batch: FrameBatch, row: number, airtime: number): string {
  const headerless = ((batch.flags[row] ?? 0) & FLAG.headerless) !== 0;
  return [
    seconds(batch.time[row] ?? 0),
    headerless ? "" : kindOf(batch.fc[row] ?? 0),
    headerless ? "" : address(batch, batch.a2[row]),
    headerless ? "" : address(batch, batch.a1[row]),
    batch.length[row] ?? 0,
    phyText(batch.phy[row] ?? 0),
    Number.isNaN(airtime) ? "" : airtime.toFixed(1),
  ].join("\t");
}

/** Through whole µs: seconds as a floating-point number have not enough digits for today's six decimals. */
function seconds(time: number): string {
  const whole = Math.max(0, Math.round(time));
  return `${Math.floor(whole / 1e6)}.${String(whole % 1e6).padStart(6, "0")}`;
}

function address(batch: FrameBatch, index: number | undefined): string {
  const known = addressAt(batch, index ?? NO_ADDRESS);
  return known === undefined ? "" : formatMac(known);
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [FORMAT.dsss, "dsss"],
  [FORMAT.ofdm, "ofdm"],
  [FORMAT.ht, "ht"],
  [FORMAT.htGreenfield, "ht-gf"],
  [FORMAT.vht, "vht"],
  [FORMAT.heSu, "he-su"],
  [FORMAT.heMu, "he-mu"],
  [FORMAT.heErSu, "he-er"],
  [FORMAT.heTb, "he-tb"],
  [FORMAT.eht, "eht"],
]);
const WIDTHS = ["20", "40", "80", "160", "320", "10", "5"] as const;

/** `dsss 5.5 short`, `ofdm 24`, `ht mcs7 20 sgi`, `vht mcs9 80 2ss ldpc`, `he-su mcs11 80 2ss gi1.6`; empty unknown. */
export function phyText(phy: number): string {
  const format = phyFormat(phy);
  const name = NAMES.get(format);
  if (name === undefined) return "";
  if (format === FORMAT.dsss || format === FORMAT.ofdm) return legacyText(name, phy);
  const words = [name, `mcs${phyRate(phy)}`, WIDTHS[phyWidth(phy)] ?? "?"];
  if (phyStreams(phy) > 1 && format !== FORMAT.ht && format !== FORMAT.htGreenfield) {
    words.push(`${phyStreams(phy)}ss`);
  }
  const guard = phyGuard(phy);
  if (guard === GUARD.short) words.push("sgi");
  if (guard === GUARD.double) words.push("gi1.6");
  if (guard === GUARD.quadruple) words.push("gi3.2");
  if (phyStbc(phy)) words.push("stbc");
  if (phyLdpc(phy)) words.push("ldpc");
  if (phyDcm(phy)) words.push("dcm");
  return words.join(" ");
}

/** A width is named only where it is not the usual one: 10 and 5 MHz channels. */
function legacyText(name: string, phy: number): string {
  const width = WIDTHS[phyWidth(phy)] ?? "?";
  const narrow = width === "20" ? "" : ` ${width}mhz`;
  return `${name} ${phyRate(phy) / 2}${narrow}${phyShortPreamble(phy) ? " short" : ""}`;
}
