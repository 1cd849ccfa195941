import { createReadStream } from "node:fs";
import { type Micros, micros } from "../../base/units.ts";
import { causeOf, Failure, UsageFailure } from "../failure.ts";
import { RecordingClock } from "./clock.ts";
import { type FileKind, fileKind, STANDARD_INPUT } from "./files.ts";
import { readCapture } from "./node-process.ts";
import type { Recording } from "./play.ts";
import { MessageStream, type Octets } from "./stream.ts";

/** A file to be played, and the node that took it where that was said. */
export interface PlayedFile {
  readonly node: string | undefined;
  readonly path: string;
}

export interface RecordingOptions {
  /** Gives the program that reads captures; asked only when there is one to read. */
  readonly reader: () => Promise<string>;
  readonly warn: (line: string) => void;
}

/** Node of files that were given without one. */
const UNNAMED = "capture";

interface Source {
  readonly path: string;
  readonly node: string;
  readonly kind: FileKind;
  /** Program that reads it, for captures. */
  readonly reader: string;
}

/**
 * The recordings that files hold, each with the time at which it begins. Throws Failure for a file that cannot be
 * read, UsageFailure where standard input is not the only file.
 */
export async function recordingsOf(
  files: readonly PlayedFile[],
  options: RecordingOptions,
): Promise<Recording[]> {
  const sources = await sourcesOf(files, options);
  const [only] = sources;
  const { warn } = options;
  if (only !== undefined && sources.length === 1) {
    return [{ node: only.node, first: Number.NEGATIVE_INFINITY, open: () => streamOf(only, warn) }];
  }
  if (sources.some((source) => source.path === STANDARD_INPUT)) {
    throw new UsageFailure("standard input (-) can only be played alone", "replay");
  }
  const beginnings: Beginning[] = [];
  for (const source of sources) beginnings.push(await beginningOf(source));
  const start = commonStart(beginnings);
  return beginnings.map(({ source, first, unix }) => ({
    node: source.node,
    first: unix ? first : start,
    open: () => streamOf(source, warn, unix ? undefined : start),
  }));
}

async function sourcesOf(files: readonly PlayedFile[], options: RecordingOptions): Promise<Source[]> {
  const kinds: FileKind[] = [];
  for (const { path } of files) kinds.push(await fileKind(path));
  const reader = kinds.includes("capture") ? await options.reader() : "";
  return files.map(({ path, node = UNNAMED }, at) => ({ path, node, kind: kinds[at] ?? "capture", reader }));
}

interface Beginning {
  readonly source: Source;
  /** When its first message arrives. */
  readonly first: Micros;
  readonly unix: boolean;
}

/** Reads as far as the first message; one without any begins at 0. */
async function beginningOf(source: Source): Promise<Beginning> {
  const clock = new RecordingClock();
  // What the reader has to say it says again when the recording is played.
  const stream = new MessageStream(
    octetsOf(source, () => undefined),
    clock,
  );
  try {
    await stream.fill();
    return { source, first: stream.next ?? micros(0), unix: clock.unix };
  } finally {
    await stream.close();
  }
}

/**
 * Where recordings begin whose nodes counted from their boot: with the earliest that knows the time, and with one
 * another, for want of better knowledge.
 */
function commonStart(beginnings: readonly Beginning[]): Micros {
  const timed = beginnings.filter((one) => one.unix);
  return micros(Math.min(...(timed.length > 0 ? timed : beginnings).map((one) => one.first)));
}

const streamOf = (source: Source, warn: (line: string) => void, start?: Micros): MessageStream =>
  new MessageStream(octetsOf(source, warn), new RecordingClock(start));

function octetsOf(source: Source, warn: (line: string) => void): Octets {
  const { path, node, reader } = source;
  return source.kind === "capture" ? readCapture({ reader, path, node, warn }) : readRecording(path);
}

async function* readRecording(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const octets of createReadStream(path)) yield octets;
  } catch (error) {
    throw new Failure(`${path} cannot be read to its end: ${causeOf(error)}`, { cause: error });
  }
}
