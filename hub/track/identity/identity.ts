import { BoundedMap } from "../../base/bounded.ts";
import { fromSeconds, type Mac, type Micros } from "../../base/units.ts";
import type { ManagementSighting } from "../../radio/sighting.ts";
import { Bearer } from "./bearer.ts";
import { Address, Burst } from "./burst.ts";
import { type HandGroup, Hands } from "./hands.ts";
import { type Kind, Kinds } from "./kinds.ts";
import { type Loudness, louder } from "./levels.ts";
import { type IdentityRules, RULES } from "./rules.ts";
import { oddsOf, sequenceContinues } from "./score.ts";

const ADDRESSES = 20_000;
/** Bursts under way at one time. */
const MOST_BURSTS = 64;
/** A burst is placed after this long even where it goes on. */
const LONGEST = fromSeconds(5);
/** Bursts at a new place before the device that vanished from another is taken for it. */
const SETTLED_BURSTS = 3;
/** Silence that tells nothing, whatever the intervals: doors, pockets, sleep. */
const LEAST_SILENCE = fromSeconds(30);
/** Interval assumed of a device that was heard in a single burst. */
const USUAL_INTERVAL = fromSeconds(10);
/** Fingerprints that an address may have; more come from somebody who plays. */
const MOST_CHANGES = 3;
/** A habit is learned from bursts that are near enough for sequence numbers to tell. */
const HABIT_SPAN = fromSeconds(10);

export interface IdentityOptions {
  readonly rules?: Partial<IdentityRules>;
  readonly addresses?: number;
}

/** Which device bears an address. The same `id` means the same device; ids are unique while the hub runs. */
export interface Borne {
  readonly id: number;
  /** 0-1: how sure it is that this address is of that device and no other that is known. 1 by hand. */
  readonly confidence: number;
  readonly byHand: boolean;
}

/**
 * Which addresses are one device: bursts of probe requests are joined by element fingerprint, sequence numbers, timing,
 * and loudness at each node. A guess for counting and showing; what belongs to the home is never decided by it. Two
 * addresses that are each a device by itself are joined only by hand.
 */
export class Identity {
  readonly #rules: IdentityRules;
  readonly #addresses: BoundedMap<Mac, Address>;
  readonly #kinds = new Kinds();
  readonly #hands = new Hands();
  // bounded: MOST_BURSTS
  #bursts: Burst[] = [];
  #ids = 0;

  constructor(options: IdentityOptions = {}) {
    this.#rules = { ...RULES, ...options.rules };
    this.#addresses = new BoundedMap({ capacity: options.addresses ?? ADDRESSES });
  }

  /** Undefined for an address that has not probed, or just begins to. */
  of(mac: Mac): Borne | undefined {
    const group = this.#hands.groupOf(mac);
    if (group !== undefined) return { id: -group, confidence: 1, byHand: true };
    const address = this.#addresses.get(mac);
    const bearer = address?.bearer?.root;
    if (address === undefined || bearer === undefined) return undefined;
    const grouped = bearer.owner === undefined ? undefined : this.#hands.groupOf(bearer.owner);
    const id = grouped === undefined ? bearer.id : -grouped;
    return { id, confidence: address.confidence, byHand: false };
  }

  /** Addresses that a person has joined with this one, itself included; empty where there are none. */
  joinedByHand(mac: Mac): readonly Mac[] {
    return this.#hands.members(mac);
  }

  /** A person says that these addresses are one device. */
  join(macs: readonly Mac[]): void {
    this.#hands.join(macs);
    for (const mac of macs) this.own(mac);
  }

  /** A person says that this address is a device of its own. */
  part(mac: Mac): void {
    this.#hands.part(mac);
    this.own(mac);
  }

  /** What was decided by hand, to be kept. */
  get groups(): readonly HandGroup[] {
    return this.#hands.groups();
  }

  /** The address is on a home network: it is a device by itself. */
  own(mac: Mac): void {
    const address = this.#addresses.get(mac) ?? this.#admit(mac);
    address.own = true;
    const bearer = address.bearer?.root;
    if (bearer === undefined || bearer.owner === mac) return;
    if (bearer.owner === undefined) bearer.owner = mac;
    else address.bearer = this.#newBearer(address, bearer.last);
    address.confidence = 1;
  }

  /** Takes a probe request, further receptions too. `fingerprint` and `family` are 0 while unknown. */
  probed(sighting: ManagementSighting, fingerprint: number, family: number): void {
    this.tick(sighting.time);
    const { transmitter: mac } = sighting;
    this.#addresses.touch(mac);
    const address = this.#addresses.get(mac) ?? this.#admit(mac);
    if (fingerprint !== 0 && fingerprint !== address.fingerprint) this.#tell(address, fingerprint, family);
    if (address.burst === undefined) {
      address.levels = [];
      this.#burstFor(address, sighting).add(address);
    }
    louder(address.levels, sighting);
    address.burst?.heard(sighting);
  }

  /** Places the bursts that have ended by `now`. */
  tick(now: Micros): void {
    const { pause } = this.#rules;
    const over = (burst: Burst): boolean => now - burst.last >= pause || now - burst.first >= LONGEST;
    if (!this.#bursts.some(over)) return;
    const ended = this.#bursts.filter(over);
    this.#bursts = this.#bursts.filter((burst) => !over(burst));
    for (const burst of ended) this.#place(burst);
  }

  #admit(mac: Mac): Address {
    const address = new Address(mac);
    this.#addresses.set(mac, address);
    return address;
  }

  #tell(address: Address, fingerprint: number, family: number): void {
    if (address.fingerprint !== 0 && address.changes < MOST_CHANGES) {
      address.changes += 1;
      this.#kinds.of(address.fingerprint, address.family).absorb(this.#kinds.of(fingerprint, family));
    }
    address.fingerprint = fingerprint;
    address.family = family;
  }

  /** The burst that the address goes on with, as a scan does, or a new one. */
  #burstFor(address: Address, sighting: ManagementSighting): Burst {
    const kind = this.#kinds.of(address.fingerprint, address.family);
    const joins = address.bearer === undefined && !address.own && address.fingerprint !== 0;
    const found = joins ? this.#chained(kind, sighting) : undefined;
    if (found !== undefined) return found;
    const oldest = this.#bursts.length >= MOST_BURSTS ? this.#bursts.shift() : undefined;
    if (oldest !== undefined) this.#place(oldest);
    const burst = new Burst(kind, sighting);
    this.#bursts.push(burst);
    return burst;
  }

  #chained(kind: Kind, { time, node, rssi }: ManagementSighting): Burst | undefined {
    const { chain, chainLevel } = this.#rules;
    let best: Burst | undefined;
    let nearest = chainLevel;
    for (const burst of this.#bursts) {
      if (!burst.open || time - burst.last > chain || burst.kind.root !== kind) continue;
      const level = burst.levelsSoFar().find((one) => one.node === node);
      // Not heard by this node so far: as good as barely near.
      const distance = level === undefined ? chainLevel - 1 : Math.abs(level.rssi - rssi);
      if (distance >= nearest) continue;
      nearest = distance;
      best = burst;
    }
    return best;
  }

  #place(burst: Burst): void {
    for (const address of burst.addresses) address.burst = undefined;
    const [address] = burst.addresses;
    if (address === undefined) return;
    // Nothing is known of its kind yet: its next burst will tell.
    if (address.fingerprint === 0 && address.bearer === undefined && !address.own) return;
    const levels = burst.levels();
    const known = address.bearer?.root;
    const { bearer, confidence } =
      known === undefined ? this.#choose(burst, levels, address) : { bearer: known, confidence: 1 };
    if (known === undefined) this.#assign(burst, bearer, confidence);
    bearer.pattern.take(levels, this.#rules.memory);
    bearer.bursts += 1;
    if (burst.last > bearer.last) {
      bearer.last = burst.last;
      bearer.sequence = burst.sequence;
    }
    this.#followMove(burst.kind.root, bearer);
  }

  #assign(burst: Burst, bearer: Bearer, confidence: number): void {
    for (const address of burst.addresses) {
      address.bearer = bearer;
      address.confidence = confidence;
      if (address.own) bearer.owner = address.mac;
    }
  }

  /** The bearer that explains a burst best, a new one where none does. */
  #choose(
    burst: Burst,
    levels: readonly Loudness[],
    address: Address,
  ): { bearer: Bearer; confidence: number } {
    const kind = burst.kind.root;
    const { newcomer } = this.#rules;
    let best: Bearer | undefined;
    let bestOdds = newcomer;
    let sum = Math.exp(newcomer);
    for (const one of address.own ? [] : kind.bearers) {
      const odds = oddsOf(burst, levels, one, this.#rules);
      sum += Math.exp(odds);
      if (odds <= bestOdds) continue;
      best = one;
      bestOdds = odds;
    }
    const confidence = Math.exp(bestOdds) / sum;
    if (best !== undefined) {
      if (burst.first - best.last < HABIT_SPAN) learnHabit(burst, best, kind);
      return { bearer: best, confidence };
    }
    const kin = address.own || kind.bearers.length > 0 ? undefined : this.#kin(burst, levels);
    if (kin !== undefined) {
      kind.add(kin.bearer);
      return kin;
    }
    return { bearer: this.#newBearer(address, burst.first), confidence: address.own ? 1 : confidence };
  }

  /** For the first burst of a kind, the only device of the family that is near: phones tell less of themselves while their screen is dark. */
  #kin(burst: Burst, levels: readonly Loudness[]): { bearer: Bearer; confidence: number } | undefined {
    let best: Bearer | undefined;
    let bestOdds = Number.NEGATIVE_INFINITY;
    let second = Number.NEGATIVE_INFINITY;
    for (const one of this.#kinds.kin(burst.kind.root)) {
      const odds = oddsOf(burst, levels, one, this.#rules);
      if (odds <= bestOdds) second = Math.max(second, odds);
      else {
        second = bestOdds;
        bestOdds = odds;
        best = one;
      }
    }
    const { kin, margin, newcomer } = this.#rules;
    if (best === undefined || bestOdds <= kin || bestOdds - second < margin) return undefined;
    return {
      bearer: best,
      confidence: 1 / (1 + Math.exp(newcomer - bestOdds) + Math.exp(second - bestOdds)),
    };
  }

  #newBearer(address: Address, at: Micros): Bearer {
    this.#ids += 1;
    const bearer = new Bearer(this.#ids, at);
    if (address.own) bearer.owner = address.mac;
    this.#kinds.of(address.fingerprint, address.family).add(bearer);
    return bearer;
  }

  /** A device of the kind that has been silent ever since this one appeared has moved here. */
  #followMove(kind: Kind, bearer: Bearer): void {
    if (bearer.bursts < SETTLED_BURSTS || bearer.last === bearer.first) return;
    let moved: Bearer | undefined;
    for (const one of kind.bearers) {
      if (one === bearer || one.last > bearer.first) continue;
      if (one.owner !== undefined && bearer.owner !== undefined) continue;
      const interval = Number.isFinite(one.interval) ? one.interval : USUAL_INTERVAL;
      const silence = bearer.last - one.last;
      if (silence < Math.max(LEAST_SILENCE, this.#rules.intervals * interval)) continue;
      if (moved === undefined || one.last > moved.last) moved = one;
    }
    if (moved === undefined) return;
    kind.drop(moved);
    moved.becomes(bearer);
  }
}

function learnHabit(burst: Burst, bearer: Bearer, kind: Kind): void {
  const continues = sequenceContinues(burst, bearer);
  if (continues === true) kind.continued += 1;
  else if (continues === false) kind.restarted += 1;
}
