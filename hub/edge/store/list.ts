import type { Store } from "../store.ts";

/** A list of texts that was kept as a setting. */
export function listIn(store: Store, key: string): string[] {
  try {
    const kept: unknown = JSON.parse(store.setting(key) ?? "[]");
    return Array.isArray(kept) ? kept.filter((text) => typeof text === "string") : [];
  } catch {
    return [];
  }
}
