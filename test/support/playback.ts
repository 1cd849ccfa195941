import type { IncidentChange } from "../../hub/alert/incidents.ts";
import { type Micros, micros } from "../../hub/base/units.ts";
import { play } from "../../hub/edge/replay/play.ts";
import { recordingsOf } from "../../hub/edge/replay/recordings.ts";
import { Pipeline } from "../../hub/pipeline.ts";

export interface Playback {
  readonly raised: readonly IncidentChange[];
  readonly frames: number;
  /** Times of frames that tell somebody to leave and are not protected, by hub time. */
  readonly farewells: readonly number[];
  readonly first: number;
}

const isFarewell = (fc: number): boolean => (fc & 0xfc) === 0xc0 || (fc & 0xfc) === 0xa0;
const PROTECTED = 0x4000;
const BAD = 0x11;

/** Plays one capture file through the reader and the whole pipeline, as `airwarden replay` does without `--home`. */
export async function playCapture(path: string, reader: string): Promise<Playback> {
  const pipeline = new Pipeline({
    homes: [],
    everyNetworkIsHome: true,
    vendorOf: () => undefined,
    watchNodes: false,
  });
  const raised: IncidentChange[] = [];
  const farewells: number[] = [];
  let first = Number.POSITIVE_INFINITY;
  pipeline.onBatch = (batch) => {
    for (let row = 0; row < batch.count; row++) {
      const time = batch.time[row] ?? 0;
      first = Math.min(first, time);
      const fc = batch.fc[row] ?? 0;
      const sound = ((batch.flags[row] ?? 0) & BAD) === 0 && (fc & PROTECTED) === 0;
      if (sound && isFarewell(fc)) farewells.push(time);
    }
  };
  let now: Micros = micros(0);
  const recordings = await recordingsOf([{ node: undefined, path }], {
    reader: async () => reader,
    warn: () => undefined,
  });
  await play(recordings, {
    opened: (link) => pipeline.openNode(link, now),
    message: (node, message, arrival) => {
      now = arrival;
      pipeline.message(node, message, arrival);
    },
    closed: (node) => pipeline.closeNode(node),
    tick: (time) => {
      pipeline.tick(time);
      pipeline.takeCommands();
      raised.push(...pipeline.takeIncidents().filter((change) => change.kind === "raised"));
    },
    breathe: async () => false,
  });
  return { raised, frames: pipeline.counters.frames, farewells, first };
}
