import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fromHex } from "../../../base/bytes.ts";
import { fieldsOf, listOf } from "../../../base/fields.ts";
import { causeOf, Failure, systemCode } from "../../failure.ts";

/** A program for a chip, with what a node wants to know before it takes it. */
export interface Firmware {
  readonly version: string;
  readonly image: Uint8Array;
  /** 32 octets: SHA-256 of the image. */
  readonly sha256: Uint8Array;
  /** 64 octets: Ed25519 over the hash. */
  readonly signature: Uint8Array;
}

interface Build {
  readonly chip: string;
  readonly version: string;
  readonly path: string;
  readonly sha256: Uint8Array;
  /** Undefined where nobody signed. */
  readonly signature: Uint8Array | undefined;
}

const HASH_OCTETS = 32;
const SIGNATURE_OCTETS = 64;
/** A path in the manifest: inside its folder. */
const PATH = /^(?!.*\.\.)[\w.-]+(\/[\w.-]+)*$/;

/** The firmware that came with this hub: the folder that `npm run firmware` makes. */
export class Release {
  readonly #folder: string;
  #builds: readonly Build[] = [];

  constructor(folder: string) {
    this.#folder = folder;
    this.#read();
  }

  /** Version that nodes of this chip can be given; undefined without a signed image. */
  versionFor(chip: string): string | undefined {
    const build = this.#builds.find((one) => one.chip === chip);
    return build?.signature === undefined ? undefined : build.version;
  }

  /** Reads the image for a chip, and the manifest anew; throws Failure that says what is missing. */
  load(chip: string): Firmware {
    this.#read();
    if (this.#builds.length === 0) {
      throw new Failure("no firmware came with this hub: npm run firmware makes it");
    }
    const build = this.#builds.find((one) => one.chip === chip);
    if (build === undefined) throw new Failure(`there is no firmware for ${chip}`);
    const { version, path, sha256, signature } = build;
    if (signature === undefined) {
      throw new Failure("the firmware is not signed, and nodes take none that is not");
    }
    const image = this.#image(path);
    if (!createHash("sha256").update(image).digest().equals(sha256)) {
      throw new Failure(`${path} is not the file that the manifest names: make the firmware again`);
    }
    return { version, image, sha256, signature };
  }

  #image(path: string): Uint8Array {
    try {
      return readFileSync(join(this.#folder, path));
    } catch (error) {
      throw new Failure(`${path} cannot be read: ${causeOf(error)}`, { cause: error });
    }
  }

  #read(): void {
    try {
      this.#builds = buildsOf(JSON.parse(readFileSync(join(this.#folder, "manifest.json"), "utf8")));
    } catch (error) {
      // Without a folder there is no firmware, and half a manifest is none.
      if (!(error instanceof SyntaxError) && systemCode(error) === undefined) throw error;
      this.#builds = [];
    }
  }
}

function buildsOf(manifest: unknown): Build[] {
  return listOf(fieldsOf(manifest)["builds"]).flatMap(buildOf);
}

function buildOf(value: unknown): Build[] {
  const { chip, version, app } = fieldsOf(value);
  const { path, sha256, signature } = fieldsOf(app);
  const hash = octets(sha256, HASH_OCTETS);
  const named = typeof chip === "string" && typeof version === "string";
  if (!named || typeof path !== "string" || !PATH.test(path) || hash === undefined) return [];
  return [{ chip, version, path, sha256: hash, signature: octets(signature, SIGNATURE_OCTETS) }];
}

function octets(value: unknown, count: number): Uint8Array | undefined {
  if (typeof value !== "string" || value.length !== 2 * count) return undefined;
  return fromHex(value);
}
