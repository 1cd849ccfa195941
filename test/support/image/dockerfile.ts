import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, matchesGlob } from "node:path";

export interface Instruction {
  readonly keyword: string;
  /** `--from=page` as `from` → `page`. */
  readonly flags: ReadonlyMap<string, string>;
  /** What follows the flags. */
  readonly text: string;
}

export interface Stage {
  /** Name, or undefined for one without. */
  readonly name: string | undefined;
  readonly base: string;
  readonly platform: string | undefined;
  readonly instructions: readonly Instruction[];
}

const KNOWN = new Set(["ARG", "CMD", "COPY", "ENV", "FROM", "HEALTHCHECK", "LABEL", "RUN", "WORKDIR"]);

/** Reads the stages of a Dockerfile; throws at what it does not know, rather than passing over it. */
export function readStages(dockerfile: string): Stage[] {
  const stages: (Stage & { instructions: Instruction[] })[] = [];
  for (const instruction of instructionsOf(dockerfile)) {
    if (instruction.keyword !== "FROM") {
      const stage = stages.at(-1);
      if (stage === undefined) throw new Error(`${instruction.keyword} before FROM`);
      stage.instructions.push(instruction);
      continue;
    }
    const [, base, name] = /^(\S+)(?: AS (\S+))?$/.exec(instruction.text) ?? [];
    if (base === undefined) throw new Error(`FROM ${instruction.text}`);
    stages.push({ name, base, platform: instruction.flags.get("platform"), instructions: [] });
  }
  return stages;
}

function instructionsOf(dockerfile: string): Instruction[] {
  const lines = dockerfile.split("\n").filter((line) => !/^\s*#/.test(line));
  const logical = lines
    .join("\n")
    .replaceAll(/\\\n\s*/g, " ")
    .split("\n");
  return logical.filter((line) => line.trim() !== "").map(instructionOf);
}

function instructionOf(line: string): Instruction {
  const [, keyword = "", rest = ""] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
  if (!KNOWN.has(keyword)) throw new Error(`this reader of Dockerfiles does not know: ${line}`);
  const flags = new Map<string, string>();
  let text = rest;
  for (;;) {
    const [whole, name, value] = /^--([a-z-]+)=(\S+) +/.exec(text) ?? [];
    if (whole === undefined || name === undefined || value === undefined) break;
    flags.set(name, value);
    text = text.slice(whole.length);
  }
  return { keyword, flags, text: text.trim() };
}

/** A list in JSON, as CMD and HEALTHCHECK have it; the form without a shell. */
function execForm(text: string): string[] {
  const words: unknown = JSON.parse(text);
  if (Array.isArray(words) && words.every((word) => typeof word === "string")) return words;
  throw new Error(`not in exec form: ${text}`);
}

/** What an image says of how it is run. */
export interface RunSettings {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly healthCheck: readonly string[];
  readonly workFolder: string;
}

export function runSettings({ instructions }: Stage): RunSettings {
  const last = (keyword: string): string =>
    instructions.findLast((one) => one.keyword === keyword)?.text ?? "";
  const variables = instructions.filter((one) => one.keyword === "ENV");
  return {
    command: execForm(last("CMD")),
    environment: Object.fromEntries(variables.map(({ text }) => variableOf(text))),
    healthCheck: execForm(last("HEALTHCHECK").replace(/^CMD /, "")),
    workFolder: last("WORKDIR"),
  };
}

function variableOf(text: string): [string, string] {
  const [, name, value] = /^(\w+)=(\S+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new Error(`ENV ${text}`);
  return [name, value];
}

/** Files of a build's context: those below `root` that .dockerignore leaves, as relative paths. */
export function contextOf(root: string): string[] {
  const rules = readFileSync(join(root, ".dockerignore"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => ({ pattern: line.replace(/^!/, ""), takes: line.startsWith("!") }));
  // A rule about a folder is one about all that is in it; the last rule that fits decides.
  const fits = (path: string, pattern: string): boolean => {
    const parts = path.split("/");
    return parts.some((_, i) => matchesGlob(parts.slice(0, i + 1).join("/"), pattern));
  };
  const taken = (path: string): boolean =>
    rules.findLast(({ pattern }) => fits(path, pattern))?.takes ?? true;
  const walk = (folder: string): string[] =>
    readdirSync(join(root, folder)).flatMap((name) => {
      const path = folder === "" ? name : `${folder}/${name}`;
      // Nothing below an ignored folder is taken back by our rules: it need not be looked through.
      if (!taken(path)) return [];
      return statSync(join(root, path)).isDirectory() ? walk(path) : [path];
    });
  return walk("");
}
