import type { Connection } from "home-assistant-js-websocket";
import { BoundedMap } from "../../base/bounded.ts";
import type { Mac } from "../../base/units.ts";
import type { HostName, HouseRegistry } from "../../house/registry.ts";
import { EntityFollower, subscribe } from "./follower.ts";
import {
  type Gone,
  readAreas,
  readDevices,
  readEntities,
  readGone,
  readLeases,
  readTrackers,
} from "./read.ts";

/** A change is often one of many; they are read together. */
const SETTLE_MS = 700;
const CHANGES = ["device_registry_updated", "entity_registry_updated", "area_registry_updated"] as const;
const MOST_HOST_NAMES = 2000;
const MOST_TRACKERS = 500;

/** What went since the registries were last read. */
export interface RegistryRemovals {
  /** As it went: a device before its entities, though they are told first. */
  readonly gone: readonly Gone[];
  /** This Home Assistant takes away the whole MQTT device with one of its entities. */
  readonly wholeDevices: boolean;
}

type Told = (registry: HouseRegistry, removals: RegistryRemovals) => void;

/** Up to 2026.10 the discovery of the whole device was cleared with one entity. */
const FIRST_TO_KEEP_DEVICES = [2026, 11] as const;
const MOST_GONE = 10_000;

/** Follows the registries, DHCP leases and trackers over one connection. */
export class Registries {
  readonly #hubId: string;
  readonly #told: Told;
  readonly #leases = new BoundedMap<Mac, HostName>({ capacity: MOST_HOST_NAMES });
  readonly #trackers = new BoundedMap<Mac, HostName>({ capacity: MOST_HOST_NAMES });
  #registry: Omit<HouseRegistry, "hostNames"> | undefined;
  /** Trackers tell the address of what they track in their attributes only. */
  readonly #tracked = new EntityFollower((push) => this.#takeTrackers(push));
  #gone: Gone[] = [];
  #connection: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(hubId: string, told: Told) {
    this.#hubId = hubId;
    this.#told = told;
  }

  /** A connection is up, anew or for the first time: subscribes and reads all tables. Rejects when it is lost. */
  async follow(connection: Connection): Promise<void> {
    this.#gone = [];
    this.#connection = connection;
    const again = (): void => this.#later(connection);
    for (const event of CHANGES) {
      await subscribe(connection, { type: "subscribe_events", event_type: event }, (push) => {
        const gone = readGone(push);
        if (gone !== undefined && this.#gone.length < MOST_GONE) this.#gone.push(gone);
        again();
      });
    }
    // Not every Home Assistant has set up DHCP discovery: names then come from the registries alone.
    await subscribe(connection, { type: "dhcp/subscribe_discovery" }, (push) => {
      for (const lease of readLeases(push)) this.#leases.set(lease.mac, lease);
      again();
    }).catch(() => undefined);
    await this.#tracked.follow(connection);
    await this.#read(connection);
  }

  /** Reads all tables once more. */
  renew(): void {
    const connection = this.#connection;
    if (connection?.connected === true) void this.#read(connection).catch(() => undefined);
  }

  lost(): void {
    this.#tracked.lost();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #later(connection: Connection): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(connection).catch(() => undefined), SETTLE_MS);
  }

  async #read(connection: Connection): Promise<void> {
    const gone = this.#gone.splice(0).sort(earlier);
    const ask = (type: string): Promise<unknown> => connection.sendMessagePromise({ type });
    const [devices, entities, areas] = await Promise.all([
      ask("config/device_registry/list"),
      ask("config/entity_registry/list"),
      ask("config/area_registry/list"),
    ]);
    this.#registry = {
      devices: readDevices(devices, this.#hubId),
      entities: readEntities(entities),
      areas: readAreas(areas),
    };
    this.#tell(gone, connection.haVersion);
    const trackers = this.#registry.entities.filter(({ entityId }) => entityId.startsWith("device_tracker."));
    await this.#tracked.want(trackers.slice(0, MOST_TRACKERS).map(({ entityId }) => entityId));
  }

  #takeTrackers(push: unknown): void {
    const names = readTrackers(push);
    for (const one of names) this.#trackers.set(one.mac, one);
    if (names.length > 0) this.#tell();
  }

  #tell(gone: readonly Gone[] = [], version = this.#connection?.haVersion): void {
    if (this.#registry === undefined) return;
    const hostNames = [...this.#trackers.values(), ...this.#leases.values()];
    this.#told({ ...this.#registry, hostNames }, { gone, wholeDevices: takesWholeDevices(version) });
  }
}

function earlier(a: Gone, b: Gone): number {
  if (a.at !== b.at) return a.at < b.at ? -1 : 1;
  return Number(b.kind === "device") - Number(a.kind === "device");
}

function takesWholeDevices(version = ""): boolean {
  const [year = 0, month = 0] = version.split(".").map(Number);
  const [keepingYear, keepingMonth] = FIRST_TO_KEEP_DEVICES;
  return year < keepingYear || (year === keepingYear && month < keepingMonth);
}
