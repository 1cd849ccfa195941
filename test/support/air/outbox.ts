import { Dice } from "./dice.ts";
import { BOOT_TIME, type NodeClock, type Receptions, type Stay } from "./listener.ts";
import type { LinkPlan, NodePlan } from "./plan.ts";
import type { Transmission } from "./transmissions.ts";

/** Rows of one batch: what fits a serial message of 1,000 octets. */
export const ROWS = 60;

/** A message before its batch is filled: `from` and `to` are rows of the node's receptions. */
export type Draft =
  | { readonly kind: "hello"; readonly bootId: number; readonly clock: number }
  | { readonly kind: "frames"; readonly from: number; readonly to: number; readonly frequency: number }
  | {
      readonly kind: "dwell";
      readonly frequency: number;
      readonly start: number;
      readonly listened: number;
      readonly frames: number;
      readonly undecodable: number;
    }
  | { readonly kind: "heartbeat"; readonly clock: number; readonly uptime: number; readonly frames: number }
  | {
      readonly kind: "time";
      readonly token: number;
      readonly requestedAt: number;
      readonly arrived: number;
      readonly sent: number;
    };

export interface Posted {
  readonly node: number;
  /** Hub time of sending. */
  readonly sentAt: number;
  readonly draft: Draft;
  arrival: number;
  number: number;
}

interface Node {
  readonly plan: NodePlan;
  readonly node: number;
  readonly clock: NodeClock;
  readonly stays: readonly Stay[];
  readonly receptions: Receptions;
  readonly transmissions: readonly Transmission[];
  readonly start: number;
  readonly end: number;
  readonly seed: number;
}

/** All messages of one node in the order it sent them, those lost on the way left out. */
export function post(node: Node): Posted[] {
  const dice = new Dice(node.seed, 11_000 + node.node);
  const posted = [...hellos(node), ...batches(node), ...heartbeats(node), ...timeReplies(node, dice)];
  if (node.plan.statesDwell ?? true) posted.push(...dwells(node));
  posted.sort((left, right) => left.sentAt - right.sentAt);
  return travel(posted, node, dice);
}

const entry = (node: Node, sentAt: number, draft: Draft): Posted => ({
  node: node.node,
  sentAt,
  draft,
  arrival: sentAt,
  number: 0,
});

const bootTimes = (node: Node): number[] => [
  node.start,
  ...(node.plan.reboots ?? []).map((second) => node.start + second * 1e6),
];

function hellos(node: Node): Posted[] {
  return bootTimes(node).flatMap((boot, index) => {
    if (index > 0 && node.plan.helloLost) return [];
    const sentAt = boot + (index === 0 ? 0 : BOOT_TIME - 100_000);
    return [
      entry(node, sentAt, {
        kind: "hello",
        bootId: 1000 * (node.node + 1) + index,
        clock: node.clock.at(sentAt),
      }),
    ];
  });
}

/** Is the node up (not restarting)? */
const isUp = (node: Node, time: number): boolean =>
  !(node.plan.reboots ?? []).some((second) => {
    const boot = node.start + second * 1e6;
    return time >= boot && time < boot + BOOT_TIME;
  });

function batches(node: Node): Posted[] {
  const { receptions, transmissions } = node;
  const flush = node.plan.link?.flush ?? 100_000;
  const posted: Posted[] = [];
  const timeOf = (row: number): number => transmissions[receptions.identity[row] ?? 0]?.time ?? 0;
  const frequencyOf = (row: number): number => transmissions[receptions.identity[row] ?? 0]?.frequency ?? 0;
  let from = 0;
  for (let row = 1; row <= receptions.count; row++) {
    const full = row - from >= ROWS;
    const broken = row === receptions.count || breaks(node, row, frequencyOf);
    const old = row < receptions.count && timeOf(row) - timeOf(from) > flush;
    if (!full && !broken && !old) continue;
    const sentAt = full ? timeOf(row - 1) + 500 : timeOf(from) + flush;
    const draft: Draft = { kind: "frames", from, to: row, frequency: frequencyOf(from) };
    posted.push(entry(node, Math.max(sentAt, timeOf(row - 1) + 500), draft));
    from = row;
  }
  return posted;
}

/** Another frequency, or a clock that steps back: a new message begins. */
function breaks(node: Node, row: number, frequencyOf: (row: number) => number): boolean {
  const { nodeTime } = node.receptions;
  return frequencyOf(row) !== frequencyOf(row - 1) || (nodeTime[row] ?? 0) < (nodeTime[row - 1] ?? 0);
}

function dwells(node: Node): Posted[] {
  const { receptions, transmissions } = node;
  let row = 0;
  let missed = 0;
  return node.stays.map((stay) => {
    const first = row;
    while (row < receptions.count && (transmissions[receptions.identity[row] ?? 0]?.time ?? 0) < stay.until)
      row += 1;
    let undecodable = 0;
    for (; missed < transmissions.length; missed++) {
      const frame = transmissions[missed];
      if (frame === undefined || frame.time >= stay.until) break;
      if (!frame.decodable && frame.frequency === stay.frequency && frame.time >= stay.from) undecodable += 1;
    }
    return entry(node, stay.until + 1_000, {
      kind: "dwell",
      frequency: stay.frequency,
      start: node.clock.at(stay.from),
      listened: Math.round(stay.until - stay.from),
      frames: row - first,
      undecodable,
    });
  });
}

function heartbeats(node: Node): Posted[] {
  const posted: Posted[] = [];
  const boots = bootTimes(node);
  const { receptions, transmissions } = node;
  let row = 0;
  for (let time = node.start + 1e6; time < node.end; time += 1e6) {
    while (row < receptions.count && (transmissions[receptions.identity[row] ?? 0]?.time ?? 0) < time)
      row += 1;
    if (!isUp(node, time)) continue;
    const boot = boots.filter((begin) => begin <= time).at(-1) ?? node.start;
    const uptime = Math.floor((time - boot) / 1e6);
    posted.push(entry(node, time, { kind: "heartbeat", clock: node.clock.at(time), uptime, frames: row }));
  }
  return posted;
}

const delayOf = (link: LinkPlan | undefined, dice: Dice): number =>
  (link?.delay ?? 1_000) + dice.exponential(link?.jitter ?? 500);

/** Requests a second apart at the beginning of each boot. */
const EAGER = 8;

/** When the hub asks: eagerly after each boot, then now and then. */
function requestTimes(node: Node, every: number): number[] {
  const boots = bootTimes(node);
  return boots.flatMap((boot, index) => {
    const end = boots[index + 1] ?? node.end;
    const times: number[] = [];
    let time = boot + (index === 0 ? 300_000 : BOOT_TIME + 100_000);
    for (let asked = 0; time < end; asked++) {
      times.push(time);
      time += asked < EAGER - 1 ? 1e6 : every * 1e6;
    }
    return times;
  });
}

function timeReplies(node: Node, dice: Dice): Posted[] {
  const every = node.plan.timeRequests ?? 20;
  if (every <= 0) return [];
  const posted: Posted[] = [];
  requestTimes(node, every).forEach((requestedAt, token) => {
    const reached = requestedAt + delayOf(node.plan.link, dice);
    const sentAt = reached + 150;
    if (!isUp(node, requestedAt) || !isUp(node, sentAt)) return;
    const [arrived, sent] = [node.clock.at(reached), node.clock.at(sentAt)];
    posted.push(entry(node, sentAt, { kind: "time", token, requestedAt, arrived, sent }));
  });
  return posted;
}

/** Numbers the messages, loses some, delays the rest; the link keeps their order. */
function travel(posted: readonly Posted[], node: Node, dice: Dice): Posted[] {
  const { link } = node.plan;
  const arrived: Posted[] = [];
  const boots = bootTimes(node).slice(1);
  let number = 0;
  let boot = 0;
  let free = 0;
  for (const message of posted) {
    if (boot < boots.length && message.sentAt >= (boots[boot] ?? 0)) {
      boot += 1;
      number = 0;
    }
    message.number = number++;
    let arrival = message.sentAt + delayOf(link, dice);
    for (const stall of link?.stalls ?? []) {
      const from = node.start + stall.from * 1e6;
      const until = node.start + stall.until * 1e6;
      if (arrival >= from && arrival < until) arrival = until;
    }
    free = Math.max(free + 200, arrival);
    message.arrival = free;
    if (!dice.chance(link?.loss ?? 0)) arrived.push(message);
  }
  return arrived;
}
