import { cpSync, existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import process from "node:process";
import { build } from "vite";

const ROOT = join(import.meta.dirname, "../..");
const USAGE = `npm run flasher [-- FOLDER]

Makes FOLDER/flasher: the page that writes a board, with the images of FOLDER, for any HTTPS host. FOLDER is where
npm run firmware puts images (firmware/dist) unless another is named.`;

interface Listed {
  readonly builds: readonly { readonly merged: { readonly path: string } }[];
}

async function main(): Promise<void> {
  const [word] = process.argv.slice(2);
  if (word === "--help") {
    console.log(USAGE);
    return;
  }
  const dist = word === undefined ? join(ROOT, "firmware/dist") : resolve(word);
  const manifest = join(dist, "manifest.json");
  if (!existsSync(manifest))
    throw new Error(`there are no images in ${dist} yet: npm run firmware builds them`);
  const outDir = join(dist, "flasher");
  await build({
    ...{ configFile: join(ROOT, "hub/web/vite.config.ts"), mode: "flasher", logLevel: "warn" },
    build: { outDir },
  });
  renameSync(join(outDir, "flasher.html"), join(outDir, "index.html"));
  const { builds } = JSON.parse(readFileSync(manifest, "utf8")) as Listed;
  for (const path of ["manifest.json", ...builds.map((one) => one.merged.path)]) {
    const copy = join(outDir, "firmware", path);
    mkdirSync(dirname(copy), { recursive: true });
    cpSync(join(dist, path), copy);
  }
  console.log(`${outDir}: ${builds.length} chips; serve it over HTTPS`);
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
