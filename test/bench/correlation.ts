import { clockAndMergeRows } from "./correlation/clocks.ts";
import { countRows } from "./correlation/counts.ts";
import { exposureRows } from "./correlation/exposure.ts";
import { holds, type Row, table } from "./correlation/row.ts";
import { speedRows } from "./correlation/speed.ts";

/**
 * How well the hub correlates what its nodes hear, on a simulated air in which the truth is known:
 * `npm run bench:correlation [seed]`. Fails when a figure misses its limit. A further part is one entry here.
 */
const parts: ((seed: number) => Row[])[] = [clockAndMergeRows, exposureRows, countRows, speedRows];

function main(word: string | undefined): number {
  const seed = Number(word ?? 1);
  if (!Number.isSafeInteger(seed)) {
    console.error(`the seed must be a whole number, not ${word}`);
    return 2;
  }
  const rows = parts.flatMap((part) => part(seed));
  console.log(`seed ${seed}\n${table(rows)}`);
  const failed = rows.filter((row) => !holds(row)).length;
  console.log(failed === 0 ? "all within their limits" : `${failed} outside their limits`);
  return failed === 0 ? 0 : 1;
}

if (import.meta.main) process.exitCode = main(process.argv[2]);
