import type { Connection } from "home-assistant-js-websocket";
import { BoundedMap } from "../../base/bounded.ts";
import type { Mac } from "../../base/units.ts";
import type { HostName, HouseRegistry } from "../../house/registry.ts";
import { readAreas, readDevices, readEntities, readLeases, readTrackers } from "./read.ts";

/** A change is often one of many; they are read together. */
const SETTLE_MS = 700;
const CHANGES = ["device_registry_updated", "entity_registry_updated", "area_registry_updated"] as const;
const MOST_HOST_NAMES = 2000;
const MOST_TRACKERS = 500;

/** Follows the registries, DHCP leases and trackers over one connection. */
export class Registries {
  readonly #hubId: string;
  readonly #told: (registry: HouseRegistry) => void;
  readonly #leases = new BoundedMap<Mac, HostName>({ capacity: MOST_HOST_NAMES });
  readonly #trackers = new BoundedMap<Mac, HostName>({ capacity: MOST_HOST_NAMES });
  #registry: Omit<HouseRegistry, "hostNames"> | undefined;
  #tracked = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(hubId: string, told: (registry: HouseRegistry) => void) {
    this.#hubId = hubId;
    this.#told = told;
  }

  /** A connection is up, anew or for the first time: subscribes and reads all tables. Rejects when it is lost. */
  async follow(connection: Connection): Promise<void> {
    this.#tracked = "";
    const again = (): void => this.#later(connection);
    for (const event of CHANGES) {
      await listen(connection, { type: "subscribe_events", event_type: event }, again);
    }
    // Not every Home Assistant has set up DHCP discovery: names then come from the registries alone.
    await listen(connection, { type: "dhcp/subscribe_discovery" }, (push) => {
      for (const lease of readLeases(push)) this.#leases.set(lease.mac, lease);
      again();
    }).catch(() => undefined);
    await this.#read(connection);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #later(connection: Connection): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#read(connection).catch(() => undefined), SETTLE_MS);
  }

  async #read(connection: Connection): Promise<void> {
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
    this.#tell();
    await this.#follow(connection);
  }

  /** Trackers tell the address of what they track in their attributes only. */
  async #follow(connection: Connection): Promise<void> {
    const ids = (this.#registry?.entities ?? [])
      .map((entity) => entity.entityId)
      .filter((id) => id.startsWith("device_tracker."))
      .slice(0, MOST_TRACKERS);
    const key = ids.sort().join();
    if (key === this.#tracked) return;
    this.#tracked = key;
    await listen(connection, { type: "subscribe_entities", entity_ids: ids }, (push) => {
      const names = readTrackers(push);
      for (const one of names) this.#trackers.set(one.mac, one);
      if (names.length > 0) this.#tell();
    });
  }

  #tell(): void {
    if (this.#registry === undefined) return;
    this.#told({ ...this.#registry, hostNames: [...this.#trackers.values(), ...this.#leases.values()] });
  }
}

type Question = { readonly type: string; readonly [key: string]: unknown };

/** Subscribes for this connection only; `follow` does so again on the next one. */
async function listen(
  connection: Connection,
  question: Question,
  told: (push: unknown) => void,
): Promise<void> {
  await connection.subscribeMessage(told, question, { resubscribe: false });
}
