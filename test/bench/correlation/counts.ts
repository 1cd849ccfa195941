import { micros } from "../../../hub/base/units.ts";
import { Aligner } from "../../../hub/intake/align.ts";
import { Merger } from "../../../hub/intake/merge.ts";
import { AirtimeMeter } from "../../../hub/radio/airtime.ts";
import { Tracker } from "../../../hub/track/tracker.ts";
import { isDecodable } from "../../support/air/durations.ts";
import { feed } from "../../support/air/feed.ts";
import { fixedNodes, homePlan } from "../../support/air/home.ts";
import { type Side, sidesOf } from "../../support/air/sides.ts";
import { type Air, simulateAir } from "../../support/air.ts";
import type { Row } from "./row.ts";

const SECONDS = 300;
/**
 * MPDUs from which on a flow is judged: of 5 % heard, what lies before the first and after the last number seen is 20
 * MPDUs each on average and 140 once in a thousand.
 */
const ENOUGH = 2_500;

/** The whole way of a frame: clocks, merging, airtime, tracking. */
function trackerOf(air: Air): Tracker {
  const aligner = new Aligner();
  const tracker = new Tracker({ homes: [], everyNetworkIsHome: true, vendorOf: () => undefined });
  const meters = air.nodes.map(() => new AirtimeMeter());
  let ticked = air.start;
  feed(air, {
    aligner,
    merger: new Merger(aligner),
    frames: (batch) => {
      const airtime = meters[batch.node]?.measure(batch);
      if (airtime !== undefined) tracker.sight(batch, airtime, () => undefined);
    },
    after: ({ arrival }) => {
      for (; ticked < arrival; ticked += 1e6) tracker.tick(micros(ticked));
    },
  });
  tracker.tick(micros(air.end));
  return tracker;
}

/** Its air can be known: a node could decode it, or its RTS reserves it. */
const isAudible = (side: Side): boolean =>
  side.flows.every(({ plan }) => isDecodable(plan.phy) || plan.rts === true);

const airtimeOf = ({ tally }: Side): number => tally.airtime + tally.airtimeReserved + tally.airtimeEstimated;

/** Stations that probe send what is no flow: beside it the airtime of their data is not theirs alone. */
const isPlain = (side: Side, air: Air): boolean =>
  air.plan.stations.every((station) => station.mac !== side.station || !station.probes);

const worst = (errors: readonly number[]): number => 100 * Math.max(0, ...errors.map(Math.abs));

/** How near the counts come to the truth at 5 % of the data and 95 % of the answers, by one node and by three. */
export function countRows(seed: number): Row[] {
  return [1, 3].flatMap((nodes) => {
    const air = simulateAir(homePlan(seed, fixedNodes(seed, nodes), SECONDS));
    const sides = sidesOf(air, trackerOf(air)).filter(({ truth }) => truth.mpdus >= ENOUGH);
    const heard = sides.reduce((sum, { tally }) => sum + tally.heard, 0);
    const sent = sides.reduce((sum, { truth }) => sum + truth.mpdus, 0);
    const mpdus = sides.map(({ tally, truth }) => tally.reconstructed / truth.mpdus - 1);
    const audible = sides.filter((side) => isAudible(side) && isPlain(side, air));
    const airtime = audible.map((side) => airtimeOf(side) / side.truth.airtime - 1);
    const part = nodes === 1 ? "counts, 1 node" : `counts, ${nodes} nodes`;
    return [
      { part, what: "data MPDUs heard", value: (100 * heard) / sent, unit: "%", limit: undefined },
      { part, what: "directions of devices judged", value: sides.length, unit: "", limit: 6, atLeast: true },
      { part, what: "MPDUs, worst of them", value: worst(mpdus), unit: "%", limit: 5 },
      { part, what: "airtime, worst that can be heard", value: worst(airtime), unit: "%", limit: 10 },
    ];
  });
}
