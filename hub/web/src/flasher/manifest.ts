/** The images of one chip, as `firmware/dist/manifest.json` lists them. */
export interface Build {
  readonly chip: string;
  /** `ESP32-C6`, as the chip names itself. */
  readonly chipFamily: string;
  readonly version: string;
  readonly path: string;
  readonly offset: number;
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
  /** The only kind of USB socket that it talks over; undefined: the chip's own, and it may be written over any. */
  readonly serialType: SerialType | undefined;
}

/** As ESP Web Tools has them: the chip's own USB, or a bridge chip. */
type SerialType = "cdc" | "uart";

/** `manifest.json` as far as this page reads it. */
export interface Release {
  readonly builds: readonly Build[];
  /** How long a board may take from its start until it answers, s. */
  readonly wait: number;
}

/** An image is not there or not the one that the manifest names; the message says it to a person. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

const folder = (): URL => new URL("firmware/", document.baseURI);

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};

/** As ESP Web Tools has it where the manifest does not say, s. */
const WAIT = 10;

/** What there are images for; nothing where none were built. */
export async function loadRelease(): Promise<Release> {
  const response = await fetch(new URL("manifest.json", folder()), { cache: "no-cache" });
  return readRelease(response.ok ? await response.json() : {});
}

/** Reads a manifest; builds that are not complete, or not one image at one place, are left out. */
export function readRelease(manifest: unknown): Release {
  const { builds, new_install_improv_wait_time: wait } = fieldsOf(manifest);
  return {
    builds: Array.isArray(builds) ? builds.map(readBuild).filter((one) => one !== undefined) : [],
    wait: typeof wait === "number" && wait > 0 && wait <= 60 ? wait : WAIT,
  };
}

/** The build for a chip at this kind of socket, as ESP Web Tools chooses. Throws ImageError where there is none. */
export function buildFor(builds: readonly Build[], family: string, isBridge: boolean): Build {
  const ofChip = builds.filter((one) => one.chipFamily === family);
  const type = isBridge ? "uart" : "cdc";
  const build =
    ofChip.find((one) => one.serialType === type) ?? ofChip.find((one) => one.serialType === undefined);
  if (build !== undefined) return build;
  if (ofChip.length > 0) {
    const socket = isBridge ? "the chip's own USB socket" : "a socket with a bridge chip (CP210x, CH340)";
    throw new ImageError(`The image for ${family} is for boards on ${socket}; this cable is in another one.`);
  }
  const there = [...new Set(builds.map((one) => one.chipFamily))].join(", ");
  throw new ImageError(`This board has the chip ${family}; there are images for ${there} only.`);
}

function readBuild(value: unknown): Build | undefined {
  const fields = fieldsOf(value);
  const { chip, chipFamily, version, parts, serialType } = fields;
  const [part, another] = Array.isArray(parts) ? parts.map(fieldsOf) : [];
  const { size, sha256 } = fieldsOf(fields["merged"]);
  if (part === undefined || another !== undefined) return undefined;
  const { path, offset } = part;
  const texts = [chip, chipFamily, version, path].every((one) => typeof one === "string" && one !== "");
  const numbers = [offset, size].every(
    (one) => typeof one === "number" && Number.isSafeInteger(one) && one >= 0,
  );
  if (!texts || !numbers || !/^[0-9a-f]{64}$/.test(String(sha256))) return undefined;
  return {
    ...{ chip: String(chip), chipFamily: String(chipFamily), version: String(version), path: String(path) },
    ...{ offset: Number(offset), size: Number(size), sha256: String(sha256) },
    serialType: serialType === "cdc" || serialType === "uart" ? serialType : undefined,
  };
}

/** Address of an image; its hash is part of it, so that a cache cannot give an older one. */
export const imageAddress = ({ path, sha256 }: Build): URL =>
  new URL(`${path.split("/").map(encodeURIComponent).join("/")}?sha256=${sha256}`, folder());

/** Fetches an image and makes sure that it is the one that the manifest names. Throws ImageError. */
export async function loadImage(build: Build): Promise<Uint8Array> {
  const response = await fetch(imageAddress(build));
  if (!response.ok) {
    throw new ImageError(
      `The image for ${build.chipFamily} cannot be fetched: reload this page and try again.`,
    );
  }
  const image = new Uint8Array(await response.arrayBuffer());
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", image));
  const hex = Array.from(hash, (octet) => octet.toString(16).padStart(2, "0")).join("");
  if (image.length !== build.size || hex !== build.sha256) {
    throw new ImageError(
      `The image for ${build.chipFamily} is damaged or of another version: reload this page.`,
    );
  }
  return image;
}
