import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";
import { CHIPS } from "../../firmware/build/chips.ts";
import { DEBIAN_PACKAGES, findToolchain } from "../../firmware/build/toolchain.ts";

/** Programs that system tests use as they are, and the Debian package that brings each. */
const PROGRAMS = {
  mosquitto: "mosquitto",
  tshark: "tshark",
  chromium: "chromium",
  python3: "python3",
} as const;

const PATHS = ["/usr/sbin", "/usr/bin", "/usr/local/bin"];

export interface Tools {
  readonly cargo: string | undefined;
  /** A compiler for every chip that the firmware runs on. */
  readonly chips: boolean;
}

export interface Wanted {
  /** Images of the firmware are to be built. */
  readonly images: boolean;
}

const onPath = (program: string): string | undefined =>
  [...(process.env["PATH"] ?? "").split(":"), ...PATHS]
    .map((folder) => `${folder}/${program}`)
    .find((path) => existsSync(path));

const isDebianRoot = (): boolean => process.getuid?.() === 0 && existsSync("/usr/bin/apt-get");

function install(packages: readonly string[]): void {
  console.log(`installing for the tests: ${packages.join(" ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (...rest: string[]) =>
    spawnSync("apt-get", ["-qq", ...rest], { env, stdio: ["ignore", "ignore", "inherit"] });
  for (let attempt = 0; attempt < 3; attempt++) {
    apt("update");
    if (apt("install", "-y", "--no-install-recommends", ...packages).status === 0) return;
  }
  console.log("the installation failed; tests that need these packages are skipped");
}

/** The cargo that can build the firmware workspace (edition 2024 needs 1.85): rustup's, else Debian's newest. */
export function findCargo(): string | undefined {
  for (const candidate of ["cargo", "/usr/bin/cargo"]) {
    const answer = spawnSync(candidate, ["--version"], { encoding: "utf8" });
    const version = /cargo 1\.(\d+)/.exec(answer.stdout ?? "")?.[1];
    if (version !== undefined && Number(version) >= 85) return candidate;
  }
  return undefined;
}

const hasChips = (): boolean => CHIPS.every((chip) => findToolchain(chip) !== undefined);

/** Brings what the tests need where that is possible (Debian, as root), and names what is missing elsewhere. */
export function prepare({ images }: Wanted): Tools {
  const missing = Object.entries(PROGRAMS).filter(([program]) => onPath(program) === undefined);
  const wanted: string[] = missing.map(([, name]) => name);
  if (findCargo() === undefined) wanted.push("rustc-web", "cargo-web", "rust-clippy-web", "rustfmt-web");
  if (wanted.length > 0) {
    if (isDebianRoot()) install(wanted);
    else console.log(`not installed, tests that need them are skipped: ${wanted.join(" ")}`);
  }
  // By themselves: where there are none of these, the others are still wanted.
  if (images && !hasChips() && isDebianRoot()) install(DEBIAN_PACKAGES);
  return { cargo: findCargo(), chips: hasChips() };
}

/** Path of an installed program, or undefined: then the test skips itself and says so. */
export const program = (name: keyof typeof PROGRAMS | "tcpdump"): string | undefined => onPath(name);
