import { spawnSync } from "node:child_process";
import { globSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { alone, BUILT_IMAGES, imageEnvironment } from "./support/images.ts";
import { prepare } from "./support/prepare.ts";

const root = join(import.meta.dirname, "..");

interface Counts {
  passed: number;
  failed: number;
  skipped: Map<string, number>;
}

interface Surroundings {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a command in the open; its failure is one failed check. True where it did not fail. */
function check(counts: Counts, name: string, command: readonly string[], around: Surroundings = {}): boolean {
  console.log(`\n== ${name}`);
  const [program = "", ...rest] = command;
  const started = performance.now();
  const result = spawnSync(program, rest, { cwd: root, stdio: "inherit", ...around });
  const good = result.status === 0;
  if (good) {
    counts.passed++;
    console.log(`   ${Math.round((performance.now() - started) / 1000)} s`);
  } else {
    counts.failed++;
    console.log(`   ${name} failed (${command.join(" ")})`);
  }
  return good;
}

function skip(counts: Counts, reason: string): void {
  counts.skipped.set(reason, (counts.skipped.get(reason) ?? 0) + 1);
}

interface Suite {
  readonly name: string;
  readonly files: readonly string[];
  readonly concurrency: number;
  /** Says all at its end, because another suite speaks meanwhile. */
  readonly quiet?: boolean;
}

const filesOf = (pattern: string): string[] =>
  globSync(pattern, { cwd: root })
    .sort()
    .map((file) => join(root, file));

/** Runs test files, each in a process of its own, and counts what they say. */
async function suite(counts: Counts, { name, files, concurrency, quiet = false }: Suite): Promise<void> {
  if (files.length === 0) return;
  const held: string[] = [];
  const say = (text: string): unknown => (quiet ? held.push(text) : process.stdout.write(text));
  say(`\n== ${name}\n`);
  const stream = run({ files: [...files], concurrency, timeout: 600_000 });
  stream.on("test:pass", (one) => {
    if (one.skip !== undefined) skip(counts, typeof one.skip === "string" ? one.skip : one.name);
    else if (one.details.type !== "suite") counts.passed++;
  });
  stream.on("test:fail", () => {
    counts.failed++;
  });
  for await (const line of stream.compose(spec)) say(String(line));
  if (quiet) process.stdout.write(held.join(""));
}

/** Tests beside a real Home Assistant wait most of the time: they run beside the others. */
async function system(counts: Counts): Promise<void> {
  const files = filesOf("test/system/**/*.test.ts");
  const besideHome = files.filter((file) => basename(file).startsWith("home-assistant"));
  const others = files.filter((file) => !besideHome.includes(file));
  await Promise.all([
    suite(counts, { name: "system", files: others, concurrency: 1 }),
    suite(counts, { name: "system: Home Assistant", files: besideHome, concurrency: 1, quiet: true }),
  ]);
}

function firmware(counts: Counts, cargo: string | undefined): void {
  if (cargo === undefined) {
    skip(counts, "no Rust toolchain: firmware tests");
    return;
  }
  const cwd = join(root, "firmware");
  check(counts, "firmware: format", [cargo, "fmt", "--all", "--check"], { cwd });
  check(
    counts,
    "firmware: lint",
    [cargo, "clippy", "--release", "--all-targets", "--locked", "--", "-D", "warnings"],
    { cwd },
  );
  check(counts, "firmware: build", [cargo, "build", "--release", "--locked"], { cwd });
  check(counts, "firmware: test", [cargo, "test", "--release", "--locked"], { cwd });
}

/** The image of every chip, for the tests that look at them. */
function images(counts: Counts, chips: boolean): void {
  if (!chips) {
    skip(counts, "no Rust compiler for the chips: images of the firmware");
    return;
  }
  const env = imageEnvironment();
  rmSync(BUILT_IMAGES, { recursive: true, force: true });
  const build = alone(process.execPath, "firmware/build/build.ts", "--out", BUILT_IMAGES);
  if (!check(counts, "firmware: images", build, { env })) return;
  process.env["AIRWARDEN_IMAGES"] = BUILT_IMAGES;
  const again = alone(process.execPath, "test/support/reproduce.ts");
  check(counts, "firmware: the same image from another folder", again);
}

async function main(): Promise<number> {
  const started = performance.now();
  const counts: Counts = { passed: 0, failed: 0, skipped: new Map() };
  const only = process.argv.slice(2);
  const wanted = (part: string): boolean => only.length === 0 || only.includes(part);
  const tools = prepare({ images: wanted("images") });
  if (wanted("lint")) {
    check(counts, "format and lint", ["biome", "check", "--error-on-warnings", "."]);
    check(counts, "types", ["tsc", "-p", "tsconfig.json"]);
  }
  if (wanted("web"))
    check(counts, "page", ["vite", "build", "--config", "hub/web/vite.config.ts", "--logLevel", "warn"]);
  if (wanted("firmware")) firmware(counts, tools.cargo);
  if (wanted("images")) images(counts, tools.chips);
  if (wanted("unit")) {
    await suite(counts, {
      name: "architecture",
      files: filesOf("test/architecture.test.ts"),
      concurrency: 1,
    });
    await suite(counts, { name: "unit", files: filesOf("test/unit/**/*.test.ts"), concurrency: 2 });
    await suite(counts, { name: "scenarios", files: filesOf("test/scenarios/**/*.test.ts"), concurrency: 2 });
  }
  if (wanted("system")) await system(counts);
  const skipped = [...counts.skipped.values()].reduce((sum, count) => sum + count, 0);
  const seconds = Math.round((performance.now() - started) / 1000);
  for (const [reason, count] of counts.skipped) console.log(`skipped ${count}: ${reason}`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${skipped} skipped in ${seconds} s`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

process.exitCode = await main();
