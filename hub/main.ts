import { join } from "node:path";
import process from "node:process";
import pack from "../package.json" with { type: "json" };
import { micros } from "./base/units.ts";
import { choose } from "./edge/cli/choose.ts";
import type { Arguments } from "./edge/cli/command.ts";
import {
  BACKUP,
  LOG_COMMAND,
  NODE_ADD,
  NODE_LIST,
  NODE_PROVISION,
  NODE_REMOVE,
  REPLAY,
  SERVE,
} from "./edge/cli/commands.ts";
import { Output } from "./edge/cli/output.ts";
import type { StoreCommand } from "./edge/cli/store-command.ts";
import { reasonOf, UsageFailure } from "./edge/failure.ts";
import { createLog } from "./edge/log.ts";
import { replayOptions } from "./edge/options/replay.ts";
import { captureReader } from "./edge/replay/node-program.ts";

type Run = (args: Arguments, output: Output) => Promise<void>;

const ROOT = join(import.meta.dirname, "..");

/** What each command does; a command's own code is loaded when it is chosen. */
const RUNS: Readonly<Record<string, Run>> = {
  [SERVE.name]: async (args) => (await import("./serve.ts")).serve({ args, reader }),
  [REPLAY.name]: replay,
  [LOG_COMMAND.name]: async (...words) =>
    (await import("./edge/cli/log-command.ts")).showLog(storeCommand(...words)),
  [NODE_ADD.name]: async (...words) => (await nodes()).addNode(storeCommand(...words)),
  [NODE_PROVISION.name]: async (...words) =>
    (await import("./edge/care/provision-command.ts")).provisionNode(storeCommand(...words)),
  [NODE_LIST.name]: async (...words) => (await nodes()).listNodes(storeCommand(...words)),
  [NODE_REMOVE.name]: async (...words) => (await nodes()).removeNode(storeCommand(...words)),
  [BACKUP.name]: async (...words) =>
    (await import("./edge/cli/backup-command.ts")).backup(storeCommand(...words)),
};

const nodes = () => import("./edge/cli/nodes-command.ts");

const storeCommand = (args: Arguments, output: Output): StoreCommand => ({
  args,
  environment: process.env,
  output,
  now: micros(Date.now() * 1000),
});

const complain = (line: string): boolean => process.stderr.write(`airwarden: ${line}\n`);

const reader = (): Promise<string> => captureReader({ root: ROOT, environment: process.env, say: complain });

async function replay(args: Arguments, output: Output): Promise<void> {
  const options = replayOptions(args, process.env);
  const run = (await import("./edge/replay/replay.ts")).replay;
  const log = createLog({
    level: options.logLevel,
    write: complain,
    now: () => performance.now(),
    prefix: () => "",
  });
  await run({ options, output, log, reader });
}

/**
 * Runs one command line, without the program's name. Gives the exit code: 0 done, 1 failed, 2 wrong usage; what went
 * wrong is said on standard error.
 */
export async function main(words: readonly string[]): Promise<number> {
  const output = new Output(process.stdout);
  try {
    const choice = choose(words, pack.version);
    if (choice.kind === "print") output.write(choice.text);
    else await RUNS[choice.command.name]?.(choice.args, output);
    await output.finish();
    return 0;
  } catch (error) {
    return explain(error);
  }
}

function explain(error: unknown): number {
  if (error instanceof UsageFailure) {
    const command = error.command === undefined ? "" : ` ${error.command}`;
    complain(`${error.message}\nsee airwarden${command} --help`);
    return 2;
  }
  const defect = error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError;
  if (defect && process.env["AIRWARDEN_LOG"] === "debug") process.stderr.write(`${error.stack}\n`);
  const hint = defect ? " (a defect of airwarden: AIRWARDEN_LOG=debug shows where)" : "";
  complain(`${reasonOf(error)}${hint}`);
  return 1;
}

/** Ends with the launcher (bin/airwarden.js), even where that one was killed outright. */
function followLauncher(): void {
  if (process.env["AIRWARDEN_LAUNCHER"] === undefined || process.channel === undefined) return;
  process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
  process.channel?.unref();
}

/** The whole program, with a command line without its name. */
export async function run(words: readonly string[] = process.argv.slice(2)): Promise<void> {
  followLauncher();
  process.exitCode = await main(words);
}

if (import.meta.main) await run();
