import type { KeyObject } from "node:crypto";
import { createPublicKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Chip, chipNamed } from "./chips.ts";
import { readDescriptor, sha256 } from "./image.ts";

/** A file of the release. */
export interface ReleaseFile {
  /** Relative to the manifest. */
  readonly path: string;
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** What the hub needs for an update and a flasher does not. */
export interface Update extends ReleaseFile {
  /** Ed25519 over the 32 octets of the hash, hexadecimal; missing where nobody signed. */
  readonly signature?: string;
  /** The key that the signature is of, and that the image holds to judge the next one: 32 octets, hexadecimal. */
  readonly key?: string;
}

/** One chip. */
export interface Build {
  readonly chipFamily: string;
  /** The image talks over a bridge chip alone; missing: over the chip's own USB. */
  readonly serialType?: "uart";
  readonly parts: readonly { readonly path: string; readonly offset: number }[];
  readonly chip: string;
  readonly version: string;
  readonly merged: ReleaseFile;
  readonly app: Update;
}

/** `manifest.json`: what ESP Web Tools reads, and more that it passes over. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly new_install_prompt_erase: boolean;
  readonly new_install_improv_wait_time: number;
  readonly builds: readonly Build[];
}

/** How long a flasher waits for the node to ask for Wi-Fi, s: start, and what the boot does before it listens. */
const IMPROV_WAIT = 15;

export interface Making {
  readonly key?: KeyObject | undefined;
  /** The images talk over a bridge chip. */
  readonly uart?: boolean;
}

/** Describes the images of one chip in `folder`/`chip`. */
export function describe(folder: string, chip: Chip, { key, uart = false }: Making = {}): Build {
  const merged = file(folder, `${chip.name}/merged.bin`);
  const app = file(folder, `${chip.name}/app.bin`);
  const hash = Buffer.from(app.sha256, "hex");
  return {
    chipFamily: chip.family,
    ...(uart ? { serialType: "uart" as const } : {}),
    parts: [{ path: merged.path, offset: 0 }],
    chip: chip.name,
    version: readDescriptor(readFileSync(join(folder, app.path)), 0).version,
    merged,
    app:
      key === undefined
        ? app
        : { ...app, signature: sign(null, hash, key).toString("hex"), key: publicHalf(key) },
  };
}

/** The manifest of builds that are all of one version; throws otherwise. */
export function manifestOf(builds: readonly Build[]): Manifest {
  const versions = new Set(builds.map((build) => build.version));
  const [version] = versions;
  if (version === undefined || versions.size > 1) throw new Error("the images are not of one version");
  return {
    name: "Airwarden node",
    version,
    new_install_prompt_erase: true,
    new_install_improv_wait_time: IMPROV_WAIT,
    builds,
  };
}

/** The manifest of a folder with all its images signed; throws where one of them would not obey the key. */
export function signedManifest(folder: string, key: KeyObject): Manifest {
  const manifest = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as Manifest;
  const obeyed = Buffer.from(publicHalf(key), "hex");
  for (const { chip, app } of manifest.builds) {
    if (!readFileSync(join(folder, app.path)).includes(obeyed)) {
      throw new Error(`the image of ${chip} does not hold the public half of this key: build it with it`);
    }
  }
  return manifestOf(
    manifest.builds.map((build) => {
      const uart = build.serialType === "uart";
      return describe(folder, chipNamed(build.chip), { key, uart });
    }),
  );
}

/** The 32 octets of the public key of an Ed25519 key in hexadecimal. */
export function publicHalf(key: KeyObject): string {
  // They are the end of the SubjectPublicKeyInfo (RFC 8410, 4).
  return createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32).toString("hex");
}

function file(folder: string, path: string): ReleaseFile {
  const bytes = readFileSync(join(folder, path));
  return { path, size: bytes.length, sha256: sha256(bytes).toString("hex") };
}
