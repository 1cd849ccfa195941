import { BoundedMap } from "../base/bounded.ts";
import { type Mac, MINUTE, type Micros, micros } from "../base/units.ts";
import type { Burst, Paces } from "../learn/paces.ts";
import type { FrameBatch } from "../radio/batch.ts";
import type { House } from "../track/model.ts";
import { domainOf, isActing, isBusy, isOff, isPowered } from "./domains.ts";
import { AUTOMATIC, type Choice, type Choices, type HomeFacts, homeFacts, type Role } from "./home.ts";
import type { Mapping, ServiceTarget } from "./mapping.ts";
import { HouseNotes } from "./notes.ts";
import { type Reaction, type ReactionSources, Reactions } from "./reactions.ts";
import { HouseStates, MOST_STATES, type ToldState } from "./states.ts";

/** What Home Assistant knows of one device now, as far as it matters to what the device sends. */
export type Condition = "off" | "privacy" | "updating" | "busy" | "unavailable";

export interface ContextSources extends Omit<ReactionSources, "coverageOf"> {
  readonly paces: Paces;
}

/** A cause may come this long before the minute in which a device begins to send. */
const CAUSE_BEFORE = micros(MINUTE);
/** Who has just joined loads and says a lot. */
const JOINING = micros(5 * MINUTE);
const DEVICES = 2000;
/** Entities of devices; what is left of the room for states is for persons, zones and helpers. */
const MOST_FOLLOWED = MOST_STATES - 1000;
/** With more than this of everything gone it is Home Assistant or its network, not the device. */
const MOST_UNAVAILABLE = 0.5;

/** The radio beside what the house knows: what Home Assistant told, and what of it explains what is heard. */
export class HouseContext {
  readonly states = new HouseStates();
  readonly reactions = new Reactions();
  readonly notes = new HouseNotes();
  readonly #mapping: Mapping;
  /** When something last happened to a device that explains that it sends. */
  readonly #causes = new BoundedMap<Mac, Micros>({ capacity: DEVICES });
  #choices: Choices = AUTOMATIC;

  constructor(mapping: Mapping) {
    this.#mapping = mapping;
  }

  get choices(): Choices {
    return this.#choices;
  }

  /** A person says which entity counts. */
  choose(role: Role, choice: Choice): void {
    this.#choices = { ...this.#choices, [role]: choice };
  }

  /** Entities beside those of whole domains whose states matter. */
  followed(): string[] {
    const chosen = Object.values(this.#choices).filter((choice) => choice.includes("."));
    return [...new Set([...chosen, ...this.#mapping.acting()])].slice(0, MOST_FOLLOWED);
  }

  /** States as Home Assistant tells them. */
  take(told: Iterable<ToldState>, now: Micros): void {
    for (const { entityId, time } of this.states.take(told, now)) {
      if (isActing(entityId)) this.#cause(entityId, time);
    }
  }

  /** A service was called. Gives the devices of the radio that it was for. */
  call(service: string, target: ServiceTarget, at: { readonly now: Micros; readonly house: House }): Mac[] {
    // bounded: by the entities of the registry.
    const called = new Map<Mac, string>();
    for (const entityId of this.#mapping.targets(target)) {
      this.#cause(entityId, at.now);
      for (const mac of this.#mapping.macsOf(entityId)) if (!called.has(mac)) called.set(mac, entityId);
    }
    for (const [mac, entityId] of called) {
      if (isActing(entityId)) this.reactions.call({ time: at.now, mac, entityId, service }, at.house);
    }
    return [...called.keys()];
  }

  /** A batch in hub time. */
  sight(batch: FrameBatch): void {
    this.reactions.sight(batch);
  }

  /** Call it with every tick, after the paces were sampled. */
  tick(now: Micros, sources: ContextSources): void {
    const { paces } = sources;
    const coverageOf = (mac: Mac) => paces.coverageOf(mac);
    for (const reaction of this.reactions.tick(now, { ...sources, coverageOf })) this.#note(reaction);
    for (const burst of paces.takeBursts()) this.#explain(burst, now, sources.house);
  }

  home(now: Micros): HomeFacts {
    return homeFacts(this.states, this.#choices, now);
  }

  /** What holds for the device with this address now; nothing where Home Assistant does not know it. */
  conditionsOf(mac: Mac, now: Micros): Condition[] {
    const mapped = this.#mapping.of(mac);
    if (mapped.length === 0 || this.states.holdsSince(now) === undefined) return [];
    const found: Condition[] = [];
    const powered = mapped.filter(
      ({ entityId, main }) => main && isPowered(entityId) && !this.#isPrivacy(entityId),
    );
    const known = powered.flatMap(({ entityId }) => this.states.of(entityId, now) ?? []);
    if (known.length > 0 && known.length === powered.length && known.every((one) => isOff(one.state ?? ""))) {
      found.push("off");
    }
    const told = mapped.flatMap(({ entityId }) => this.states.last(entityId) ?? []);
    const here = told.filter((one) => one.available);
    if (here.some((one) => one.state === "on" && this.#isPrivacy(one.entityId))) found.push("privacy");
    if (here.some((one) => one.installing)) found.push("updating");
    if (here.some((one) => isBusy(one.state ?? ""))) found.push("busy");
    const gone = told.length > 0 && here.length === 0;
    if (gone && this.states.unavailableShare <= MOST_UNAVAILABLE) found.push("unavailable");
    return found;
  }

  #isPrivacy(entityId: string): boolean {
    return domainOf(entityId) === "switch" && entityId.includes("privacy");
  }

  #cause(entityId: string, time: Micros): void {
    for (const mac of this.#mapping.macsOf(entityId)) this.#causes.set(mac, time);
  }

  #note({ call, kind, delay, usual, coverage, listened, origin }: Reaction): void {
    const { mac, time, entityId, service } = call;
    // Of a device that talks all the time a frame after a call says nothing.
    if (usual === undefined && !this.reactions.habits.isLearning(entityId)) return;
    const sure = kind === "unanswered" || (usual !== undefined && (delay ?? 0) <= usual.within);
    this.notes.add({
      code: sure ? kind : "followed",
      ...{ mac, time, until: time, entityId, service, delay, coverage, listened, origin },
      usualDelay: usual?.delay,
      calls: usual?.calls ?? 0,
    });
  }

  /** A burst is worth a note where Home Assistant knows the device, was there all the time, and has no cause for it. */
  #explain(burst: Burst, now: Micros, house: House): void {
    const { mac, since, until, rate, usual, coverage, listened, origin, ended } = burst;
    if (this.#hasCause(burst, now, house)) {
      this.notes.withdraw(mac);
      return;
    }
    this.notes.burst(
      { code: "burst", mac, time: since, until, rate, usual, coverage, listened, origin },
      ended,
    );
  }

  #hasCause({ mac, since }: Burst, now: Micros, house: House): boolean {
    const from = micros(since - CAUSE_BEFORE);
    const holds = this.states.holdsSince(now);
    const mapped = this.#mapping.of(mac).filter(({ entityId }) => isActing(entityId));
    const known = mapped.some(({ entityId }) => this.states.of(entityId, now) !== undefined);
    if (!known || holds === undefined || holds > from) return true;
    if ((this.#causes.get(mac) ?? Number.NEGATIVE_INFINITY) >= from) return true;
    const conditions = this.conditionsOf(mac, now);
    if (conditions.includes("busy") || conditions.includes("updating")) return true;
    return isJoining(mac, since, house);
  }
}

function isJoining(mac: Mac, since: Micros, house: House): boolean {
  for (const association of house.associations()) {
    if (association.mac === mac && association.until === undefined)
      return since - association.since < JOINING;
  }
  return false;
}
