import { type Micros, micros, SECOND } from "../base/units.ts";
import { type Alert, alertFields } from "../expose/discovery/alert.ts";
import { HUB_ENTITIES } from "../expose/entities/hub.ts";
import { NODE_ENTITIES } from "../expose/entities/node.ts";
import { WATCHED_ENTITIES } from "../expose/entities/watched.ts";
import type { Snapshot } from "../expose/snapshot.ts";
import { type Watched, watchedViews } from "../expose/watched.ts";
import type { HouseRegistry, RegistryEntity } from "../house/registry.ts";
import type { Pipeline } from "../pipeline.ts";
import { parseMac } from "../radio/mac.ts";
import { Removals } from "./assistant/removals.ts";
import { Assistant, type AssistantAddress } from "./assistant.ts";
import type { Log } from "./log.ts";
import type { Store } from "./store.ts";

export interface HomeAssistantOptions {
  /** Undefined: Home Assistant is reached through the broker only, or not at all. */
  readonly address: AssistantAddress | undefined;
  readonly hubId: string;
  /** Address of the page in links, undefined while it is not known. */
  readonly page: () => string | undefined;
  readonly pipeline: Pipeline;
  readonly store: Store;
  readonly log: Log;
  readonly now: () => Micros;
  /** Something that the read model shows has changed. */
  readonly changed: () => void;
  /** A broker carries alerts to Home Assistant; without one they become notifications there. */
  readonly hasBroker: () => boolean;
}

/** Event on Home Assistant's bus, with the same fields as the event entity. */
export const BUS_EVENT = "airwarden_alert";
const REMOVED = "removed_entities";
const PATIENCE = micros(20 * SECOND);

/** Home Assistant as the hub deals with it: what it knows, what was deleted in it, and what it is told beside MQTT. */
export class HomeAssistant {
  readonly #options: HomeAssistantOptions;
  readonly #assistant: Assistant | undefined;
  #entities: readonly RegistryEntity[] = [];
  readonly #removals: Removals;
  readonly #notified = new Set<string>();
  #startedAt: Micros | undefined;
  #told = false;

  constructor(options: HomeAssistantOptions) {
    const { address, hubId, store, log } = options;
    this.#options = options;
    this.#removals = new Removals({
      hubId,
      removed: removedBefore(store),
      wanted: (id) => this.#isWanted(id),
      hasMqtt: async () => await this.#assistant?.hasMqtt(),
      changed: (removed) => store.setSetting(REMOVED, JSON.stringify([...removed])),
    });
    if (address === undefined) return;
    this.#assistant = new Assistant({
      address,
      hubId,
      onRegistry: (registry) => this.#take(registry),
      onNotice: (line) => log.warn(() => line),
    });
  }

  /** Undefined: Home Assistant is reached through the broker only, or not at all. */
  get assistant(): Assistant | undefined {
    return this.#assistant;
  }

  /** Its registry of entities; empty until it has told. */
  get entities(): readonly RegistryEntity[] {
    return this.#entities;
  }

  start(): void {
    this.#assistant?.start();
  }

  close(): void {
    this.#assistant?.close();
  }

  /** An incident was raised, or somebody pressed the test button. */
  raised(incident: Alert, type: string = incident.kind): void {
    const { hubId, page } = this.#options;
    const site = { hubId, configurationUrl: page() };
    this.#assistant?.fire(BUS_EVENT, alertFields(site, incident, type));
    if (this.#assistant === undefined || this.#options.hasBroker() || incident.tier !== "push") return;
    if (type !== "test") this.#notified.add(incident.id);
    const { title, message } = incident;
    this.#assistant.notify(noteId(incident.id), { title: plain(title), message: plain(message) });
  }

  resolved(id: string): void {
    if (this.#notified.delete(id)) this.#assistant?.notify(noteId(id), undefined);
  }

  /** What an automation asked for could not be done: there is no page to say so on. */
  tellFailure(title: string, message: string): void {
    this.#assistant?.notify("airwarden_failure", { title: plain(title), message: plain(message) });
  }

  restoreEntities(): void {
    this.#removals.restore();
  }

  /** Whether this user of Home Assistant may change something here. Rejects while that cannot be asked. */
  async isAdministrator(user: string): Promise<boolean> {
    if (this.#assistant === undefined) throw new Error("Home Assistant is not known");
    return await this.#assistant.isAdministrator(user);
  }

  /** Devices with entities of their own. */
  watched(snapshot: Snapshot): Watched {
    const { pipeline, now } = this.#options;
    const time = now();
    const views = watchedViews(snapshot, {
      known: pipeline.known.all(),
      names: pipeline.names,
      household: (mac) => pipeline.household.of(mac),
      isMuted: (mac) => pipeline.incidents.isMuted({ kind: "device", mac }, time),
    });
    return {
      devices: this.#awaits(time) ? [] : views.filter((one) => !this.#isDeleted(one.id)),
      knows: (id) => this.#knows(id) && !this.#isDeleted(id),
      removed: this.#removals.removed,
    };
  }

  /** Names and neighbours in the registry decide how a device is announced: for a while they are waited for. */
  #awaits(time: Micros): boolean {
    this.#startedAt ??= time;
    return this.#assistant !== undefined && !this.#told && time - this.#startedAt < PATIENCE;
  }

  #take(registry: HouseRegistry): void {
    const { pipeline, now, changed } = this.#options;
    this.#told = true;
    this.#entities = registry.entities;
    pipeline.takeRegistry(registry, now());
    changed();
    void this.#removals.take(registry.entities);
  }

  #knows(id: string): boolean {
    const mac = parseMac(id);
    return mac !== undefined && this.#options.pipeline.known.has(mac);
  }

  /** The person deleted every entity of the device. */
  #isDeleted(id: string): boolean {
    const { removed } = this.#removals;
    if (removed.size === 0) return false;
    const prefix = `airwarden_dev_${this.#options.hubId}_${id}`;
    return WATCHED_ENTITIES.every((row) => removed.has(`${prefix}_${row.key}`));
  }

  /** What the hub takes away by itself, nobody deleted: devices no longer known, entities of other versions. */
  #isWanted(uniqueId: string): boolean {
    const [, kind = "", id = ""] =
      /^airwarden_(hub|node|dev)_[a-z0-9]+_([0-9a-f]{12}(?=_))?/.exec(uniqueId) ?? [];
    const rows = ROWS[kind] ?? [];
    return rows.some((row) => uniqueId.endsWith(`_${row.key}`)) && (kind !== "dev" || this.#knows(id));
  }
}

const ROWS: Readonly<Record<string, readonly { readonly key: string }[]>> = {
  hub: HUB_ENTITIES,
  node: NODE_ENTITIES,
  dev: WATCHED_ENTITIES,
};

const noteId = (incident: string): string => `airwarden_${incident}`;

/** Notifications are markdown: what strangers chose must stay text. */
const plain = (text: string): string => text.replaceAll(/[\\`*_{}[\]()<>#+|!~&-]/g, "\\$&");

function removedBefore(store: Store): string[] {
  try {
    const kept: unknown = JSON.parse(store.setting(REMOVED) ?? "[]");
    return Array.isArray(kept) ? kept.filter((id) => typeof id === "string") : [];
  } catch {
    return [];
  }
}
