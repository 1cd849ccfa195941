import { nodeIndex } from "../../../hub/base/units.ts";
import type { Aligner } from "../../../hub/intake/align.ts";
import type { FrameBatch } from "../../../hub/radio/batch.ts";
import type { Air } from "../air.ts";
import type { FramesDelivery } from "./deliveries.ts";

/** How wrong hub time was, µs. */
export interface ClockErrors {
  /** Largest error against true hub time. */
  absolute: number;
  /** Largest difference between two nodes' hub times of one frame. */
  relative: number;
  /** Largest step back of one node's hub time from one frame to the next. */
  backwards: number;
  /** Frames whose error was larger than the bound that the aligner stated. */
  beyond: number;
  frames: number;
}

/** Compares hub times with the truth, from a second of the simulation on. */
export class ClockJudge {
  readonly errors: ClockErrors = { absolute: 0, relative: 0, backwards: 0, beyond: 0, frames: 0 };
  private readonly air: Air;
  private readonly aligner: Aligner;
  private readonly from: number;
  /** Hub time that the first node gave to each transmission. */
  private readonly first: Float64Array;
  private readonly last: number[] = [];

  constructor(air: Air, aligner: Aligner, fromSecond: number) {
    this.air = air;
    this.aligner = aligner;
    this.from = air.start + fromSecond * 1e6;
    this.first = new Float64Array(air.transmissions.length).fill(Number.NaN);
  }

  judge(batch: FrameBatch, delivery: FramesDelivery): void {
    const bound = this.aligner.quality(nodeIndex(delivery.node)).error;
    for (let row = 0; row < batch.count; row++) {
      const frame = delivery.identity[row] ?? 0;
      const truth = this.air.transmissions[frame]?.time ?? 0;
      const time = batch.time[row] ?? 0;
      const before = this.last[delivery.node] ?? time;
      this.errors.backwards = Math.max(this.errors.backwards, before - time);
      this.last[delivery.node] = time;
      if (truth < this.from) continue;
      const error = Math.abs(time - truth);
      this.errors.frames += 1;
      this.errors.absolute = Math.max(this.errors.absolute, error);
      if (error > bound) this.errors.beyond += 1;
      const other = this.first[frame] ?? Number.NaN;
      if (Number.isNaN(other)) this.first[frame] = time;
      else this.errors.relative = Math.max(this.errors.relative, Math.abs(time - other));
    }
  }
}

/** How wrong merging was: rows of frames. */
export interface MergeErrors {
  rows: number;
  /** Frames on the air that at least one node heard. */
  truth: number;
  /** Rows called a sighting whose frame had one already. */
  doubled: number;
  /** Frames that were heard and have no sighting. */
  lost: number;
}

/** Compares sightings with the frames that truly were on the air, from a second of the simulation on. */
export class MergeJudge {
  private readonly air: Air;
  private readonly from: number;
  private readonly heard: Uint8Array;
  private readonly sighted: Uint8Array;
  private rows = 0;

  constructor(air: Air, fromSecond: number) {
    this.air = air;
    this.from = air.start + fromSecond * 1e6;
    this.heard = new Uint8Array(air.transmissions.length);
    this.sighted = new Uint8Array(air.transmissions.length);
  }

  judge(batch: FrameBatch, delivery: FramesDelivery): void {
    for (let row = 0; row < batch.count; row++) {
      const frame = delivery.identity[row] ?? 0;
      if ((this.air.transmissions[frame]?.time ?? 0) < this.from) continue;
      this.rows += 1;
      this.heard[frame] = 1;
      if (batch.fresh[row] === 1) this.sighted[frame] = Math.min(255, (this.sighted[frame] ?? 0) + 1);
    }
  }

  get errors(): MergeErrors {
    const errors = { rows: this.rows, truth: 0, doubled: 0, lost: 0 };
    for (let frame = 0; frame < this.heard.length; frame++) {
      if (this.heard[frame] === 0) continue;
      const sighted = this.sighted[frame] ?? 0;
      errors.truth += 1;
      if (sighted === 0) errors.lost += 1;
      else errors.doubled += sighted - 1;
    }
    return errors;
  }
}

/** Doubled and lost sightings as a share of the true ones. */
export const mergeErrorShare = (errors: MergeErrors): number => (errors.doubled + errors.lost) / errors.truth;
