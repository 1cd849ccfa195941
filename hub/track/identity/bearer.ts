import type { Mac, Micros } from "../../base/units.ts";
import { Pattern } from "./levels.ts";

/** One physical device as far as told: the bearer of one or more addresses. */
export class Bearer {
  readonly id: number;
  readonly pattern = new Pattern();
  readonly first: Micros;
  last: Micros;
  /** Sequence number of its last frame. */
  sequence: number | undefined = undefined;
  bursts = 0;
  /** The address that is a device by itself: a maker's own, or one that is on a home network. It has at most one. */
  owner: Mac | undefined = undefined;
  #into: Bearer | undefined = undefined;

  constructor(id: number, at: Micros) {
    this.id = id;
    this.first = at;
    this.last = at;
  }

  /** What this one turned out to be. */
  get root(): Bearer {
    if (this.#into === undefined) return this;
    let root = this.#into;
    while (root.#into !== undefined) root = root.#into;
    this.#into = root;
    return root;
  }

  /** This one was `other` all along. */
  becomes(other: Bearer): void {
    this.#into = other;
    other.bursts += this.bursts;
    other.owner ??= this.owner;
  }

  /** Mean µs between its bursts, infinite after a single one. */
  get interval(): number {
    return this.bursts < 2 ? Number.POSITIVE_INFINITY : (this.last - this.first) / (this.bursts - 1);
  }
}
