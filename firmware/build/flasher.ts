import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "vite";

const ROOT = join(import.meta.dirname, "../..");
const DIST = join(ROOT, "firmware/dist");
const FLASHER = join(DIST, "flasher");

interface Listed {
  readonly builds: readonly { readonly merged: { readonly path: string } }[];
}

/** Makes `firmware/dist/flasher`: the page that writes a board, with the images, for any HTTPS host. */
async function main(): Promise<void> {
  const manifest = join(DIST, "manifest.json");
  if (!existsSync(manifest)) throw new Error("there are no images yet: npm run firmware builds them");
  await build({ configFile: join(ROOT, "hub/web/vite.config.ts"), mode: "flasher", logLevel: "warn" });
  cpSync(join(FLASHER, "flasher.html"), join(FLASHER, "index.html"));
  const { builds } = JSON.parse(readFileSync(manifest, "utf8")) as Listed;
  const images = join(FLASHER, "firmware");
  for (const path of ["manifest.json", ...builds.map((one) => one.merged.path)]) {
    mkdirSync(dirname(join(images, path)), { recursive: true });
    cpSync(join(DIST, path), join(images, path));
  }
  console.log(`firmware/dist/flasher: ${builds.length} chips; serve it over HTTPS`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
