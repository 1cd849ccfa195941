import { BoundedMap } from "../../../base/bounded.ts";

/** Addresses remembered; more are strangers flooding, and the oldest is forgotten. */
const SOURCES = 1024;
/**
 * Refused datagrams a second that a source may cost. Opening one takes about 5 µs: a node with a damaged radio stays
 * far below, and 20 strangers at their limit cost 1 % of a core.
 */
const STRANGER = 100;
/** The same for a source that was heard a minute ago: its sender may share the address with a flooder. */
const KNOWN = 2000;
const KNOWN_FOR_MS = 60_000;
const SECOND_MS = 1000;

interface Source {
  /** Start of the second that `refused` counts. */
  since: number;
  refused: number;
  acceptedAt: number;
}

/** Bounds what datagrams that cannot be opened may cost, per source address. Times are milliseconds of one clock. */
export class RefusalBudget {
  readonly #sources = new BoundedMap<string, Source>({ capacity: SOURCES });

  /** False while the source has used up this second: its datagrams are dropped unopened. */
  allows(address: string, now: number): boolean {
    const source = this.#sources.get(address);
    if (source === undefined || now - source.since >= SECOND_MS) return true;
    return source.refused < (now - source.acceptedAt < KNOWN_FOR_MS ? KNOWN : STRANGER);
  }

  refused(address: string, now: number): void {
    const source = this.#source(address, now);
    if (now - source.since >= SECOND_MS) {
      source.since = now;
      source.refused = 0;
    }
    source.refused += 1;
  }

  accepted(address: string, now: number): void {
    this.#source(address, now).acceptedAt = now;
  }

  #source(address: string, now: number): Source {
    const known = this.#sources.get(address);
    if (known !== undefined) {
      this.#sources.touch(address);
      return known;
    }
    const source = { since: now, refused: 0, acceptedAt: Number.NEGATIVE_INFINITY };
    this.#sources.set(address, source);
    return source;
  }
}
