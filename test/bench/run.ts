import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type BenchRow, tableOf } from "./rows.ts";

/** Files of this folder that measure nothing themselves. */
const SUPPORT = new Set(["run.ts", "rows.ts"]);

interface Bench {
  readonly run?: () => Promise<BenchRow[]> | BenchRow[];
}

/** Runs every benchmark of this folder, or those whose file name contains an argument, and prints one table. */
async function runAll(words: readonly string[]): Promise<void> {
  const files = readdirSync(import.meta.dirname)
    .filter((name) => name.endsWith(".ts") && !SUPPORT.has(name))
    .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
    .sort();
  const rows: BenchRow[] = [];
  for (const name of files) {
    const bench = (await import(join(import.meta.dirname, name))) as Bench;
    if (bench.run === undefined) continue;
    console.error(`${name} …`);
    for (const row of await bench.run()) rows.push({ bench: name.replace(/\.ts$/, ""), ...row });
  }
  console.log(tableOf(rows));
}

await runAll(process.argv.slice(2));
