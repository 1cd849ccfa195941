import { Aligner } from "../../../hub/intake/align.ts";
import { Merger } from "../../../hub/intake/merge.ts";
import { createBatch, type FrameBatch } from "../../../hub/radio/batch.ts";
import { feed } from "../../support/air/feed.ts";
import { fixedNodes, GOOD_HEARING, homePlan } from "../../support/air/home.ts";
import { simulateAir } from "../../support/air.ts";
import type { Row } from "./row.ts";

const ROUNDS = 5;
/** Processor time is counted in steps of some milliseconds. */
const ROUND_MICROS = 100_000;

/** A busy home heard by four nodes, batches in hub time, kept. */
function batches(seed: number): { batches: FrameBatch[]; aligner: Aligner } {
  const air = simulateAir(homePlan(seed, fixedNodes(seed, 4, GOOD_HEARING), 30, 6));
  const aligner = new Aligner();
  const kept: FrameBatch[] = [];
  feed(air, { aligner, frames: (batch) => kept.push(copyOf(batch)) });
  return { batches: kept, aligner };
}

function copyOf(batch: FrameBatch): FrameBatch {
  const copy = createBatch();
  const { node, frequency, count, addressCount } = batch;
  Object.assign(copy, { node, frequency, count, addressCount });
  for (const column of ["time", "addresses"] as const) copy[column].set(batch[column]);
  for (const column of [
    "fc",
    "duration",
    "length",
    "sequence",
    "qos",
    "baStart",
    "baTop",
    "baSet",
  ] as const) {
    copy[column].set(batch[column]);
  }
  for (const column of ["flags", "a1", "a2", "a3", "a4"] as const) copy[column].set(batch[column]);
  return copy;
}

/** Rows a second of processor time through `Merger.merge`: other processes do not count. The best of some rounds. */
function speed(all: readonly FrameBatch[], aligner: Aligner): number {
  const rows = all.reduce((sum, batch) => sum + batch.count, 0);
  let best = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const begin = process.cpuUsage().user;
    let spent = 0;
    let passes = 0;
    while (spent < ROUND_MICROS) {
      const merger = new Merger(aligner);
      for (const batch of all) merger.merge(batch);
      passes += 1;
      spent = process.cpuUsage().user - begin;
    }
    best = Math.max(best, (rows * passes) / spent);
  }
  return best;
}

export function speedRows(seed: number): Row[] {
  const { batches: all, aligner } = batches(seed);
  const one = all.filter((batch) => batch.node === 0);
  const part = "speed";
  const unit = "M rows/s";
  const value = (of: readonly FrameBatch[]): number => speed(of, aligner);
  return [
    { part, what: "merging, one node", value: value(one), unit, limit: 5, atLeast: true },
    { part, what: "merging, four nodes", value: value(all), unit, limit: 2, atLeast: true },
  ];
}
