import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { cached } from "./cache.ts";
import { ROOT } from "./program.ts";

/** Images that the tests build for themselves: signed with a key of this user's, of no worth to anybody else. */
export const BUILT_IMAGES = join(ROOT, "firmware/target/images");

/** Folder of the images of the firmware, or undefined where none are built. */
export function imagesFolder(): string | undefined {
  // Where they were built for the tests they have to be.
  const built = process.env["AIRWARDEN_IMAGES"];
  if (built !== undefined) return built;
  const folder = join(ROOT, "firmware/dist");
  return existsSync(join(folder, "manifest.json")) ? folder : undefined;
}

/** A program that builds into the cache, one at a time: what one links another would overwrite. */
export function alone(...command: readonly string[]): readonly string[] {
  const lock = join(cached("firmware"), "lock");
  return existsSync("/usr/bin/flock") ? ["/usr/bin/flock", lock, ...command] : command;
}

/**
 * Around a build of images for tests. What was compiled is kept for the next run, so nothing of it may change from
 * run to run: the key, nor the time that images name.
 */
export function imageEnvironment(): NodeJS.ProcessEnv {
  const folder = cached("firmware");
  const key = join(folder, "test-key.pem");
  if (!existsSync(key)) {
    mkdirSync(folder, { recursive: true });
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(key, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  }
  return {
    ...process.env,
    CARGO_TARGET_DIR: folder,
    AIRWARDEN_SIGNING_KEY: key,
    SOURCE_DATE_EPOCH: "1767225600",
  };
}
