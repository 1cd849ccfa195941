import { jsonOf, listOf } from "../../base/fields.ts";
import type { Store } from "../store.ts";

/** A list of texts that was kept as a setting. */
export function listIn(store: Store, key: string): string[] {
  return listOf(jsonOf(store.setting(key))).filter((text) => typeof text === "string");
}
