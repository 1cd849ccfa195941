import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { systemCode, UsageFailure } from "../failure.ts";

/** One `--option` of a command. Without `value` it is a switch. */
export interface Flag {
  readonly name: string;
  readonly short?: string;
  /** Placeholder of its value in the help. */
  readonly value?: string;
  readonly multiple?: boolean;
  readonly help: string;
  /** What holds without it, as the help says it. */
  readonly fallback?: string;
  /** Environment variable that sets it. */
  readonly environment?: string;
}

export interface Positional {
  readonly name: string;
  readonly help: string;
  readonly min: number;
  readonly max: number;
}

/** One command, its parsing and its help in one table. */
export interface Command {
  /** One or two words: `replay`, `node add`. */
  readonly name: string;
  readonly summary: string;
  readonly positional?: Positional;
  readonly flags: readonly Flag[];
  readonly notes?: readonly string[];
  readonly examples: readonly { readonly line: string; readonly what: string }[];
}

/** What a command line said, by the command's own table. */
export interface Arguments {
  readonly command: string;
  on(flag: string): boolean;
  /** Last value given, undefined where the option was not given. */
  text(flag: string): string | undefined;
  texts(flag: string): readonly string[];
  readonly positionals: readonly string[];
}

const HELP: Flag = { name: "help", short: "h", help: "show this help" };

/** The command's own flags and those that every command has. */
export const flagsOf = (command: Command): readonly Flag[] => [...command.flags, HELP];

function optionsOf(command: Command): ParseArgsOptionsConfig {
  const options: ParseArgsOptionsConfig = {};
  for (const flag of flagsOf(command)) {
    options[flag.name] = {
      type: flag.value === undefined ? "boolean" : "string",
      ...(flag.multiple === true ? { multiple: true } : {}),
      ...(flag.short === undefined ? {} : { short: flag.short }),
    };
  }
  return options;
}

/** Reads what follows the command's name; throws UsageFailure with what to write instead. */
export function parseCommand(command: Command, words: readonly string[]): Arguments {
  const { values, positionals } = read(command, words);
  const texts = (flag: string): readonly string[] => {
    const value = values[flag];
    if (Array.isArray(value)) return value.filter((one) => typeof one === "string");
    return typeof value === "string" ? [value] : [];
  };
  if (values["help"] !== true) checkCount(command, positionals);
  return {
    command: command.name,
    on: (flag) => values[flag] === true,
    text: (flag) => texts(flag).at(-1),
    texts,
    positionals,
  };
}

type Values = Record<string, string | boolean | (string | boolean)[] | undefined>;

function read(command: Command, words: readonly string[]): { values: Values; positionals: string[] } {
  try {
    return parseArgs({ args: [...words], options: optionsOf(command), strict: true, allowPositionals: true });
  } catch (error) {
    throw wrongWords(command, words, error);
  }
}

function wrongWords(command: Command, words: readonly string[], error: unknown): Error {
  const code = systemCode(error);
  if (code === undefined || !code.startsWith("ERR_PARSE_ARGS")) return error as Error;
  const given = words.filter((word) => word.startsWith("-")).map((word) => word.split("=", 1)[0] ?? word);
  const flags = flagsOf(command);
  const known = new Set(flags.flatMap((flag) => [`--${flag.name}`, `-${flag.short ?? flag.name}`]));
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    const unknown = given.find((word) => !known.has(word)) ?? "an option";
    const near = nearest(
      unknown.replace(/^-+/, ""),
      flags.map((flag) => flag.name),
    );
    const hint = near === undefined ? "" : `; did you mean --${near}?`;
    return new UsageFailure(`${command.name} has no option ${unknown}${hint}`, command.name);
  }
  return new UsageFailure(wrongValue(flags, words), command.name);
}

/** The first flag that lacks its value, or has one without taking any. */
function wrongValue(flags: readonly Flag[], words: readonly string[]): string {
  for (const [at, word] of words.entries()) {
    const [name, ...rest] = word.split("=");
    const flag = flags.find((one) => `--${one.name}` === name || `-${one.short}` === name);
    if (flag === undefined) continue;
    if (flag.value === undefined && rest.length > 0) return `--${flag.name} takes no value`;
    const next = words[at + 1];
    const lacks =
      flag.value !== undefined && rest.length === 0 && (next === undefined || next.startsWith("-"));
    if (lacks) {
      const dash =
        next === undefined ? "" : `; for a value that begins with a dash write --${flag.name}=${next}`;
      return `--${flag.name} needs a value: --${flag.name} ${flag.value}${dash}`;
    }
  }
  return "an option is used in a wrong way";
}

function checkCount(command: Command, positionals: readonly string[]): void {
  const { name = "", min = 0, max = 0 } = command.positional ?? {};
  if (positionals.length < min) throw new UsageFailure(`${command.name} needs ${name}`, command.name);
  const extra = positionals[max];
  if (extra !== undefined) {
    throw new UsageFailure(`${command.name} does not know what to do with "${extra}"`, command.name);
  }
}

/** Letters that may be wrong in a word: one of a short word, two of a longer one. */
const slips = (word: string): number => (word.length < 5 ? 1 : 2);

/** The candidate that the word is a slip of, undefined where none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: distance(word, candidate) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best !== undefined && best.distance <= slips(word) ? best.candidate : undefined;
}

/** Damerau-Levenshtein distance (adjacent letters swapped count once). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) best = Math.min(best, (before[j - 2] ?? 0) + 1);
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? b.length;
}
