import { execFileSync } from "node:child_process";
import type { KeyObject } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CHIPS, type Chip, chipNamed } from "./chips.ts";
import { signingKey } from "./key.ts";
import { type Build, describe, manifestOf, publicHalf } from "./manifest.ts";
import { cargoHome, crateFolders, toolchainFor } from "./toolchain.ts";

const FIRMWARE = dirname(dirname(fileURLToPath(import.meta.url)));
const DIST = join(FIRMWARE, "dist");
/** build/bin/airwarden-rustc is a shell script. */
const WRAPS = process.platform !== "win32";
const USAGE = `npm run firmware [-- [--uart] [--out FOLDER] [CHIP…]]

Builds images of the firmware into firmware/dist, or FOLDER; all chips where none is named:
${CHIPS.map((chip) => chip.name).join(", ")}

--uart   talks on UART0 at 921,600 baud, for boards with a bridge chip, instead of the chip's own USB

AIRWARDEN_SIGNING_KEY    a file with an Ed25519 private key (PEM): its public half goes into the image, and the images
                         are signed with it. Without it nodes refuse updates
AIRWARDEN_RELEASE_KEY    the public half alone, 64 hexadecimal digits, for images that firmware/build/sign.ts signs
                         elsewhere, where the private one is
CARGO_TARGET_DIR         where to build; firmware/esp32/target otherwise
SOURCE_DATE_EPOCH        the time that images name; that of the last commit otherwise`;

interface Options {
  /** Where images go. */
  readonly folder: string;
  readonly chips: readonly Chip[];
  readonly uart: boolean;
  readonly key: KeyObject | undefined;
  /** Public half of the key that the images obey, 64 hexadecimal digits; empty where they obey none. */
  readonly obeyed: string;
}

function main(): void {
  const { values, positionals } = parseArgs({
    options: { help: { type: "boolean" }, uart: { type: "boolean" }, out: { type: "string" } },
    allowPositionals: true,
  });
  if (values.help === true) {
    console.log(USAGE);
    return;
  }
  const options: Options = {
    folder: resolve(values.out ?? DIST),
    chips: positionals.length === 0 ? CHIPS : positionals.map(chipNamed),
    uart: values.uart === true,
    ...keys(),
  };
  if (options.obeyed === "")
    console.log("AIRWARDEN_SIGNING_KEY is not set: these images will refuse updates");
  const maker = buildImageMaker();
  const builds = options.chips.map((chip) => build(chip, options, maker));
  const manifest = join(options.folder, "manifest.json");
  writeFileSync(manifest, `${JSON.stringify(manifestOf(builds), undefined, 2)}\n`);
  console.log(`${relative(process.cwd(), manifest)}: ${builds.length} chips`);
}

function build(chip: Chip, options: Options, maker: string): Build {
  const elf = compile(chip, options);
  const folder = join(options.folder, chip.name);
  mkdirSync(folder, { recursive: true });
  const files = ["merged.bin", "app.bin"].map((name) => join(folder, name));
  execFileSync(maker, [chip.name, elf, join(FIRMWARE, "esp32/partitions.csv"), ...files], {
    stdio: "inherit",
  });
  const described = describe(options.folder, chip, options);
  console.log(
    `${chip.name} ${described.version}: app ${described.app.size} octets, SHA-256 ${described.app.sha256}`,
  );
  return described;
}

/** Cargo goes by the times of files: what was compiled from other ones in another folder would count as made of these. */
function forgetOthers(folder: string): void {
  const mark = join(folder, "compiled-from");
  if (existsSync(mark) && readFileSync(mark, "utf8") === FIRMWARE) return;
  for (const path of globSync("{firmware,release}/.fingerprint/airwarden-*", { cwd: folder })) {
    rmSync(join(folder, path), { recursive: true });
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(mark, FIRMWARE);
}

/** Compiles and links the program of a chip and gives the path of the ELF file. */
function compile(chip: Chip, options: Options): string {
  const toolchain = toolchainFor(chip);
  console.log(`${chip.name}: ${toolchain.name}`);
  // One folder for all chips: what does not depend on the chip is compiled once for each processor.
  const target = process.env["CARGO_TARGET_DIR"] ?? join(FIRMWARE, "esp32/target");
  forgetOthers(join(target, chip.target));
  // Folders of this machine must not show in an image, and two machines shall give the same one.
  const remapped = [
    ...(WRAPS ? [] : [[FIRMWARE, "/firmware"]]),
    [cargoHome(), "/cargo"],
    ...crateFolders().map((folder) => [folder, "/crates"]),
    [toolchain.source, "/rust"],
    [target, "/target"],
  ].map(([from, to]) => `--remap-path-prefix=${from}=${to}`);
  const flags = `target.${chip.target}.rustflags=${JSON.stringify(remapped)}`;
  const features = options.uart ? `${chip.name},uart` : chip.name;
  execFileSync(
    toolchain.cargo,
    [
      "build",
      "--profile",
      "firmware",
      "--locked",
      "--target",
      chip.target,
      "--features",
      features,
      "--config",
      flags,
    ]
      .concat(toolchain.arguments)
      .concat((process.env["AIRWARDEN_CARGO_FLAGS"] ?? "").split(" ").filter((flag) => flag !== "")),
    {
      cwd: join(FIRMWARE, "esp32"),
      stdio: "inherit",
      env: {
        ...process.env,
        ...toolchain.environment,
        ...(WRAPS ? wrapper() : {}),
        CARGO_TARGET_DIR: target,
        SOURCE_DATE_EPOCH: sourceDate(),
        AIRWARDEN_RELEASE_KEY: options.obeyed,
      },
    },
  );
  return join(target, chip.target, "firmware/airwarden-esp32");
}

/** By its name alone: where it lies would be hashed into every symbol. */
const wrapper = (): Record<string, string> => ({
  RUSTC_WORKSPACE_WRAPPER: "airwarden-rustc",
  PATH: `${join(FIRMWARE, "build/bin")}:${process.env["PATH"] ?? ""}`,
  AIRWARDEN_SOURCE: FIRMWARE,
});

function buildImageMaker(): string {
  const given = process.env["CARGO_TARGET_DIR"];
  const target = given === undefined ? join(FIRMWARE, "image/target") : join(given, "image");
  forgetOthers(target);
  execFileSync("cargo", ["build", "--release", "--locked"], {
    cwd: join(FIRMWARE, "image"),
    stdio: "inherit",
    env: { ...process.env, CARGO_TARGET_DIR: target },
  });
  return join(target, "release/airwarden-image");
}

/** Time of the last commit that touched the firmware, s since 1970. */
function sourceDate(): string {
  const given = process.env["SOURCE_DATE_EPOCH"];
  if (given !== undefined) return given;
  try {
    const shown = execFileSync("git", ["log", "-1", "--format=%ct", "--", "."], {
      cwd: FIRMWARE,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    if (shown !== "") return shown;
  } catch {
    // An archive of the source has no commits.
  }
  return "1767225600";
}

function keys(): Pick<Options, "key" | "obeyed"> {
  const key = signingKey();
  if (key !== undefined) return { key, obeyed: publicHalf(key) };
  const obeyed = process.env["AIRWARDEN_RELEASE_KEY"] ?? "";
  if (!/^([0-9a-f]{64})?$/.test(obeyed))
    throw new Error("AIRWARDEN_RELEASE_KEY is not 64 hexadecimal digits");
  return { key, obeyed };
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
