import { fnv1a } from "../../base/hash.ts";
import { ELEMENT, type Element, EXTENSION, findElement, splitElements, vendorOui } from "./block.ts";

/**
 * Elements whose presence and contents follow the channel or the scan and not the device: DS parameter set, HT and
 * VHT operation, channel switch, quiet.
 */
const PASSING: ReadonlySet<number> = new Set([
  ELEMENT.dsParameterSet,
  ELEMENT.channelSwitch,
  ELEMENT.quiet,
  ELEMENT.extendedChannelSwitch,
  ELEMENT.htOperation,
  ELEMENT.vhtOperation,
]);
/** Elements that count with their contents; of all others only that they are there, and where. */
const TELLING: ReadonlySet<number> = new Set([
  ELEMENT.supportedRates,
  ELEMENT.extendedSupportedRates,
  ELEMENT.vhtCapabilities,
]);

/**
 * HT capability information and A-MPDU parameters count (IEEE 802.11-2020, 9.4.2.55), less two fields that follow
 * the state of the device: SM power save (bits 2-3) and 40 MHz intolerant (bit 14). The MCS set behind them differs
 * between the bands.
 */
const HT_MASK = Uint8Array.of(0xf3, 0xbf, 0xff);
/**
 * Of the extended capabilities all count but Interworking (bit 31, 9.4.2.26): phones set it in some scans, those that
 * look for hotspots, and not in others.
 */
const INTERWORKING_OCTET = 3;
const INTERWORKING_BIT = 0x80;
/** OUI and type of a vendor-specific element. */
const VENDOR_OCTETS = 4;
/** Kismet's list for probe requests: these IDs, and these vendor-specific elements (OUI and type). */
const KISMET: ReadonlySet<number> = new Set([
  ELEMENT.supportedRates,
  ELEMENT.extendedSupportedRates,
  ELEMENT.supportedOperatingClasses,
  ELEMENT.interworking,
  ELEMENT.extendedCapabilities,
]);
const KISMET_VENDORS: readonly (readonly [oui: number, type: number])[] = [
  [0x001018, 2],
  [0x00904c, 51],
];

/**
 * What the elements of a probe or association request tell of the device and its software, as one 32-bit number: the
 * order of element IDs, rates, HT, VHT and HE capabilities, extended capabilities, OUI and type of vendor-specific
 * elements. Identical models with the same software have the same number. 0 where there are no elements.
 */
export const fingerprint = (block: Uint8Array): number => fingerprintOf(splitElements(block));

/** `fingerprint` of elements that are already split. */
export function fingerprintOf(elements: readonly Element[]): number {
  return hashOf(elements, (element) => {
    if (element.id === ELEMENT.extension) return extensionOctets(element);
    if (element.id === ELEMENT.htCapabilities) return HT_MASK.map((mask, i) => mask & (element.body[i] ?? 0));
    if (element.id === ELEMENT.extendedCapabilities) return withoutInterworking(element.body);
    if (element.id === ELEMENT.vendorSpecific) return element.body.subarray(0, VENDOR_OCTETS);
    if (TELLING.has(element.id)) return element.body;
    return PASSING.has(element.id) ? undefined : NOTHING;
  });
}

/**
 * The list that Kismet hashes in probe requests (rates, operating classes, interworking, extended capabilities, two
 * vendors), for comparison. Vendor-specific contents are what the node kept.
 */
export function kismetFingerprint(block: Uint8Array): number {
  return hashOf(splitElements(block), (element) => {
    if (KISMET.has(element.id)) return element.body;
    const oui = vendorOui(element);
    const listed = KISMET_VENDORS.some(([known, type]) => oui === known && element.body[3] === type);
    return listed ? element.body : undefined;
  });
}

/**
 * What stays the same in all kinds of scans of one radio, as one 32-bit number: HT capabilities as in `fingerprint`, VHT
 * capabilities, and the first vendor-specific element. A screen that lights up changes extended capabilities, HE and
 * further vendor-specific elements. Coarse: many models share it. 0 where neither HT nor VHT is stated.
 */
export function family(elements: readonly Element[]): number {
  const ht = findElement(elements, ELEMENT.htCapabilities);
  const vht = findElement(elements, ELEMENT.vhtCapabilities);
  if (ht === undefined && vht === undefined) return 0;
  const vendor = findElement(elements, ELEMENT.vendorSpecific);
  let hash = fnv1a(HT_MASK.map((mask, i) => mask & (ht?.body[i] ?? 0)));
  hash = fnv1a(vht?.body ?? NOTHING, hash);
  hash = fnv1a(Uint8Array.of(vht?.body.length ?? 0), hash);
  return fnv1a(vendor?.body.subarray(0, VENDOR_OCTETS) ?? NOTHING, hash) || 1;
}

const NOTHING = new Uint8Array(0);

/** Of the extended elements only HE capabilities count with their contents, of the others the ID. */
function extensionOctets(element: Element): Uint8Array {
  return element.body[0] === EXTENSION.heCapabilities ? element.body : element.body.subarray(0, 1);
}

function withoutInterworking(body: Uint8Array): Uint8Array {
  return body.map((octet, i) => (i === INTERWORKING_OCTET ? octet & ~INTERWORKING_BIT : octet));
}

/** FNV-1a over ID, number of octets and octets of every element that `octetsOf` does not leave out; never 0 for any. */
function hashOf(
  elements: readonly Element[],
  octetsOf: (element: Element) => Uint8Array | undefined,
): number {
  let hash: number | undefined;
  for (const element of elements) {
    const octets = octetsOf(element);
    if (octets === undefined) continue;
    hash = fnv1a(octets, fnv1a(Uint8Array.of(element.id, octets.length), hash));
  }
  return hash === undefined ? 0 : hash || 1;
}
