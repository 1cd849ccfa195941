import registry from "oui-data" with { type: "json" };
import { printableText } from "../base/text.ts";
import type { Mac } from "../base/units.ts";
import { isGroup, isLocal } from "./mac.ts";

/** Name of the maker of a device with this address, undefined where nobody is registered for it. */
export type VendorOf = (address: Mac) => string | undefined;

/** Longest name that is shown: the registry has a few of over a hundred characters. */
const NAME_CHARACTERS = 48;
/** Hexadecimal digits of the three sizes of IEEE blocks, the smallest block first: MA-S, MA-M, MA-L. */
const DIGITS = [9, 7, 6] as const;
/** What the registry says where the owner does not want to be named. */
const PRIVATE = /^private$/i;

/**
 * Vendor names by the IEEE registry (package oui-data). Addresses that are locally administered, so also the random
 * ones, and group addresses belong to nobody.
 */
export function loadVendors(): VendorOf {
  const assignments: Readonly<Record<string, string | undefined>> = registry;
  return (address) => {
    if (isLocal(address) || isGroup(address)) return undefined;
    const digits = address.toString(16).padStart(12, "0").toUpperCase();
    for (const count of DIGITS) {
      const entry = assignments[digits.slice(0, count)];
      if (entry !== undefined) return vendorName(entry);
    }
    return undefined;
  };
}

/** The first line of an entry is the name, the others the address. */
function vendorName(entry: string): string | undefined {
  const [line = ""] = entry.split("\n", 1);
  const name = line.replaceAll(/\s+/g, " ").trim();
  return name === "" || PRIVATE.test(name) ? undefined : printableText(name, NAME_CHARACTERS);
}
