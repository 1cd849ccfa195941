import { BoundedMap } from "../../base/bounded.ts";
import type { Bearer } from "./bearer.ts";

/** Fingerprints and families in memory. Strangers choose them. */
const CAPACITY = 4096;
/** Devices that are told apart within one kind; a home with its neighbours has fewer of one model. */
const MOST_ALIKE = 24;
/** Fingerprints of one kind: a model has a handful. More come from somebody who plays. */
const MOST_FINGERPRINTS = 8;
/** Kinds of one family that are looked through. */
const MOST_KINDS = 16;

/** Devices that nothing in their elements tells apart: one model with one software, in one or more states. */
export class Kind {
  readonly family: number;
  bearers: Bearer[] = [];
  fingerprints = 1;
  /** Bursts that went on with the sequence numbers of the one before, and others: a habit of the model. */
  continued = 1;
  restarted = 1;
  #into: Kind | undefined = undefined;

  constructor(family: number) {
    this.family = family;
  }

  get root(): Kind {
    if (this.#into === undefined) return this;
    let root = this.#into;
    while (root.#into !== undefined) root = root.#into;
    this.#into = root;
    return root;
  }

  /** Adds a device; where there are too many, the one longest silent is given up. */
  add(bearer: Bearer): void {
    if (this.bearers.includes(bearer)) return;
    this.bearers.push(bearer);
    if (this.bearers.length <= MOST_ALIKE) return;
    let silent = 0;
    this.bearers.forEach((one, i) => {
      if (one.last < (this.bearers[silent]?.last ?? 0)) silent = i;
    });
    this.bearers.splice(silent, 1);
  }

  drop(bearer: Bearer): void {
    this.bearers = this.bearers.filter((one) => one !== bearer);
  }

  /** Takes in another kind: one address has shown both fingerprints. */
  absorb(other: Kind): void {
    if (other === this || this.fingerprints + other.fingerprints > MOST_FINGERPRINTS) return;
    this.fingerprints += other.fingerprints;
    this.continued += other.continued - 1;
    this.restarted += other.restarted - 1;
    other.#into = this;
    for (const bearer of other.bearers) this.add(bearer);
    other.bearers = [];
  }
}

/** Kinds by fingerprint, and their families. */
export class Kinds {
  readonly #kinds = new BoundedMap<number, Kind>({ capacity: CAPACITY });
  readonly #families = new BoundedMap<number, Kind[]>({ capacity: CAPACITY });

  of(fingerprint: number, family: number): Kind {
    const known = this.#kinds.get(fingerprint);
    if (known !== undefined) {
      this.#kinds.touch(fingerprint);
      return known.root;
    }
    const kind = new Kind(family);
    this.#kinds.set(fingerprint, kind);
    if (family === 0) return kind;
    const kinds = this.#families.get(family) ?? [];
    this.#families.set(family, kinds);
    kinds.push(kind);
    if (kinds.length > MOST_KINDS) kinds.shift();
    return kind;
  }

  /** Devices of other kinds of the same family, each once. */
  kin(kind: Kind): Set<Bearer> {
    // bounded: kinds of a family times devices of a kind
    const kin = new Set<Bearer>();
    for (const other of this.#families.get(kind.family) ?? []) {
      if (other.root === kind) continue;
      for (const bearer of other.root.bearers) kin.add(bearer.root);
    }
    for (const bearer of kind.bearers) kin.delete(bearer.root);
    return kin;
  }
}
