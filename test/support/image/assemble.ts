import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { imagesFolder } from "../images.ts";
import { findCargo } from "../prepare.ts";
import { ROOT } from "../program.ts";
import {
  contextOf,
  type Instruction,
  type RunSettings,
  readStages,
  runSettings,
  type Stage,
} from "./dockerfile.ts";

/** The root of the app's image without its base, as addon/Dockerfile makes it, but without a container engine. */
export interface AssembledImage {
  /** Holds `app`. */
  readonly root: string;
  readonly settings: RunSettings;
}

/** Assembles the image in a folder of its own; seconds, and npm's cache or the registry. */
export function assembleImage(): AssembledImage {
  const stages = readStages(readFileSync(join(ROOT, "addon/Dockerfile"), "utf8"));
  const final = stages.at(-1);
  if (final === undefined) throw new Error("addon/Dockerfile has no stage");
  return { root: new Builder(stages).build(final), settings: runSettings(final) };
}

/** Carries out stages in folders; the machine's own programs stand for those of the bases. */
class Builder {
  readonly #stages: readonly Stage[];
  readonly #context = contextOf(ROOT);
  readonly #built = new Map<string, string>();

  constructor(stages: readonly Stage[]) {
    this.#stages = stages;
  }

  /** Gives the folder that stands for the stage's root. */
  build(stage: Stage): string {
    const root = folderOf(stage.name ?? "image");
    let workFolder = "/";
    for (const instruction of stage.instructions) {
      if (instruction.keyword === "WORKDIR") {
        workFolder = join(workFolder, instruction.text);
        mkdirSync(join(root, workFolder), { recursive: true });
      } else if (instruction.keyword === "COPY") this.#copy(instruction, { root, workFolder });
      else if (instruction.keyword === "RUN") run(instruction.text, stage, join(root, workFolder));
    }
    return root;
  }

  #copy({ flags, text }: Instruction, place: { readonly root: string; readonly workFolder: string }): void {
    const words = text.split(/\s+/);
    const target = words.pop() ?? "";
    const from = flags.get("from");
    for (const source of words) {
      const full = from === undefined ? join(ROOT, source) : join(this.#rootOf(from), source);
      const into = statSync(full).isFile() && target.endsWith("/") ? join(target, basename(source)) : target;
      const copy = join(place.root, place.workFolder, into);
      mkdirSync(dirname(copy), { recursive: true });
      if (from === undefined) this.#copyContext(source, copy);
      else cpSync(full, copy, { recursive: true, verbatimSymlinks: true });
    }
  }

  #copyContext(source: string, copy: string): void {
    for (const path of this.#context) {
      if (path === source) cpSync(join(ROOT, path), copy);
      if (!path.startsWith(`${source}/`)) continue;
      cpSync(join(ROOT, path), join(copy, path.slice(source.length + 1)));
    }
  }

  #rootOf(name: string): string {
    const known = this.#built.get(name);
    if (known !== undefined) return known;
    const stage = this.#stages.find((one) => one.name === name);
    if (stage === undefined) throw new Error(`no stage ${name}`);
    // As a release does: images that were built before, by --build-context firmware-images=firmware/dist.
    const root = name === "firmware-images" ? (imagesFolder() ?? standInImages()) : this.build(stage);
    this.#built.set(name, root);
    return root;
  }
}

/** A folder that is gone when this process ends. */
function folderOf(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `airwarden-${name}-`));
  process.once("exit", () => spawnSync("rm", ["-rf", folder]));
  return folder;
}

/** Where no images of firmware are built: files in their places, enough to see that the hub finds them. */
function standInImages(): string {
  const folder = folderOf("firmware");
  const parts = ["merged", "app"].map((part) => [part, { path: `esp32c3/${part}.bin` }] as const);
  mkdirSync(join(folder, "esp32c3"));
  for (const [, { path }] of parts) writeFileSync(join(folder, path), "a stand-in");
  const builds = [{ chip: "esp32c3", version: "0.0.0", ...Object.fromEntries(parts) }];
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ version: "0.0.0", builds }));
  return folder;
}

const BIN = join(ROOT, "node_modules/.bin");

/** What an outer npm or test runner says of its own folder and of itself; the way to the registry stays. */
const OUTER =
  /^(npm_(lifecycle|package|command|execpath|node|config_local_prefix)|NODE_(ENV|OPTIONS|TEST|V8)|INIT_CWD$)/;

function surroundings(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !OUTER.test(name));
  return { ...Object.fromEntries(kept), PATH: `${BIN}:${process.env["PATH"] ?? ""}` };
}

/** A RUN in the stage's folder, but for two that are done already where the tests run. */
function run(command: string, stage: Stage, folder: string): void {
  if (stage.name === "page" && command.startsWith("npm ci ")) {
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
  } else if (stage.name === "capture-reader") captureReader(command, folder);
  else must(command, folder);
}

/** Built beside its sources, where it mostly is built already; or the one that the environment names. */
function captureReader(command: string, folder: string): void {
  const release = join(folder, "target/release");
  mkdirSync(release, { recursive: true });
  const named = process.env["AIRWARDEN_NODE"];
  // Which cargo is new enough is the machine's matter, not the Dockerfile's.
  if (!named) must(command.replace(/^cargo /, `${findCargo()} `), join(ROOT, "firmware"));
  cpSync(named || join(ROOT, "firmware/target/release/airwarden-node"), join(release, "airwarden-node"));
}

function must(command: string, folder: string): void {
  const result = spawnSync("sh", ["-c", command], { cwd: folder, env: surroundings(), encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${command}: ${(result.stderr || result.stdout).trim()}`);
}
