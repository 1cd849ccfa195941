import type { Snapshot } from "../../../expose/snapshot.ts";

/** Samples are kept for so long, s; one a second at most. */
const KEPT = 900;

/** One line of a chart; `null` where nothing was known. */
export interface Series {
  readonly name: string;
  readonly values: (number | null)[];
}

export interface Lines {
  readonly times: readonly number[];
  readonly series: readonly Series[];
}

/** The last minutes of some figures, as the open page has seen them. */
export class Recent {
  readonly #times: number[] = [];
  readonly #series = new Map<string, (number | null)[]>();
  readonly #most: number;

  /** `most` bounds how many lines are drawn; further names are left out. */
  constructor(most = 6) {
    this.#most = most;
  }

  /** Takes the figures of a moment, by name; a moment that is not later than the last is passed over. */
  add(time: number, figures: ReadonlyMap<string, number | null>): void {
    if (time <= (this.#times.at(-1) ?? Number.NEGATIVE_INFINITY)) return;
    for (const name of figures.keys()) {
      if (this.#series.has(name) || this.#series.size >= this.#most) continue;
      this.#series.set(
        name,
        this.#times.map(() => null),
      );
    }
    this.#times.push(time);
    for (const [name, values] of this.#series) values.push(figures.get(name) ?? null);
    while (time - (this.#times[0] ?? time) > KEPT) this.#drop();
  }

  lines(): Lines {
    const series = [...this.#series].map(([name, values]) => ({ name, values }));
    return { times: this.#times, series };
  }

  #drop(): void {
    this.#times.shift();
    for (const [name, values] of this.#series) {
      values.shift();
      if (values.every((value) => value === null)) this.#series.delete(name);
    }
  }
}

/** Frames a second by node, and air in use by channel, over the last minutes. */
export class PageHistory {
  readonly frames = new Recent();
  readonly air = new Recent();

  add({ now, nodes, channels }: Snapshot): void {
    this.frames.add(now, new Map(nodes.map((one) => [one.name, one.connected ? one.framesPerSecond : null])));
    const busy = channels.map(
      (one) => [`channel ${one.channel ?? one.frequency}`, 100 * (one.heard + one.reserved)] as const,
    );
    this.air.add(now, new Map(busy));
  }
}
