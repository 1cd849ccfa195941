import process from "node:process";
import { type Micros, micros } from "./base/units.ts";
import type { Arguments } from "./edge/cli/command.ts";
import { createLog, type Log, stamp } from "./edge/log.ts";
import { appOptions } from "./edge/options/app.ts";
import { type HubOptions, hubOptions } from "./edge/options.ts";
import { Pace } from "./edge/replay/pace.ts";
import { play, type Stage } from "./edge/replay/play.ts";
import { recordingsOf } from "./edge/replay/recordings.ts";
import type { Hub } from "./hub.ts";
import { startApp, startHub } from "./open.ts";

export interface ServeCommand {
  readonly args: Arguments;
  /** Gives the program that reads captures. */
  readonly reader: () => Promise<string>;
}

/** Time for open connections to end after a signal; then the process ends all the same. */
const GRACE_MS = 5000;

/** `serve`: runs the hub until it is told to stop (SIGINT, SIGTERM). */
export async function serve({ args, reader }: ServeCommand): Promise<void> {
  const options = hubOptions({ args, environment: process.env, app: appOptions(process.env) });
  const log = logOf(options);
  const ended = signalled();
  if (options.captures.length === 0) {
    const inApp = options.supervisorToken !== undefined;
    const hub = await (inApp ? startApp : startHub)({ options, log });
    await aborted(ended);
    await stop(hub, log);
    return;
  }
  const files = options.captures.map((path) => ({ node: undefined, path }));
  const recordings = await recordingsOf(files, { reader, warn: (line) => log.warn(() => line) });
  const time = { now: micros(0) };
  const hub = await startHub({ options, log, clock: () => time.now });
  const pace = new Pace(options.speed, () => performance.now(), ended);
  await play(recordings, captureStage(hub, time, { pace, ended }));
  log.info(() => "the capture has been played: the page shows how it ended, until Ctrl-C");
  await aborted(ended);
  await stop(hub, log);
}

function logOf(options: HubOptions): Log {
  return createLog({
    level: options.logLevel,
    write: (line) => process.stderr.write(`${line}\n`),
    now: () => performance.now(),
    prefix: (level) => stamp(level, new Date()),
  });
}

/** Aborts at the first SIGINT or SIGTERM; a second one ends the process as usual. */
function signalled(): AbortSignal {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  return controller.signal;
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

async function stop(hub: { stop(): Promise<void> }, log: Log): Promise<void> {
  log.info(() => "stopping");
  setTimeout(() => process.exit(0), GRACE_MS).unref();
  await hub.stop();
}

interface Show {
  readonly pace: Pace;
  readonly ended: AbortSignal;
}

/** The hub as a stage: its clock is that of the capture. */
function captureStage(hub: Hub, time: { now: Micros }, { pace, ended }: Show): Stage {
  return {
    opened: (link) => hub.end.opened(link),
    closed: (node) => hub.end.closed(node),
    message: (node, message, arrival) => {
      time.now = arrival;
      hub.end.message(node, message);
    },
    tick: (now) => {
      time.now = now;
      hub.tick(now);
    },
    due: (moment) => pace.due(moment),
    // Lets the page answer while a capture is played flat out.
    breathe: () => new Promise((resolve) => setImmediate(() => resolve(ended.aborted))),
  };
}
