import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Chip } from "./chips.ts";

/** A compiler that builds for a chip. */
export interface Toolchain {
  /** In words, to be printed. */
  readonly name: string;
  readonly cargo: string;
  /** Arguments of cargo beyond the usual. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Folder of the standard library's source, which must not show in an image. */
  readonly source: string;
}

/** From 20 on lld links the C61's radio library; 22 is what was tried. */
const LINKER = "ld.lld-22";
const DEBIAN_SOURCE = "/usr/lib/rustlib/src/rust";

/** Packages of Debian that bring a toolchain for every chip. */
export const DEBIAN_PACKAGES = ["rustc-web", "cargo-web", "rust-web-src", LINKER.replace("ld.", "")] as const;

/** The toolchain for a chip: rustup's where it has the target, else Debian's, else an error that says what to do. */
export function toolchainFor(chip: Chip): Toolchain {
  const found = findToolchain(chip);
  if (found !== undefined) return found;
  throw new Error(
    `No Rust compiler for ${chip.target}. Install one of:\n` +
      `  rustup target add ${chip.target}\n` +
      `  apt-get install ${DEBIAN_PACKAGES.join(" ")}     (Debian)`,
  );
}

/** The same; undefined where there is none. */
export function findToolchain(chip: Chip): Toolchain | undefined {
  return rustup(chip.target) ?? debian(chip.target);
}

function rustup(target: string): Toolchain | undefined {
  const library = output("rustc", ["--print", "target-libdir", "--target", target]);
  const sysroot = output("rustc", ["--print", "sysroot"]);
  if (library === undefined || sysroot === undefined || !existsSync(library)) return undefined;
  return {
    name: `${output("rustc", ["--version"]) ?? "rustc"} with its own ${target}`,
    cargo: "cargo",
    arguments: [],
    environment: {},
    source: join(sysroot, "lib/rustlib/src/rust"),
  };
}

/** Debian has no standard library for these processors, but its source: it is built along. */
function debian(target: string): Toolchain | undefined {
  const [cargo, rustc] = ["/usr/bin/cargo", "/usr/bin/rustc"];
  const there = [cargo, rustc, join(DEBIAN_SOURCE, "library"), `/usr/bin/${LINKER}`].every((path) =>
    existsSync(path),
  );
  if (!there) return undefined;
  const variable = `CARGO_TARGET_${target.toUpperCase().replaceAll("-", "_")}_LINKER`;
  return {
    name: `${output(rustc, ["--version"]) ?? "rustc"} of Debian with ${LINKER}, standard library built from source`,
    cargo,
    arguments: ["-Zbuild-std=core,alloc"],
    environment: { RUSTC: rustc, RUSTC_BOOTSTRAP: "1", [variable]: process.env[variable] ?? LINKER },
    source: realpathSync(DEBIAN_SOURCE),
  };
}

/** Folder in which cargo keeps the sources of crates. */
export function cargoHome(): string {
  return process.env["CARGO_HOME"] ?? join(homedir(), ".cargo");
}

/** Folders in which the crates of each registry are: their names differ from machine to machine. */
export function crateFolders(): string[] {
  const folder = join(cargoHome(), "registry/src");
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [];
}

function output(program: string, programArguments: readonly string[]): string | undefined {
  try {
    return execFileSync(program, programArguments, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return undefined;
  }
}
