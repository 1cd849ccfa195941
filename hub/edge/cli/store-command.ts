import type { Micros } from "../../base/units.ts";
import type { Environment } from "../options.ts";
import type { Arguments } from "./command.ts";
import type { Output } from "./output.ts";

/** A command that works on the hub's data beside a hub that may be running. */
export interface StoreCommand {
  readonly args: Arguments;
  readonly environment: Environment;
  readonly output: Output;
  readonly now: Micros;
}
