import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type VendorOf, vendorsOf } from "../radio/oui.ts";

/** Vendor names from the IEEE registry as package oui-data brings it. */
export function loadVendors(): VendorOf {
  return vendorsOf(readFileSync(fileURLToPath(import.meta.resolve("oui-data"))));
}
