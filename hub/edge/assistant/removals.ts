import type { RegistryEntity } from "../../house/registry.ts";

/** The hub's own entities: as long as the hub runs, it has some, whatever else is deleted. */
const HUB = "airwarden_hub_";

export interface RemovalsOptions {
  readonly hubId: string;
  /** Unique ids deleted in earlier runs. */
  readonly removed: Iterable<string>;
  /** Entities of this hub that are to be there now. */
  readonly wanted: (uniqueId: string) => boolean;
  /** Whether MQTT is still set up in Home Assistant; undefined while it cannot be asked. */
  readonly hasMqtt: () => Promise<boolean | undefined>;
  /** Something was deleted: keep the new set. */
  readonly changed: (removed: ReadonlySet<string>) => void;
}

/**
 * Sees in the entity registry which entities of the hub a person deletes. Some versions of Home Assistant tell the
 * broker nothing when one goes, others clear the whole device: only the registry tells both.
 */
export class Removals {
  readonly removed: Set<string>;
  readonly #options: RemovalsOptions;
  readonly #own: RegExp;
  #present: ReadonlySet<string> = new Set();

  constructor(options: RemovalsOptions) {
    this.#options = options;
    this.removed = new Set(options.removed);
    this.#own = new RegExp(`^airwarden_(hub|node|dev)_${options.hubId}_`);
  }

  /** Takes the registry as it is now. */
  async take(entities: readonly RegistryEntity[]): Promise<void> {
    const before = this.#present;
    const own = entities.filter((one) => one.platform === "mqtt" && this.#own.test(one.uniqueId));
    this.#present = new Set(own.map((one) => one.uniqueId));
    const gone = [...before].filter((id) => !this.#present.has(id) && this.#options.wanted(id));
    const hubGone = ![...this.#present].some((id) => id.startsWith(HUB));
    const deleted = gone.filter((id) => !(hubGone && id.startsWith(HUB)));
    // With the MQTT integration everything goes: that is no word about a single entity.
    if (deleted.length === 0 || (await this.#options.hasMqtt()) !== true) return;
    for (const id of deleted) this.removed.add(id);
    this.#options.changed(this.removed);
  }

  /** All of them are wanted again. */
  restore(): void {
    if (this.removed.size === 0) return;
    this.removed.clear();
    this.#options.changed(this.removed);
  }
}
