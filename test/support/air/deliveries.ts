import type { FrameBatch } from "../../../hub/radio/batch.ts";

interface Message {
  readonly node: number;
  /** Hub time at which the hub has the message. */
  readonly arrival: number;
  /** Message sequence number of this boot; a gap is loss. */
  readonly number: number;
}

export interface HelloDelivery extends Message {
  readonly kind: "hello";
  readonly bootId: number;
  /** Node time when sent. */
  readonly clock: number;
  readonly unixTime: boolean;
  readonly mac: number;
  readonly name: string;
}

export interface FramesDelivery extends Message {
  readonly kind: "frames";
  /** Node time; one batch shared by all deliveries: valid until the next one is taken. */
  readonly batch: FrameBatch;
  /** Row of `transmissions` per row of the batch. */
  readonly identity: Int32Array;
}

export interface DwellDelivery extends Message {
  readonly kind: "dwell";
  readonly frequency: number;
  /** Node time. */
  readonly start: number;
  readonly listened: number;
  readonly frames: number;
  readonly undecodable: number;
}

export interface HeartbeatDelivery extends Message {
  readonly kind: "heartbeat";
  /** Node time. */
  readonly clock: number;
  readonly uptime: number;
  readonly frames: number;
}

export interface TimeReplyDelivery extends Message {
  readonly kind: "time";
  readonly token: number;
  /** Hub time at which the hub asked. */
  readonly requestedAt: number;
  /** Node time. */
  readonly arrived: number;
  readonly sent: number;
}

export type Delivery = HelloDelivery | FramesDelivery | DwellDelivery | HeartbeatDelivery | TimeReplyDelivery;
