import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "./program.ts";

export interface Example {
  /** The paragraph before it. */
  readonly before: string;
  readonly automation: Readonly<Record<string, unknown>>;
}

const docs = (): string => readFileSync(join(ROOT, "addon/DOCS.md"), "utf8");

/** The automations that the app's documentation shows, as they stand there. */
export function automationsOfDocs(): Example[] {
  const found = docs().matchAll(/([^\n]+)\n\n```yaml\n([^`]+)```/g);
  return [...found].map(([, before = "", yaml = ""]) => ({
    before,
    automation: parse(yaml) as Record<string, unknown>,
  }));
}

/** Names in the first column of the table under a heading. */
export function tableOfDocs(heading: string): string[] {
  const section =
    docs()
      .split(/^#+ /m)
      .find((one) => one.startsWith(`${heading}\n`)) ?? "";
  return [...section.matchAll(/^\| `(\w+)` \|/gm)].map((row) => row[1] ?? "");
}

/** `From Home Assistant 2026.7 on` as a number that can be compared; undefined where it is not said. */
export function versionOf(text: string): number | undefined {
  const [, year, month] = /(\d{4})\.(\d{1,2})/.exec(text) ?? [];
  return year === undefined ? undefined : Number(year) * 100 + Number(month);
}
