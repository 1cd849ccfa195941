import { BoundedMap } from "../../base/bounded.ts";
import { Link, type Station } from "../known/station.ts";

/** Station ids below 2^26 make one integer of two of them; ids that repeat after that are told apart by the link. */
const ID_SPAN = 2 ** 26;

/** Links of all stations. A stranger chooses addresses: bounded, and links inside the home stay. */
export class Links {
  readonly #links: BoundedMap<number, Link>;

  constructor(capacity: number) {
    this.#links = new BoundedMap({
      capacity,
      protect: (link) => link.transmitter.home && link.receiver.home,
    });
  }

  get size(): number {
    return this.#links.size;
  }

  get evicted(): number {
    return this.#links.evicted;
  }

  find(transmitter: Station, receiver: Station): Link | undefined {
    const known = this.#links.get(keyOf(transmitter, receiver));
    return known?.transmitter === transmitter && known.receiver === receiver ? known : undefined;
  }

  /** The link from one to the other, made where there is none. The last one of either end is at hand. */
  between(transmitter: Station, receiver: Station): Link {
    const out = transmitter.linkOut;
    if (out?.receiver === receiver) return out;
    const into = receiver.linkIn;
    if (into?.transmitter === transmitter) return into;
    const link = this.find(transmitter, receiver) ?? new Link(transmitter, receiver);
    this.#links.set(keyOf(transmitter, receiver), link);
    transmitter.linkOut = link;
    receiver.linkIn = link;
    return link;
  }

  /** Counters between the two begin anew. */
  restart(one: Station, other: Station): void {
    this.find(one, other)?.restart();
    this.find(other, one)?.restart();
  }

  all(): Iterable<Link> {
    return this.#links.values();
  }
}

const keyOf = (transmitter: Station, receiver: Station): number =>
  (transmitter.id % ID_SPAN) * ID_SPAN + (receiver.id % ID_SPAN);
