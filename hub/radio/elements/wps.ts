import { ByteReader } from "../../base/bytes.ts";
import { printable } from "../../base/text.ts";
import { type Element, OUI, vendorBodies } from "./block.ts";
import { WPS_TYPE } from "./security.ts";

/** What a device says of itself in its WPS element: chosen by a stranger, bounded and printable. */
export interface Wps {
  readonly manufacturer: string | undefined;
  readonly modelName: string | undefined;
  readonly deviceName: string | undefined;
}

/** Attribute types, Wi-Fi Protected Setup 1.0h, §12; the longest of these texts may have 64 octets. */
const ATTRIBUTE = { deviceName: 0x1011, manufacturer: 0x1021, modelName: 0x1023 } as const;
const TEXT_OCTETS = 64;

/**
 * Reads the WPS element: attributes of type and length, both big-endian. An element longer than 251 octets goes
 * over several vendor-specific elements and is joined. Undefined where there is none.
 */
export function readWps(elements: readonly Element[]): Wps | undefined {
  const parts = vendorBodies(elements, OUI.microsoft, WPS_TYPE);
  const [first, ...further] = parts;
  if (first === undefined) return undefined;
  const reader = new ByteReader(further.length === 0 ? first : join(parts));
  const texts = new Map<number, string>();
  while (reader.remaining >= 4) {
    const type = reader.u16be() ?? 0;
    const length = reader.u16be() ?? 0;
    const value = reader.bytes(length);
    if (value === undefined) break;
    if (isText(type) && !texts.has(type)) texts.set(type, text(value));
  }
  return {
    manufacturer: texts.get(ATTRIBUTE.manufacturer) || undefined,
    modelName: texts.get(ATTRIBUTE.modelName) || undefined,
    deviceName: texts.get(ATTRIBUTE.deviceName) || undefined,
  };
}

const isText = (type: number): boolean =>
  type === ATTRIBUTE.deviceName || type === ATTRIBUTE.manufacturer || type === ATTRIBUTE.modelName;

/** Many devices pad with zero octets or send one blank for "nothing". */
function text(value: Uint8Array): string {
  const zero = value.indexOf(0);
  return printable(zero < 0 ? value : value.subarray(0, zero), TEXT_OCTETS).trim();
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
