import type { Mac, Micros } from "../../base/units.ts";
import { isLocal } from "../../radio/mac.ts";
import type { ManagementSighting } from "../../radio/sighting.ts";
import type { Bearer } from "./bearer.ts";
import type { Kind } from "./kinds.ts";
import { type Loudness, meanLevels } from "./levels.ts";

/** Addresses of one scan: phones change it with every channel, of which there are some 40. */
const MOST_ADDRESSES = 48;

/** An address that sends probe requests. */
export class Address {
  readonly mac: Mac;
  /** Element fingerprint of its last probe request that told it, 0 before. */
  fingerprint = 0;
  family = 0;
  /** Other fingerprints it has had. */
  changes = 0;
  /** A device by itself, never one with another such address unless a person says so. */
  own: boolean;
  /** Loudest readings of the burst that is under way. */
  levels: Loudness[] = [];
  burst: Burst | undefined = undefined;
  bearer: Bearer | undefined = undefined;
  /** How sure its bearer is, 0-1. */
  confidence = 1;

  constructor(mac: Mac) {
    this.mac = mac;
    this.own = !isLocal(mac);
  }
}

/** Probe requests in quick succession, of one address or of several that one scan uses in turn. */
export class Burst {
  readonly kind: Kind;
  readonly first: Micros;
  last: Micros;
  readonly firstSequence: number | undefined;
  sequence: number | undefined;
  readonly addresses: Address[] = [];
  #levels: Loudness[] | undefined = undefined;

  constructor(kind: Kind, sighting: ManagementSighting) {
    this.kind = kind;
    this.first = sighting.time;
    this.last = sighting.time;
    this.firstSequence = sighting.sequence;
    this.sequence = sighting.sequence;
  }

  /** Further addresses may join: none of it is known yet, or a device by itself. */
  get open(): boolean {
    const [address] = this.addresses;
    return (
      address !== undefined &&
      !address.own &&
      address.bearer === undefined &&
      this.addresses.length < MOST_ADDRESSES
    );
  }

  add(address: Address): void {
    this.#levels = undefined;
    this.addresses.push(address);
    address.burst = this;
  }

  heard(sighting: ManagementSighting): void {
    if (sighting.time < this.last) return;
    this.last = sighting.time;
    this.sequence = sighting.sequence ?? this.sequence;
  }

  /** Levels as far as known when its last address joined. */
  levelsSoFar(): readonly Loudness[] {
    this.#levels ??= this.levels();
    return this.#levels;
  }

  levels(): Loudness[] {
    return meanLevels(this.addresses.map((address) => address.levels));
  }
}
