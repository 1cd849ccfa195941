import { type FileHandle, open } from "node:fs/promises";
import { Deframer } from "../../wire/frame.ts";
import { kindOf } from "../../wire/peek.ts";
import { causeOf, Failure, systemCode } from "../failure.ts";

/** A capture of frames, for `airwarden-node` to read; or the serial stream of a node, kept in a file. */
export type FileKind = "capture" | "recording";

export const STANDARD_INPUT = "-";

/** Octets looked at to tell a recording: many of its messages, even where the first is cut. */
const LOOK = 64 * 1024;

/**
 * Says what a file is from its content. Throws Failure, which names the file and the next step, for what cannot be
 * read or has nothing in it. What is no recording is left to the reader of captures, which knows them all.
 */
export async function fileKind(path: string): Promise<FileKind> {
  if (path === STANDARD_INPUT) return "capture";
  let file: FileHandle | undefined;
  try {
    file = await open(path, "r");
    const status = await file.stat();
    if (status.isDirectory()) throw new Failure(`${path} is a folder: name the captures in it`);
    // A pipe can be read once only, and recordings are files.
    if (!status.isFile()) return "capture";
    if (status.size === 0) throw new Failure(`${path} is empty: record it again`);
    const { buffer, bytesRead } = await file.read(new Uint8Array(LOOK), 0, LOOK, 0);
    return isRecording(buffer.subarray(0, bytesRead)) ? "recording" : "capture";
  } catch (error) {
    throw error instanceof Failure ? error : unreadable(path, error);
  } finally {
    await file?.close();
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file: check the path",
  EACCES: "no permission to read it: check its owner and mode",
};

function unreadable(path: string, error: unknown): Failure {
  const advice = ADVICE[systemCode(error) ?? ""] ?? `cannot be read: ${causeOf(error)}`;
  return new Failure(`${path}: ${advice}`, { cause: error });
}

/** A whole message with a valid CRC-32 is no accident. */
function isRecording(octets: Uint8Array): boolean {
  let found = false;
  new Deframer().push(octets, (message) => {
    found ||= kindOf(message) !== undefined;
  });
  return found;
}
