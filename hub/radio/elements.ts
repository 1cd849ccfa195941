import { operationOf } from "./channel.ts";
import {
  ELEMENT,
  type Element,
  EXTENSION,
  findElement,
  findExtension,
  splitElements,
  vendorOui,
} from "./elements/block.ts";
import { family, fingerprintOf } from "./elements/fingerprint.ts";
import { type Security, securityOf } from "./elements/security.ts";
import { readWps, type Wps } from "./elements/wps.ts";

/** What the elements of one management frame say, in plain values. */
export interface Elements {
  /** By RSN, WPA and WPS; see `securityOf` for the part that the privacy bit plays. */
  readonly security: Security;
  /** Primary channel, undefined where no element states it. */
  readonly channel: number | undefined;
  readonly widthMhz: number;
  /** Channel number of the centre of the whole width. */
  readonly center: number | undefined;
  /** Channel numbers are those of the 6 GHz band. */
  readonly sixGhz: boolean;
  /** Two capital letters. */
  readonly country: string | undefined;
  /** Supported rates in 500 kb/s, as sent, at most 32. */
  readonly rates: readonly number[];
  readonly capabilities: Capabilities;
  readonly wps: Wps | undefined;
  /** OUIs of vendor-specific elements in order of first use, at most 16. */
  readonly vendors: readonly number[];
  readonly fingerprint: number;
  /** What all kinds of scans of one radio share, 0 where nothing is stated. */
  readonly family: number;
}

export interface Capabilities {
  readonly ht: boolean;
  readonly vht: boolean;
  readonly he: boolean;
  readonly eht: boolean;
}

/** Longest lists that are kept: real devices send 8 + 8 rates and below ten vendors. */
const RATES = 32;
const VENDORS = 16;
/** Values of the rate list that are selectors of features and not rates (IEEE 802.11-2020, Table 9-93). */
const FIRST_SELECTOR = 120;

/**
 * Reads an element block (firmware/PROTOCOL.md, §4). Total on any octets. `capability` is the Capability Information
 * field of the frame where it is known.
 */
export function parseElements(block: Uint8Array, capability?: number): Elements {
  const elements = splitElements(block);
  const { channel, widthMhz, center, sixGhz } = operationOf(elements);
  return {
    security: securityOf(elements, capability),
    channel,
    widthMhz,
    center,
    sixGhz,
    country: countryOf(elements),
    rates: ratesOf(elements),
    capabilities: {
      ht: findElement(elements, ELEMENT.htCapabilities) !== undefined,
      vht: findElement(elements, ELEMENT.vhtCapabilities) !== undefined,
      he: findExtension(elements, EXTENSION.heCapabilities) !== undefined,
      eht: findExtension(elements, EXTENSION.ehtCapabilities) !== undefined,
    },
    wps: readWps(elements),
    vendors: vendorsOf(elements),
    fingerprint: fingerprintOf(elements),
    family: family(elements),
  };
}

function countryOf(elements: readonly Element[]): string | undefined {
  const [first, second] = findElement(elements, ELEMENT.country)?.body ?? [];
  if (first === undefined || second === undefined) return undefined;
  const code = String.fromCharCode(first, second).toUpperCase();
  return /^[A-Z]{2}$/.test(code) ? code : undefined;
}

/** Bit 7 marks a basic rate. */
function ratesOf(elements: readonly Element[]): number[] {
  const rates: number[] = [];
  for (const id of [ELEMENT.supportedRates, ELEMENT.extendedSupportedRates]) {
    for (const octet of findElement(elements, id)?.body ?? []) {
      const rate = octet & 0x7f;
      if (rate > 0 && rate < FIRST_SELECTOR && rates.length < RATES) rates.push(rate);
    }
  }
  return rates;
}

function vendorsOf(elements: readonly Element[]): number[] {
  const vendors = new Set<number>();
  for (const element of elements) {
    const oui = vendorOui(element);
    if (oui !== undefined && vendors.size < VENDORS) vendors.add(oui);
  }
  return [...vendors];
}
