import { readFileSync } from "node:fs";
import { causeOf, Failure, systemCode } from "../failure.ts";
import type { Environment } from "../options.ts";

/** Where the Supervisor puts the app's options at every start. */
const APP_OPTIONS = "/data/options.json";

/**
 * Options of the Home Assistant app, undefined outside of it (no SUPERVISOR_TOKEN). Throws Failure where the file
 * cannot be read as JSON; a missing file is an app without options.
 */
export function appOptions(environment: Environment, path = APP_OPTIONS): unknown {
  if (!environment["SUPERVISOR_TOKEN"]) return undefined;
  try {
    return JSON.parse(readFileSync(path, "utf8")) ?? {};
  } catch (error) {
    if (systemCode(error) === "ENOENT") return {};
    throw new Failure(
      `the app's options in ${path} cannot be read (${causeOf(error)}); save the app's configuration again`,
      { cause: error },
    );
  }
}
