import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { program } from "../prepare.ts";

/** The far end of a pseudo-terminal: what a board on a cable would be. */
export interface Pty {
  readonly path: string;
  /** What the hub wrote to it so far. */
  written(): Buffer;
  write(octets: Uint8Array): void;
  /** Pulls the plug: the path is gone, whoever has it open is told. */
  unplug(): Promise<void>;
}

/** Undefined where Python, which makes the pseudo-terminals, is not installed. */
export const ptyProgram = (): string | undefined => program("python3");

/** Makes a pseudo-terminal reachable at `path` (a symbolic link). */
export async function plugIn(path: string): Promise<Pty> {
  const python = ptyProgram();
  if (python === undefined) throw new Error("python3 is not installed");
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(
    python,
    [join(import.meta.dirname, "terminal.py"), path],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  await once(child.stderr, "data");
  return {
    path,
    written: () => Buffer.concat(chunks),
    write: (octets) => child.stdin.write(octets),
    unplug: async () => {
      child.stdin.end();
      if (child.exitCode === null) await once(child, "exit");
    },
  };
}
