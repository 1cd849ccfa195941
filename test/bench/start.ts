import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as pause } from "node:timers/promises";
import { pcap, quietHome } from "../support/captures/pcap.ts";
import { ROOT, start } from "../support/program.ts";
import { leastSpent, memoryOf } from "./process/measure.ts";
import { type BenchRow, tableOf } from "./rows.ts";

const ROUNDS = 5;
/** How long the demo runs before its memory is read, ms: it has answered, raised incidents and collected garbage. */
const DEMO_MS = 30_000;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function demoRow(): Promise<BenchRow> {
  const hub = start(["serve", "--demo", "--port", String(await freePort())]);
  // Nobody reads what it says, but a full pipe would hold it up.
  for (const stream of [hub.stdout, hub.stderr]) stream?.resume();
  await pause(DEMO_MS);
  const row = {
    name: `serve --demo after ${DEMO_MS / 1000} s`,
    residentMB: memoryOf(hub.pid, "VmRSS"),
    peakMB: memoryOf(hub.pid, "VmHWM"),
  };
  hub.kill("SIGTERM");
  await once(hub, "close");
  return row;
}

async function endedRow(name: string, words: readonly string[]): Promise<BenchRow> {
  const spent = await leastSpent(process.execPath, [join(ROOT, "hub/main.ts"), ...words], ROUNDS);
  if (spent === undefined) return { name: `${name}: failed` };
  const { seconds, cpuSeconds, peakMB } = spent;
  return { name, seconds, cpuSeconds, peakMB };
}

/** What it takes to start: of commands that end at once, and of the hub. */
export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), "airwarden-bench-"));
  const small = join(folder, "small.pcap");
  writeFileSync(small, pcap(quietHome(1)));
  try {
    return [
      await endedRow("--help", ["--help"]),
      await endedRow("replay of 20 frames", ["replay", small]),
      await demoRow(),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) console.log(tableOf(await run()));
