import { printableText } from "../../base/text.ts";

export interface Column {
  readonly title: string;
  readonly align?: "right";
  /** Characters shown at most. */
  readonly max?: number;
}

/** Widest cell unless the column says otherwise. */
const MAX = 40;

/** Rows as lines of aligned cells under their titles; cells are made printable and cut. */
export function alignedTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) =>
    columns.map((column, at) => printableText(row[at] ?? "", column.max ?? MAX)),
  );
  const widths = columns.map((column, at) =>
    Math.max(column.title.length, ...cells.map((row) => [...(row[at] ?? "")].length)),
  );
  const line = (row: readonly string[]): string =>
    columns
      .map((column, at) => pad(row[at] ?? "", widths[at] ?? 0, column.align))
      .join("  ")
      .trimEnd();
  return [line(columns.map((column) => column.title)), ...cells.map(line)];
}

function pad(text: string, width: number, align: "right" | undefined): string {
  const blanks = " ".repeat(Math.max(0, width - [...text].length));
  return align === "right" ? blanks + text : text + blanks;
}
