import { type Micros, micros, type NodeIndex } from "../../base/units.ts";
import { Pipeline } from "../../pipeline.ts";
import type { FrameBatch } from "../../radio/batch.ts";
import type { Output } from "../cli/output.ts";
import { Failure } from "../failure.ts";
import { Keeper, learnedBefore } from "../keeper.ts";
import type { Log } from "../log.ts";
import type { ReplayOptions } from "../options/replay.ts";
import { Store } from "../store.ts";
import { loadVendors } from "../vendors.ts";
import { FRAMES_HEADER, frameLine } from "./frames-table.ts";
import { type Played, play, type Stage } from "./play.ts";
import { recordingsOf } from "./recordings.ts";
import { JsonReport, type Report, TableReport } from "./report.ts";

export interface ReplayCommand {
  readonly options: ReplayOptions;
  readonly output: Output;
  readonly log: Log;
  /** Gives the program that reads captures. */
  readonly reader: () => Promise<string>;
}

/** Devices are written at most so often; incidents at once. */
const FLUSH_MS = 2000;

/** `replay`: plays files through the hub's pipeline on their own clock, flat out, and tells what was found. */
export async function replay(command: ReplayCommand): Promise<void> {
  const { options, log, reader } = command;
  const warn = (line: string): void => log.warn(() => line);
  const recordings = await recordingsOf(options.files, { reader, warn });
  const kept = options.stateFolder === undefined ? undefined : openState(options.stateFolder, warn);
  try {
    const stage = new ReplayStage(command, kept);
    stage.finish(await play(recordings, stage));
    await command.output.flush();
  } finally {
    kept?.close();
  }
  if (kept?.trouble !== undefined) throw new Failure(kept.trouble.message, { cause: kept.trouble });
}

function openState(folder: string, warn: (line: string) => void): Store {
  const store = new Store({ folder, now: micros(Date.now() * 1000) });
  for (const notice of store.notices) warn(notice);
  return store;
}

/** The stage of a replay: a pipeline, what keeps its results, and who tells of them. */
class ReplayStage implements Stage {
  readonly #started = performance.now();
  readonly #pipeline: Pipeline;
  readonly #output: Output;
  readonly #report: Report | undefined;
  readonly #store: Store | undefined;
  readonly #keeper: Keeper | undefined;
  #flushed = performance.now();
  #now: Micros | undefined;
  /** Time of the first and the last frame. */
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  constructor({ options, output }: ReplayCommand, store: Store | undefined) {
    this.#pipeline = new Pipeline({
      homes: options.homes,
      everyNetworkIsHome: options.homes.length === 0,
      vendorOf: loadVendors(),
      ...(store === undefined ? {} : { known: learnedBefore(store) }),
      watchNodes: false,
    });
    this.#output = output;
    this.#store = store;
    this.#keeper = store === undefined ? undefined : new Keeper(store, this.#pipeline);
    this.#report = reportOf(options, output, this.#pipeline);
    if (this.#report === undefined) output.line(FRAMES_HEADER);
    this.#pipeline.onBatch = (batch, airtime) => this.#see(batch, airtime);
  }

  opened(link: string): NodeIndex {
    return this.#pipeline.openNode(link, this.#now ?? micros(0));
  }

  message(node: NodeIndex, message: Uint8Array, arrival: Micros): void {
    if (this.#now === undefined) this.#keeper?.restore(arrival);
    this.#now = arrival;
    this.#pipeline.message(node, message, arrival);
  }

  closed(node: NodeIndex): void {
    this.#pipeline.closeNode(node);
  }

  tick(now: Micros): void {
    this.#now = now;
    this.#pipeline.tick(now);
    const changes = this.#pipeline.takeIncidents();
    // Kept first, told then: what somebody has read is never lost.
    this.#keeper?.take(changes);
    this.#keeper?.note();
    this.#report?.take(changes);
    // Nobody is there to be asked.
    this.#pipeline.takeCommands();
  }

  async breathe(): Promise<boolean> {
    await this.#output.flush();
    if (this.#store !== undefined && performance.now() - this.#flushed > FLUSH_MS) {
      this.#store.flush();
      this.#flushed = performance.now();
    }
    return this.#output.closed;
  }

  finish(played: Played): void {
    const { counters, house } = this.#pipeline;
    this.#report?.finish(house, {
      frames: counters.frames,
      damaged: counters.damaged + played.damaged,
      seconds: counters.frames === 0 ? 0 : Math.round(this.#last - this.#first) / 1e6,
      wallSeconds: (performance.now() - this.#started) / 1000,
    });
  }

  #see(batch: FrameBatch, airtime: Float64Array): void {
    for (let row = 0; row < batch.count; row++) {
      const time = batch.time[row] ?? 0;
      if (time < this.#first) this.#first = time;
      if (time > this.#last) this.#last = time;
    }
    if (this.#report !== undefined) return;
    for (let row = 0; row < batch.count; row++) {
      this.#output.line(frameLine(batch, row, airtime[row] ?? Number.NaN));
    }
  }
}

/** None where frames are told instead. */
function reportOf(options: ReplayOptions, output: Output, pipeline: Pipeline): Report | undefined {
  if (options.format === "frames") return undefined;
  return options.format === "table"
    ? new TableReport(output, pipeline.names)
    : new JsonReport(output, pipeline.names);
}
