import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { signingKey } from "./key.ts";
import { signedManifest } from "./manifest.ts";

const DIST = join(import.meta.dirname, "../dist");
const USAGE = `node firmware/build/sign.ts

Signs the images in firmware/dist with the Ed25519 key (PEM) in the file that AIRWARDEN_SIGNING_KEY names. They must
have been built for this key, with its public half in AIRWARDEN_RELEASE_KEY. Needs nothing that npm installs, so that
the key stays apart from what others wrote.`;

function main(): void {
  if (process.argv.includes("--help")) {
    console.log(USAGE);
    return;
  }
  const key = signingKey();
  if (key === undefined) throw new Error("AIRWARDEN_SIGNING_KEY names no file");
  const manifest = signedManifest(DIST, key);
  writeFileSync(join(DIST, "manifest.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  console.log(`firmware/dist/manifest.json: ${manifest.builds.length} chips signed, ${manifest.version}`);
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
