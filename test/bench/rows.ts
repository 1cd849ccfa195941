/** One line of the table that test/bench/run.ts prints: a name, then whatever was measured, by column. */
export interface BenchRow {
  readonly name: string;
  readonly framesPerSecond?: number;
  readonly [column: string]: string | number | undefined;
}

/**
 * Runs `work`, which handles `units` units each time, for about `seconds` after a warm-up, and gives the median rate of
 * 12 slices in units a second: a slice that another process disturbed does not count.
 */
export function rateOf(units: number, work: () => void, seconds = 1.2): number {
  const slices = 12;
  const slice = (seconds * 1000) / slices;
  const rates: number[] = [];
  for (let i = -3; i < slices; i++) {
    const start = performance.now();
    let rounds = 0;
    let passed = 0;
    while (passed < slice) {
      work();
      rounds += 1;
      passed = performance.now() - start;
    }
    if (i >= 0) rates.push((rounds * units * 1000) / passed);
  }
  rates.sort((a, b) => a - b);
  return rates[slices / 2] ?? 0;
}

/** Rows as text: columns aligned, numbers to the right with thousands apart, absent figures empty. */
export function tableOf(rows: readonly BenchRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value: string | number | undefined): string => {
    if (typeof value !== "number") return value ?? "";
    const digits = Math.abs(value) >= 100 ? 0 : 3;
    return value.toLocaleString("en-US", { maximumFractionDigits: digits });
  };
  const body = rows.map((row) => columns.map((column) => cell(row[column])));
  const widths = columns.map((column, i) =>
    Math.max(column.length, ...body.map((cells) => cells[i]?.length ?? 0)),
  );
  const numeric = columns.map((column) => rows.some((row) => typeof row[column] === "number"));
  const line = (cells: readonly string[]): string =>
    cells
      .map((text, i) => (numeric[i] ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)))
      .join("  ")
      .trimEnd();
  return [line(columns), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}
