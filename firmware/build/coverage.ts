import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const FIRMWARE = join(import.meta.dirname, "..");
/** Built apart: instrumented code is of no use to anybody else. */
const TARGET = join(FIRMWARE, "target/coverage");
/** Share of the lines of the core that its tests have to reach. */
const LEAST_PERCENT = 95;
const USAGE = `npm run firmware:coverage

Runs the tests of firmware/core and prints which of its lines they reach; fails below ${LEAST_PERCENT} %. Files of
tests are left out, tests at the end of a file are among its lines. Needs llvm-profdata and llvm-cov as new as the LLVM of rustc: rustup component add llvm-tools, or
Debian's llvm-NN package.`;

interface Tools {
  readonly profdata: string;
  readonly cov: string;
}

const output = (program: string, args: readonly string[]): string =>
  execFileSync(program, args, { cwd: FIRMWARE, encoding: "utf8", maxBuffer: 64 << 20 });

/** LLVM's programs: those of the toolchain, else Debian's of the same version. */
function findTools(): Tools {
  const about = output("rustc", ["-vV"]);
  const host = /^host: (.*)$/m.exec(about)?.[1] ?? "";
  const version = /^LLVM version: (\d+)/m.exec(about)?.[1] ?? "";
  const own = join(output("rustc", ["--print", "sysroot"]).trim(), "lib/rustlib", host, "bin");
  const places = [own, `/usr/lib/llvm-${version}/bin`];
  const place = places.find((folder) => existsSync(join(folder, "llvm-cov")));
  if (place === undefined) {
    throw new Error(
      `there is no llvm-cov for LLVM ${version}: rustup component add llvm-tools, or apt-get install llvm-${version}`,
    );
  }
  return { profdata: join(place, "llvm-profdata"), cov: join(place, "llvm-cov") };
}

/** Runs the tests and gives the programs that they were. */
function runTests(): string[] {
  const env = {
    ...process.env,
    RUSTFLAGS: "-Cinstrument-coverage",
    LLVM_PROFILE_FILE: join(TARGET, "profile/%p-%m.profraw"),
    CARGO_TARGET_DIR: TARGET,
  };
  const words = ["test", "--locked", "--package", "airwarden-core"];
  const options = { cwd: FIRMWARE, env, encoding: "utf8", maxBuffer: 64 << 20 } as const;
  const built = execFileSync("cargo", [...words, "--no-run", "--message-format=json"], {
    ...options,
    stdio: ["ignore", "pipe", "inherit"],
  });
  execFileSync("cargo", [...words, "--quiet"], { ...options, stdio: ["ignore", "ignore", "inherit"] });
  return built
    .split("\n")
    .filter((line) => line.includes('"executable":"'))
    .map((line) => /"executable":"([^"]+)"/.exec(line)?.[1] ?? "");
}

/** Prints a row a file; gives the share of lines in percent. */
function report({ profdata, cov }: Tools, programs: readonly string[]): number {
  const merged = join(TARGET, "core.profdata");
  output(profdata, ["merge", "-sparse", "-o", merged, ...globSync(join(TARGET, "profile/*.profraw"))]);
  const [first = "", ...others] = programs;
  const rest = others.flatMap((program) => ["-object", program]);
  const left = ["-ignore-filename-regex", "(/tests(/|\\.rs)|/registry/|/rustc/)"];
  const common = [`-instr-profile=${merged}`, ...left, first, ...rest];
  console.log(output(cov, ["report", "-show-region-summary=false", "-show-branch-summary=false", ...common]));
  const exported: unknown = JSON.parse(output(cov, ["export", "-summary-only", ...common]));
  return linesOf(exported);
}

interface Exported {
  readonly data?: readonly { readonly totals?: { readonly lines?: { readonly percent?: number } } }[];
}

const linesOf = (exported: unknown): number =>
  (exported as Exported).data?.[0]?.totals?.lines?.percent ?? Number.NaN;

function main(): void {
  if (process.argv.includes("--help")) {
    console.log(USAGE);
    return;
  }
  const tools = findTools();
  rmSync(join(TARGET, "profile"), { recursive: true, force: true });
  mkdirSync(TARGET, { recursive: true });
  const percent = report(tools, runTests());
  console.log(
    `lines of the core that tests reach: ${percent.toFixed(2)} %, at least ${LEAST_PERCENT} % are asked for`,
  );
  if (!(percent >= LEAST_PERCENT)) process.exitCode = 1;
}

try {
  main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
