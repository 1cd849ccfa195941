import { BoundedMap } from "../../base/bounded.ts";
import { fieldsOf, jsonOf } from "../../base/fields.ts";
import type { Publication } from "../../expose/discovery/publication.ts";
import {
  discoveredId,
  discoveryTopic,
  nodeDeviceId,
  nodeIdIn,
  type Site,
  watchedDeviceId,
  watchedIdIn,
  watchedTopic,
} from "../../expose/discovery/site.ts";

interface Standing {
  readonly payload: string;
  readonly urgent: string | undefined;
  /** ms of `now` when it was published. */
  readonly at: number;
}

interface Payload {
  readonly components?: Readonly<Record<string, { readonly platform?: unknown }>>;
}

/** Figures of devices that change all the time are told so often at most. */
const CALM_MS = 60_000;
/** A large home's figures are spread over several looks instead of coming all at once. */
const MOST_CALM = 20;
const MOST_FOUND = 4096;
/** Nodes of an earlier run are back before that; a moment without them is nothing to tell. */
const AWAITED_MS = 60_000;
const MOST_NODES = 256;

/**
 * What of this hub stands on the broker: publishes what differs from it, and takes away what is no longer wanted.
 * Home Assistant forgets an entity only when it is told of its end: first as a component without anything but its
 * platform, then not at all.
 */
export class RetainedTopics {
  readonly #site: Site;
  readonly #publish: (publication: Publication) => void;
  readonly #awaited: number;
  readonly #standing = new Map<string, Standing>();
  /** Discovery of an earlier run that nobody has asked for yet. */
  readonly #found = new BoundedMap<string, string>({ capacity: MOST_FOUND });
  /** States of devices that have just gone. */
  readonly #ended = new Set<string>();
  #calm = MOST_CALM;

  /** States of nodes that an earlier run left, and when they were found; until the node is heard again. */
  readonly #left = new BoundedMap<string, { readonly payload: string; at: number | undefined }>({
    capacity: MOST_NODES,
  });

  constructor(site: Site, publish: (publication: Publication) => void, awaited = AWAITED_MS) {
    this.#awaited = awaited;
    this.#site = site;
    this.#publish = publish;
  }

  /** The broker may have lost everything, or Home Assistant wants to hear it again: all is published anew. */
  renew(): void {
    for (const [topic, { payload }] of this.#standing) {
      if (discoveredId(this.#site, topic) !== undefined) this.#found.set(topic, payload);
    }
    this.#standing.clear();
  }

  /** A retained message stood on the broker when the hub came; topics of others are passed over. */
  found(topic: string, payload: string): void {
    if (payload === "") return;
    if (nodeIdIn(this.#site, topic) !== undefined && !this.#standing.has(topic)) {
      this.#left.set(topic, { payload, at: undefined });
    }
    if (discoveredId(this.#site, topic) === undefined) return;
    const standing = this.#standing.get(topic);
    if (standing === undefined) this.#found.set(topic, payload);
    else this.#replace(payload, { topic, payload: standing.payload, retain: true });
  }

  /** Somebody else has cleared the topic: what is wanted there is published once more. */
  cleared(topic: string): void {
    this.#standing.delete(topic);
  }

  /** Brings the broker to what is wanted at `now` (ms); `keeps` says for which devices of the home the rest stays. */
  show(wanted: readonly Publication[], keeps: (id: string) => boolean, now: number): void {
    this.#calm = MOST_CALM;
    for (const one of wanted) this.#put(one, now);
    const topics = new Set(wanted.map((one) => one.topic));
    for (const topic of this.#ended) {
      if (!topics.has(topic)) this.#publish({ topic, payload: "", retain: true });
    }
    this.#ended.clear();
    for (const topic of [...this.#standing.keys(), ...this.#found.keys()]) {
      const stands = this.#standing.has(topic) || this.#found.has(topic);
      if (stands && !topics.has(topic)) this.#retire(topic, keeps);
    }
    this.#part(now);
  }

  /** A node that does not come back after a restart of the hub would be shown as connected for ever. */
  #part(now: number): void {
    for (const [topic, left] of this.#left) {
      left.at ??= now;
      if (this.#standing.has(topic)) this.#left.delete(topic);
      else if (now - left.at >= this.#awaited) {
        this.#left.delete(topic);
        this.#publish({ topic, payload: unconnected(left.payload), retain: true });
      }
    }
  }

  #put(one: Publication, now: number): void {
    const standing = this.#standing.get(one.topic);
    if (standing?.payload === one.payload) return;
    const calm = one.urgent !== undefined && standing !== undefined && standing.urgent === one.urgent;
    if (calm && (now - standing.at < CALM_MS || --this.#calm < 0)) return;
    const before = standing?.payload ?? this.#found.get(one.topic);
    this.#standing.set(one.topic, { payload: one.payload, urgent: one.urgent, at: now });
    this.#found.delete(one.topic);
    if (before !== undefined && discoveredId(this.#site, one.topic) !== undefined) this.#replace(before, one);
    else this.#publish(one);
  }

  #replace(before: string, one: Publication): void {
    const farewell = one.payload === "" ? undefined : farewellOf(before, one.payload);
    if (farewell !== undefined) this.#publish({ ...one, payload: farewell });
    this.#publish(one);
  }

  /**
   * The hub stays, and nodes of which nothing was heard in this run may come back. Taken away are devices of the home
   * that have no entities any more, and a node with which the person has parted: it is shown no longer.
   */
  #retire(topic: string, keeps: (id: string) => boolean): void {
    const id = watchedIdIn(this.#site, topic);
    const node = this.#standing.has(topic) ? nodeIdIn(this.#site, topic) : undefined;
    if (node !== undefined) this.#end(nodeDeviceId(this.#site, node), topic);
    else if (id !== undefined && !keeps(id)) {
      this.#end(watchedDeviceId(this.#site, id), watchedTopic(this.#site, id));
    }
  }

  /** The state goes with the next look: entities that are still there would complain of an empty one. */
  #end(device: string, state: string): void {
    const discovery = discoveryTopic(this.#site, device);
    for (const topic of [discovery, state]) {
      this.#standing.delete(topic);
      this.#found.delete(topic);
    }
    this.#publish({ topic: discovery, payload: "", retain: true });
    this.#ended.add(state);
  }
}

/** The new payload with an end for every component that only the old one has; undefined where there is none. */
function farewellOf(before: string, now: string): string | undefined {
  const [old, fresh] = [read(before), read(now)];
  const gone = Object.entries(old.components ?? {}).filter(([key]) => fresh.components?.[key] === undefined);
  if (gone.length === 0) return undefined;
  const ends = Object.fromEntries(gone.map(([key, { platform }]) => [key, { platform }]));
  return JSON.stringify({ ...fresh, components: { ...fresh.components, ...ends } });
}

/** The last state of a node, as that of one that is not heard. */
const unconnected = (payload: string): string =>
  JSON.stringify({ ...read(payload), connected: "OFF", frames_per_second: 0 });

/** What another version wrote may be anything. */
const read = (payload: string): Payload => fieldsOf(jsonOf(payload));
