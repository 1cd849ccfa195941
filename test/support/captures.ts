import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Folder of real captures (`manifest.tsv` beside kinds of captures), or undefined where there is none. */
export function capturesFolder(): string | undefined {
  const candidates = [
    process.env["AIRWARDEN_CAPTURES"],
    join(import.meta.dirname, "../../../shared/captures"),
    join(process.cwd(), "../shared/captures"),
  ];
  return candidates.find((folder) => folder !== undefined && existsSync(join(folder, "manifest.tsv")));
}

/** Paths of the captures of one kind, sorted; empty where there are none. */
export function capturesOf(kind: string): string[] {
  const folder = capturesFolder();
  if (folder === undefined) return [];
  return readdirSync(join(folder, kind))
    .sort()
    .map((name) => join(folder, kind, name));
}
