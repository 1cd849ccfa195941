/** One line of the table: what was measured, and what it must not exceed (or, with `atLeast`, fall short of). */
export interface Row {
  readonly part: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Undefined: for the reader, no criterion. */
  readonly limit: number | undefined;
  readonly atLeast?: boolean;
}

export const holds = (row: Row): boolean =>
  row.limit === undefined || (row.atLeast ? row.value >= row.limit : row.value <= row.limit);

const figure = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 1 ? value.toFixed(2) : value.toPrecision(3);

/** The table as text, aligned. */
export function table(rows: readonly Row[]): string {
  const lines = [["part", "what", "measured", "limit", "unit", ""]];
  for (const row of rows) {
    const limit = row.limit === undefined ? "" : `${row.atLeast ? "≥" : "≤"} ${figure(row.limit)}`;
    const verdict = row.limit === undefined ? "" : holds(row) ? "ok" : "FAILED";
    lines.push([row.part, row.what, figure(row.value), limit, row.unit, verdict]);
  }
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const pad = (cell: string, column: number): string =>
    column === 2 || column === 3 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return lines.map((line) => line.map(pad).join("  ").trimEnd()).join("\n");
}
