import { HOUR, MINUTE, type Micros, micros, type NodeIndex, SECOND } from "../../base/units.ts";
import type { MessageStream } from "./stream.ts";

/** Recordings of one node, one after another. */
export interface Lane {
  readonly link: string;
  /** Opens the next recording; undefined when there is none left. */
  open(): Promise<MessageStream | undefined>;
}

/** What is played to: the pipeline, or the hub around it. */
export interface Stage {
  opened(link: string): NodeIndex;
  message(node: NodeIndex, message: Uint8Array, arrival: Micros): void;
  closed(node: NodeIndex): void;
  tick(now: Micros): void;
  /** Called between pieces; what it waits for holds the play up. True ends it. */
  breathe(): Promise<boolean>;
  /** Waits until hub time is due; without it everything is due at once. */
  due?(time: Micros): Promise<void>;
}

export interface Played {
  /** Hub time of the first and the last message; undefined where there was none. */
  readonly first: Micros | undefined;
  readonly last: Micros | undefined;
  readonly messages: number;
  /** Frames of the links that did not come whole. */
  readonly damaged: number;
}

interface Track {
  readonly lane: Lane;
  readonly node: NodeIndex;
  readonly stream: MessageStream;
}

/** Without frames, a tick a second for so long; then every minute, every hour, and the rest of the gap at once. */
const SECONDS_OF_GAP = 15 * MINUTE;
const MINUTES_OF_GAP = 24 * HOUR;
const HOURS_OF_GAP = 60 * 24 * HOUR;

/**
 * Plays recordings in the order in which their messages would have arrived, ticking hub time along with them: at
 * least once a second of it where there are messages.
 */
export async function play(lanes: readonly Lane[], stage: Stage): Promise<Played> {
  const player = new Player(stage);
  try {
    for (const lane of lanes) await player.enter(lane);
    while (await player.round()) if (await stage.breathe()) break;
    await player.finish();
  } finally {
    await player.close();
  }
  return player.played;
}

class Player {
  readonly #stage: Stage;
  #tracks: Track[] = [];
  #first: Micros | undefined;
  #last: Micros | undefined;
  /** Last tick. */
  #ticked: Micros | undefined;
  #messages = 0;
  #damaged = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  get played(): Played {
    return { first: this.#first, last: this.#last, messages: this.#messages, damaged: this.#damaged };
  }

  /** Takes up the next recording of the lane that has any message. */
  async enter(lane: Lane): Promise<void> {
    for (;;) {
      const stream = await lane.open();
      if (stream === undefined) return;
      if (await stream.fill()) {
        this.#tracks.push({ lane, stream, node: this.#stage.opened(lane.link) });
        return;
      }
      await this.#leave(stream);
    }
  }

  /** Plays until one of the recordings has to be read on; false when all have ended. */
  async round(): Promise<boolean> {
    let track = earliest(this.#tracks);
    if (track === undefined) return false;
    let arrival = track.stream.next;
    while (track !== undefined && arrival !== undefined) {
      if (arrival !== this.#last) await this.#reach(arrival);
      const message = track.stream.take();
      if (message !== undefined) this.#stage.message(track.node, message, arrival);
      this.#messages += 1;
      if (track.stream.next === undefined) break;
      track = earliest(this.#tracks);
      arrival = track?.stream.next;
    }
    if (track !== undefined) await this.#readOn(track);
    return true;
  }

  /** The last word of the clock: what holds at the end is found. */
  async finish(): Promise<void> {
    if (this.#last !== undefined && this.#last !== this.#ticked) this.#tick(this.#last);
  }

  async close(): Promise<void> {
    const tracks = this.#tracks;
    this.#tracks = [];
    for (const track of tracks) {
      this.#stage.closed(track.node);
      await this.#leave(track.stream);
    }
  }

  async #readOn(track: Track): Promise<void> {
    if (await track.stream.fill()) return;
    this.#tracks = this.#tracks.filter((one) => one !== track);
    this.#stage.closed(track.node);
    await this.#leave(track.stream);
    await this.enter(track.lane);
  }

  async #leave(stream: MessageStream): Promise<void> {
    this.#damaged += stream.damaged;
    await stream.close();
  }

  /** Moves hub time on to an arrival, with the ticks on the way. */
  async #reach(arrival: Micros): Promise<void> {
    this.#first ??= arrival;
    this.#ticked ??= arrival;
    const from = this.#last ?? arrival;
    let tick = nextTick(this.#ticked, from);
    while (tick <= arrival) {
      if (this.#stage.due !== undefined) await this.#stage.due(tick);
      this.#tick(tick);
      tick = nextTick(tick, from);
    }
    if (this.#stage.due !== undefined) await this.#stage.due(arrival);
    // After a gap ticks are further apart than a second, or have stopped: go on from here.
    if (arrival - this.#ticked >= SECOND) this.#tick(arrival);
    this.#last = arrival;
  }

  #tick(now: Micros): void {
    this.#ticked = now;
    this.#stage.tick(now);
  }
}

/** The tick after `now`, where the last message arrived at `last`. */
function nextTick(now: Micros, last: Micros): Micros {
  const gap = now - last;
  const step = gap < SECONDS_OF_GAP ? SECOND : gap < MINUTES_OF_GAP ? MINUTE : HOUR;
  return micros(gap < HOURS_OF_GAP ? now + step : Number.POSITIVE_INFINITY);
}

function earliest(tracks: readonly Track[]): Track | undefined {
  let best: Track | undefined;
  for (const track of tracks) {
    if ((track.stream.next ?? 0) < (best?.stream.next ?? Number.POSITIVE_INFINITY)) best = track;
  }
  return best;
}
