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
}

/** An image is not there or not the one that the manifest names; the message says it to a person. */
export class ImageError extends Error {
  override readonly name = "ImageError";
}

const folder = (): URL => new URL("firmware/", document.baseURI);

type Fields = Readonly<Record<string, unknown>>;
const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null ? (value as Fields) : {};

/** The chips that there are images for; empty where none were built. */
export async function loadBuilds(): Promise<readonly Build[]> {
  const response = await fetch(new URL("manifest.json", folder()), { cache: "no-cache" });
  if (!response.ok) return [];
  return readBuilds(await response.json());
}

/** Reads a manifest; builds that are not complete, or not one image at one place, are left out. */
export function readBuilds(manifest: unknown): readonly Build[] {
  const builds = fieldsOf(manifest)["builds"];
  return Array.isArray(builds) ? builds.map(readBuild).filter((one) => one !== undefined) : [];
}

function readBuild(value: unknown): Build | undefined {
  const fields = fieldsOf(value);
  const { chip, chipFamily, version, parts } = fields;
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
  };
}

/** Address of an image; its hash is part of it, so that a cache cannot give an older one. */
export const imageAddress = ({ path, sha256 }: Build): URL =>
  new URL(`${path.split("/").map(encodeURIComponent).join("/")}?sha256=${sha256}`, folder());

/** Fetches an image and makes sure that it is the one that the manifest names. Throws ImageError. */
export async function loadImage(build: Build): Promise<Uint8Array> {
  const response = await fetch(imageAddress(build));
  if (!response.ok) throw new ImageError(`The image for ${build.chipFamily} cannot be fetched.`);
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
