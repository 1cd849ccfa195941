/** Element blocks of tests, as a node makes them (firmware/PROTOCOL.md, §4). */

/** One element kept in full, or cut to `kept` octets. */
export function element(id: number, body: readonly number[], kept: number = body.length): number[] {
  return [id, body.length, kept, ...body.slice(0, kept)];
}

export const block = (...elements: readonly number[][]): Uint8Array => Uint8Array.from(elements.flat());

const suite = (type: number): number[] => [0x00, 0x0f, 0xac, type];
const u16 = (value: number): number[] => [value & 0xff, value >> 8];

/** RSN element: CCMP, these AKM suites, these RSN capabilities. */
export function rsn(akms: readonly number[], capabilities?: number): number[] {
  const suites = akms.flatMap(suite);
  const rest = capabilities === undefined ? [] : u16(capabilities);
  return element(48, [1, 0, ...suite(4), 1, 0, ...suite(4), ...u16(akms.length), ...suites, ...rest]);
}

export const vendor = (oui: readonly number[], type: number, rest: readonly number[] = []): number[] =>
  element(221, [...oui, type, ...rest]);

export const MICROSOFT = [0x00, 0x50, 0xf2] as const;

/** WPS attribute: type and length big-endian. */
export function attribute(type: number, text: string): number[] {
  const octets = [...new TextEncoder().encode(text)];
  return [type >> 8, type & 0xff, octets.length >> 8, octets.length & 0xff, ...octets];
}
