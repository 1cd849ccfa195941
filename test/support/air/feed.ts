import { mac, megahertz, micros, type NodeIndex, nodeIndex } from "../../../hub/base/units.ts";
import type { Aligner } from "../../../hub/intake/align.ts";
import type { Merger } from "../../../hub/intake/merge.ts";
import type { Nodes } from "../../../hub/intake/nodes.ts";
import type { FrameBatch } from "../../../hub/radio/batch.ts";
import type { Air } from "../air.ts";
import type { Delivery, FramesDelivery, HeartbeatDelivery, HelloDelivery } from "./deliveries.ts";

/** The rooms that a simulated air is played into; those left out are passed by. */
export interface Rooms {
  readonly aligner: Aligner;
  readonly merger?: Merger;
  readonly nodes?: Nodes;
  /** Called with each batch in hub time, merged, and what it truly is. */
  readonly frames?: (batch: FrameBatch, delivery: FramesDelivery) => void;
  /** Called after each delivery with its arrival. */
  readonly after?: (delivery: Delivery) => void;
}

/** Plays all deliveries as the pipeline would. */
export function feed(air: Air, rooms: Rooms): void {
  for (const delivery of air.deliveries()) {
    give(delivery, nodeIndex(delivery.node), rooms);
    rooms.after?.(delivery);
  }
}

function give(delivery: Delivery, node: NodeIndex, rooms: Rooms): void {
  const { aligner, nodes } = rooms;
  const arrival = micros(delivery.arrival);
  if (delivery.kind === "hello") greet(delivery, node, rooms);
  nodes?.message(node, delivery.number, arrival);
  if (delivery.kind === "frames") {
    aligner.align(delivery.batch, arrival);
    rooms.merger?.merge(delivery.batch);
    nodes?.frames(delivery.batch);
    rooms.frames?.(delivery.batch, delivery);
  } else if (delivery.kind === "heartbeat") beat(delivery, node, rooms);
  else if (delivery.kind === "dwell") {
    const listened = micros(delivery.listened);
    const { undecodable } = delivery;
    aligner.read(node, micros(delivery.start + delivery.listened), arrival);
    const start = aligner.toHub(node, micros(delivery.start));
    nodes?.dwell(node, { frequency: megahertz(delivery.frequency), listened, undecodable }, start);
  } else if (delivery.kind === "time") {
    aligner.timeReply(node, delivery, { requestedAt: micros(delivery.requestedAt), arrival });
  }
}

function greet(delivery: HelloDelivery, node: NodeIndex, rooms: Rooms): void {
  const arrival = micros(delivery.arrival);
  const { bootId, unixTime, name } = delivery;
  rooms.nodes?.admit(String(delivery.mac), arrival);
  rooms.nodes?.hello(node, {
    ...{ protocol: 1, firmware: "1.0.0", chip: "demo", mac: mac(delivery.mac) },
    ...{ bootId, resetReason: 1, capabilities: 0, name },
  });
  rooms.aligner.hello(node, { bootId, clock: micros(delivery.clock), unixTime }, arrival);
}

function beat(delivery: HeartbeatDelivery, node: NodeIndex, rooms: Rooms): void {
  const time = rooms.aligner.read(node, micros(delivery.clock), micros(delivery.arrival));
  const drops = { ring: 0, link: 0, thinned: 0, sibling: 0 };
  const health = { ringHighWater: 0, heapLowWater: 0, temperature: undefined, rssi: undefined };
  const received = delivery.frames;
  const { uptime } = delivery;
  const heartbeat = { uptime, received, drops, ...health, degradeStep: 0, safeMode: false };
  rooms.nodes?.heartbeat(node, heartbeat, time);
}
