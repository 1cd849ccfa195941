import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { causeOf, Failure } from "../failure.ts";
import { STANDARD_INPUT } from "./files.ts";

/** Characters of one line of the program's complaints that are shown. */
const LINE = 300;

export interface CaptureReading {
  /** The `airwarden-node` program. */
  readonly reader: string;
  /** `-` is standard input. */
  readonly path: string;
  /** Name of the node that took it. */
  readonly node: string;
  /** Takes what the reader says about the capture, a line at a time. */
  readonly warn: (line: string) => void;
}

/** Asks the reader for one capture: its messages, framed as on a serial link, as fast as they are taken. */
function readerArguments({ path, node }: CaptureReading): string[] {
  const file = path.startsWith("-") && path !== STANDARD_INPUT ? `./${path}` : path;
  return ["--output", "stdout", "--pace", "max", "--name", node, "--capture", file];
}

type Reader = ChildProcessByStdio<null, Readable, Readable>;

/**
 * The messages of a capture file as the octets of a serial link. Reads no faster than it is asked; throws Failure
 * with the reader's own last words where the capture cannot be read.
 */
export async function* readCapture(reading: CaptureReading): AsyncGenerator<Uint8Array, void, undefined> {
  const child = startReader(reading);
  const lines = complaints(child, reading.warn);
  const ended = once(child, "close");
  // Looked at below, where it is awaited; until then it is no unhandled rejection.
  ended.catch(() => undefined);
  try {
    for await (const octets of child.stdout) yield octets;
    await exit(child, ended, reading);
    const last = await lines;
    if (child.exitCode !== 0) throw failed(child, reading, last);
    if (last !== undefined) reading.warn(last);
  } finally {
    child.stdout.destroy();
    if (child.exitCode === null && child.signalCode === null) child.kill();
  }
}

function startReader(reading: CaptureReading): Reader {
  const input = reading.path === STANDARD_INPUT ? "inherit" : "ignore";
  return spawn(reading.reader, readerArguments(reading), { stdio: [input, "pipe", "pipe"] });
}

async function exit(child: Reader, ended: Promise<unknown>, { reader }: CaptureReading): Promise<void> {
  try {
    await ended;
  } catch (error) {
    child.kill();
    throw new Failure(`the capture reader ${reader} cannot be started: ${causeOf(error)}`, { cause: error });
  }
}

function failed(child: Reader, { path }: CaptureReading, said: string | undefined): Failure {
  if (said !== undefined) return new Failure(said.startsWith(path) ? said : `${path}: ${said}`);
  const how =
    child.signalCode === null ? `ended with code ${child.exitCode}` : `was ended by ${child.signalCode}`;
  return new Failure(`${path}: the capture reader ${how} without a word`);
}

/** Passes the program's lines on, but keeps the last back: where it fails, that is the reason. */
async function complaints(child: Reader, warn: (line: string) => void): Promise<string | undefined> {
  let last: string | undefined;
  let held = "";
  const take = (line: string): void => {
    const text = line.replace(/^(airwarden-node|error): /, "").slice(0, LINE);
    if (text.trim() === "") return;
    if (last !== undefined) warn(last);
    last = text;
  };
  for await (const piece of child.stderr.setEncoding("utf8")) {
    const lines = `${held}${piece}`.split("\n");
    held = (lines.pop() ?? "").slice(0, LINE);
    lines.forEach(take);
  }
  take(held);
  return last;
}
