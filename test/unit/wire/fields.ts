import assert from "node:assert/strict";
import { fromHex } from "../../../hub/base/bytes.ts";
import { dbm, type Mac, mac, megahertz, micros } from "../../../hub/base/units.ts";
import { parseMac } from "../../../hub/radio/mac.ts";
import type { HubCommand } from "../../../hub/wire/commands.ts";
import type { NodeBody } from "../../../hub/wire/records/bodies.ts";

/** Fields as test/vectors/README.md has them: names and order of the protocol page. */
export type Fields = { kind: number; [field: string]: unknown };
export type Sent = Fields & { sequence: number; bytes: string };

export function bytesOf(hex: unknown): Uint8Array {
  const bytes = fromHex(String(hex));
  assert.ok(bytes !== undefined);
  return bytes;
}
const number = (value: unknown): number => Number(value);
const time = (value: unknown): ReturnType<typeof micros> => micros(Number(value));
export const address = (value: unknown): Mac => parseMac(String(value)) ?? mac(0);

/** The body that the fields tell of. */
export function nodeBody(f: Fields): NodeBody {
  switch (f.kind) {
    case 1: {
      const { protocol, bootId, resetReason, capabilities, configuration } = f;
      return {
        kind: "hello",
        ...{ protocol: number(protocol), firmware: String(f["firmware"]), chip: String(f["chip"]) },
        ...{ mac: address(f["mac"]), bootId: number(bootId), resetReason: number(resetReason) },
        ...{ capabilities: number(capabilities), name: String(f["name"]) },
        ...{ configuration: number(configuration), clock: time(f["clock"]) },
      };
    }
    case 3: {
      const [ring = 0, link = 0, thinned = 0, sibling = 0] = f["drops"] as number[];
      return {
        kind: "heartbeat",
        ...{ time: time(f["time"]), uptime: number(f["uptime"]), received: number(f["received"]) },
        drops: { ring, link, thinned, sibling },
        ...{ ringHighWater: number(f["ringHigh"]), heapLowWater: number(f["heapLow"]) },
        temperature: f["temperature"] === -128 ? undefined : number(f["temperature"]),
        rssi: f["rssi"] === 0 ? undefined : dbm(number(f["rssi"])),
        ...{ degradeStep: number(f["degrade"]), safeMode: f["safeMode"] !== 0 },
      };
    }
    case 4:
      return {
        kind: "dwell",
        ...{
          frequency: megahertz(number(f["frequency"])),
          start: time(f["start"]),
          listened: time(f["listened"]),
        },
        ...{ frames: number(f["frames"]), undecodable: number(f["undecodable"]) },
      };
    case 5:
      return {
        kind: "log",
        level: (["error", "warning", "info"] as const)[number(f["level"])] ?? "info",
        text: String(f["text"]),
      };
    case 6:
      return {
        kind: "time_reply",
        token: number(f["token"]),
        arrived: time(f["received"]),
        sent: time(f["sent"]),
      };
    case 7:
      return {
        kind: "result",
        command: number(f["command"]),
        code: number(f["code"]),
        text: String(f["text"]),
      };
    case 8:
      return {
        kind: "elements",
        hash: number(f["hash"]),
        subtype: number(f["subtype"]),
        blocks: bytesOf(f["block"]),
      };
    case 9: {
      const rows = f["classes"] as {
        class: number;
        frames: number;
        octets: number;
        address: string | null;
      }[];
      const classes = rows.map((row) => ({
        ...row,
        address: row.address === null ? undefined : address(row.address),
      }));
      return { kind: "totals", start: time(f["start"]), span: time(f["span"]), classes };
    }
    default:
      throw new Error(`no node message of kind ${f.kind} is expected here`);
  }
}

export function hubCommand(f: Fields): HubCommand {
  switch (f.kind) {
    case 64:
      return {
        kind: "welcome",
        protocol: number(f["protocol"]),
        bootId: number(f["bootId"]),
        time: time(f["time"]),
      };
    case 65:
      return { kind: "time_request", token: number(f["token"]), time: time(f["time"]) };
    case 66: {
      const channels = f["channels"] as [number, number][];
      const entries = channels.map(([frequency, weight]) => ({ frequency: megahertz(frequency), weight }));
      return { kind: "plan", entries, dwell: number(f["dwell"]) };
    }
    case 67:
      return { kind: "siblings", addresses: (f["addresses"] as string[]).map(address) };
    case 68: {
      const names = ["ssid", "psk", "hub", "name", "key", "country", "uplink"].filter(
        (name) => f[name] !== null,
      );
      const settings = names.map((name) => [name, name === "key" ? bytesOf(f[name]) : f[name]]);
      return { kind: "configure", settings: Object.fromEntries(settings) };
    }
    case 69:
      return {
        kind: "update_begin",
        ...{ size: number(f["size"]), sha256: bytesOf(f["sha256"]), signature: bytesOf(f["signature"]) },
        version: String(f["version"]),
      };
    case 70:
      return { kind: "update_chunk", offset: number(f["offset"]), bytes: bytesOf(f["octets"]) };
    case 71:
      return { kind: "update_end" };
    case 72:
      return { kind: "restart", reason: number(f["reason"]) };
    case 73:
      return { kind: "identify", seconds: number(f["seconds"]) };
    case 74:
      return { kind: "factory_reset" };
    default:
      throw new Error(`no hub message of kind ${f.kind} is expected here`);
  }
}
