import { printableText } from "../base/text.ts";
import type { Mac } from "../base/units.ts";
import { isGroup, isLocal } from "./mac.ts";

/** Name of the maker of a device with this address, undefined where nobody is registered for it. */
export type VendorOf = (address: Mac) => string | undefined;

/** Longest name that is shown: the registry has a few of over a hundred characters. */
const NAME_CHARACTERS = 48;
/** Hexadecimal digits of the three sizes of IEEE blocks, the smallest block first: MA-S, MA-M, MA-L. */
const DIGITS = [9, 7, 6] as const;
const ADDRESS_DIGITS = 12;
/** What the registry says where the owner does not want to be named. */
const PRIVATE = /^private$/i;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Blocks of one size, by the first digits of their addresses. */
interface Blocks {
  readonly digits: number;
  /** First digits of the blocks as numbers, ascending. */
  readonly starts: Float64Array;
  /** Where the entry of each block begins in the registry's text, behind its quotation mark. */
  readonly entries: Uint32Array;
}

/**
 * Vendor names by the IEEE registry: JSON text of one object, its keys the first 6, 7 or 9 hexadecimal digits of a
 * block, its values the owner's name in the first line and the address in the others. The text stays as it is and is
 * looked into: as 50,000 strings it would be a fifth of the hub's memory. Addresses that are locally administered, so
 * also the random ones, and group addresses belong to nobody.
 */
export function vendorsOf(registry: Uint8Array): VendorOf {
  const sizes = blocksOf(registry);
  return (address) => {
    if (isLocal(address) || isGroup(address)) return undefined;
    for (const blocks of sizes) {
      const entry = entryOf(blocks, Math.floor(address / 16 ** (ADDRESS_DIGITS - blocks.digits)));
      if (entry !== undefined) return vendorName(textAt(registry, entry));
    }
    return undefined;
  };
}

function blocksOf(registry: Uint8Array): Blocks[] {
  const found = DIGITS.map(() => ({ starts: [] as number[], entries: [] as number[] }));
  let at = registry.indexOf(QUOTE) + 1;
  while (at > 0) {
    const end = endOf(registry, at);
    const entry = registry.indexOf(QUOTE, end + 1) + 1;
    if (entry === 0) break;
    const size = found[DIGITS.indexOf((end - at) as (typeof DIGITS)[number])];
    size?.starts.push(hexAt(registry, at, end));
    size?.entries.push(entry);
    at = registry.indexOf(QUOTE, endOf(registry, entry) + 1) + 1;
  }
  return found.map((size, index) => sorted(DIGITS[index] ?? 0, size));
}

function sorted(digits: number, { starts, entries }: { starts: number[]; entries: number[] }): Blocks {
  const order = starts.map((_, row) => row).sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0));
  return {
    digits,
    starts: Float64Array.from(order, (row) => starts[row] ?? 0),
    entries: Uint32Array.from(order, (row) => entries[row] ?? 0),
  };
}

/** Place of the quotation mark that ends the string which begins at `at`. */
function endOf(text: Uint8Array, at: number): number {
  let end = at;
  while (end < text.length && text[end] !== QUOTE) end += text[end] === BACKSLASH ? 2 : 1;
  return Math.min(end, text.length);
}

/** Digits 0-9 and A-F as the registry has them. */
function hexAt(text: Uint8Array, at: number, end: number): number {
  let value = 0;
  for (let place = at; place < end; place++) {
    const octet = text[place] ?? 0;
    value = value * 16 + (octet < 0x41 ? octet - 0x30 : octet - 0x37);
  }
  return value;
}

function textAt(text: Uint8Array, at: number): string {
  const read: unknown = JSON.parse(`"${new TextDecoder().decode(text.subarray(at, endOf(text, at)))}"`);
  return typeof read === "string" ? read : "";
}

/** Where the entry of the block begins that starts so; undefined where there is no such block. */
function entryOf({ starts, entries }: Blocks, start: number): number | undefined {
  let low = 0;
  let high = starts.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = starts[middle] ?? 0;
    if (found === start) return entries[middle];
    if (found < start) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

/** Undefined for an owner who is not named. */
function vendorName(entry: string): string | undefined {
  const [line = ""] = entry.split("\n", 1);
  const name = line.replaceAll(/\s+/g, " ").trim();
  return name === "" || PRIVATE.test(name) ? undefined : printableText(name, NAME_CHARACTERS);
}
