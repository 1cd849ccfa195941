import { ByteReader } from "../../base/bytes.ts";
import { ELEMENT, type Element, findElement, OUI, vendorBodies } from "./block.ts";

/** Security as the RSN, WPA and WPS elements and the privacy bit state it. */
export interface Security {
  readonly encryption: "open" | "wep" | "wpa" | "wpa2" | "wpa3" | "wpa2_wpa3" | "owe" | "unknown";
  readonly enterprise: boolean;
  /** Protected management frames. */
  readonly pmf: "no" | "capable" | "required" | "unknown";
  readonly wps: boolean;
}

/** Privacy bit of the Capability Information field (IEEE 802.11-2020, 9.4.1.4). */
const PRIVACY = 0x0010;
/** Management frame protection required and capable in the RSN capabilities (9.4.2.24.4). */
const MFP_REQUIRED = 0x0040;
const MFP_CAPABLE = 0x0080;

/** OUI of the suites that the standard itself defines. */
const STANDARD_SUITE = 0x000fac;
/** Most suites of one list that are read; no network offers more. */
const SUITES = 16;
/** AKM suite types by what they authenticate with (Table 9-151; 24 and 25 from IEEE 802.11be). */
const PASSPHRASE = new Set([2, 4, 6, 19, 20]);
const SAE = new Set([8, 9, 24, 25]);
const ENTERPRISE = new Set([1, 3, 5, 11, 12, 13, 14, 15, 16, 17, 22, 23]);
const OWE = 18;
/** AKM suite types of the WPA element, which has suites of its own OUI. */
const WPA_ENTERPRISE = 1;
const WPA_TYPE = 1;
export const WPS_TYPE = 4;

interface Rsn {
  readonly akms: readonly number[];
  /** Undefined where the element ends before it; every field after the version may be left out (9.4.2.24.1). */
  readonly capabilities: number | undefined;
}

/**
 * What the elements of a beacon, probe response or association request say about security. `capability` is the
 * Capability Information field: without RSN and WPA element its privacy bit alone tells WEP from open, and without
 * it `encryption` is then "unknown". A network with a WPA element beside RSN counts by its RSN.
 */
export function securityOf(elements: readonly Element[], capability?: number): Security {
  const wps = vendorBodies(elements, OUI.microsoft, WPS_TYPE).length > 0;
  const rsn = findElement(elements, ELEMENT.rsn);
  if (rsn !== undefined) return { ...rsnSecurity(readRsn(rsn), rsn.body.length < rsn.length), wps };
  const wpa = vendorBodies(elements, OUI.microsoft, WPA_TYPE)[0];
  if (wpa !== undefined) {
    const akms = readSuites(wpa, OUI.microsoft).akms;
    return { encryption: "wpa", enterprise: akms.includes(WPA_ENTERPRISE), pmf: "no", wps };
  }
  if (capability === undefined) return { encryption: "unknown", enterprise: false, pmf: "unknown", wps };
  return { encryption: (capability & PRIVACY) !== 0 ? "wep" : "open", enterprise: false, pmf: "no", wps };
}

function rsnSecurity(rsn: Rsn, cut: boolean): Omit<Security, "wps"> {
  const pmf = protection(rsn.capabilities, cut);
  const enterprise = rsn.akms.some((akm) => ENTERPRISE.has(akm));
  return { encryption: encryptionOf(rsn.akms, pmf), enterprise, pmf };
}

/** WPA3-Enterprise differs from WPA2-Enterprise in that it requires protected management frames (WPA3 §3.2). */
function encryptionOf(akms: readonly number[], pmf: Security["pmf"]): Security["encryption"] {
  const sae = akms.some((akm) => SAE.has(akm));
  const passphrase = akms.some((akm) => PASSPHRASE.has(akm));
  if (sae) return passphrase ? "wpa2_wpa3" : "wpa3";
  if (passphrase) return "wpa2";
  if (akms.some((akm) => ENTERPRISE.has(akm))) return pmf === "required" ? "wpa3" : "wpa2";
  return akms.includes(OWE) ? "owe" : "unknown";
}

function protection(capabilities: number | undefined, cut: boolean): Security["pmf"] {
  if (capabilities === undefined) return cut ? "unknown" : "no";
  if ((capabilities & MFP_REQUIRED) !== 0) return "required";
  return (capabilities & MFP_CAPABLE) !== 0 ? "capable" : "no";
}

function readRsn(element: Element): Rsn {
  return readSuites(element.body, STANDARD_SUITE);
}

/**
 * Version, group cipher, pairwise ciphers, AKM suites, capabilities (9.4.2.24.1); the WPA element has the same
 * layout. AKM types of other OUIs read as 0. Without an AKM list the default is 802.1X.
 */
function readSuites(body: Uint8Array, oui: number): Rsn {
  const reader = new ByteReader(body);
  if (!reader.skip(6)) return { akms: [1], capabilities: undefined };
  const pairwise = reader.u16();
  if (pairwise === undefined) return { akms: [1], capabilities: undefined };
  if (!reader.skip(4 * pairwise)) return { akms: [], capabilities: undefined };
  const count = reader.u16();
  if (count === undefined) return { akms: [1], capabilities: undefined };
  const akms: number[] = [];
  for (let i = 0; i < count; i++) {
    const suite = reader.u32be();
    if (suite === undefined) return { akms, capabilities: undefined };
    if (i < SUITES) akms.push(suite >>> 8 === oui ? suite & 0xff : 0);
  }
  return { akms, capabilities: reader.u16() };
}
