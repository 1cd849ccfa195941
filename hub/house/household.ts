import { BoundedMap } from "../base/bounded.ts";
import type { Mac } from "../base/units.ts";
import { Mapping } from "./mapping.ts";
import { type HouseholdDevice, type HouseRegistry, householdOf } from "./registry.ts";

/** A device that the household renamed at Airwarden's own entry: the same as naming it on the page. */
export interface Renamed {
  readonly mac: Mac;
  readonly name: string;
}

/** What the household calls its devices and where they stand; empty until Home Assistant has told. */
export class Household {
  /** Which entities are whose. */
  readonly mapping = new Mapping();
  #devices: BoundedMap<Mac, HouseholdDevice> = new BoundedMap({ capacity: 1 });
  #ownNames: ReadonlyMap<Mac, string> | undefined;

  of(mac: Mac): HouseholdDevice | undefined {
    return this.#devices.get(mac);
  }

  /** Takes the registries as they are now. Gives what was renamed since the last time at Airwarden's own entries. */
  take(registry: HouseRegistry): Renamed[] {
    this.#devices = householdOf(registry);
    this.mapping.take(registry, this.#devices.values());
    const names = ownNames(registry);
    const before = this.#ownNames;
    this.#ownNames = names;
    if (before === undefined) return [];
    return [...names].filter(([mac, name]) => before.get(mac) !== name).map(([mac, name]) => ({ mac, name }));
  }
}

function ownNames({ devices }: HouseRegistry): Map<Mac, string> {
  // bounded: by the registry, whose entries of ours are those that this hub made.
  const names = new Map<Mac, string>();
  for (const { watches, nameByUser } of devices) {
    if (watches !== undefined && nameByUser !== undefined) names.set(watches, nameByUser);
  }
  return names;
}
