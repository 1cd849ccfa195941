import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { capturesOf } from "../support/captures.ts";
import { program } from "../support/prepare.ts";
import { ROOT } from "../support/program.ts";
import { leastSpent } from "./process/measure.ts";
import { repeatCapture } from "./process/repeated.ts";
import { type BenchRow, tableOf } from "./rows.ts";

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
/** The largest captures that can be repeated, and the octets to which they are: what a start takes matters little then. */
const CAPTURES = 3;
const OCTETS = 40e6;

const programs = (file: string): readonly (readonly [string, string, readonly string[]])[] => {
  const node = process.execPath;
  const main = join(ROOT, "hub/main.ts");
  const fields = FIELDS.flatMap((field) => ["-e", field]);
  return [
    ["replay --frames", node, [main, "replay", "--frames", file]],
    ["replay", node, [main, "replay", file]],
    ["tshark, the same fields", program("tshark") ?? "", ["-r", file, "-T", "fields", ...fields]],
    ["tcpdump -nn -e", program("tcpdump") ?? "", ["-nn", "-e", "-r", file]],
  ];
};

async function rowsOf(name: string, file: string, frames: number): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  let own = 0;
  for (const [what, command, words] of programs(file)) {
    const spent = existsSync(command) ? await leastSpent(command, words, ROUNDS) : undefined;
    if (spent === undefined) continue;
    const framesPerSecond = frames / spent.seconds;
    if (own === 0) own = framesPerSecond;
    rows.push({
      name: `${name}: ${what}`,
      framesPerSecond,
      framesPerCpuSecond: frames / spent.cpuSeconds,
      timesReplayFrames: framesPerSecond / own,
      peakMB: spent.peakMB,
    });
  }
  return rows;
}

/**
 * Captures to a table of frames and through the whole hub, beside tshark and tcpdump on the same file in one run.
 * Processor time is that of all processes involved, memory the most that the program itself had.
 */
export async function run(): Promise<BenchRow[]> {
  const files = [...capturesOf("attack"), ...capturesOf("normal"), ...capturesOf("phy")];
  const folder = mkdtempSync(join(tmpdir(), "airwarden-bench-"));
  const rows: BenchRow[] = [];
  let taken = 0;
  try {
    for (const file of files.sort((a, b) => statSync(b).size - statSync(a).size)) {
      if (taken === CAPTURES) break;
      const repeated = join(folder, "repeated.pcap");
      const frames = repeatCapture(file, OCTETS, repeated);
      if (frames === undefined) continue;
      taken += 1;
      rows.push(...(await rowsOf(`capture ${taken} (${frames} frames)`, repeated, frames)));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return rows;
}

if (import.meta.main) console.log(tableOf(await run()));
