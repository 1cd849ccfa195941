import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { causeOf, Failure } from "../failure.ts";
import type { Environment } from "../options.ts";

export interface ReaderPlace {
  /** Folder that hub/ and firmware/ are in. */
  readonly root: string;
  readonly environment: Environment;
  /** Tells a person what takes so long, a line at a time. */
  readonly say: (line: string) => void;
}

const NAME = "airwarden-node";

/** The program that reads captures: the one named, the one delivered, or one built from the sources beside the hub. */
export async function captureReader(place: ReaderPlace): Promise<string> {
  const named = place.environment["AIRWARDEN_NODE"];
  if (named) {
    if (existsSync(named)) return named;
    throw new Failure(`AIRWARDEN_NODE names ${named}, which is not there`);
  }
  const delivered = join(place.root, "bin", NAME);
  if (existsSync(delivered)) return delivered;
  const firmware = join(place.root, "firmware");
  const built = join(firmware, "target/release", NAME);
  const builtAt = timeOf(built);
  if (builtAt !== undefined && builtAt >= newestSource(firmware)) return built;
  const cargo = await findCargo(firmware, place.environment);
  if (cargo === undefined && builtAt !== undefined) {
    place.say(`the capture reader is older than its sources, and there is no cargo to build it again`);
    return built;
  }
  if (cargo === undefined) throw noCargo(firmware);
  if (!(await build(cargo, firmware, place))) {
    if (builtAt === undefined) throw notBuilt(firmware);
    place.say("the sources of the capture reader do not build: the one built before is used");
    return built;
  }
  // Cargo leaves what need not change as old as it is.
  utimesSync(built, new Date(), new Date());
  return built;
}

function noCargo(firmware: string): Failure {
  const sources = existsSync(join(firmware, "Cargo.toml"));
  const advice = sources
    ? `install Rust ${neededRust(firmware) ?? ""} or newer (https://rustup.rs) and run this again, it is then built once`
    : "put it there, or name it in AIRWARDEN_NODE";
  return new Failure(`captures are read by ${NAME}, which is not here yet: ${advice}`);
}

const timeOf = (path: string): number | undefined => statSync(path, { throwIfNoEntry: false })?.mtimeMs;

/** When the sources were changed last, in ms; 0 where there are none. */
function newestSource(firmware: string): number {
  let newest = timeOf(join(firmware, "Cargo.lock")) ?? 0;
  for (const member of ["core", "linux"]) {
    const folder = join(firmware, member);
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
      if (/^src\/.*\.rs$|^Cargo\.toml$/.test(name))
        newest = Math.max(newest, timeOf(join(folder, name)) ?? 0);
    }
  }
  return newest;
}

/** Version of Rust that the sources ask for: `1.95`. */
function neededRust(firmware: string): string | undefined {
  const manifest = join(firmware, "Cargo.toml");
  return existsSync(manifest)
    ? /^rust-version = "([\d.]+)"/m.exec(readFileSync(manifest, "utf8"))?.[1]
    : undefined;
}

/** A cargo that is new enough, undefined where there is none. */
async function findCargo(firmware: string, environment: Environment): Promise<string | undefined> {
  const needed = neededRust(firmware);
  if (needed === undefined) return undefined;
  const own = join(environment["CARGO_HOME"] || join(homedir(), ".cargo"), "bin/cargo");
  for (const cargo of ["cargo", own, "/usr/bin/cargo"]) {
    const version = /^cargo ([\d.]+)/.exec(await answer(cargo, ["--version"], environment))?.[1];
    if (version !== undefined && notOlder(version, needed)) return cargo;
  }
  return undefined;
}

/** Compares dotted versions number by number. */
export function notOlder(version: string, needed: string): boolean {
  const parts = version.split(".").map(Number);
  const least = needed.split(".").map(Number);
  for (const [at, want] of least.entries()) {
    const have = parts[at] ?? 0;
    if (have !== want) return have > want;
  }
  return true;
}

/** What a program prints; nothing where it cannot be run. */
async function answer(program: string, args: readonly string[], environment: Environment): Promise<string> {
  const child = spawn(program, [...args], { stdio: ["ignore", "pipe", "ignore"], env: environment });
  const printed: Buffer[] = [];
  child.stdout.on("data", (octets: Buffer) => printed.push(octets));
  try {
    await once(child, "close");
  } catch {
    return "";
  }
  return Buffer.concat(printed).toString("utf8");
}

const notBuilt = (firmware: string): Failure =>
  new Failure(
    `the capture reader could not be built: run "cargo build --release --package ${NAME}" in ${firmware}`,
  );

/** False where it does not build; cargo has said why. */
async function build(cargo: string, firmware: string, place: ReaderPlace): Promise<boolean> {
  const started = performance.now();
  place.say("building the capture reader (once, about a minute)…");
  const args = ["build", "--release", "--locked", "--package", NAME, "--target-dir", "target"];
  const child = spawn(cargo, args, {
    cwd: firmware,
    env: place.environment,
    // What cargo says while it builds is the progress.
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    await once(child, "close");
  } catch (error) {
    throw new Failure(`${cargo} cannot be started: ${causeOf(error)}`, { cause: error });
  }
  if (child.exitCode !== 0) return false;
  place.say(`the capture reader is built (${Math.round((performance.now() - started) / 1000)} s)`);
  return true;
}
