import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { manifestOf } from "../../../firmware/build/manifest.ts";

/** A release of images on disk. */
export interface Images {
  readonly folder: string;
  /** By chip. */
  readonly images: ReadonlyMap<string, Buffer>;
}

const IMAGE_VERSION = "9.8.7";

/** Two images made of chance. */
export const someImages = (): ReadonlyMap<string, Buffer> =>
  new Map(["esp32c3", "esp32c6"].map((chip) => [chip, randomBytes(5000)]));

/** Writes a release as `npm run firmware` does. Nobody waits long for images of chance to answer. */
export function release(folder: string, images = someImages(), wait = 1): Images {
  const builds = [...images].map(([chip, image]) => {
    const path = `${chip}/merged.bin`;
    const sha256 = createHash("sha256").update(image).digest("hex");
    mkdirSync(join(folder, chip), { recursive: true });
    writeFileSync(join(folder, path), image);
    const merged = { path, size: image.length, sha256 };
    return {
      ...{ chip, chipFamily: chip.toUpperCase().replace("32", "32-"), version: IMAGE_VERSION },
      ...{ parts: [{ path, offset: 0 }], merged, app: merged },
    };
  });
  const manifest = { ...manifestOf(builds), new_install_improv_wait_time: wait };
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
  return { folder, images };
}

/** Opens the flasher on a hub's page. */
export async function openFlasher(page: Page, url: string): Promise<void> {
  await page.goto(`${url}#nodes`);
  await page.getByText("Write the firmware from this browser").click();
}
