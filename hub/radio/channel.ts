import { type Megahertz, megahertz } from "../base/units.ts";
import { ELEMENT, type Element, EXTENSION, findElement, findExtension } from "./elements/block.ts";

export type Band = "2.4" | "5" | "6";

/** Centre of channel 14 and of 6 GHz channel 2, which do not follow the rule of their bands (IEEE 802.11-2020, Annex E). */
const CHANNEL_14 = 2484;
const SIX_GHZ_CHANNEL_2 = 5935;
/** Channel starting frequencies in MHz (Annex E); a channel's centre is 5 MHz times its number above. */
const START = { "2.4": 2407, "5": 5000, "6": 5950 } as const;
/** Highest numbers: 13 and 14; 177 (U-NII-4, with room for the centre of its 40 MHz channel); 233. */
const LAST = { "2.4": 13, "5": 181, "6": 233 } as const;

/** Band of a centre frequency in MHz, undefined outside all three. */
export function bandOf(frequency: number): Band | undefined {
  if (frequency >= 2401 && frequency <= 2495) return "2.4";
  if (frequency >= 5150 && frequency <= 5905) return "5";
  return frequency >= 5925 && frequency <= 7125 ? "6" : undefined;
}

/** Number of the channel with this centre frequency in MHz, undefined where there is none. */
export function channelOf(frequency: number): number | undefined {
  if (frequency === CHANNEL_14) return 14;
  if (frequency === SIX_GHZ_CHANNEL_2) return 2;
  const band = bandOf(frequency);
  if (band === undefined) return undefined;
  const number = (frequency - START[band]) / 5;
  return Number.isInteger(number) && number >= 1 && number <= LAST[band] ? number : undefined;
}

/**
 * Centre frequency of a channel number, also of the numbers that name the centre of a wide channel; undefined where
 * the band has no such number. Channel 2 of 6 GHz is the 20 MHz channel below the others.
 */
export function frequencyOf(channel: number, band: Band): Megahertz | undefined {
  if (band === "2.4" && channel === 14) return megahertz(CHANNEL_14);
  if (band === "6" && channel === 2) return megahertz(SIX_GHZ_CHANNEL_2);
  const known = Number.isInteger(channel) && channel >= 1 && channel <= LAST[band];
  return known ? megahertz(START[band] + 5 * channel) : undefined;
}

/** How a network uses the air, as numbers of its band. */
export interface Operation {
  /** Primary channel, undefined where no element states it. */
  readonly channel: number | undefined;
  readonly widthMhz: 20 | 40 | 80 | 160 | 320;
  /** Channel number of the centre of the whole width (of its first half for 80+80 MHz). */
  readonly center: number | undefined;
  /** Stated by the 6 GHz operation information: channel numbers are those of 6 GHz. */
  readonly sixGhz: boolean;
}

/** HT operation information (9.4.2.56): secondary channel offset above, below; any width allowed, else 20 MHz. */
const ABOVE = 1;
const BELOW = 3;
const ANY_WIDTH = 0x04;

/**
 * Primary channel, width and centre from the DS parameter set and the HT, VHT, HE and EHT operation elements; the
 * newest that says something wins. Without any of them 20 MHz.
 */
export function operationOf(elements: readonly Element[]): Operation {
  const ht = htOperation(elements);
  const vht = findElement(elements, ELEMENT.vhtOperation)?.body;
  const wide = vht === undefined ? ht : wider(ht, vhtWidth(vht[0], vht[1], vht[2]));
  const he = heOperation(elements, wide);
  return ehtOperation(elements, he);
}

type Width = Pick<Operation, "widthMhz" | "center">;

function wider(base: Operation, width: Width | undefined): Operation {
  return width === undefined || width.widthMhz <= base.widthMhz ? base : { ...base, ...width };
}

function htOperation(elements: readonly Element[]): Operation {
  const stated = findElement(elements, ELEMENT.dsParameterSet)?.body[0];
  const body = findElement(elements, ELEMENT.htOperation)?.body;
  const channel = body?.[0] ?? stated;
  const information = body?.[1] ?? 0;
  const offset = (information & ANY_WIDTH) === 0 ? 0 : information & 3;
  const side = offset === ABOVE ? 2 : offset === BELOW ? -2 : 0;
  return {
    channel,
    widthMhz: side === 0 ? 20 : 40,
    center: channel === undefined ? undefined : channel + side,
    sixGhz: false,
  };
}

/**
 * Width and centre of the VHT operation information (9.4.2.158, Table 9-274): undefined where it leaves 20 or 40 MHz
 * to the HT operation element. Widths 2 and 3 are the older way to say 160 and 80+80 MHz.
 */
function vhtWidth(
  width: number | undefined,
  first: number | undefined,
  second: number | undefined,
): Width | undefined {
  if (width === undefined || width === 0 || first === undefined) return undefined;
  if (width === 2) return { widthMhz: 160, center: first };
  if (width === 3) return { widthMhz: 160, center: first };
  if (width !== 1) return undefined;
  if (second === undefined || second === 0) return { widthMhz: 80, center: first };
  const distance = Math.abs(second - first);
  if (distance === 8) return { widthMhz: 160, center: second };
  return { widthMhz: distance > 16 ? 160 : 80, center: first };
}

/** Presence bits of the HE operation parameters (IEEE 802.11ax-2021, 9.4.2.249). */
const HE_VHT_PRESENT = 0x4000;
const HE_CO_HOSTED = 0x8000;
const HE_SIX_GHZ_PRESENT = 0x2_0000;

function heOperation(elements: readonly Element[], base: Operation): Operation {
  const body = findExtension(elements, EXTENSION.heOperation);
  const [low, middle, high] = body ?? [];
  if (body === undefined || high === undefined) return base;
  const parameters = (low ?? 0) | ((middle ?? 0) << 8) | (high << 16);
  // Parameters 3, BSS colour 1, basic HE-MCS and NSS set 2.
  let at = 6;
  let operation = base;
  if ((parameters & HE_VHT_PRESENT) !== 0) {
    operation = wider(base, vhtWidth(body[at], body[at + 1], body[at + 2]));
    at += 3;
  }
  if ((parameters & HE_CO_HOSTED) !== 0) at += 1;
  return (parameters & HE_SIX_GHZ_PRESENT) === 0 ? operation : sixGhzOperation(body.subarray(at), operation);
}

const WIDTHS = [20, 40, 80, 160, 320] as const;

/** 6 GHz operation information: primary channel, control, two centres, minimum rate. */
function sixGhzOperation(body: Uint8Array, base: Operation): Operation {
  const [channel, control, first, second] = body;
  if (channel === undefined || control === undefined || first === undefined) return base;
  const widthMhz = WIDTHS[control & 3] ?? 20;
  const center = widthMhz === 160 && second !== undefined && Math.abs(second - first) === 8 ? second : first;
  return { channel, widthMhz, center, sixGhz: true };
}

/** EHT operation (IEEE 802.11be, 9.4.2.321): parameters 1, basic MCS 4, then control and two centres if bit 0 is set. */
function ehtOperation(elements: readonly Element[], base: Operation): Operation {
  const body = findExtension(elements, EXTENSION.ehtOperation);
  if (body === undefined || ((body[0] ?? 0) & 1) === 0) return base;
  const [control, first, second] = body.subarray(5);
  const widthMhz = WIDTHS[(control ?? 7) & 7];
  if (widthMhz === undefined || first === undefined) return base;
  const whole = widthMhz >= 160 && second !== undefined && second !== 0 ? second : first;
  return wider(base, { widthMhz, center: whole });
}
