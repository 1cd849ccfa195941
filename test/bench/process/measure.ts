import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import process from "node:process";

/** What a program took, with the processes that it started. */
export interface Spent {
  readonly seconds: number;
  /** Processor time in steps of 10 ms; NaN where the system does not tell. */
  readonly cpuSeconds: number;
  /** Most memory in RAM of the program itself; NaN where the system does not tell. */
  readonly peakMB: number;
}

/** Clock ticks a second in /proc (proc(5)): 100 on every Linux. */
const TICKS = 100;
/** ms between two looks at the memory of a program. */
const LOOK_MS = 5;

/** The least that a program took in some runs to its end, its output thrown away. Undefined where it fails. */
export async function leastSpent(
  command: string,
  words: readonly string[],
  rounds: number,
): Promise<Spent | undefined> {
  const runs: Spent[] = [];
  for (let round = 0; round < rounds; round++) {
    const spent = await spentBy(command, words);
    if (spent === undefined) return undefined;
    runs.push(spent);
  }
  const least = (of: (spent: Spent) => number): number => Math.min(...runs.map(of));
  return {
    seconds: least(({ seconds }) => seconds),
    cpuSeconds: least(({ cpuSeconds }) => cpuSeconds),
    peakMB: least(({ peakMB }) => peakMB),
  };
}

async function spentBy(command: string, words: readonly string[]): Promise<Spent | undefined> {
  const before = childrenCpu();
  const began = performance.now();
  const child = spawn(command, words, { stdio: "ignore" });
  let peakMB = Number.NaN;
  const look = setInterval(() => {
    const seen = memoryOf(child.pid, "VmHWM");
    if (!Number.isNaN(seen)) peakMB = seen;
  }, LOOK_MS);
  await once(child, "close");
  clearInterval(look);
  const seconds = (performance.now() - began) / 1000;
  return child.exitCode === 0 ? { seconds, cpuSeconds: childrenCpu() - before, peakMB } : undefined;
}

/** VmRSS (now) or VmHWM (most so far) of a process in MB; NaN where the system does not tell. */
export function memoryOf(pid: number | undefined, what: "VmRSS" | "VmHWM"): number {
  const path = `/proc/${pid}/status`;
  try {
    const stated = new RegExp(`${what}:\\s+(\\d+) kB`).exec(readFileSync(path, "utf8"))?.[1];
    return Number(stated) / 1024;
  } catch {
    // It has ended, or this is no Linux.
    return Number.NaN;
  }
}

/** Seconds of processor time of all children that have ended, and theirs: fields 16 and 17 of /proc/self/stat. */
function childrenCpu(): number {
  const path = `/proc/${process.pid}/stat`;
  if (!existsSync(path)) return Number.NaN;
  const fields = readFileSync(path, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[13]) + Number(fields[14])) / TICKS;
}
