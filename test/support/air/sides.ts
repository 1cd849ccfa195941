import { mac } from "../../../hub/base/units.ts";
import { ppduAirtime } from "../../../hub/radio/airtime.ts";
import type { Direction, House, Tally } from "../../../hub/track/model.ts";
import type { Air, FlowTruth } from "../air.ts";

/** One direction of one device: the truth beside what the house says of it. */
export interface Side {
  readonly station: number;
  readonly direction: Direction;
  /** For messages. */
  readonly name: string;
  readonly flows: readonly FlowTruth[];
  /** MPDUs and octets once each; µs of data and its answers by the formulas of radio/airtime. */
  readonly truth: { readonly mpdus: number; readonly octets: number; readonly airtime: number };
  readonly tally: Tally;
}

/** All devices that the house knows and that have individually addressed flows. */
export function sidesOf(air: Air, house: House): Side[] {
  const airtime = airtimeByFlow(air);
  const groups = new Map<string, { flows: FlowTruth[]; airtime: number }>();
  air.flows().forEach((flow, i) => {
    if (flow.plan.group !== undefined) return;
    const station = flow.plan.direction === "up" ? flow.transmitter : flow.receiver;
    const name = `${station} ${flow.plan.direction}`;
    const group = groups.get(name) ?? { flows: [], airtime: 0 };
    group.flows.push(flow);
    group.airtime += airtime[i] ?? 0;
    groups.set(name, group);
  });
  return [...groups.values()].flatMap((group) => sideOf(group, house) ?? []);
}

function sideOf(group: { flows: FlowTruth[]; airtime: number }, house: House): Side | undefined {
  const [flow] = group.flows;
  if (flow === undefined) return undefined;
  const { direction } = flow.plan;
  const station = direction === "up" ? flow.transmitter : flow.receiver;
  const tally = house.device(mac(station))?.[direction];
  if (tally === undefined) return undefined;
  const mpdus = group.flows.reduce((sum, one) => sum + one.mpdus, 0);
  const octets = group.flows.reduce((sum, one) => sum + one.octets, 0);
  const name = `${station.toString(16)} ${direction}`;
  return {
    station,
    direction,
    name,
    flows: group.flows,
    truth: { mpdus, octets, airtime: group.airtime },
    tally,
  };
}

function airtimeByFlow(air: Air): number[] {
  const airtime: number[] = [];
  let ppdu = -1;
  for (const row of air.transmissions) {
    if (row.flow < 0 || row.ppdu === ppdu) continue;
    ppdu = row.ppdu;
    const octets = Math.max(row.ppduLength, row.length);
    airtime[row.flow] = (airtime[row.flow] ?? 0) + ppduAirtime(row.phy, octets);
  }
  return airtime;
}
