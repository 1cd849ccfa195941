/** It could not be done: the message is one line that names the thing and the next step. Exit code 1. */
export class Failure extends Error {
  override readonly name = "Failure";
}

/** It was asked for in a wrong way: one line, and which command's help to read. Exit code 2. */
export class UsageFailure extends Error {
  override readonly name = "UsageFailure";
  /** Command whose `--help` says more; undefined for the general one. */
  readonly command: string | undefined;

  constructor(message: string, command?: string) {
    super(message);
    this.command = command;
  }
}

/** Error code of the operating system (`ENOENT`, …), undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "no permission",
  EPERM: "not permitted",
  EISDIR: "is a folder",
  ENOTDIR: "a part of the path is not a folder",
  ENOSPC: "no space left on the disk",
  EDQUOT: "the disk quota is used up",
  EROFS: "the file system is read-only",
  EMFILE: "too many open files",
  EIO: "the device does not answer",
  ELOOP: "too many symbolic links",
  EADDRINUSE: "in use by another program",
  EADDRNOTAVAIL: "not an address of this machine",
};

/** The cause in plain words, one line, for any thrown value. */
export function causeOf(error: unknown): string {
  const known = CAUSES[systemCode(error) ?? ""];
  if (known !== undefined) return known;
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] ?? text;
}

/** One line for whatever ended the program: what was the matter, with what. */
export function reasonOf(error: unknown): string {
  const path = error instanceof Error && "path" in error ? error.path : undefined;
  return typeof path === "string" ? `${path}: ${causeOf(error)}` : causeOf(error);
}
