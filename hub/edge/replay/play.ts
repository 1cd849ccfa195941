import { HOUR, MINUTE, type Micros, micros, type NodeIndex, SECOND } from "../../base/units.ts";
import { Failure } from "../failure.ts";
import type { MessageStream } from "./stream.ts";

/** Messages that one node sent over one stretch of time. */
export interface Recording {
  readonly node: string;
  /** Hub time before which it is not opened: of its first message, or less. */
  readonly first: number;
  open(): MessageStream;
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
  readonly link: string;
  readonly node: NodeIndex;
  readonly stream: MessageStream;
}

/** Recordings open at once: each may be a process of its own. */
const MOST_TRACKS = 32;

/** Without messages, a tick a second for so long; then every minute, every hour, and the rest of the gap at once. */
const SECONDS_OF_GAP = 15 * MINUTE;
const MINUTES_OF_GAP = 24 * HOUR;
const HOURS_OF_GAP = 60 * 24 * HOUR;

/**
 * Plays recordings in the order in which their messages would have arrived, ticking hub time along with them: at
 * least once a second of it where there are messages. Recordings of one node that overlap are heard as several nodes.
 */
export async function play(recordings: readonly Recording[], stage: Stage): Promise<Played> {
  const player = new Player(recordings, stage);
  try {
    while (await player.round()) if (await stage.breathe()) break;
    player.finish();
  } finally {
    await player.close();
  }
  return player.played;
}

class Player {
  readonly #stage: Stage;
  /** Recordings still to be opened, the last of them first. */
  readonly #waiting: Recording[];
  #tracks: Track[] = [];
  #first: Micros | undefined;
  #last: Micros | undefined;
  /** Last tick. */
  #ticked: Micros | undefined;
  #messages = 0;
  #damaged = 0;

  constructor(recordings: readonly Recording[], stage: Stage) {
    this.#waiting = recordings.toSorted((a, b) => a.first - b.first).reverse();
    this.#stage = stage;
  }

  get played(): Played {
    return { first: this.#first, last: this.#last, messages: this.#messages, damaged: this.#damaged };
  }

  /** Plays until one of the recordings has to be read on; false when all have ended. */
  async round(): Promise<boolean> {
    await this.#openDue();
    let track = earliest(this.#tracks);
    if (track === undefined) return false;
    const until = this.#waiting.at(-1)?.first ?? Number.POSITIVE_INFINITY;
    let arrival = track.stream.next;
    while (track !== undefined && arrival !== undefined && arrival < until) {
      if (arrival !== this.#last) await this.#reach(arrival);
      const message = track.stream.take();
      if (message !== undefined) this.#stage.message(track.node, message, arrival);
      this.#messages += 1;
      if (track.stream.next === undefined) {
        await this.#readOn(track);
        return true;
      }
      track = earliest(this.#tracks);
      arrival = track?.stream.next;
    }
    return true;
  }

  /** The last word of the clock: what holds at the end is found. */
  finish(): void {
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

  /** Opens the recordings whose time has come. */
  async #openDue(): Promise<void> {
    for (;;) {
      const next = this.#waiting.at(-1);
      const now = earliest(this.#tracks)?.stream.next ?? Number.POSITIVE_INFINITY;
      if (next === undefined || next.first > now) return;
      this.#waiting.pop();
      await this.#enter(next);
    }
  }

  async #enter(recording: Recording): Promise<void> {
    if (this.#tracks.length >= MOST_TRACKS) {
      throw new Failure(`more than ${MOST_TRACKS} recordings overlap in time: play fewer at once`);
    }
    const stream = recording.open();
    let begun = false;
    try {
      begun = await stream.fill();
    } finally {
      if (!begun) await this.#leave(stream);
    }
    if (!begun) return;
    const link = this.#freeLink(recording.node);
    this.#tracks.push({ link, stream, node: this.#stage.opened(link) });
  }

  /** `kitchen`, or `kitchen 2` while that one is taken. */
  #freeLink(name: string): string {
    const taken = new Set(this.#tracks.map((track) => track.link));
    let link = name;
    for (let number = 2; taken.has(link); number++) link = `${name} ${number}`;
    return link;
  }

  async #readOn(track: Track): Promise<void> {
    if (await track.stream.fill()) return;
    this.#tracks = this.#tracks.filter((one) => one !== track);
    this.#stage.closed(track.node);
    await this.#leave(track.stream);
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
