import { BoundedMap } from "../base/bounded.ts";
import type { Mac } from "../base/units.ts";
import { domainOf, isActing } from "./domains.ts";
import type { HouseholdDevice, HouseRegistry, RegistryEntity } from "./registry.ts";

/** A person says that an entity is, or is not, of the device with this address. */
export interface Correction {
  readonly mac: Mac;
  readonly entityId: string;
  readonly belongs: boolean;
}

export interface MappedEntity {
  readonly entityId: string;
  /** A person said so; else its integration did, by the address. */
  readonly byHand: boolean;
  /** What the device is for, not a setting or a figure of it. */
  readonly main: boolean;
}

/** What a service was called for, as the call named it. */
export interface ServiceTarget {
  /** `light` of `light.turn_on`. */
  readonly domain: string;
  readonly entityIds: readonly string[];
  readonly deviceIds: readonly string[];
  readonly areaIds: readonly string[];
}

const MOST_CORRECTIONS = 2000;
/** Entities of one device. */
export const MOST_OF_ONE = 100;
const NONE: ReadonlySet<string> = new Set();

/** Which entities are whose: by address as the registries say, and as a person corrected it. */
export class Mapping {
  readonly #corrections = new BoundedMap<string, Correction>({ capacity: MOST_CORRECTIONS });
  /** All entities of the registry that may matter; none of Airwarden's own. */
  #entities: ReadonlyMap<string, RegistryEntity> = new Map();
  #areas: ReadonlyMap<string, string | undefined> = new Map();
  /** By address, as the registries say. */
  #automatic: ReadonlyMap<Mac, ReadonlySet<string>> = new Map();
  #byMac: ReadonlyMap<Mac, readonly MappedEntity[]> = new Map();
  #byEntity: ReadonlyMap<string, readonly Mac[]> = new Map();

  /** The registries as they are now. */
  take(registry: HouseRegistry, devices: Iterable<HouseholdDevice>): void {
    const foreign = registry.entities.filter((entity) => !isOwn(entity));
    this.#entities = new Map(foreign.map((entity) => [entity.entityId, entity]));
    this.#areas = new Map(registry.devices.map(({ id, areaId }) => [id, areaId]));
    const automatic = new Map<Mac, ReadonlySet<string>>();
    for (const { mac, entityIds } of devices) {
      automatic.set(mac, new Set(entityIds.filter((entityId) => this.#entities.has(entityId))));
    }
    this.#automatic = automatic;
    this.#join();
  }

  /** A person's word; one that says what the registries say as well takes an earlier one back. */
  correct(correction: Correction): void {
    const { mac, entityId, belongs } = correction;
    const key = `${mac} ${entityId}`;
    if ((this.#automatic.get(mac)?.has(entityId) === true) === belongs) this.#corrections.delete(key);
    else this.#corrections.set(key, correction);
    this.#join();
  }

  /** Words of an earlier run: kept whether the registries have been told yet or not. */
  restore(corrections: Iterable<Correction>): void {
    for (const one of corrections) this.#corrections.set(`${one.mac} ${one.entityId}`, one);
    this.#join();
  }

  corrections(): Correction[] {
    return [...this.#corrections.values()];
  }

  /** Home Assistant has an entity of this id that is not Airwarden's own. */
  knows(entityId: string): boolean {
    return this.#entities.has(entityId);
  }

  entity(entityId: string): RegistryEntity | undefined {
    return this.#entities.get(entityId);
  }

  entities(): Iterable<RegistryEntity> {
    return this.#entities.values();
  }

  of(mac: Mac): readonly MappedEntity[] {
    return this.#byMac.get(mac) ?? [];
  }

  /** Entities that a person took away from a device. */
  takenAway(mac: Mac): string[] {
    return this.corrections()
      .filter((one) => one.mac === mac && !one.belongs)
      .map(({ entityId }) => entityId);
  }

  /** Addresses of the device that an entity belongs to. */
  macsOf(entityId: string): readonly Mac[] {
    return this.#byEntity.get(entityId) ?? [];
  }

  /** Entities of mapped devices whose changes can be the cause of traffic. */
  acting(): string[] {
    return [...this.#byEntity.keys()].filter(isActing);
  }

  /** Entities of mapped devices that a service call meant. Groups call their members themselves. */
  targets(target: ServiceTarget): string[] {
    const named = target.entityIds.filter((entityId) => this.#byEntity.has(entityId));
    const { deviceIds, areaIds, domain } = target;
    if (deviceIds.length === 0 && areaIds.length === 0) return named;
    const meant = [...this.#byEntity.keys()].filter((entityId) => {
      const { deviceId = "", areaId } = this.#entities.get(entityId) ?? {};
      const area = areaId ?? this.#areas.get(deviceId) ?? "";
      const placed = deviceIds.includes(deviceId) || areaIds.includes(area);
      return placed && (domain === "homeassistant" || domain === domainOf(entityId));
    });
    return [...new Set([...named, ...meant])];
  }

  #join(): void {
    const corrections = Map.groupBy(this.#corrections.values(), ({ mac }) => mac);
    const byMac = new Map<Mac, MappedEntity[]>();
    const byEntity = new Map<string, Mac[]>();
    for (const mac of new Set([...this.#automatic.keys(), ...corrections.keys()])) {
      const mapped = this.#joinOne(this.#automatic.get(mac) ?? NONE, corrections.get(mac) ?? []);
      if (mapped.length === 0) continue;
      byMac.set(mac, mapped);
      for (const { entityId } of mapped) {
        const macs = byEntity.get(entityId) ?? [];
        byEntity.set(entityId, macs);
        macs.push(mac);
      }
    }
    this.#byMac = byMac;
    this.#byEntity = byEntity;
  }

  #joinOne(automatic: ReadonlySet<string>, corrections: readonly Correction[]): MappedEntity[] {
    const said = new Map(corrections.map((one) => [one.entityId, one.belongs]));
    const added = [...said].filter(([, belongs]) => belongs);
    const entityIds = [
      ...[...automatic].filter((entityId) => said.get(entityId) !== false),
      ...added.map(([entityId]) => entityId).filter((entityId) => !automatic.has(entityId)),
    ];
    return entityIds.slice(0, MOST_OF_ONE).map((entityId) => ({
      entityId,
      byHand: said.get(entityId) === true,
      main: this.#entities.get(entityId)?.category === undefined,
    }));
  }
}

/** Airwarden's own entities say what it thinks of a device, they are not the device. */
const isOwn = ({ platform, uniqueId }: RegistryEntity): boolean =>
  platform === "mqtt" && uniqueId.startsWith("airwarden_");
