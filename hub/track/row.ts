import type { Mac, Micros, NodeIndex } from "../base/units.ts";
import { megahertz, micros, nodeIndex } from "../base/units.ts";
import type { FrameBatch } from "../radio/batch.ts";
import { FC } from "../radio/frame.ts";
import type { ChannelAir } from "./count/channels.ts";
import type { Station } from "./known/station.ts";

/** The frame at hand: one row of a batch with its addresses resolved. One object serves all rows in turn. */
export interface Row {
  index: number;
  node: NodeIndex;
  time: Micros;
  fc: number;
  kind: number;
  /** First reception of the frame by any node. */
  fresh: boolean;
  length: number;
  /** µs on air, 0 where unknown or counted with an earlier MPDU of the same PPDU. */
  airtime: number;
  transmitter: Station | undefined;
  receiver: Station | undefined;
  channel: ChannelAir;
}

export const newRow = (): Row => ({
  index: 0,
  node: nodeIndex(0),
  time: micros(0),
  fc: 0,
  kind: 0,
  fresh: true,
  length: 0,
  airtime: 0,
  transmitter: undefined,
  receiver: undefined,
  channel: { frequency: megahertz(0), firstHeard: micros(0), lastHeard: micros(0), airtime: 0, reserved: 0 },
});

const DS = FC.toDs | FC.fromDs;
export const isUplink = (fc: number): boolean => (fc & DS) === FC.toDs;
export const isDownlink = (fc: number): boolean => (fc & DS) === FC.fromDs;
export const isRetry = (fc: number): boolean => (fc & FC.retry) !== 0;
export const isProtected = (fc: number): boolean => (fc & FC.protected) !== 0;

/** Address in column value `index`, 0 where there is none. */
export const addressOf = (batch: FrameBatch, index: number): Mac => (batch.addresses[index] ?? 0) as Mac;
