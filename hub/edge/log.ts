import type { LogLevel } from "./options/values.ts";

/** Made only when the level is shown. */
export type Line = () => string;

export interface Log {
  error(line: Line): void;
  warn(line: Line): void;
  info(line: Line): void;
  debug(line: Line): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  /** Takes one line without its end. */
  readonly write: (line: string) => void;
  /** Milliseconds, only ever compared. */
  readonly now: () => number;
  /** Put before each line; empty for a command that a person is looking at. */
  readonly prefix: (level: LogLevel) => string;
}

const RANK: Readonly<Record<LogLevel, number>> = { error: 0, warn: 1, info: 2, debug: 3 };

/** A line said again within this time is counted instead. */
const REPEAT_MS = 60_000;
/** Different lines remembered at once; the oldest is forgotten first. */
const REMEMBERED = 100;

interface Said {
  readonly at: number;
  again: number;
}

/** Lines with a level; what repeats is said once a minute, with how often it was not said. */
export function createLog(options: LogOptions): Log {
  const said = new Map<string, Said>();
  const shown = RANK[options.level];
  const write = (level: LogLevel, line: Line): void => {
    if (RANK[level] > shown) return;
    const text = oneLine(line());
    const now = options.now();
    const before = said.get(text);
    if (before !== undefined && now - before.at < REPEAT_MS) {
      before.again += 1;
      return;
    }
    said.delete(text);
    said.set(text, { at: now, again: 0 });
    const oldest = said.size > REMEMBERED ? said.keys().next().value : undefined;
    if (oldest !== undefined) said.delete(oldest);
    const again = before === undefined || before.again === 0 ? "" : ` (${before.again} times more since)`;
    options.write(`${options.prefix(level)}${text}${again}`);
  };
  return {
    error: (line) => write("error", line),
    warn: (line) => write("warn", line),
    info: (line) => write("info", line),
    debug: (line) => write("debug", line),
  };
}

/** Control characters of whatever got into the line would move the cursor or forge lines. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ").trimEnd();
}

/** `2026-03-01 12:00:00 warn  `, in local time. */
export function stamp(level: LogLevel, time: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${day} ${clock} ${level.padEnd(5)} `;
}
