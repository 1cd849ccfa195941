import type { HomeRule } from "../../track/homes.ts";
import type { Arguments } from "../cli/command.ts";
import { UsageFailure } from "../failure.ts";
import type { Environment } from "../options.ts";
import { homeOf, type LogLevel, levelOf } from "./values.ts";

export type ReplayFormat = "json" | "table" | "frames";

export interface ReplayFile {
  /** Name of the node that took it; undefined for a file given without one. */
  readonly node: string | undefined;
  readonly path: string;
}

export interface ReplayOptions {
  readonly files: readonly ReplayFile[];
  readonly homes: readonly HomeRule[];
  readonly stateFolder: string | undefined;
  readonly format: ReplayFormat;
  readonly logLevel: LogLevel;
}

const FORMATS: readonly ReplayFormat[] = ["json", "table", "frames"];

/** Reads what `replay` needs; the environment sets only the log level, so that a replay is repeatable. */
export function replayOptions(args: Arguments, environment: Environment): ReplayOptions {
  const named = args.texts("node").map((text) => namedFile(text, args));
  const files = [...args.positionals.map((path) => ({ node: undefined, path })), ...named];
  if (files.length === 0) throw new UsageFailure("replay needs a FILE, or --node NAME=FILE", args.command);
  const format = formatOf(args);
  const stateFolder = args.text("state");
  if (stateFolder === "") throw new UsageFailure("--state names no folder", args.command);
  if (format === "frames" && stateFolder !== undefined) {
    throw new UsageFailure("--frames finds nothing to keep: leave out --state", args.command);
  }
  const homes = args.texts("home").map((text) => homeOf({ text, where: "--home", command: args.command }));
  return { files, homes, stateFolder, format, logLevel: logLevel(args, environment) };
}

function formatOf(args: Arguments): ReplayFormat {
  const given = FORMATS.filter((format) => args.on(format));
  if (given.length <= 1) return given[0] ?? "json";
  throw new UsageFailure(`choose one of ${given.map((one) => `--${one}`).join(" and ")}`, args.command);
}

function logLevel(args: Arguments, environment: Environment): LogLevel {
  const given = args.text("log");
  if (given !== undefined) return levelOf({ text: given, where: "--log", command: args.command });
  const set = environment["AIRWARDEN_LOG"] ?? "";
  return set === "" ? "warn" : levelOf({ text: set, where: "AIRWARDEN_LOG", command: undefined });
}

function namedFile(text: string, args: Arguments): ReplayFile {
  const at = text.indexOf("=");
  const [node, path] = [text.slice(0, at), text.slice(at + 1)];
  if (at > 0 && path !== "") return { node, path };
  throw new UsageFailure(`--node: "${text}" is not NAME=FILE, such as kitchen=k.pcap`, args.command);
}
