import process from "node:process";
import { micros, type NodeIndex, SECOND } from "../../hub/base/units.ts";
import { Aligner } from "../../hub/intake/align.ts";
import { Merger } from "../../hub/intake/merge.ts";
import { Nodes } from "../../hub/intake/nodes.ts";
import { AirShares } from "../../hub/learn/air-share.ts";
import { Pipeline } from "../../hub/pipeline.ts";
import { AirtimeMeter } from "../../hub/radio/airtime.ts";
import { Tracker } from "../../hub/track/tracker.ts";
import { recordCaptures } from "./pipeline/captured.ts";
import { type Recorded, recordDemo } from "./pipeline/demo.ts";
import { Stopwatch } from "./pipeline/stopwatch.ts";
import { memoryOf } from "./process/measure.ts";
import { type BenchRow, tableOf } from "./rows.ts";

const ROUNDS = 7;

interface Played {
  readonly frames: number;
  readonly seconds: number;
  /** Of this process, on all cores: the collector of garbage works beside. */
  readonly cpuSeconds: number;
}

/** Node messages through the whole pipeline: alignment, merging, airtime, tracking, detectors, a tick a second. */
function playAll(recorded: readonly Recorded[]): Played {
  const pipeline = new Pipeline({
    homes: [],
    everyNetworkIsHome: true,
    vendorOf: () => undefined,
    watchNodes: false,
  });
  const start = micros(1_790_000_000 * SECOND);
  const nodes: NodeIndex[] = [pipeline.openNode("a", start), pipeline.openNode("b", start)];
  const cpu = process.cpuUsage();
  const began = performance.now();
  let tick = 0;
  for (const { node, message, at } of recorded) {
    for (; tick <= at; tick += SECOND) {
      pipeline.tick(micros(start + tick));
      pipeline.takeIncidents();
      pipeline.takeCommands();
    }
    const index = nodes[node];
    if (index !== undefined) pipeline.message(index, message, micros(start + at));
  }
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { frames: pipeline.counters.frames, seconds, cpuSeconds: (user + system) / 1e6 };
}

/** Share of each step of the pipeline in the time of one run. */
function sharesOf(recordings: readonly (readonly Recorded[])[]): BenchRow[] {
  const watch = new Stopwatch();
  const restore = [
    watch.watch(Pipeline.prototype, "message", "decode: messages to columns"),
    watch.watch(Aligner.prototype, "align", "align: node time to hub time"),
    watch.watch(Nodes.prototype, "frames", "align: node time to hub time"),
    watch.watch(Merger.prototype, "merge", "merge: one frame heard by several nodes"),
    watch.watch(AirtimeMeter.prototype, "measure", "airtime"),
    watch.watch(Tracker.prototype, "sight", "track: frames to devices"),
    watch.watch(Tracker.prototype, "tick", "track: each second"),
    watch.watch(AirShares.prototype, "sample", "shares of the air: each second"),
    watch.watch(Pipeline.prototype, "tick", "detect and alert: each second"),
  ];
  recordings.map(playAll);
  for (const undo of restore) undo();
  return [...watch.shares()].map(([stage, share]) => ({ name: `  ${stage}`, percent: 100 * share }));
}

/** Best of some runs: what the machine does for others is not ours. */
function rowOf(name: string, recordings: readonly (readonly Recorded[])[]): BenchRow {
  let framesPerSecond = 0;
  let framesPerCpuSecond = 0;
  let frames = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const played = recordings.map(playAll);
    frames = total(played, (one) => one.frames);
    framesPerSecond = Math.max(framesPerSecond, frames / total(played, (one) => one.seconds));
    framesPerCpuSecond = Math.max(framesPerCpuSecond, frames / total(played, (one) => one.cpuSeconds));
  }
  const octets = total(recordings, (recorded) => total(recorded, ({ message }) => message.length));
  const residentMB = memoryOf(process.pid, "VmRSS");
  return { name, framesPerSecond, framesPerCpuSecond, octetsPerFrame: octets / frames, residentMB };
}

const total = <T>(all: readonly T[], of: (one: T) => number): number =>
  all.reduce((sum, one) => sum + of(one), 0);

/** Frames a second through the hub, and where the time goes: of a home heard by two nodes, and of real captures. */
export async function run(): Promise<BenchRow[]> {
  const demo = [recordDemo()];
  const rows = [rowOf("wire messages to pipeline: demo home, two nodes", demo), ...sharesOf(demo)];
  const captures = await recordCaptures();
  if (captures.length === 0) return rows;
  const name = `wire messages to pipeline: ${captures.length} real captures`;
  return [...rows, rowOf(name, captures), ...sharesOf(captures)];
}

if (import.meta.main) console.log(tableOf(await run()));
