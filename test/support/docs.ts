import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "./program.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface Example {
  /** The paragraph before it. */
  readonly before: string;
  readonly yaml: Fields;
}

const docs = (): string => readFileSync(join(ROOT, "addon/DOCS.md"), "utf8");

function examples(): Example[] {
  const found = docs().matchAll(/([^\n]+)\n\n```yaml\n([^`]+)```/g);
  return [...found].map(([, before = "", yaml = ""]) => ({ before, yaml: parse(yaml) as Fields }));
}

/** The automations that the app's documentation shows, as they stand there. */
export const automationsOfDocs = (): Example[] => examples().filter(({ yaml }) => "triggers" in yaml);

/** Conditions to be added to an automation. */
export const conditionsOfDocs = (): unknown[] =>
  examples().flatMap(({ yaml }) => ("triggers" in yaml ? [] : (yaml["conditions"] ?? [])));

/** The scripts, by id. */
export function scriptsOfDocs(): [string, Fields][] {
  const named = examples().flatMap(({ yaml }) => Object.entries(yaml)) as [string, Fields][];
  return named.filter(([, script]) => script !== null && typeof script === "object" && "sequence" in script);
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
