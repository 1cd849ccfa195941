import { type Micros, micros, SECOND } from "../../../base/units.ts";
import { HUB_ENTITIES } from "../../../expose/entities/hub.ts";
import { NODE_ENTITIES } from "../../../expose/entities/node.ts";
import { offeredRows } from "../../../expose/entities/row.ts";
import { WATCHED_ENTITIES } from "../../../expose/entities/watched.ts";
import type { ProblemView, Snapshot } from "../../../expose/snapshot.ts";
import { nodeId } from "../../../expose/view/node.ts";
import { chooseWatched, MOST_WATCHED, type Watched } from "../../../expose/watched.ts";
import type { HouseRegistry } from "../../../house/registry.ts";
import type { Pipeline } from "../../../pipeline.ts";
import { parseMac } from "../../../radio/mac.ts";
import { listIn } from "../../store/list.ts";
import type { Store } from "../../store.ts";
import type { RegistryRemovals } from "../registries.ts";
import { type MqttInCore, Removals } from "./removals.ts";

export interface WatchingOptions {
  readonly hubId: string;
  readonly pipeline: Pipeline;
  readonly store: Store;
  readonly now: () => Micros;
  /** Home Assistant is asked: its registries decide how things are announced. */
  readonly asked: boolean;
  /** Undefined while it cannot be asked. */
  readonly mqtt: () => Promise<MqttInCore | undefined>;
  readonly lookAgain: () => void;
}

const REMOVED = "removed_entities";
const PRESENT = "present_entities";
const PATIENCE = micros(20 * SECOND);

/** Which devices have entities in Home Assistant, and which entities a person has deleted there. */
export class Watching {
  readonly #options: WatchingOptions;
  readonly #removals: Removals;
  /** Home Assistant had entities of this hub when an earlier run saw it last. */
  readonly #wasThere: boolean;
  #standing: ReadonlySet<string>;
  #chosen: ReadonlySet<string> = new Set();
  /** What the entities show. */
  #shown: Snapshot | undefined;
  #left = 0;
  #startedAt: Micros | undefined;
  #told = false;

  constructor(options: WatchingOptions) {
    const { hubId, store, mqtt, lookAgain } = options;
    this.#options = options;
    this.#removals = new Removals({
      ...{ hubId, mqtt, lookAgain },
      removed: listIn(store, REMOVED),
      present: listIn(store, PRESENT),
      isWanted: (id) => this.#isWanted(id),
      hasLeft: (id) => this.#hasLeft(id),
      now: () => performance.now(),
      keep: (removed, present) => {
        store.setSetting(REMOVED, JSON.stringify([...removed]));
        store.setSetting(PRESENT, JSON.stringify(present));
      },
    });
    this.#wasThere = this.#removals.present.size > 0;
    this.#standing = this.#devicesPresent();
  }

  /** Home Assistant has told its registries. */
  take(registry: HouseRegistry, removals: RegistryRemovals): void {
    this.#told = true;
    void this.#removals.take(registry.entities, removals);
    this.#standing = this.#devicesPresent();
  }

  get deleted(): number {
    return this.#removals.removed.size;
  }

  restore(): void {
    this.#removals.restore();
  }

  /** What is to be announced now. */
  watched(snapshot: Snapshot): Watched {
    this.#shown = snapshot;
    const { pipeline, now } = this.#options;
    const time = now();
    const awaits = this.#awaits(time);
    const { devices, left } = chooseWatched(snapshot, {
      known: pipeline.known.all(),
      names: pipeline.names,
      household: (mac) => pipeline.household.of(mac),
      isMuted: (mac) => pipeline.incidents.isMuted({ kind: "device", mac }, time),
      isDeleted: (id) => this.#isDeleted(id),
      standing: new Set([...this.#standing, ...this.#chosen]),
      settled: !this.#options.asked || this.#told,
    });
    this.#left = left;
    this.#chosen = new Set(devices.map((one) => one.id));
    return {
      devices,
      keeps: (id) => this.#knows(id) && !this.#isDeleted(id) && (left === 0 || this.#chosen.has(id)),
      removed: this.#removals.removed,
      isHeld: (id) => (awaits ? this.#wasThere || id.includes("_dev_") : this.#removals.isInDoubt(id)),
    };
  }

  /** What of it needs a person. */
  problems(): ProblemView[] {
    if (this.#left === 0) return [];
    const title = `${this.#left} devices have no entities in Home Assistant`;
    const advice = `Airwarden gives entities to ${MOST_WATCHED} devices: those with a name first, those that came first before others. Say of devices that are not yours that they do not belong here, or delete in Home Assistant those that you do not need there.`;
    return [{ id: "too_many_devices", title, advice }];
  }

  /** Names and neighbours in the registry decide how a device is announced: for a while they are waited for. */
  #awaits(time: Micros): boolean {
    this.#startedAt ??= time;
    return this.#options.asked && !this.#told && time - this.#startedAt < PATIENCE;
  }

  #devicesPresent(): ReadonlySet<string> {
    const prefix = `airwarden_dev_${this.#options.hubId}_`;
    const ids = [...this.#removals.present.keys()].filter((id) => id.startsWith(prefix));
    return new Set(ids.map((id) => id.slice(prefix.length, prefix.length + ID_CHARACTERS)));
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
    const { kind, id } = partsOf(uniqueId);
    const has = (rows: readonly { readonly key: string }[]): boolean =>
      rows.some((row) => uniqueId.endsWith(`_${row.key}`));
    if (kind === "dev") return has(WATCHED_ENTITIES) && this.#knows(id);
    const shown = this.#shown;
    if (kind === "hub") return has(shown === undefined ? HUB_ENTITIES : offeredRows(HUB_ENTITIES, shown));
    if (this.#isForgotten(id)) return false;
    const node = shown?.nodes.find((one) => one.id === id);
    return has(node === undefined ? NODE_ENTITIES : offeredRows(NODE_ENTITIES, node));
  }

  /** The device of this entity does not belong to the home any more, or the person has parted with the node. */
  #hasLeft(uniqueId: string): boolean {
    const { kind, id } = partsOf(uniqueId);
    return kind === "dev" ? !this.#knows(id) : kind === "node" && this.#isForgotten(id);
  }

  #isForgotten(node: string): boolean {
    const links = this.#options.pipeline.nodes.all().filter((record) => nodeId(record) === node);
    return links.length > 0 && links.every((record) => record.forgotten);
  }
}

/** `airwarden_dev_3f9a_9c8ecd000015_muted`: what kind of device, and its id where that is an address. */
function partsOf(uniqueId: string): { readonly kind: string; readonly id: string } {
  const [, kind = "", id = ""] =
    /^airwarden_(hub|node|dev)_[a-z0-9]+_([0-9a-f]{12}(?=_))?/.exec(uniqueId) ?? [];
  return { kind, id };
}

/** Of an address without colons. */
const ID_CHARACTERS = 12;
