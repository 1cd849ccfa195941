/** Branded numbers: a unit that lives only in a name is a mistake waiting to be made. */

declare const unit: unique symbol;
type Branded<Name extends string> = number & { readonly [unit]: Name };

/** Microseconds. As a point in time: since the Unix epoch in hub time, since boot in node time. */
export type Micros = Branded<"Micros">;
/** Received power in dBm. */
export type Dbm = Branded<"Dbm">;
/** Centre frequency of the primary 20 MHz channel, in MHz. */
export type Megahertz = Branded<"Megahertz">;
/** A 48-bit MAC address as one integer, first octet on the air most significant. */
export type Mac = Branded<"Mac">;
/** Small integer the hub gives each node, stable while the hub runs; index into per-node columns. */
export type NodeIndex = Branded<"NodeIndex">;

export const micros = (value: number): Micros => value as Micros;
export const dbm = (value: number): Dbm => value as Dbm;
export const megahertz = (value: number): Megahertz => value as Megahertz;
export const mac = (value: number): Mac => value as Mac;
export const nodeIndex = (value: number): NodeIndex => value as NodeIndex;

export const SECOND: Micros = micros(1e6);
export const MINUTE: Micros = micros(60e6);
export const HOUR: Micros = micros(3600e6);
export const DAY: Micros = micros(86_400e6);

/** Seconds since the epoch (or a span in seconds) as JSON and people read it. */
export const toSeconds = (time: Micros): number => time / 1e6;
export const fromSeconds = (seconds: number): Micros => micros(seconds * 1e6);
