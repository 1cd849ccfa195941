import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { TestContext } from "node:test";

export const ROOT = join(import.meta.dirname, "../..");
const MAIN = join(ROOT, "hub/main.ts");

export interface Outcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** Runs as this user; only root may. */
  readonly uid?: number;
  readonly input?: Uint8Array;
}

/** What is set around the tests must not reach the program. */
const surroundings = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(AIRWARDEN_(?!NODE$)|NODE_|SUPERVISOR_)/.test(name)),
  );

/** Starts `airwarden` as a process of its own; its end is awaited with `outcome`. */
export function start(words: readonly string[], options: RunOptions = {}): ChildProcess {
  return spawn(process.execPath, [MAIN, ...words], {
    env: { ...surroundings(), ...options.environment },
    stdio: ["pipe", "pipe", "pipe"],
    ...(options.uid === undefined ? {} : { uid: options.uid }),
  });
}

export async function outcome(child: ChildProcess): Promise<Outcome> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout?.on("data", (octets: Buffer) => out.push(octets));
  child.stderr?.on("data", (octets: Buffer) => err.push(octets));
  await once(child, "close");
  const text = (octets: Buffer[]): string => Buffer.concat(octets).toString("utf8");
  return { code: child.exitCode, signal: child.signalCode, stdout: text(out), stderr: text(err) };
}

/** Runs `airwarden` to its end. */
export async function run(words: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = start(words, options);
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(options.input);
  return await outcome(child);
}

/** A folder for one test, removed after it. */
export function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "airwarden-test-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export type JsonLine = { readonly type: string } & Readonly<Record<string, unknown>>;

/** JSON lines of an output, each of which must parse. */
export const linesOf = (stdout: string): JsonLine[] =>
  stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as JsonLine);
