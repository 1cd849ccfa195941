import { BoundedMap } from "../base/bounded.ts";
import { printableText } from "../base/text.ts";
import { type Micros, micros, SECOND } from "../base/units.ts";

/** What Home Assistant told of one entity; fields that it did not mention have not changed. */
export interface ToldState {
  readonly entityId: string;
  /** `on`, `home`, `unavailable`, …; undefined: as before. */
  readonly state?: string | undefined;
  readonly name?: string | undefined;
  /** Of an update: it is being installed now. */
  readonly installing?: boolean | undefined;
  /** Home Assistant has no such entity any more. */
  readonly gone?: boolean | undefined;
}

/** One entity as the hub knows it. */
export interface EntityState {
  readonly entityId: string;
  readonly name: string | undefined;
  /** Last state that was one: never `unavailable` or `unknown`. */
  readonly state: string | undefined;
  /** When it took that state, hub time; undefined: it was so when it was first told. */
  readonly since: Micros | undefined;
  readonly available: boolean;
  readonly installing: boolean;
}

/** Somebody or something in the house changed this. */
export interface StateChange {
  readonly entityId: string;
  readonly from: string;
  readonly to: string;
  readonly time: Micros;
}

/** Entities followed; a large home has a few hundred that matter here. */
export const MOST_STATES = 4000;
/** Integrations bring their entities back one after the other when Home Assistant has started. */
const SETTLE = micros(30 * SECOND);
/** Longer states are no words that anything here looks for. */
const STATE_CHARACTERS = 64;
const NAME_CHARACTERS = 60;
/** No state of the thing itself: it cannot be asked, or has not said yet. */
const NOT_A_STATE = new Set(["unavailable", "unknown"]);

/**
 * States of the entities that matter, as they were told. Nothing is claimed of them while Home Assistant is away or
 * starting: then all of them go and come back, and none of that is a change in the house.
 */
export class HouseStates {
  #unavailable = 0;
  readonly #states = new BoundedMap<string, EntityState>({
    capacity: MOST_STATES,
    onEvict: (_, state) => this.#count(state, undefined),
  });
  /** From here on what is told holds; undefined: Home Assistant is away, or starting. */
  #holdsFrom: Micros | undefined;
  /** Home Assistant was away: it may have restarted meanwhile, however far it says it is. */
  #wasAway = false;

  /**
   * All states have been told on a new connection; `running`: Home Assistant says that it has started. That it just did
   * may be told before its answer arrives, and then holds.
   */
  connected(running: boolean, now: Micros): void {
    if (running) this.#holdsFrom ??= this.#wasAway ? micros(now + SETTLE) : now;
  }

  /** Home Assistant has finished its start. */
  started(now: Micros): void {
    this.#holdsFrom = micros(now + SETTLE);
  }

  /** The connection is lost, or Home Assistant stops. */
  lost(): void {
    this.#holdsFrom = undefined;
    this.#wasAway = true;
  }

  /** Since when without a break states have been told; undefined while they are not. */
  holdsSince(now: Micros): Micros | undefined {
    return this.#holdsFrom !== undefined && now >= this.#holdsFrom ? this.#holdsFrom : undefined;
  }

  /** Takes what was told; gives what has changed in the house. */
  take(told: Iterable<ToldState>, now: Micros): StateChange[] {
    const changes: StateChange[] = [];
    for (const one of told) {
      const change = this.#takeOne(one, now);
      if (change !== undefined && this.holdsSince(now) !== undefined) changes.push(change);
    }
    return changes;
  }

  /** The entity as it is now; undefined while nothing may be claimed of it. */
  of(entityId: string, now: Micros): EntityState | undefined {
    const state = this.#states.get(entityId);
    const holds = state?.available === true && this.holdsSince(now) !== undefined;
    return holds ? state : undefined;
  }

  /** The entity whether it can be reached or not; undefined where it was never told. */
  last(entityId: string): EntityState | undefined {
    return this.#states.get(entityId);
  }

  all(): Iterable<EntityState> {
    return this.#states.values();
  }

  /** Share of the entities that are not available, 0-1. */
  get unavailableShare(): number {
    return this.#states.size === 0 ? 0 : this.#unavailable / this.#states.size;
  }

  /** Forgets entities that nobody wants to know of any more. */
  retain(wanted: (entityId: string) => boolean): void {
    for (const [entityId, state] of this.#states) {
      if (wanted(entityId)) continue;
      this.#states.delete(entityId);
      this.#count(state, undefined);
    }
  }

  #count(before: EntityState | undefined, after: EntityState | undefined): void {
    if (before?.available === false) this.#unavailable -= 1;
    if (after?.available === false) this.#unavailable += 1;
  }

  #takeOne(told: ToldState, now: Micros): StateChange | undefined {
    const { entityId } = told;
    const before = this.#states.get(entityId);
    const text = told.state?.slice(0, STATE_CHARACTERS);
    const available = text === undefined ? (before?.available ?? false) : !NOT_A_STATE.has(text);
    const state = available && text !== undefined ? text : before?.state;
    const from = before?.state;
    const changed = from !== undefined && state !== undefined && from !== state;
    const after: EntityState = {
      entityId,
      name: told.name === undefined ? before?.name : printableText(told.name.trim(), NAME_CHARACTERS),
      state,
      since: changed ? now : before?.since,
      available,
      installing: told.installing ?? before?.installing ?? false,
    };
    this.#count(before, after);
    this.#states.set(entityId, after);
    return changed ? { entityId, from, to: state, time: now } : undefined;
  }
}
