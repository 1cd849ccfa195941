import { BoundedMap } from "../base/bounded.ts";
import type { Micros } from "../base/units.ts";

/** What a person said about an identity (see identity.ts): quiet for good, or until a time. */
export interface Quiet {
  readonly identity: string;
  /** Undefined: for good ("this is normal"). */
  readonly until: Micros | undefined;
}

const CAPACITY = 1000;

/** "This is normal" and "not now", as plain state. */
export class Feedback {
  readonly #quiets = new BoundedMap<string, Quiet>({
    capacity: CAPACITY,
    protect: (quiet) => quiet.until === undefined,
  });

  quiet(identity: string, until: Micros | undefined): void {
    this.#quiets.set(identity, { identity, until });
  }

  /** Takes it back; false where nothing was said. */
  undo(identity: string): boolean {
    return this.#quiets.delete(identity);
  }

  isQuiet(identity: string, now: Micros): boolean {
    const quiet = this.#quiets.get(identity);
    if (quiet === undefined) return false;
    if (quiet.until === undefined || now < quiet.until) return true;
    this.#quiets.delete(identity);
    return false;
  }

  all(): Quiet[] {
    return [...this.#quiets.values()];
  }

  restore(quiets: Iterable<Quiet>): void {
    for (const quiet of quiets) this.#quiets.set(quiet.identity, quiet);
  }
}
