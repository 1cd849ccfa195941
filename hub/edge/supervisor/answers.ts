import { isIPv4 } from "node:net";
import { type Fields, fieldsOf, listOf, textOf } from "../../base/fields.ts";
import { printableText } from "../../base/text.ts";
import type { Mac } from "../../base/units.ts";
import { parseMac } from "../../radio/mac.ts";

/** The app as the Supervisor knows it. */
export interface AppState {
  /** The app's name on this machine: the store that it came from is part of it. */
  readonly slug: string;
  readonly version: string | undefined;
  /** Version that the store offers. */
  readonly latest: string | undefined;
  readonly updateAvailable: boolean;
  /** Port of the host that leads to the app's UDP port for nodes; undefined where a person has closed it. */
  readonly nodePort: number | undefined;
}

/** A serial port that is plugged in. */
export interface PluggedPort {
  /** The name that stays where there is one (`/dev/serial/by-id/…`), else the device's. */
  readonly path: string;
  /** `/dev/ttyUSB0` */
  readonly device: string;
  /** Maker and model as the port states them; empty where it states nothing. */
  readonly label: string;
}

const SLUG = /^[\w.-]{1,100}$/;
const VERSION = /^[\w.+-]{1,40}$/;
/** Ports that are plugged in; those of the board itself are for a person to name. */
const PLUGGED = /^\/dev\/tty(USB|ACM)\d{1,3}$/;
const BY_ID = /^\/dev\/serial\/by-id\/[\w.:+,@-]{1,200}$/;
const LABEL_CHARACTERS = 60;
const MOST_PORTS = 32;
const MOST_ADDRESSES = 8;

/** Of `/addons/self/info`; undefined where it cannot be one. */
export function appOf(answer: unknown, nodePort: number): AppState | undefined {
  const fields = fieldsOf(answer);
  const slug = textOf(fields["slug"], SLUG);
  if (slug === undefined) return undefined;
  const network = fields["network"];
  const port = fieldsOf(network)[`${nodePort}/udp`];
  return {
    slug,
    version: textOf(fields["version"], VERSION),
    latest: textOf(fields["version_latest"], VERSION),
    updateAvailable: fields["update_available"] === true,
    nodePort: isPort(port) ? port : undefined,
  };
}

/** IPv4 addresses of the host in the home's network, the likeliest first; of `/network/info`. */
export function addressesOf(answer: unknown): string[] {
  const interfaces = listOf(fieldsOf(answer)["interfaces"]).map(fieldsOf);
  const up = interfaces.filter((one) => one["enabled"] !== false && one["connected"] !== false);
  const ranked = [
    ...up.filter((one) => one["primary"] === true),
    ...up.filter((one) => one["primary"] !== true),
  ];
  const addresses = ranked.flatMap(({ ipv4 }) => {
    const { address, ip_address: documented } = fieldsOf(ipv4);
    return [...listOf(address), documented].map(withoutMask);
  });
  return [...new Set(addresses.filter((one) => one !== undefined))].slice(0, MOST_ADDRESSES);
}

/** Addresses of the host's own interfaces; of `/network/info`. */
export function interfacesOf(answer: unknown): Mac[] {
  const interfaces = listOf(fieldsOf(answer)["interfaces"]).map(fieldsOf);
  const macs = interfaces.map(({ mac }) => (typeof mac === "string" ? parseMac(mac) : undefined));
  return macs.filter((mac) => mac !== undefined).slice(0, MOST_ADDRESSES);
}

/** Serial ports that are plugged in; of `/hardware/info`. */
export function portsOf(answer: unknown): PluggedPort[] {
  const devices = listOf(fieldsOf(answer)["devices"]).map(fieldsOf);
  return devices.flatMap(portOf).slice(0, MOST_PORTS);
}

function portOf(device: Fields): PluggedPort[] {
  if (device["subsystem"] !== "tty") return [];
  const byId = textOf(device["by_id"], BY_ID);
  const path = textOf(device["dev_path"], /^\/dev\/[\w/-]{1,60}$/);
  if (path === undefined || (byId === undefined && !PLUGGED.test(path))) return [];
  return [{ path: byId ?? path, device: path, label: labelOf(fieldsOf(device["attributes"])) }];
}

function labelOf(attributes: Fields): string {
  const word = (name: string): string => {
    const text = attributes[`${name}_FROM_DATABASE`] ?? attributes[name];
    return typeof text === "string" ? text.replaceAll("_", " ") : "";
  };
  return portLabel(word("ID_VENDOR"), word("ID_MODEL"));
}

/** Maker and model in one line; strangers choose both. */
export function portLabel(maker: string, model: string): string {
  const words = model.startsWith(maker) ? model : `${maker} ${model}`;
  return printableText(words.trim(), LABEL_CHARACTERS);
}

const isPort = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value > 0 && value < 65_536;

/** `192.168.1.5/24` without its mask; undefined for what nodes cannot reach. */
function withoutMask(value: unknown): string | undefined {
  const address = typeof value === "string" ? value.split("/", 1)[0] : undefined;
  return address !== undefined && isReachable(address) ? address : undefined;
}

/** Whether another machine of the home may find something at this address: IPv4 as nodes speak it. */
export const isReachable = (address: string): boolean =>
  isIPv4(address) && !/^(0|127|169\.254|22[4-9]|2[3-5]\d)\./.test(address);
