import { type HomeRule, homeRule } from "../../track/homes.ts";
import { Failure, UsageFailure } from "../failure.ts";
import type { BrokerAddress } from "../mqtt.ts";

/** One value as somebody wrote it, and where, for messages. */
export interface Setting {
  readonly text: string;
  readonly where: string;
  /** Command whose line set it: a mistake in it is wrong usage. */
  readonly command: string | undefined;
}

export type LogLevel = "error" | "warn" | "info" | "debug";
const LEVELS: readonly LogLevel[] = ["error", "warn", "info", "debug"];

/** UsageFailure or Failure that names the place, the value and what to write instead. */
export function wrong(setting: Setting, advice: string): Error {
  const text = `${setting.where}: "${setting.text}" ${advice}`;
  return setting.command === undefined ? new Failure(text) : new UsageFailure(text, setting.command);
}

/** An address to listen on; whether the machine has it is known only when it is opened. */
export function hostOf(setting: Setting): string {
  const { text } = setting;
  const withPort = /^[^:]*:\d+$/.test(text);
  if (text !== "" && !withPort && !/[\s/]/.test(text)) return text;
  throw wrong(setting, "is not an address; write one like 0.0.0.0 or 192.168.1.5, and the port with --port");
}

export function portOf(setting: Setting): number {
  const port = Number(setting.text);
  if (/^\d{1,5}$/.test(setting.text) && port <= 65_535) return port;
  throw wrong(setting, "is not a port; write a number from 1 to 65535, or 0 for any free one");
}

/** Times faster than taken; infinite for `max`. */
export function speedOf(setting: Setting): number {
  const speed = setting.text === "max" ? Number.POSITIVE_INFINITY : Number(setting.text);
  if (speed > 0 && setting.text.trim() !== "") return speed;
  throw wrong(setting, "is not a speed; write a number above 0, such as 10, or max");
}

export function levelOf(setting: Setting): LogLevel {
  const level = LEVELS.find((one) => one === setting.text);
  if (level !== undefined) return level;
  throw wrong(setting, `is not a level; write one of ${LEVELS.join(", ")}`);
}

export function daysOf(setting: Setting): number {
  const days = Number(setting.text);
  if (Number.isInteger(days) && days >= 1 && days <= 3650) return days;
  throw wrong(setting, "is not a number of days; write one from 1 to 3650");
}

/** Octets of an SSID at most (IEEE 802.11-2020, 9.4.2.2). */
const SSID_OCTETS = 32;

/** A network that is home: by name, or by the address of one of its access points. */
export function homeOf(setting: Setting): HomeRule {
  const rule = homeRule(setting.text);
  if ("bssid" in rule || (rule.ssid.length >= 1 && rule.ssid.length <= SSID_OCTETS)) return rule;
  throw wrong(setting, "is not a network name (1 to 32 octets) and not an address like aa:bb:cc:dd:ee:ff");
}

const BROKER_PROTOCOLS = ["mqtt:", "mqtts:", "ws:", "wss:"];

/** Credentials apart from the address, so that the address can be shown. */
export function brokerOf(setting: Setting): BrokerAddress {
  const url = URL.parse(setting.text);
  const username = decoded(url?.username ?? "");
  const password = decoded(url?.password ?? "");
  const known = url !== null && BROKER_PROTOCOLS.includes(url.protocol) && url.hostname !== "";
  if (!known || username === undefined || password === undefined) {
    const shown = { ...setting, text: setting.text.replace(/:[^:/]*@/, ":…@") };
    throw wrong(shown, "is not a broker; write mqtt://host:1883 or mqtt://user:password@host:1883");
  }
  url.username = "";
  url.password = "";
  return {
    url: url.href,
    ...(username === "" ? {} : { username }),
    ...(password === "" ? {} : { password }),
  };
}

/** Undefined where the percent signs of a URL encode nothing. */
function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** Address of Home Assistant's own page, without a path or a slash at its end. */
export function assistantOf(setting: Setting): string {
  const url = URL.canParse(setting.text) ? new URL(setting.text) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.hostname !== "") {
    return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
  }
  throw wrong(setting, "is not an address of Home Assistant; write one like http://homeassistant.local:8123");
}
