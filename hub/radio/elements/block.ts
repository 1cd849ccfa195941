/** One element of a block: `body` is what the node kept of it, `length` what the element said on the air. */
export interface Element {
  readonly id: number;
  readonly length: number;
  readonly body: Uint8Array;
}

/** Element IDs, IEEE 802.11-2020, Table 9-92. */
export const ELEMENT = {
  supportedRates: 1,
  dsParameterSet: 3,
  country: 7,
  channelSwitch: 37,
  quiet: 40,
  htCapabilities: 45,
  rsn: 48,
  extendedSupportedRates: 50,
  supportedOperatingClasses: 59,
  extendedChannelSwitch: 60,
  htOperation: 61,
  interworking: 107,
  extendedCapabilities: 127,
  vhtCapabilities: 191,
  vhtOperation: 192,
  vendorSpecific: 221,
  extension: 255,
} as const;

/** Element ID extensions (first octet of an element 255), IEEE 802.11ax-2021 and 802.11be. */
export const EXTENSION = {
  heCapabilities: 35,
  heOperation: 36,
  ehtOperation: 106,
  ehtCapabilities: 108,
} as const;

/** OUIs of vendor-specific elements as one number. */
export const OUI = { microsoft: 0x0050f2, wifiAlliance: 0x506f9a } as const;

/** Most octets of a block that are read (firmware/PROTOCOL.md, §4): more does not come from an honest node. */
const BLOCK_OCTETS = 600;

/**
 * The elements of a block in the order of the frame: `id · length · kept · kept octets` each. Total: a block that
 * ends inside an element gives that element as far as it goes, nothing is read past the end, at most 200 elements.
 * The bodies are views into `block`.
 */
export function splitElements(block: Uint8Array): Element[] {
  const end = Math.min(block.length, BLOCK_OCTETS);
  const elements: Element[] = [];
  let at = 0;
  while (at + 3 <= end) {
    const id = block[at] ?? 0;
    const length = block[at + 1] ?? 0;
    const kept = block[at + 2] ?? 0;
    const body = block.subarray(at + 3, Math.min(at + 3 + Math.min(kept, length), end));
    elements.push({ id, length, body });
    at += 3 + kept;
  }
  return elements;
}

/** The first element with this ID. */
export const findElement = (elements: readonly Element[], id: number): Element | undefined =>
  elements.find((element) => element.id === id);

/** The body after the ID extension of the first element 255 with it. */
export function findExtension(elements: readonly Element[], extension: number): Uint8Array | undefined {
  const found = elements.find((element) => element.id === ELEMENT.extension && element.body[0] === extension);
  return found?.body.subarray(1);
}

/** OUI of a vendor-specific element as one number, undefined where it is too short to have one. */
export function vendorOui(element: Element): number | undefined {
  const [first, second, third] = element.body;
  if (element.id !== ELEMENT.vendorSpecific || third === undefined) return undefined;
  return ((first ?? 0) << 16) | ((second ?? 0) << 8) | third;
}

/** Bodies after OUI and type of every vendor-specific element of this OUI and type, in order. */
export function vendorBodies(elements: readonly Element[], oui: number, type: number): Uint8Array[] {
  return elements
    .filter((element) => vendorOui(element) === oui && element.body[3] === type)
    .map((element) => element.body.subarray(4));
}
