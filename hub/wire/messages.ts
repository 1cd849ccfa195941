import { printableText } from "../base/text.ts";
import { dbm, type Mac, type Micros, megahertz, micros } from "../base/units.ts";
import { readMac } from "../radio/mac.ts";
import { type Damage, decodeMessage, type Numbering, type Shape, type Unknown } from "./envelope.ts";
import { MESSAGE_OCTETS, NODE_KIND, U8, U16, U32, U64 } from "./kinds.ts";
import { type Packed, type PackReader, pack, whole } from "./pack.ts";
import type {
  CommandResult,
  Dwell,
  Elements,
  Frames,
  Heartbeat,
  Hello,
  LogLine,
  NodeBody,
  TimeReply,
  Totals,
} from "./records/bodies.ts";

/** Text of logs and results, octets. */
const TEXT_OCTETS = 200;
const NAME_OCTETS = 32;
const VERSION_OCTETS = 64;
/** Six octets an address, four a PHY descriptor, 255 rows each. */
const ADDRESS_TABLE_OCTETS = 6 * 255;
const PHY_TABLE_OCTETS = 4 * 255;
const BLOCK_OCTETS = 600;
/** Rows of one totals message. */
const CLASSES = 32;
const TEMPERATURE_UNKNOWN = -128;
const LEVELS = ["error", "warning", "info"] as const;

export type NodeMessage = (NodeBody | Unknown) & Numbering;

/**
 * Reads one message that a node sent. Total: whatever the octets, it gives a message, `unknown` or `damage`, and
 * reads nothing outside. Octet strings in it are views of `bytes`.
 */
export function decodeNodeMessage(bytes: Uint8Array): NodeMessage | Damage {
  return decodeMessage(bytes, NODE_SHAPES);
}

/** One message as a node sends it. Numbers must be in the range of their fields; times are rounded to µs. */
export function encodeNodeMessage(message: NodeBody, sequence: number): Uint8Array {
  return pack([NODE_KIND[message.kind], sequence >>> 0, ...elementsOf(message)]);
}

function elementsOf(message: NodeBody): Packed[] {
  switch (message.kind) {
    case "hello":
      return helloElements(message);
    case "frames":
      return framesElements(message);
    case "heartbeat":
      return heartbeatElements(message);
    case "dwell": {
      const { frequency, start, listened, frames, undecodable } = message;
      return [frequency, whole(start), whole(listened), frames, undecodable];
    }
    case "log":
      return [LEVELS.indexOf(message.level), message.text];
    case "time_reply":
      return [message.token, whole(message.arrived), whole(message.sent)];
    case "result":
      return [message.command, message.code, message.text];
    case "elements":
      return [message.hash, message.subtype, message.blocks];
    case "totals": {
      const classes = message.classes.map((row): Packed => {
        const address = row.address === undefined ? [] : [macBytes(row.address)];
        return [row.class, row.frames, row.octets, ...address];
      });
      return [whole(message.start), whole(message.span), ...classes];
    }
  }
}

function helloElements(m: Hello): Packed[] {
  const { protocol, firmware, chip, bootId, resetReason, capabilities, name, configuration } = m;
  return [
    ...[protocol, firmware, chip, macBytes(m.mac), bootId, resetReason],
    ...[capabilities, name, configuration, whole(m.clock)],
  ];
}

function framesElements(m: Frames): Packed[] {
  const { frequency, noise, dropped, thinned, addresses, phys, records } = m;
  return [whole(m.start), frequency, noise, dropped, thinned, addresses, phys, records];
}

function heartbeatElements(m: Heartbeat): Packed[] {
  const { ring, link, thinned, sibling } = m.drops;
  return [
    ...[whole(m.time), m.uptime, m.received, [ring, link, thinned, sibling]],
    ...[m.ringHighWater, m.heapLowWater, m.temperature ?? TEMPERATURE_UNKNOWN, m.rssi ?? 0],
    ...[m.degradeStep, m.safeMode ? 1 : 0],
  ];
}

/** Six octets as on the air. */
export function macBytes(address: Mac): Uint8Array {
  const bytes = new Uint8Array(6);
  for (let i = 5, rest: number = address; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
  return bytes;
}

const knownOr = <T extends number>(unknown: number, value: T): T | undefined =>
  value === unknown ? undefined : value;

const time = (reader: PackReader): Micros => micros(reader.uint(U64));
const span = (reader: PackReader): Micros => micros(reader.uint(U32));
const line = (reader: PackReader, most: number): string => printableText(reader.text(most), most);

const readHello = (r: PackReader): Hello => ({
  kind: "hello",
  protocol: r.uint(U8),
  firmware: line(r, VERSION_OCTETS),
  chip: line(r, NAME_OCTETS),
  mac: readMac(r.bin(6, 6), 0),
  bootId: r.uint(U32),
  resetReason: r.uint(U8),
  capabilities: r.uint(U32),
  name: line(r, NAME_OCTETS),
  configuration: r.uint(U32),
  clock: time(r),
});

const readFrames = (r: PackReader): Frames => ({
  kind: "frames",
  start: time(r),
  frequency: megahertz(r.uint(U16)),
  noise: dbm(r.int(-128, 127)),
  dropped: r.uint(U32),
  thinned: r.int(1, U8),
  addresses: r.bin(0, ADDRESS_TABLE_OCTETS),
  phys: r.bin(0, PHY_TABLE_OCTETS),
  records: r.bin(0, MESSAGE_OCTETS),
});

function readDrops(r: PackReader): Heartbeat["drops"] {
  const count = r.array(4, U8);
  const drops = { ring: r.uint(U32), link: r.uint(U32), thinned: r.uint(U32), sibling: r.uint(U32) };
  r.skip(Math.max(0, count - 4));
  return drops;
}

const readHeartbeat = (r: PackReader): Heartbeat => ({
  kind: "heartbeat",
  time: time(r),
  uptime: r.uint(U32),
  received: r.uint(U64),
  drops: readDrops(r),
  ringHighWater: r.uint(U16),
  heapLowWater: r.uint(U32),
  temperature: knownOr(TEMPERATURE_UNKNOWN, r.int(-128, 127)),
  rssi: knownOr(0, dbm(r.int(-128, 127))),
  degradeStep: r.uint(U8),
  safeMode: r.uint(U8) !== 0,
});

const readDwell = (r: PackReader): Dwell => ({
  kind: "dwell",
  frequency: megahertz(r.uint(U16)),
  start: time(r),
  listened: span(r),
  frames: r.uint(U32),
  undecodable: r.uint(U32),
});

const readLog = (r: PackReader): LogLine => ({
  kind: "log",
  level: LEVELS[r.uint(U8)] ?? "info",
  text: line(r, TEXT_OCTETS),
});

const readTimeReply = (r: PackReader): TimeReply => ({
  kind: "time_reply",
  token: r.uint(U32),
  arrived: time(r),
  sent: time(r),
});

const readResult = (r: PackReader): CommandResult => ({
  kind: "result",
  command: r.uint(U32),
  code: r.uint(U8),
  text: line(r, TEXT_OCTETS),
});

const readElements = (r: PackReader): Elements => ({
  kind: "elements",
  hash: r.uint(U32),
  subtype: r.uint(U8),
  blocks: r.bin(0, BLOCK_OCTETS),
});

function readClass(r: PackReader): Totals["classes"][number] {
  const elements = r.array(3, U8);
  const counts = { class: r.uint(U8), frames: r.uint(U32), octets: r.uint(U32) };
  const address = elements > 3 ? readMac(r.bin(6, 6), 0) : undefined;
  r.skip(Math.max(0, elements - 4));
  return { ...counts, address };
}

function readTotals(r: PackReader, count: number): Totals {
  const start = time(r);
  const covered = span(r);
  const classes: Totals["classes"][number][] = [];
  if (count > CLASSES) r.fail();
  for (let i = 0; i < count && !r.failed; i++) {
    classes.push(readClass(r));
  }
  return { kind: "totals", start, span: covered, classes };
}

const NODE_SHAPES: ReadonlyMap<number, Shape<NodeBody>> = new Map<number, Shape<NodeBody>>([
  [NODE_KIND.hello, { elements: 10, read: readHello }],
  [NODE_KIND.frames, { elements: 8, read: readFrames }],
  [NODE_KIND.heartbeat, { elements: 10, read: readHeartbeat }],
  [NODE_KIND.dwell, { elements: 5, read: readDwell }],
  [NODE_KIND.log, { elements: 2, read: readLog }],
  [NODE_KIND.time_reply, { elements: 3, read: readTimeReply }],
  [NODE_KIND.result, { elements: 3, read: readResult }],
  [NODE_KIND.elements, { elements: 3, read: readElements }],
  [NODE_KIND.totals, { elements: 2, read: readTotals, open: true }],
]);
