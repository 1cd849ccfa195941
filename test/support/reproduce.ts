import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import process from "node:process";
import { sha256 } from "../../firmware/build/image.ts";
import { cached } from "./cache.ts";
import { BUILT_IMAGES, imageEnvironment } from "./images.ts";
import { ROOT } from "./program.ts";

/** One chip tells of all: what could name a folder or a time is the same for each. */
const CHIP = "esp32c3";
const LEFT_OUT = new Set(["target", "dist"]);

/**
 * Builds the image of one chip once more from a copy of the sources in another folder and compares the octets. Only
 * what is ours is compiled again; a build that shares nothing is compared in .github/workflows/firmware.yaml. Octets
 * that were reproduced once are not made again: their hash is kept.
 */
function main(): void {
  const merged = join(CHIP, "merged.bin");
  const hash = sha256(readFileSync(join(BUILT_IMAGES, merged))).toString("hex");
  const proof = join(cached("firmware/reproduced"), hash);
  if (existsSync(proof)) {
    console.log(
      `${CHIP}: SHA-256 ${hash} was made from another folder before, ${readFileSync(proof, "utf8")}`,
    );
    return;
  }
  const other = mkdtempSync(join(tmpdir(), "airwarden-elsewhere-"));
  try {
    const filter = (path: string): boolean => !LEFT_OUT.has(basename(path));
    cpSync(join(ROOT, "firmware"), join(other, "firmware"), { recursive: true, filter });
    cpSync(join(ROOT, "package.json"), join(other, "package.json"));
    const script = join(other, "firmware/build/build.ts");
    const words = [script, "--out", join(other, "images"), CHIP];
    const built = spawnSync(process.execPath, words, { stdio: "inherit", env: imageEnvironment() });
    if (built.status !== 0) throw new Error("the copy does not build");
    const again = sha256(readFileSync(join(other, "images", merged))).toString("hex");
    if (again !== hash) throw new Error(`${CHIP}: SHA-256 ${hash} here, ${again} from ${other}`);
    console.log(`${CHIP}: the same octets from ${other}, SHA-256 ${hash}`);
    mkdirSync(join(proof, ".."), { recursive: true });
    writeFileSync(proof, new Date().toISOString());
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
