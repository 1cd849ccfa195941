import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";

/** A folder of this user that outlives a run of the tests: what is dear to make is kept there. */
export const cached = (name: string): string =>
  join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "airwarden", name);
