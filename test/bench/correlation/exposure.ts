import { megahertz, micros, nodeIndex } from "../../../hub/base/units.ts";
import { Aligner } from "../../../hub/intake/align.ts";
import { Nodes } from "../../../hub/intake/nodes.ts";
import { feed } from "../../support/air/feed.ts";
import {
  CHANNEL_1,
  CHANNEL_6,
  CHANNEL_11,
  fixedNodes,
  GOOD_HEARING,
  homePlan,
} from "../../support/air/home.ts";
import { simulateAir } from "../../support/air.ts";
import type { Row } from "./row.ts";

const SECONDS = 240;
/** Standard errors that two rates of one air may lie apart: beyond it by chance once in 15,000. */
const APART = 4;

/**
 * A fixed and a hopping node hear the same air equally well: the rates that their own dwell messages give must agree
 * within what the scatter from dwell to dwell says.
 */
export function exposureRows(seed: number): Row[] {
  const [fixed] = fixedNodes(seed, 1, GOOD_HEARING);
  if (fixed === undefined) return [];
  const hopping = { ...fixed, frequencies: [CHANNEL_1, CHANNEL_6, CHANNEL_11], dwell: 250_000 };
  const air = simulateAir(homePlan(seed, [fixed, hopping], SECONDS));
  const nodes = new Nodes();
  const counts: number[][] = [[], []];
  feed(air, {
    aligner: new Aligner(),
    nodes,
    after: (delivery) => {
      if (delivery.kind !== "dwell" || delivery.frequency !== CHANNEL_6) return;
      counts[delivery.node]?.push(delivery.frames);
    },
  });
  const span = { from: micros(air.start), to: micros(air.end) };
  const rates = counts.map((frames, node) => {
    const { listened } = nodes.exposureOf(nodeIndex(node), megahertz(CHANNEL_6), span);
    const total = frames.reduce((sum, count) => sum + count, 0);
    const mean = total / frames.length;
    const variance = frames.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (frames.length - 1);
    const seconds = listened / 1e6;
    return { rate: total / seconds, error: Math.sqrt(variance * frames.length) / seconds, seconds };
  });
  const [steady, sampled] = rates;
  if (steady === undefined || sampled === undefined) return [];
  const difference = Math.abs(sampled.rate - steady.rate);
  const apart = difference / Math.hypot(steady.error, sampled.error);
  const percent = (100 * difference) / steady.rate;
  const part = "exposure";
  return [
    {
      part,
      what: "hopping: share of time on the channel",
      value: sampled.seconds / SECONDS,
      unit: "",
      limit: undefined,
    },
    { part, what: "hopping against fixed", value: apart, unit: "σ", limit: APART },
    { part, what: "the same in percent", value: percent, unit: "%", limit: undefined },
  ];
}
