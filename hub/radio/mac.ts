import { type Mac, mac } from "../base/units.ts";

export const BROADCAST: Mac = mac(0xffff_ffff_ffff);

/** Individual/group bit of the first octet (IEEE 802-2014, 8.2.2). */
export const isGroup = (address: Mac): boolean => (Math.floor(address / 2 ** 40) & 1) === 1;

/** Universal/local bit: set on randomised, virtual and locally administered addresses (IEEE 802-2014, 8.2.2). */
export const isLocal = (address: Mac): boolean => (Math.floor(address / 2 ** 40) & 2) === 2;

const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, octet) =>
  octet.toString(16).padStart(2, "0"),
);

/** Three octets as `aa:bb:cc`. */
const half = (octets: number): string =>
  `${PAIRS[octets >> 16]}:${PAIRS[(octets >> 8) & 0xff]}:${PAIRS[octets & 0xff]}`;

/** `aa:bb:cc:dd:ee:ff`. */
export function formatMac(address: Mac): string {
  return `${half(Math.floor(address / 2 ** 24))}:${half(address % 2 ** 24)}`;
}

/** Reads six hex octets with `:`, `-` or nothing between them; undefined for anything else. */
export function parseMac(text: string): Mac | undefined {
  const trimmed = text.trim();
  const octets = /^([0-9a-f]{2})([:-]?)(?:[0-9a-f]{2}\2){4}[0-9a-f]{2}$/i;
  return octets.test(trimmed) ? mac(Number.parseInt(trimmed.replaceAll(/[:-]/g, ""), 16)) : undefined;
}

/** Reads six octets at `offset`; the caller has checked that they are there. */
export function readMac(bytes: Uint8Array, offset: number): Mac {
  let value = 0;
  for (let i = 0; i < 6; i++) value = value * 256 + (bytes[offset + i] ?? 0);
  return mac(value);
}
