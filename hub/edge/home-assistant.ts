import { type Mac, type Micros, micros, SECOND } from "../base/units.ts";
import { type Alert, alertFields } from "../expose/discovery/alert.ts";
import type { EntityChoice } from "../expose/snapshot/house.ts";
import type { ProblemView, Snapshot } from "../expose/snapshot.ts";
import type { Watched } from "../expose/watched.ts";
import type { HouseRegistry, RegistryEntity } from "../house/registry.ts";
import type { Pipeline } from "../pipeline.ts";
import { Assistant, type AssistantAddress } from "./home-assistant/assistant.ts";
import { Watching } from "./home-assistant/entities/watching.ts";
import { ProblemNotes } from "./home-assistant/problem-notes.ts";
import type { RegistryRemovals } from "./home-assistant/registries.ts";
import { toldHouse } from "./home-assistant/told-house.ts";
import type { Log } from "./log.ts";
import { listIn } from "./store/list.ts";
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
  /** Home Assistant asked devices of the radio for something. */
  readonly called: (macs: readonly Mac[]) => void;
}

/** Event on Home Assistant's bus, with the same fields as the event entity. */
const BUS_EVENT = "airwarden_alert";
/** Ids of problems that stand as notifications in Home Assistant. */
const TOLD = "told_problems";
/** A hub that runs for so long knows what is the matter and what is not. */
const SURE = micros(90 * SECOND);

/** Home Assistant as the hub deals with it: what it knows, what was deleted in it, and what it is told beside MQTT. */
export class HomeAssistant {
  readonly #options: HomeAssistantOptions;
  readonly #assistant: Assistant | undefined;
  #entities: readonly RegistryEntity[] = [];
  readonly #watching: Watching;
  readonly #notes: ProblemNotes;
  readonly #notified = new Set<string>();
  #startedAt: Micros | undefined;
  #listed: ReadonlySet<string> = new Set();

  constructor(options: HomeAssistantOptions) {
    const { address, hubId, store, log, pipeline, now, called } = options;
    this.#options = options;
    this.#watching = new Watching({
      ...{ hubId, pipeline, store, now },
      asked: address !== undefined,
      mqtt: async () => await this.#assistant?.mqtt(),
      lookAgain: () => this.#assistant?.lookAgain(),
    });
    this.#notes = new ProblemNotes({
      told: listIn(store, TOLD),
      notify: (id, note) => this.#notify(id, note),
      changed: (told) => store.setSetting(TOLD, JSON.stringify(told)),
    });
    if (address === undefined) return;
    this.#assistant = new Assistant({
      address,
      hubId,
      onRegistry: (registry, removals) => this.#take(registry, removals),
      house: toldHouse({ pipeline, now, called }),
      onNotice: (line, level) => log[level](() => line),
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
    this.#notify(incident.id, incident);
  }

  /** Call it every second. Where a broker carries entities, they say what is the matter. */
  tellProblems({ setupProblems }: Snapshot): void {
    if (this.#assistant?.state !== "connected") return;
    const time = this.#options.now();
    if (this.#options.hasBroker()) this.#notes.show([], true);
    else this.#notes.show(setupProblems, time - (this.#startedAt ?? time) > SURE);
  }

  resolved(id: string): void {
    if (this.#notified.delete(id)) this.#notify(id, undefined);
  }

  /** A person has said which entities count. */
  houseChosen(): void {
    this.#assistant?.renewHouse();
  }

  /** All entities of Home Assistant but Airwarden's own, to choose from. Rejects while it cannot be asked. */
  async listEntities(): Promise<EntityChoice[]> {
    if (this.#assistant === undefined) throw new Error("Airwarden does not know where Home Assistant is");
    const own = new Set(this.#entities.filter(isOwn).map(({ entityId }) => entityId));
    const all = (await this.#assistant.entities()).filter(({ id }) => !own.has(id));
    this.#listed = new Set(all.map(({ id }) => id));
    return all;
  }

  /** Home Assistant had such an entity when a person last chose among all. */
  hasEntity(entityId: string): boolean {
    return this.#listed.has(entityId);
  }

  /** What an automation asked for could not be done: there is no page to say so on. */
  tellFailure(title: string, message: string): void {
    this.#assistant?.notify("airwarden_failure", { title: plain(title), message: plain(message) });
  }

  /** How many entities a person deleted in Home Assistant. */
  get deletedEntities(): number {
    return this.#watching.deleted;
  }

  restoreEntities(): void {
    this.#watching.restore();
  }

  /** Whether this user of Home Assistant may change something here. Rejects while that cannot be asked. */
  async isAdministrator(user: string): Promise<boolean> {
    if (this.#assistant === undefined) throw new Error("Home Assistant is not known");
    return await this.#assistant.isAdministrator(user);
  }

  /** Devices with entities of their own. */
  watched(snapshot: Snapshot): Watched {
    this.#startedAt ??= this.#options.now();
    return this.#watching.watched(snapshot);
  }

  /** What of Home Assistant needs a person. */
  problems(): ProblemView[] {
    return this.#watching.problems();
  }

  #notify(id: string, note: { readonly title: string; readonly message: string } | undefined): void {
    const text = note && { title: plain(note.title), message: plain(note.message) };
    this.#assistant?.notify(`airwarden_${id}`, text);
  }

  #take(registry: HouseRegistry, removals: RegistryRemovals): void {
    const { pipeline, now, changed } = this.#options;
    this.#entities = registry.entities;
    pipeline.takeRegistry(registry, now());
    this.#watching.take(registry, removals);
    this.#assistant?.renewHouse();
    changed();
  }
}

const isOwn = ({ platform, uniqueId }: RegistryEntity): boolean =>
  platform === "mqtt" && uniqueId.startsWith("airwarden_");

/** Notifications are markdown: what strangers chose must stay text. */
const plain = (text: string): string => text.replaceAll(/[\\`*_{}[\]()<>#+|!~&-]/g, "\\$&");
