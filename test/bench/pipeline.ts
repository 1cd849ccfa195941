import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { micros, type NodeIndex, SECOND } from "../../hub/base/units.ts";
import { Aligner } from "../../hub/intake/align.ts";
import { Merger } from "../../hub/intake/merge.ts";
import { Nodes } from "../../hub/intake/nodes.ts";
import { AirShares } from "../../hub/learn/air-share.ts";
import { Pipeline } from "../../hub/pipeline.ts";
import { AirtimeMeter } from "../../hub/radio/airtime.ts";
import { Tracker } from "../../hub/track/tracker.ts";
import { type Recorded, recordDemo } from "./pipeline/demo.ts";
import { Stopwatch } from "./pipeline/stopwatch.ts";
import { type BenchRow, tableOf } from "./rows.ts";

const MEGABYTE = 2 ** 20;
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
function sharesOf(recorded: readonly Recorded[]): BenchRow[] {
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
  playAll(recorded);
  for (const undo of restore) undo();
  return [...watch.shares()].map(([stage, share]) => ({ name: `  ${stage}`, percent: 100 * share }));
}

/** Best of some runs: what the machine does for others is not ours. */
export function run(): BenchRow[] {
  const recorded = recordDemo();
  let best = 0;
  let bestOfCpu = 0;
  let frames = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const played = playAll(recorded);
    frames = played.frames;
    best = Math.max(best, played.frames / played.seconds);
    bestOfCpu = Math.max(bestOfCpu, played.frames / played.cpuSeconds);
  }
  const octets = recorded.reduce((sum, one) => sum + one.message.length, 0);
  return [
    {
      name: "wire messages to pipeline: demo home, two nodes",
      framesPerSecond: best,
      framesPerCpuSecond: bestOfCpu,
      octetsPerFrame: octets / Math.max(1, frames),
      residentMB: residentMegabytes(),
    },
    ...sharesOf(recorded),
  ];
}

/** VmRSS where the system tells it, else what Node says. */
function residentMegabytes(): number {
  const status = join("/proc", String(process.pid), "status");
  const stated = existsSync(status) ? /VmRSS:\s+(\d+) kB/.exec(readFileSync(status, "utf8"))?.[1] : undefined;
  return stated === undefined ? process.memoryUsage().rss / MEGABYTE : Number(stated) / 1024;
}

if (import.meta.main) console.log(tableOf(run()));
