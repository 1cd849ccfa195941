import { BoundedMap } from "../../base/bounded.ts";
import type { Mac } from "../../base/units.ts";
import { Link, type Station } from "../known/station.ts";

/** QoS data of one TID from one station to another, since the hub began to listen. */
export interface Flow {
  readonly transmitter: Mac;
  readonly receiver: Mac;
  readonly tid: number;
  /** MPDUs heard, and MPDUs that must have been sent, with one standard deviation. */
  readonly heard: number;
  readonly reconstructed: number;
  readonly uncertainty: number;
  /** Gaps that were not counted because they were longer than half a turn, and new beginnings. */
  readonly refused: number;
  readonly resets: number;
  /** BlockAcks and BlockAckReqs of all TIDs between the two, and MPDUs that their bitmaps acknowledge. */
  readonly blockAcks: number;
  readonly acknowledged: number;
}

/** Station ids below 2^26 make one integer of two of them; ids that repeat after that are told apart by the link. */
const ID_SPAN = 2 ** 26;

/** Links of all stations. A stranger chooses addresses: bounded, and links inside the home stay. */
export class Links {
  readonly #links: BoundedMap<number, Link>;

  constructor(capacity: number) {
    this.#links = new BoundedMap({
      capacity,
      protect: (link) => link.transmitter.home && link.receiver.home,
      onEvict: (_key, link) => detach(link),
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
    const known = this.find(transmitter, receiver);
    const link = known ?? this.#add(transmitter, receiver);
    if (known !== undefined) this.#links.touch(keyOf(transmitter, receiver));
    transmitter.linkOut = link;
    receiver.linkIn = link;
    return link;
  }

  /** The station leaves memory. */
  forget(station: Station): void {
    for (const link of station.links ?? []) {
      this.#links.delete(keyOf(link.transmitter, link.receiver));
      detach(link);
    }
  }

  /** Counters between the two begin anew. */
  restart(one: Station, other: Station): void {
    this.find(one, other)?.restart();
    this.find(other, one)?.restart();
  }

  /** All flows, in order of their links' first use. */
  *flows(): Generator<Flow, void, undefined> {
    for (const link of this.#links.values()) {
      for (const [tid, line] of link.lines()) {
        yield {
          transmitter: link.transmitter.mac,
          receiver: link.receiver.mac,
          tid,
          heard: line.heard,
          reconstructed: line.progress,
          uncertainty: Math.sqrt(line.variance + line.step ** 2),
          refused: line.refused,
          resets: line.resets,
          blockAcks: link.blockAcks,
          acknowledged: link.acknowledged,
        };
      }
    }
  }

  #add(transmitter: Station, receiver: Station): Link {
    const link = new Link(transmitter, receiver);
    this.#links.set(keyOf(transmitter, receiver), link);
    for (const end of [transmitter, receiver]) {
      end.links ??= new Set();
      end.links.add(link);
    }
    return link;
  }
}

/** Takes a link from both its ends. */
function detach(link: Link): void {
  for (const end of [link.transmitter, link.receiver]) {
    end.links?.delete(link);
    if (end.linkOut === link) end.linkOut = undefined;
    if (end.linkIn === link) end.linkIn = undefined;
  }
}

const keyOf = (transmitter: Station, receiver: Station): number =>
  (transmitter.id % ID_SPAN) * ID_SPAN + (receiver.id % ID_SPAN);
