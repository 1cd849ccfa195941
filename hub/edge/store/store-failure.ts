/** What is wrong with the store, for code; the message says it to a person, with the next step. */
export type StoreProblem =
  /** Written by a later version of the product. */
  | "newer"
  /** No space on the disk, or the store has reached the size it may have. */
  | "full"
  | "damaged"
  /** Another program holds it. */
  | "busy"
  /** No permission, a read-only disk, a path that is no folder. */
  | "unusable"
  /** The name or address is taken. */
  | "taken";

export class StoreFailure extends Error {
  override readonly name = "StoreFailure";
  readonly problem: StoreProblem;

  constructor(problem: StoreProblem, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const RESULT = {
  busy: 5,
  locked: 6,
  readOnly: 8,
  inputOutput: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notDatabase: 26,
};

/** Primary result code of an error of SQLite, undefined for any other error. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

export function isDamage(error: unknown): boolean {
  const code = resultCode(error);
  return code === RESULT.corrupt || code === RESULT.notDatabase;
}

/** An error of SQLite in the store at `path` as a StoreFailure; programming errors come back as they are. */
export function storeFailure(error: unknown, path: string): unknown {
  const fail = (problem: StoreProblem, message: string): StoreFailure =>
    new StoreFailure(problem, message, { cause: error });
  switch (resultCode(error)) {
    case RESULT.full:
      return fail(
        "full",
        `no space left for ${path}: free some; what is new is kept until it can be written`,
      );
    // What a full disk gives where SQLite needs a file of its own: the log, or its index in shared memory.
    case RESULT.inputOutput:
      return fail("full", `${path} cannot be written: the disk is full or failing, free some space`);
    case RESULT.corrupt:
    case RESULT.notDatabase:
      return fail("damaged", `${path} is damaged: start Airwarden again, it then sets the file aside`);
    case RESULT.busy:
    case RESULT.locked:
      return fail("busy", `${path} is in use by another program: stop that one`);
    case RESULT.readOnly:
    case RESULT.cannotOpen:
      return fail("unusable", `${path} cannot be written: check the permissions of the folder`);
    default:
      return error;
  }
}
