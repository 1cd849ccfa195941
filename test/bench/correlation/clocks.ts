import { Aligner } from "../../../hub/intake/align.ts";
import { Merger } from "../../../hub/intake/merge.ts";
import { feed } from "../../support/air/feed.ts";
import { fixedNodes, homePlan } from "../../support/air/home.ts";
import { ClockJudge, MergeJudge, mergeErrorShare } from "../../support/air/judge.ts";
import type { AirPlan, NodePlan } from "../../support/air/plan.ts";
import { simulateAir } from "../../support/air.ts";
import type { Row } from "./row.ts";

/** Every node has heard 30 beacons with a TSF, at one a second and 5 % lost. */
const SETTLED = 35;
const SECONDS = 120;

interface Scenario {
  readonly what: string;
  readonly plan: AirPlan;
  /** Clocks are judged by the access points' TSF: not where nobody hears one. */
  readonly beacons: boolean;
  /** Second from which the clocks are judged: after a restart they have to be found again. */
  readonly from?: number;
}

function scenarios(seed: number): Scenario[] {
  const nodes = fixedNodes(seed, 4);
  const change = (index: number, by: Partial<NodePlan>): NodePlan[] =>
    nodes.map((node, i) => (i === index ? { ...node, ...by } : node));
  const home = (present: readonly NodePlan[]): AirPlan => homePlan(seed, present, SECONDS);
  const wrapping = { ...nodes[1]?.clock, offset: 2 ** 32 - 60e6, wraps: true };
  const stalled = { ...nodes[1]?.link, stalls: [{ from: 60, until: 90 }] };
  const steady = home(nodes);
  const networks = steady.networks.map((network) => ({ ...network, restarts: [60, 90] }));
  const deaf = nodes.map((node) => ({ ...node, hearing: { ...node.hearing, management: 0 } }));
  return [
    { what: "4 nodes, ±40 ppm", plan: steady, beacons: true },
    { what: "16 nodes", plan: home(fixedNodes(seed, 16)), beacons: true },
    { what: "a counter wraps", plan: home(change(1, { clock: wrapping })), beacons: true },
    { what: "a node restarts", plan: home(change(1, { reboots: [60] })), beacons: true, from: 95 },
    { what: "batches 30 s late", plan: home(change(1, { link: stalled })), beacons: true },
    { what: "access points restart", plan: { ...steady, networks }, beacons: true },
    { what: "no common beacon", plan: home(deaf), beacons: false },
  ];
}

/** Clocks and merging in the same runs: nodes whose clocks are wrong, links that are late, access points that jump. */
export function clockAndMergeRows(seed: number): Row[] {
  return scenarios(seed).flatMap(({ what, plan, beacons, from = SETTLED }) => {
    const air = simulateAir(plan);
    const aligner = new Aligner();
    const merger = new Merger(aligner);
    const clocks = new ClockJudge(air, aligner, from);
    const merging = new MergeJudge(air, from);
    feed(air, {
      aligner,
      merger,
      frames: (batch, delivery) => {
        clocks.judge(batch, delivery);
        merging.judge(batch, delivery);
      },
    });
    const { absolute, relative, backwards } = clocks.errors;
    const share = 100 * mergeErrorShare(merging.errors);
    const time: Row[] = [
      { part: "time", what: `${what}: against the hub`, value: absolute / 1000, unit: "ms", limit: 5 },
      { part: "time", what: `${what}: steps back`, value: backwards, unit: "µs", limit: 0 },
    ];
    const between = { part: "time", what: `${what}: between nodes`, value: relative, unit: "µs" };
    const errors = { part: "merge", what: `${what}: doubled or lost`, value: share, unit: "%" };
    // Without beacons ACKs cannot be told apart by time: a node's own are then left to the better clock.
    const limits = beacons ? [50, 0.1] : [undefined, undefined];
    return [...time, { ...between, limit: limits[0] }, { ...errors, limit: limits[1] }];
  });
}
