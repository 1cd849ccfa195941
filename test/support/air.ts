import { createBatch } from "../../hub/radio/batch.ts";
import type { Delivery } from "./air/deliveries.ts";
import { Filler, type StateLoad } from "./air/fill.ts";
import { listen, NodeClock, type Receptions, type Stay, staysOf } from "./air/listener.ts";
import { type FlowEnds, playMedium } from "./air/medium.ts";
import { type Posted, post } from "./air/outbox.ts";
import { type AirPlan, DEFAULT_START, type FlowPlan } from "./air/plan.ts";
import type { Transmission } from "./air/transmissions.ts";

/** The truth about one flow: (transmitter, receiver, TID). */
export interface FlowTruth {
  readonly transmitter: number;
  readonly receiver: number;
  /** Undefined: data without QoS, numbered by the transmitter's shared counter. */
  readonly tid: number | undefined;
  readonly plan: FlowPlan;
  /** MPDUs with their own sequence number. */
  readonly mpdus: number;
  /** Transmissions of them, retries included. */
  readonly attempts: number;
  /** Octets of the MPDUs, each once. */
  readonly octets: number;
  readonly ppdus: number;
  /** µs of the data PPDUs, retries included. */
  readonly airtime: number;
  /** µs of RTS, CTS, ACK, BlockAckReq and BlockAck of this flow. */
  readonly overhead: number;
}

export interface NodeTruth {
  readonly clock: NodeClock;
  /** Where it was tuned, hub time. */
  readonly stays: readonly Stay[];
  readonly receptions: Receptions;
}

/**
 * A simulated air. `transmissions` is all that was sent, in order of time; `deliveries()` what the hub gets of it
 * through the nodes, in order of arrival. The row number in `transmissions` is the identity of a frame.
 */
export interface Air {
  readonly plan: AirPlan;
  /** Hub time, µs. */
  readonly start: number;
  readonly end: number;
  readonly transmissions: readonly Transmission[];
  readonly nodes: readonly NodeTruth[];
  /** Flows with what they did in hub time `from` ≤ t < `to` (default: all of it), in the order of the plan. */
  flows(from?: number, to?: number): FlowTruth[];
  /** µs the channel was busy in a span. */
  busy(frequency: number, from: number, to: number): number;
  /** The batch of a frames delivery is refilled for the next one: copy what is kept. Can be called repeatedly. */
  deliveries(): Generator<Delivery, void, undefined>;
}

/** Plays `plan`. The same plan gives the same air; nodes do not change what is on the air. */
export function simulateAir(plan: AirPlan): Air {
  const start = plan.start ?? DEFAULT_START;
  const end = start + plan.seconds * 1e6;
  const { transmissions, flows } = playMedium(plan);
  const nodes = plan.nodes.map((node, index): NodeTruth => {
    const boots = (node.reboots ?? []).map((second) => start + second * 1e6);
    const clock = new NodeClock(node.clock ?? {}, start, boots);
    const stays = staysOf(node, start, end);
    return {
      clock,
      stays,
      receptions: listen(node, index, { transmissions, stays, clock, seed: plan.seed }),
    };
  });
  const busy = (frequency: number, from: number, to: number): number =>
    busyTime(transmissions, frequency, { from, to });
  const load = loadOf(plan, transmissions, start);
  return {
    plan,
    start,
    end,
    transmissions,
    nodes,
    flows: (from = start, to = end) => countFlows(transmissions, flows, { from, to }),
    busy,
    deliveries: () => deliver({ plan, start, end, transmissions, nodes, load }),
  };
}

function countFlows(
  rows: readonly Transmission[],
  flows: readonly FlowEnds[],
  span: { from: number; to: number },
) {
  const counts = flows.map(({ transmitter, receiver, plan }) => ({
    transmitter,
    receiver,
    tid: plan.tid,
    plan,
    mpdus: 0,
    attempts: 0,
    octets: 0,
    ppdus: 0,
    airtime: 0,
    overhead: 0,
  }));
  let ppdu = -1;
  for (const row of rows) {
    const count = counts[row.flow];
    if (count === undefined || row.time < span.from || row.time >= span.to) continue;
    if ((row.fc & 0x0c) !== 0x08) {
      count.overhead += row.airtime;
      continue;
    }
    count.attempts += 1;
    if (row.first) count.mpdus += 1;
    if (row.first) count.octets += row.length;
    if (row.ppdu === ppdu) continue;
    ppdu = row.ppdu;
    count.ppdus += 1;
    count.airtime += row.airtime;
  }
  return counts;
}

function busyTime(
  rows: readonly Transmission[],
  frequency: number,
  span: { from: number; to: number },
): number {
  let busy = 0;
  let ppdu = -1;
  for (const row of rows) {
    if (row.frequency !== frequency || row.ppdu === ppdu || row.time < span.from || row.time >= span.to)
      continue;
    ppdu = row.ppdu;
    busy += row.airtime;
  }
  return busy;
}

/** What the access points state in BSS Load: the busy share of the last five whole seconds. */
function loadOf(plan: AirPlan, rows: readonly Transmission[], start: number): StateLoad {
  const seconds = new Map<number, Float64Array>();
  let ppdu = -1;
  for (const row of rows) {
    if (row.ppdu === ppdu) continue;
    ppdu = row.ppdu;
    const bins = seconds.get(row.frequency) ?? new Float64Array(Math.ceil(plan.seconds) + 1);
    seconds.set(row.frequency, bins);
    const second = Math.floor((row.time - start) / 1e6);
    bins[second] = (bins[second] ?? 0) + row.airtime;
  }
  return (bssid, time) => {
    const network = plan.networks.findIndex((candidate) => candidate.bssid === bssid);
    const bins = seconds.get(plan.networks[network]?.frequency ?? 0);
    const now = Math.floor((time - start) / 1e6);
    const from = Math.max(0, now - 5);
    const sum = bins?.subarray(from, Math.max(now, 1)).reduce((total, busy) => total + busy, 0) ?? 0;
    const share = sum / (Math.max(now, 1) - from) / 1e6;
    const stations = plan.stations.filter((station) => station.network === network).length;
    return { stations, utilisation: Math.min(255, Math.round(share * 255)) };
  };
}

interface Parts {
  readonly plan: AirPlan;
  readonly start: number;
  readonly end: number;
  readonly transmissions: readonly Transmission[];
  readonly nodes: readonly NodeTruth[];
  readonly load: StateLoad;
}

function* deliver(parts: Parts): Generator<Delivery, void, undefined> {
  const { plan, transmissions, nodes } = parts;
  const batch = createBatch();
  const fillers = nodes.map(({ receptions }) => new Filler(transmissions, receptions, parts.load));
  for (const message of mailOf(parts)) {
    const { node, arrival, number, draft } = message;
    const filler = fillers[node];
    const truth = nodes[node];
    if (filler === undefined || truth === undefined) continue;
    if (draft.kind === "frames") {
      filler.fill(batch, { ...draft, node });
      const identity = truth.receptions.identity.subarray(draft.from, draft.to);
      yield { kind: "frames", node, arrival, number, batch, identity };
    } else if (draft.kind === "hello") {
      const unixTime = plan.nodes[node]?.clock?.unixTime ?? false;
      yield { ...draft, node, arrival, number, unixTime, mac: 0x0200_0000_0000 + node, name: `node ${node}` };
    } else {
      yield { ...draft, node, arrival, number };
    }
  }
}

function mailOf(parts: Parts): Posted[] {
  const mail = parts.nodes.flatMap((truth, node) => {
    const plan = parts.plan.nodes[node];
    if (plan === undefined) return [];
    const { clock, stays, receptions } = truth;
    const { transmissions, start, end } = parts;
    return post({ plan, node, clock, stays, receptions, transmissions, start, end, seed: parts.plan.seed });
  });
  return mail.sort((left, right) => left.arrival - right.arrival);
}
