import type { Mac, Megahertz, Micros } from "../base/units.ts";
import { megahertz, micros } from "../base/units.ts";
import { readMac } from "../radio/mac.ts";
import { type Damage, decodeMessage, type Numbering, type Shape, type Unknown } from "./envelope.ts";
import { HUB_KIND, U8, U16, U32, U64 } from "./kinds.ts";
import { macBytes } from "./messages.ts";
import { type Packed, type PackReader, pack, whole } from "./pack.ts";

/** Most octets of firmware in one chunk. */
export const CHUNK_OCTETS = 1024;
const HASH_OCTETS = 32;
const SIGNATURE_OCTETS = 64;
const KEY_OCTETS = 32;
const VERSION_OCTETS = 64;
/** Channels of one plan: more than all 20 MHz channels of the three bands together. */
const PLAN_ENTRIES = 128;
const SIBLINGS = 64;
/** An SSID has 32 octets, a passphrase 63 (or 64 digits); a host name 253 and its port 6. */
const SETTING_OCTETS = 259;
const SETTINGS = 16;
const KEY_NAME_OCTETS = 16;
const ERASE = "erase";

/** What a node is told to be; a key left out stays as it is. */
export interface Configuration {
  readonly ssid?: string;
  readonly psk?: string;
  /** `host:port` */
  readonly hub?: string;
  readonly name?: string;
  /** 32 octets. */
  readonly key?: Uint8Array;
  /** ISO 3166-1 alpha-2. */
  readonly country?: string;
  readonly uplink?: "serial" | "wifi";
}

export interface PlanEntry {
  readonly frequency: Megahertz;
  readonly weight: number;
}

export type HubCommand =
  | { readonly kind: "welcome"; readonly protocol: number; readonly bootId: number; readonly time: Micros }
  | { readonly kind: "time_request"; readonly token: number; readonly time: Micros }
  /** No entries: the node's own plan. `dwell` in ms. */
  | { readonly kind: "plan"; readonly entries: readonly PlanEntry[]; readonly dwell: number }
  | { readonly kind: "siblings"; readonly addresses: readonly Mac[] }
  | { readonly kind: "configure"; readonly settings: Configuration }
  | {
      readonly kind: "update_begin";
      readonly size: number;
      readonly sha256: Uint8Array;
      readonly signature: Uint8Array;
      readonly version: string;
    }
  | { readonly kind: "update_chunk"; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: "update_end" }
  | { readonly kind: "restart"; readonly reason: number }
  | { readonly kind: "identify"; readonly seconds: number }
  | { readonly kind: "factory_reset" };

export type HubMessage = (HubCommand | Unknown) & Numbering;

/** One message as the hub sends it. Numbers must be in the range of their fields; times are rounded to µs. */
export function encodeHubMessage(command: HubCommand, sequence: number): Uint8Array {
  return pack([HUB_KIND[command.kind], sequence >>> 0, ...elementsOf(command)]);
}

/** Reads one message that the hub sent; as total as `decodeNodeMessage`. */
export function decodeHubMessage(bytes: Uint8Array): HubMessage | Damage {
  return decodeMessage(bytes, HUB_SHAPES);
}

function elementsOf(command: HubCommand): Packed[] {
  switch (command.kind) {
    case "welcome":
      return [command.protocol, command.bootId, whole(command.time)];
    case "time_request":
      return [command.token, whole(command.time)];
    case "plan":
      return [command.entries.map((entry): Packed => [entry.frequency, entry.weight]), command.dwell];
    case "siblings":
      return [siblingBytes(command.addresses)];
    case "configure":
      return [settingsMap(command.settings)];
    case "update_begin":
      return [command.size, command.sha256, command.signature, command.version];
    case "update_chunk":
      return [command.offset, command.bytes];
    case "update_end":
      return [];
    case "restart":
      return [command.reason];
    case "identify":
      return [command.seconds];
    case "factory_reset":
      return [ERASE];
  }
}

function siblingBytes(addresses: readonly Mac[]): Uint8Array {
  const bytes = new Uint8Array(6 * addresses.length);
  addresses.forEach((address, i) => {
    bytes.set(macBytes(address), 6 * i);
  });
  return bytes;
}

function settingsMap(settings: Configuration): Packed {
  const map: Record<string, Packed> = {};
  for (const name of ["ssid", "psk", "hub", "name", "country", "uplink", "key"] as const) {
    const value = settings[name];
    if (value !== undefined) map[name] = value;
  }
  return map;
}

function readPlan(r: PackReader): HubCommand {
  const count = r.array(0, PLAN_ENTRIES);
  const entries: PlanEntry[] = [];
  for (let i = 0; i < count && !r.failed; i++) {
    const extra = r.array(2, U8) - 2;
    entries.push({ frequency: megahertz(r.uint(U16)), weight: r.uint(U8) });
    r.skip(Math.max(0, extra));
  }
  return { kind: "plan", entries, dwell: r.uint(U16) };
}

function readSiblings(r: PackReader): HubCommand {
  const bytes = r.bin(0, 6 * SIBLINGS);
  if (bytes.length % 6 !== 0) r.fail();
  const addresses = Array.from({ length: Math.floor(bytes.length / 6) }, (_, i) => readMac(bytes, 6 * i));
  return { kind: "siblings", addresses };
}

function readConfigure(r: PackReader): HubCommand {
  const settings: { -readonly [name in keyof Configuration]: Configuration[name] } = {};
  const count = r.map(SETTINGS);
  for (let i = 0; i < count && !r.failed; i++) {
    const name = r.text(KEY_NAME_OCTETS);
    switch (name) {
      case "ssid":
      case "psk":
      case "hub":
      case "name":
      case "country":
        settings[name] = r.text(SETTING_OCTETS);
        break;
      case "key":
        settings.key = r.bin(KEY_OCTETS, KEY_OCTETS);
        break;
      case "uplink":
        settings.uplink = readUplink(r);
        break;
      default:
        r.skip(1);
    }
  }
  return { kind: "configure", settings };
}

function readUplink(r: PackReader): "serial" | "wifi" {
  const uplink = r.text(KEY_NAME_OCTETS);
  if (uplink !== "serial" && uplink !== "wifi") r.fail();
  return uplink === "wifi" ? "wifi" : "serial";
}

function readFactoryReset(r: PackReader): HubCommand {
  if (r.text(KEY_NAME_OCTETS) !== ERASE) r.fail();
  return { kind: "factory_reset" };
}

const readUpdateBegin = (r: PackReader): HubCommand => ({
  kind: "update_begin",
  size: r.uint(U32),
  sha256: r.bin(HASH_OCTETS, HASH_OCTETS),
  signature: r.bin(SIGNATURE_OCTETS, SIGNATURE_OCTETS),
  version: r.text(VERSION_OCTETS),
});

const time = (r: PackReader): Micros => micros(r.uint(U64));

const HUB_SHAPES: ReadonlyMap<number, Shape<HubCommand>> = new Map<number, Shape<HubCommand>>([
  [
    HUB_KIND.welcome,
    {
      elements: 3,
      read: (r) => ({ kind: "welcome", protocol: r.uint(U8), bootId: r.uint(U32), time: time(r) }),
    },
  ],
  [
    HUB_KIND.time_request,
    { elements: 2, read: (r) => ({ kind: "time_request", token: r.uint(U32), time: time(r) }) },
  ],
  [HUB_KIND.plan, { elements: 2, read: readPlan }],
  [HUB_KIND.siblings, { elements: 1, read: readSiblings }],
  [HUB_KIND.configure, { elements: 1, read: readConfigure }],
  [HUB_KIND.update_begin, { elements: 4, read: readUpdateBegin }],
  [
    HUB_KIND.update_chunk,
    {
      elements: 2,
      read: (r) => ({ kind: "update_chunk", offset: r.uint(U32), bytes: r.bin(0, CHUNK_OCTETS) }),
    },
  ],
  [HUB_KIND.update_end, { elements: 0, read: () => ({ kind: "update_end" }) }],
  [HUB_KIND.restart, { elements: 1, read: (r) => ({ kind: "restart", reason: r.uint(U8) }) }],
  [HUB_KIND.identify, { elements: 1, read: (r) => ({ kind: "identify", seconds: r.uint(U8) }) }],
  [HUB_KIND.factory_reset, { elements: 1, read: readFactoryReset }],
]);
