import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { capturesOf } from "../support/captures.ts";
import { program } from "../support/prepare.ts";
import { type BenchRow, tableOf } from "./rows.ts";

const root = join(import.meta.dirname, "../..");
const MOST_OUTPUT = 2 ** 30;
/** Fields that make tshark do about what the table of frames does. */
const FIELDS = [
  "frame.time_epoch",
  "wlan.fc.type_subtype",
  "wlan.ta",
  "wlan.ra",
  "frame.len",
  "wlan_radio.duration",
];
const ROUNDS = 3;

interface Timed {
  readonly seconds: number;
  readonly output: string;
}

/** Shortest of some runs: what the machine does for others is not ours. */
function timed(command: string, args: readonly string[]): Timed | undefined {
  let best: Timed | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    const done = spawnSync(command, args, { cwd: root, encoding: "utf8", maxBuffer: MOST_OUTPUT });
    const seconds = (performance.now() - began) / 1000;
    if (done.status !== 0) return undefined;
    if (best === undefined || seconds < best.seconds) best = { seconds, output: done.stdout };
  }
  return best;
}

/** Files of a kind that hold most frames: the three largest. */
function largest(): string[] {
  const files = [...capturesOf("attack"), ...capturesOf("normal"), ...capturesOf("phy")];
  return files.sort((a, b) => statSync(b).size - statSync(a).size).slice(0, 3);
}

const programs = (file: string): readonly (readonly [string, string, readonly string[]])[] => {
  const node = process.execPath;
  const main = join(root, "hub/main.ts");
  const fields = FIELDS.flatMap((field) => ["-e", field]);
  return [
    ["replay --frames", node, [main, "replay", "--frames", file]],
    ["replay", node, [main, "replay", file]],
    ["tshark, the same fields", program("tshark") ?? "", ["-r", file, "-T", "fields", ...fields]],
    ["tcpdump -nn -e", program("tcpdump") ?? "", ["-nn", "-e", "-r", file]],
  ];
};

/** Captures to a table of frames and through the whole hub, beside tshark and tcpdump on the same file in one run. */
export function run(): BenchRow[] {
  const rows: BenchRow[] = [];
  for (const [at, file] of largest().entries()) {
    const counted = timed(process.execPath, [join(root, "hub/main.ts"), "replay", "--frames", file]);
    const frames = counted === undefined ? 0 : counted.output.split("\n").length - 2;
    let own = 0;
    for (const [name, command, args] of programs(file)) {
      const done = existsSync(command) ? timed(command, args) : undefined;
      if (done === undefined) continue;
      const framesPerSecond = frames / done.seconds;
      if (own === 0) own = framesPerSecond;
      rows.push({
        name: `capture ${at + 1} (${frames} frames): ${name}`,
        framesPerSecond,
        timesReplayFrames: framesPerSecond / own,
      });
    }
  }
  return rows;
}

if (import.meta.main) console.log(tableOf(run()));
