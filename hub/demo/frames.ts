import type { Mac, Megahertz } from "../base/units.ts";
import { FORMAT } from "../radio/airtime/phy.ts";
import { FC, KIND } from "../radio/frame.ts";
import { BROADCAST } from "../radio/mac.ts";
import { type ExtensionFields, encodeExtension } from "../wire/records/extension.ts";
import type { FrameRow } from "../wire/records/row.ts";
import type { Place } from "./cast.ts";

/** A frame on the air: what every node would record of it, but for its own clock and what it received. */
export interface Transmission {
  readonly at: number;
  readonly from: Place;
  readonly row: Omit<FrameRow, "time" | "rssi" | "noise">;
  /** Sent at a rate and width that no node decodes: it only takes its time. */
  readonly undecodable?: boolean;
}

const descriptor = (format: number, rate: number): number => format | (rate << 4);
export const DSSS_1 = descriptor(FORMAT.dsss, 2);
export const OFDM_6 = descriptor(FORMAT.ofdm, 12);
export const OFDM_24 = descriptor(FORMAT.ofdm, 48);
export const HT_MCS7 = descriptor(FORMAT.ht, 7);
export const HT_AGGREGATED = HT_MCS7 | (1 << 23);

/** Frame control of a kind (radio/frame.ts), with further bits. */
export const fcOf = (kind: number, bits = 0): number => ((kind >> 4) << 2) | ((kind & 0x0f) << 4) | bits;

/** 12-bit sequence numbers of one transmitter. */
export class Counter {
  #value: number;

  constructor(first: number) {
    this.#value = first & 0xfff;
  }

  /** Sequence control field of the next MPDU. */
  next(): number {
    return (this.skip(1) & 0xfff) << 4;
  }

  /** Passes over `count` numbers and gives the first of them. */
  skip(count: number): number {
    const first = this.#value;
    this.#value = (first + count) & 0xfff;
    return first;
  }
}

export interface Management {
  readonly kind: number;
  readonly from: Mac;
  readonly to: Mac;
  readonly bssid: Mac;
  readonly frequency: Megahertz;
  readonly sequence: number;
  readonly length: number;
  readonly phy?: number;
  readonly fields?: ExtensionFields;
}

export function management(frame: Management): Transmission["row"] {
  const extension = frame.fields === undefined ? undefined : encodeExtension(frame.fields);
  return {
    frequency: frame.frequency,
    length: frame.length,
    phy: frame.phy ?? DSSS_1,
    fc: fcOf(frame.kind),
    duration: frame.to === BROADCAST ? 0 : 314,
    a1: frame.to,
    a2: frame.from,
    a3: frame.bssid,
    sequence: frame.sequence,
    ...(extension === undefined ? {} : { extension }),
  };
}

export interface DataFrame {
  readonly station: Mac;
  readonly bssid: Mac;
  readonly frequency: Megahertz;
  readonly up: boolean;
  /** Final destination upwards, source downwards. */
  readonly peer: Mac;
  readonly sequence: number;
  readonly length: number;
  readonly phy: number;
  readonly continues?: boolean;
  readonly fields?: ExtensionFields;
}

/** A QoS data frame of TID 0; protected unless it carries EAPOL. */
export function data(frame: DataFrame): Transmission["row"] {
  const { up, station, bssid, fields } = frame;
  const direction = up ? FC.toDs : FC.fromDs;
  return {
    frequency: frame.frequency,
    length: frame.length,
    phy: frame.phy,
    fc: fcOf(KIND.qosData, direction | (fields === undefined ? FC.protected : 0)),
    duration: 48,
    a1: up ? bssid : station,
    a2: up ? station : bssid,
    a3: frame.peer,
    sequence: frame.sequence,
    qos: 0,
    ...(frame.continues === true ? { ppduContinues: true } : {}),
    ...(fields === undefined ? {} : { extension: encodeExtension(fields) }),
  };
}

export const ack = (to: Mac, frequency: Megahertz): Transmission["row"] => ({
  frequency,
  length: 14,
  phy: OFDM_24,
  fc: fcOf(KIND.ack),
  duration: 0,
  a1: to,
});

export interface Pair {
  readonly from: Mac;
  readonly to: Mac;
  readonly frequency: Megahertz;
}

export const rts = ({ from, to, frequency }: Pair, reserved: number): Transmission["row"] => ({
  frequency,
  length: 20,
  phy: OFDM_24,
  fc: fcOf(KIND.rts),
  duration: reserved,
  a1: to,
  a2: from,
});

export const cts = (to: Mac, frequency: Megahertz, reserved: number): Transmission["row"] => ({
  frequency,
  length: 14,
  phy: OFDM_24,
  fc: fcOf(KIND.cts),
  duration: reserved,
  a1: to,
});

/** A BlockAck of TID 0 that says: of the window from `start`, `count` MPDUs arrived. */
export const blockAck = (
  { from, to, frequency }: Pair,
  start: number,
  count: number,
): Transmission["row"] => ({
  frequency,
  length: 32,
  phy: OFDM_24,
  fc: fcOf(KIND.blockAck),
  duration: 0,
  a1: to,
  a2: from,
  blockAck: { control: 0x0004, start, top: count, set: count },
});
