import type { RegistryEntity } from "../../../house/registry.ts";
import type { RegistryRemovals } from "../registries.ts";

/** The hub's own entities: as long as the hub runs, it has some, whatever else is deleted. */
const HUB = "airwarden_hub_";
/** Entities that were there before Home Assistant started are made anew from the broker within seconds. */
const LOOK_AGAIN_MS = 5000;
/** What is not decided by then was not deleted. */
const DOUBT_MS = 300_000;

/** How far Home Assistant has come with MQTT. */
export type MqttInCore = "absent" | "starting" | "running";

export interface RemovalsOptions {
  readonly hubId: string;
  /** Unique ids deleted in earlier runs. */
  readonly removed: Iterable<string>;
  /** Unique ids that were in the registry when an earlier run saw it last. */
  readonly present: Iterable<string>;
  /** Entities of this hub that are to be there now. */
  readonly isWanted: (uniqueId: string) => boolean;
  /** The device of this entity does not belong to the home any more. */
  readonly hasLeft: (uniqueId: string) => boolean;
  /** Undefined while it cannot be asked. */
  readonly mqtt: () => Promise<MqttInCore | undefined>;
  /** The registry is to be read once more. */
  readonly lookAgain: () => void;
  /** Keeps what was deleted and what was present for the next run. */
  readonly keep: (removed: ReadonlySet<string>, present: readonly string[]) => void;
  /** ms, never backwards. */
  readonly now: () => number;
}

/** Where an entity stood in the registry; unknown of what an earlier run saw. */
type Entry = Partial<Pick<RegistryEntity, "entityId" | "deviceId">>;

interface Doubt {
  readonly since: number;
  /** When Home Assistant ran and the entity was missing for the first time. */
  readonly missedAt: number | undefined;
}

/**
 * Sees in the entity registry which entities of the hub a person deletes, now or while the hub was away. Some versions
 * of Home Assistant tell the broker nothing when one goes, others clear the whole device: only the registry tells both.
 * Whose end nobody saw is looked for twice: an old backup of Home Assistant lacks entities that nobody has deleted.
 */
export class Removals {
  readonly removed: Set<string>;
  readonly #options: RemovalsOptions;
  readonly #own: RegExp;
  #present: ReadonlyMap<string, Entry>;
  #doubts: ReadonlyMap<string, Doubt> = new Map();
  #kept = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RemovalsOptions) {
    this.#options = options;
    this.removed = new Set(options.removed);
    this.#present = new Map([...options.present].map((id) => [id, {}]));
    this.#own = new RegExp(`^airwarden_(hub|node|dev)_${options.hubId}_`);
  }

  /** Unique ids that Home Assistant has, as far as is known. */
  get present(): ReadonlyMap<string, unknown> {
    return this.#present;
  }

  /** Whether it is still open if entities of this device were deleted. */
  isInDoubt(deviceId: string): boolean {
    for (const id of this.#doubts.keys()) if (id.startsWith(`${deviceId}_`)) return true;
    return false;
  }

  /** Takes the registry as it is now. */
  async take(entities: readonly RegistryEntity[], removals: RegistryRemovals): Promise<void> {
    const before = this.#present;
    const own = entities.filter((one) => one.platform === "mqtt" && this.#own.test(one.uniqueId));
    const present = new Map(own.map((one) => [one.uniqueId, one]));
    this.#present = present;
    this.#forget();
    const missing = [...new Set([...before.keys(), ...this.#doubts.keys()])].filter(
      (id) => !present.has(id) && !this.removed.has(id) && this.#options.isWanted(id),
    );
    const witnessed = witnessedIn(before, removals);
    const unseen = missing.filter((id) => !witnessed.has(id));
    this.#doubt(unseen);
    const meant = meantBy(before, present, removals).filter((id) => missing.includes(id));
    // With the MQTT integration everything goes: that is no word about a single entity.
    const mqtt = missing.length === 0 || own.length === 0 ? "absent" : await this.#options.mqtt();
    if (mqtt === "absent") this.#doubts = new Map();
    else this.#decide(meant, mqtt);
    this.#keep();
  }

  /** All of them are wanted again. */
  restore(): void {
    this.removed.clear();
    this.#doubts = new Map();
    this.#keep();
  }

  /** A device that comes to the home again has entities again. */
  #forget(): void {
    for (const id of this.removed) if (this.#options.hasLeft(id)) this.removed.delete(id);
  }

  #doubt(unseen: readonly string[]): void {
    const now = this.#options.now();
    const hubGone = isHubGone(this.#present);
    const doubts = new Map<string, Doubt>();
    for (const id of unseen) {
      const doubt = this.#doubts.get(id) ?? { since: now, missedAt: undefined };
      if (now - doubt.since < DOUBT_MS && !(hubGone && id.startsWith(HUB))) doubts.set(id, doubt);
    }
    this.#doubts = doubts;
  }

  #decide(meant: readonly string[], mqtt: MqttInCore | undefined): void {
    for (const id of meant) this.removed.add(id);
    const now = this.#options.now();
    const doubts = new Map<string, Doubt>();
    for (const [id, { since, missedAt }] of mqtt === "running" ? this.#doubts : []) {
      if (missedAt !== undefined && now - missedAt >= LOOK_AGAIN_MS) this.removed.add(id);
      else doubts.set(id, { since, missedAt: missedAt ?? now });
    }
    if (mqtt === "running") this.#doubts = doubts;
    clearTimeout(this.#timer);
    if (this.#doubts.size > 0) {
      this.#timer = setTimeout(() => this.#options.lookAgain(), LOOK_AGAIN_MS).unref();
    }
  }

  #keep(): void {
    const present = [...this.#present.keys(), ...this.#doubts.keys()].sort();
    const kept = [...this.removed, "", ...present].join(" ");
    if (kept === this.#kept) return;
    this.#kept = kept;
    this.#options.keep(this.removed, present);
  }
}

const isHubGone = (present: ReadonlyMap<string, Entry>): boolean =>
  ![...present.keys()].some((id) => id.startsWith(HUB));

/** Unique ids whose end was told. */
function witnessedIn(before: ReadonlyMap<string, Entry>, { gone }: RegistryRemovals): Set<string> {
  const ids = new Set(gone.filter((one) => one.kind === "entity").map((one) => one.id));
  const found = [...before].filter(([, { entityId }]) => entityId !== undefined && ids.has(entityId));
  return new Set(found.map(([uniqueId]) => uniqueId));
}

/**
 * What a person meant to delete, of all that went. Where a version takes the whole device away with one entity, the
 * one that went first was meant, unless the device itself was. The hub as a whole is never meant: it comes back.
 */
function meantBy(
  before: ReadonlyMap<string, Entry>,
  present: ReadonlyMap<string, Entry>,
  removals: RegistryRemovals,
): string[] {
  const witnessed = witnessedIn(before, removals);
  const devices = Map.groupBy(before, ([, { deviceId }]) => deviceId);
  return [...devices].flatMap(([deviceId, entries]) => {
    const went = entries.filter(([id]) => witnessed.has(id) && !present.has(id));
    const ids = went.map(([id]) => id);
    if (deviceId === undefined || went.length === 0 || went.length < entries.length) return ids;
    const entityIds = new Map(went.map(([id, { entityId }]) => [entityId, id]));
    const first = removals.gone.find(({ kind, id }) =>
      kind === "device" ? id === deviceId : entityIds.has(id),
    );
    const alone = first?.kind === "entity" ? entityIds.get(first.id) : undefined;
    if (removals.wholeDevices && alone !== undefined) return [alone];
    return ids.some((id) => id.startsWith(HUB)) ? [] : ids;
  });
}
