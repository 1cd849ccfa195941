import type { Mac } from "../base/units.ts";
import { parseMac } from "../radio/mac.ts";

/** What makes a network home: its name, or one access point's address. */
export type HomeRule = { readonly ssid: Uint8Array } | { readonly bssid: Mac };

/** Text as a person gives it: a MAC address is a BSSID, anything else the name of a network (UTF-8). */
export function homeRule(text: string): HomeRule {
  const bssid = parseMac(text);
  return bssid === undefined ? { ssid: new TextEncoder().encode(text) } : { bssid };
}

/** Hidden: no octets, or only zero octets (IEEE 802.11-2020, 11.1.4.3.4 and common practice). */
export const isHidden = (ssid: Uint8Array): boolean => ssid.every((octet) => octet === 0);

export const sameOctets = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((octet, i) => octet === b[i]);

/** The networks that count as home. */
export class Homes {
  #names: Uint8Array[] = [];
  #bssids = new Set<Mac>();
  every = false;

  set(rules: readonly HomeRule[], every: boolean): void {
    this.#names = rules.flatMap((rule) => ("ssid" in rule ? [rule.ssid] : []));
    this.#bssids = new Set(rules.flatMap((rule) => ("bssid" in rule ? [rule.bssid] : [])));
    this.every = every;
  }

  covers(bssid: Mac, ssid: Uint8Array | undefined): boolean {
    return this.every || this.#bssids.has(bssid) || (ssid !== undefined && this.names(ssid));
  }

  /** The name is one that the rules give. A hidden name is nobody's. */
  names(ssid: Uint8Array): boolean {
    return !isHidden(ssid) && this.#names.some((name) => sameOctets(name, ssid));
  }
}
