import { existsSync } from "node:fs";
import { join } from "node:path";

/** Folder of the images of the firmware, or undefined where none are built. */
export function imagesFolder(): string | undefined {
  const folder = process.env["AIRWARDEN_IMAGES"] ?? join(import.meta.dirname, "../../firmware/dist");
  return existsSync(join(folder, "manifest.json")) ? folder : undefined;
}
