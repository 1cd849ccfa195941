import { join } from "node:path";
import type { HomeRule } from "../track/homes.ts";
import type { Arguments } from "./cli/command.ts";
import { Failure, UsageFailure } from "./failure.ts";
import type { AssistantAddress } from "./home-assistant/assistant.ts";
import type { BrokerAddress } from "./mqtt.ts";
import {
  assistantOf,
  brokerOf,
  daysOf,
  homeOf,
  hostOf,
  type LogLevel,
  levelOf,
  portOf,
  type Setting,
  speedOf,
  wrong,
} from "./options/values.ts";

/** All that `serve` can be told, whether on the command line, by the environment or in the app. */
export interface HubOptions {
  readonly demo: boolean;
  readonly captures: readonly string[];
  /** Times faster than taken that captures are played; infinite: flat out. */
  readonly speed: number;
  /** Undefined: nothing is kept after the hub ends. */
  readonly dataFolder: string | undefined;
  readonly http: { readonly host: string; readonly port: number };
  /** Undefined: no broker, or inside the app the one that the Supervisor names. */
  readonly mqtt: BrokerAddress | undefined;
  /** Undefined: names and rooms of devices are not taken from Home Assistant. */
  readonly assistant: AssistantAddress | undefined;
  /** Topic prefix of Home Assistant's MQTT discovery. */
  readonly discoveryPrefix: string;
  /** Ports opened whatever is plugged into them. */
  readonly serialPaths: readonly string[];
  /** Nodes with Espressif's own USB port are found by themselves. */
  readonly serialAuto: boolean;
  /** Firmware of nodes; undefined: what came with the hub. */
  readonly firmwareFolder?: string | undefined;
  readonly udp: { readonly host: string; readonly port: number } | undefined;
  readonly homes: readonly HomeRule[];
  readonly logLevel: LogLevel;
  readonly retentionDays: number | undefined;
  /** Set inside the Home Assistant app. */
  readonly supervisorToken: string | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface OptionSources {
  readonly args: Arguments;
  readonly environment: Environment;
  /** Parsed options of the app; undefined outside the app. */
  readonly app: unknown;
}

/** UDP port of nodes inside the app; outside, `--udp` says. */
const NODE_PORT = 4729;
const PAGE_PORT = 8099;
const LOOPBACK = "127.0.0.1";
const EVERYWHERE = "0.0.0.0";

/** Reads everything `serve` needs; throws UsageFailure or Failure that says what to write instead. */
export function hubOptions(sources: OptionSources): HubOptions {
  const { args, environment } = sources;
  const settings = new Settings(sources);
  const captures = capturesOf(args);
  const demo = args.on("demo");
  if (demo && captures.length > 0) {
    throw new UsageFailure("--demo and --capture exclude each other", args.command);
  }
  const place = { environment, inApp: sources.app !== undefined, playing: demo || captures.length > 0 };
  const host = read(settings.one("host", "AIRWARDEN_HOST"), hostOf) ?? (place.inApp ? EVERYWHERE : LOOPBACK);
  const udp =
    read(settings.one("udp", "AIRWARDEN_UDP"), portOf) ??
    (place.inApp && !place.playing ? NODE_PORT : undefined);
  return {
    demo,
    captures,
    speed: read(settings.one("speed"), speedOf) ?? 1,
    dataFolder: dataOf(settings.one("data", "AIRWARDEN_DATA"), place),
    http: { host, port: read(settings.one("port", "AIRWARDEN_PORT"), portOf) ?? PAGE_PORT },
    mqtt: brokerAddress(settings),
    assistant: assistantAddress(settings, environment),
    discoveryPrefix: settings.app("mqtt.discovery_prefix")?.text ?? "homeassistant",
    ...serialOf(settings, place.playing),
    firmwareFolder: environment["AIRWARDEN_FIRMWARE"] || undefined,
    udp: udp === undefined ? undefined : { host, port: udp },
    homes: settings.many("home", { name: "AIRWARDEN_HOME", separator: "\n" }, "homes").map(homeOf),
    logLevel: read(settings.one("log", "AIRWARDEN_LOG", "log_level"), levelOf) ?? "info",
    retentionDays: read(settings.app("retention_days"), daysOf),
    supervisorToken: environment["SUPERVISOR_TOKEN"] || undefined,
  };
}

/** `--capture a b` is as good as `--capture a --capture b`. */
function capturesOf(args: Arguments): readonly string[] {
  const captures = args.texts("capture");
  const [extra] = args.positionals;
  if (captures.length === 0 && extra !== undefined) {
    throw new UsageFailure(`to play "${extra}" write --capture ${extra}`, args.command);
  }
  return [...captures, ...args.positionals];
}

const read = <T>(setting: Setting | undefined, reader: (setting: Setting) => T): T | undefined =>
  setting === undefined ? undefined : reader(setting);

/** Values from the command line, else from the environment, else from the app's options. */
class Settings {
  readonly #sources: OptionSources;
  readonly #app: Readonly<Record<string, unknown>>;

  constructor(sources: OptionSources) {
    this.#sources = sources;
    this.#app = record(sources.app);
  }

  one(flag: string, variable?: string, appKey?: string): Setting | undefined {
    const { args, environment } = this.#sources;
    const given = args.text(flag);
    if (given !== undefined) return { text: given, where: `--${flag}`, command: args.command };
    const set = variable === undefined ? undefined : environment[variable];
    if (set) return { text: set, where: variable ?? "", command: undefined };
    return appKey === undefined ? undefined : this.app(appKey);
  }

  /** A value of the app's options, `mqtt.url` for one in a group; empty ones count as not set. */
  app(key: string): Setting | undefined {
    const [first = "", second] = key.split(".");
    const value = second === undefined ? this.#app[first] : record(this.#app[first])[second];
    if (value === "" || (typeof value !== "string" && typeof value !== "number")) return undefined;
    return { text: String(value), where: `the app's option ${key}`, command: undefined };
  }

  many(flag: string, variable: { name: string; separator: string }, appKey: string): readonly Setting[] {
    const { args, environment } = this.#sources;
    const given = args.texts(flag);
    if (given.length > 0) return given.map((text) => ({ text, where: `--${flag}`, command: args.command }));
    const set = environment[variable.name];
    const listed = this.#app[appKey];
    const texts = set ? set.split(variable.separator) : Array.isArray(listed) ? listed.map(String) : [];
    const where = set ? variable.name : `the app's option ${appKey}`;
    return texts
      .map((text) => text.trim())
      .filter((text) => text !== "")
      .map((text) => ({ text, where, command: undefined }));
  }
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

interface Place {
  readonly environment: Environment;
  readonly inApp: boolean;
  /** A demo or a capture instead of the air. */
  readonly playing: boolean;
}

function dataOf(setting: Setting | undefined, place: Place): string | undefined {
  if (setting?.text === "") throw wrong(setting, "is no folder; name one, it is made when it is not there");
  if (setting !== undefined) return setting.text;
  if (place.playing) return undefined;
  return place.inApp ? "/data" : defaultDataFolder(place.environment);
}

/** Folder of a person's own data (XDG Base Directory Specification); undefined without a home folder. */
function defaultDataFolder(environment: Environment): string | undefined {
  const base = environment["XDG_DATA_HOME"];
  if (base?.startsWith("/")) return join(base, "airwarden");
  const home = environment["HOME"];
  return home ? join(home, ".local/share/airwarden") : undefined;
}

/** Folder of `node` and other commands beside the hub: the one that `serve` would use. Throws Failure without any. */
export function dataFolder(args: Arguments, environment: Environment): string {
  const inApp = Boolean(environment["SUPERVISOR_TOKEN"]);
  const settings = new Settings({ args, environment, app: undefined });
  const folder = dataOf(settings.one("data", "AIRWARDEN_DATA"), { environment, inApp, playing: false });
  if (folder === undefined)
    throw new Failure("there is no home folder to keep data in: name one with --data");
  return folder;
}

function serialOf(settings: Settings, playing: boolean): Pick<HubOptions, "serialPaths" | "serialAuto"> {
  const given = settings.many("serial", { name: "AIRWARDEN_SERIAL", separator: "," }, "serial_ports");
  const words = given.map((setting) => setting.text);
  const none = given.find((setting) => setting.text === "none");
  if (none !== undefined && words.length > 1) throw wrong(none, "excludes every other port");
  return {
    serialPaths: words.filter((word) => word !== "auto" && word !== "none"),
    serialAuto: words.includes("auto") || (words.length === 0 && !playing),
  };
}

function brokerAddress(settings: Settings): BrokerAddress | undefined {
  const address = read(settings.one("mqtt", "AIRWARDEN_MQTT", "mqtt.url"), brokerOf);
  if (address === undefined) return undefined;
  const username = address.username ?? settings.app("mqtt.username")?.text;
  const password = address.password ?? settings.app("mqtt.password")?.text;
  return {
    url: address.url,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

/** The Supervisor passes its own token on to Home Assistant. */
const CORE_OF_SUPERVISOR = "http://supervisor/core";

/** The token comes by the environment only: a command line is read by everybody on the machine. */
function assistantAddress(settings: Settings, environment: Environment): AssistantAddress | undefined {
  const setting = settings.one("assistant", "AIRWARDEN_HA_URL");
  const supervisor = environment["SUPERVISOR_TOKEN"];
  if (setting === undefined) return supervisor ? { url: CORE_OF_SUPERVISOR, token: supervisor } : undefined;
  const token = environment["AIRWARDEN_HA_TOKEN"];
  if (!token) {
    throw wrong(
      setting,
      "needs a token: make a long-lived access token on your profile page of Home Assistant and put it into AIRWARDEN_HA_TOKEN",
    );
  }
  return { url: assistantOf(setting), token };
}
