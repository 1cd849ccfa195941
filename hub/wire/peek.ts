import { type Micros, micros } from "../base/units.ts";
import { NODE_KIND, U16, U32, U64 } from "./kinds.ts";
import { PackReader } from "./pack.ts";

/** Elements before the time of each kind that carries one, after kind and sequence. */
const BEFORE_TIME: ReadonlyMap<number, number> = new Map([
  [NODE_KIND.hello, 9],
  [NODE_KIND.frames, 0],
  [NODE_KIND.heartbeat, 0],
  [NODE_KIND.dwell, 1],
  [NODE_KIND.totals, 0],
]);

/** The kind of a message, undefined for what is no message. */
export function kindOf(message: Uint8Array): number | undefined {
  const reader = new PackReader(message);
  reader.array(2, U16);
  const kind = reader.uint(U32);
  return reader.failed ? undefined : kind;
}

/**
 * Node time that a node's message carries: of its first frame, of its sending, or of the beginning of what it sums
 * up. Undefined for kinds without one and for what is no message. Reads no further than that.
 */
export function nodeTimeOf(message: Uint8Array): Micros | undefined {
  const reader = new PackReader(message);
  reader.array(2, U16);
  const before = BEFORE_TIME.get(reader.uint(U32));
  reader.uint(U32);
  if (before === undefined) return undefined;
  reader.skip(before);
  const time = reader.uint(U64);
  return reader.failed ? undefined : micros(time);
}
