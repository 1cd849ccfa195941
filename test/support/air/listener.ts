import { Dice } from "./dice.ts";
import { difs } from "./durations.ts";
import { FRAME } from "./frames.ts";
import type { ClockPlan, NodePlan } from "./plan.ts";
import type { Transmission } from "./transmissions.ts";

/** µs a node is deaf after a restart, and between two channels of its hop. */
export const BOOT_TIME = 1_500_000;
const SWITCH_TIME = 3_000;
const DEFAULT_DWELL = 250_000;

/** A node's clock: hub time in, node time out. */
export class NodeClock {
  private readonly plan: ClockPlan;
  private readonly start: number;
  private readonly boots: readonly number[];

  constructor(plan: ClockPlan, start: number, boots: readonly number[]) {
    this.plan = plan;
    this.start = start;
    this.boots = boots;
  }

  /** Number of restarts before `time`. */
  bootAt(time: number): number {
    let boot = 0;
    while (boot < this.boots.length && (this.boots[boot] ?? 0) <= time) boot += 1;
    return boot;
  }

  at(time: number): number {
    if (this.plan.unixTime) return time;
    const boot = this.bootAt(time);
    const from = boot === 0 ? this.start : (this.boots[boot - 1] ?? 0);
    const base = boot === 0 ? (this.plan.offset ?? 0) : 0;
    const value = Math.round(base + (time - from) * (1 + (this.plan.ppm ?? 0) * 1e-6));
    return this.plan.wraps ? value % 2 ** 32 : value;
  }
}

/** A stay on one frequency, hub time. */
export interface Stay {
  readonly frequency: number;
  readonly from: number;
  readonly until: number;
}

/** What one node decoded, in order, as columns. */
export interface Receptions {
  /** Row of `transmissions`. */
  readonly identity: Int32Array;
  readonly nodeTime: Float64Array;
  readonly rssi: Int8Array;
  readonly count: number;
}

/** Where the node was tuned, cut by its restarts. */
export function staysOf(plan: NodePlan, start: number, end: number): Stay[] {
  const stays: Stay[] = [];
  const hops = plan.frequencies.length > 1;
  const dwell = hops ? (plan.dwell ?? DEFAULT_DWELL) : 1e6;
  const dead = hops ? SWITCH_TIME : 0;
  const deaf = (plan.reboots ?? []).map((second) => start + second * 1e6);
  for (let slot = 0; start + slot * dwell < end; slot++) {
    const frequency = plan.frequencies[slot % plan.frequencies.length] ?? 0;
    let from = start + slot * dwell + dead;
    const until = Math.min(end, start + (slot + 1) * dwell);
    let stop = until;
    for (const boot of deaf) {
      if (boot >= from && boot < stop) stop = boot;
      else if (from >= boot && from < boot + BOOT_TIME) from = Math.min(boot + BOOT_TIME, until);
    }
    if (stop > from) stays.push({ frequency, from, until: stop });
  }
  return stays;
}

function hearingOf(plan: NodePlan, fc: number): number {
  if ((fc & 0x0c) === 0x08) return plan.hearing.data;
  return (fc & 0x0c) === 0x04 ? plan.hearing.control : plan.hearing.management;
}

/** A level per (node, sender), the same in the whole simulation: -40 to -85 dBm. */
const levelOf = (node: number, sender: number): number =>
  -40 - ((((sender % 9973) * 31 + node * 57) >>> 0) % 46);

export function listen(
  plan: NodePlan,
  node: number,
  air: { transmissions: readonly Transmission[]; stays: readonly Stay[]; clock: NodeClock; seed: number },
): Receptions {
  const dice = new Dice(air.seed, 9000 + node);
  const identity: number[] = [];
  const nodeTime: number[] = [];
  const rssi: number[] = [];
  const jitter = plan.clock?.jitter ?? 1;
  let stay = 0;
  let last = 0;
  for (let row = 0; row < air.transmissions.length; row++) {
    const frame = air.transmissions[row];
    if (frame === undefined) break;
    while ((air.stays[stay]?.until ?? Number.POSITIVE_INFINITY) <= frame.time) stay += 1;
    const tuned = air.stays[stay];
    if (tuned === undefined) break;
    if (tuned.frequency !== frame.frequency || frame.time < tuned.from || !frame.decodable) continue;
    if (frame.time + frame.airtime > tuned.until || !dice.chance(hearingOf(plan, frame.fc))) continue;
    // The MPDUs of one A-MPDU share one timestamp; frames never overtake each other inside a receiver.
    const previous = identity.at(-1);
    const samePpdu = previous !== undefined && air.transmissions[previous]?.ppdu === frame.ppdu;
    const read = air.clock.at(
      frame.time + (samePpdu ? 0 : Math.max(-3, Math.min(3, dice.normal())) * jitter),
    );
    const backwards = read < last && last - read < difs(frame.frequency) + 10 * jitter;
    last = samePpdu || backwards ? last : read;
    identity.push(row);
    nodeTime.push(last);
    rssi.push(Math.max(-95, Math.round(levelOf(node, frame.sender) + dice.normal() * 2)));
  }
  return {
    identity: Int32Array.from(identity),
    nodeTime: Float64Array.from(nodeTime),
    rssi: Int8Array.from(rssi),
    count: identity.length,
  };
}

export const isBeacon = (fc: number): boolean => (fc & 0xfc) === FRAME.beacon;
