import { MESSAGE_OCTETS, U16, U32 } from "./kinds.ts";
import { PackReader } from "./pack.ts";

/** A kind of message this version does not know: counted and skipped. */
export interface Unknown {
  readonly kind: "unknown";
  readonly code: number;
}

export interface Numbering {
  /** Counts the messages of one boot of one sender, modulo 2^32. */
  readonly sequence: number;
  /** Elements past those this version knows, skipped. */
  readonly surplus: number;
}

/** Not a message: damaged, or of a sender that breaks the protocol. */
export interface Damage {
  readonly kind: "damage";
  /** `envelope`: no array of kind and sequence; `shape`: a known kind with a wrong or missing element. */
  readonly cause: "envelope" | "shape";
}

/** How one kind is read: elements after kind and sequence, and their reader. */
export interface Shape<T> {
  readonly elements: number;
  readonly read: (reader: PackReader, surplus: number) => T;
  /** The reader takes the surplus elements too. */
  readonly open?: boolean;
}

/**
 * Reads one message whose kinds have the given shapes. Total: whatever the octets, it gives a message, `unknown` or
 * `damage`, and reads nothing outside.
 */
export function decodeMessage<T extends object>(
  bytes: Uint8Array,
  shapes: ReadonlyMap<number, Shape<T>>,
): ((T | Unknown) & Numbering) | Damage {
  if (bytes.length > MESSAGE_OCTETS) return { kind: "damage", cause: "envelope" };
  const reader = new PackReader(bytes);
  const count = reader.array(2, U16);
  const code = reader.uint(U32);
  const sequence = reader.uint(U32);
  if (reader.failed) return { kind: "damage", cause: "envelope" };
  const shape = shapes.get(code);
  if (shape === undefined) return { kind: "unknown", code, sequence, surplus: count - 2 };
  const surplus = count - 2 - shape.elements;
  if (surplus < 0) return { kind: "damage", cause: "shape" };
  const body = shape.read(reader, surplus);
  if (surplus > 0 && shape.open !== true) reader.skip(surplus);
  if (reader.failed || !reader.atEnd) return { kind: "damage", cause: "shape" };
  return Object.assign(body, { sequence, surplus: shape.open === true ? 0 : surplus });
}
