import type { Connection } from "home-assistant-js-websocket";
import { printableText } from "../../base/text.ts";
import type { ShownEntity } from "../../expose/view/block.ts";
import type { ToldState } from "../../house/states.ts";
import { EntityFollower } from "./follower.ts";
import { NAME_CHARACTERS, readStates } from "./read-states.ts";

const STATE_CHARACTERS = 60;

/** The states of some entities, for as long as there is a connection. */
export class EntityStates {
  readonly #follower = new EntityFollower((push, fresh) => this.#take(push, fresh));
  /** Entities that Home Assistant was asked for and has told of. */
  #told: ReadonlySet<string> = new Set();
  /** Of these, those that it has. */
  #states = new Map<string, ShownEntity>();
  readonly #waiting = new Set<() => void>();

  /** The entities to follow from now on. */
  want(entities: Iterable<string>): void {
    this.#follower.want(entities).catch(() => undefined);
  }

  /** A connection is up, anew or for the first time. Rejects when it is lost. */
  follow(connection: Connection): Promise<void> {
    return this.#follower.follow(connection);
  }

  lost(): void {
    this.#follower.lost();
    this.#told = new Set();
  }

  /** Undefined where Home Assistant has no such entity; `unasked` while that is not known. */
  get(entity: string): ShownEntity | undefined | "unasked" {
    return this.#told.has(entity) ? this.#states.get(entity) : "unasked";
  }

  /** True as soon as the entity is in the state; false when the patience is over. */
  until(entity: string, state: string, patienceMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (came: boolean): void => {
        clearTimeout(timer);
        this.#waiting.delete(look);
        resolve(came);
      };
      const look = (): void => {
        const now = this.get(entity);
        if (now !== undefined && now !== "unasked" && now.state === state) end(true);
      };
      const timer = setTimeout(() => end(false), patienceMs);
      this.#waiting.add(look);
      look();
    });
  }

  #take(push: unknown, fresh: readonly string[] | undefined): void {
    if (fresh !== undefined) {
      this.#told = new Set(fresh);
      this.#states = new Map();
    }
    for (const told of readStates(push)) this.#put(told);
    for (const look of [...this.#waiting]) look();
  }

  #put({ entityId, state, name, gone }: ToldState): void {
    if (gone === true) {
      this.#states.delete(entityId);
      return;
    }
    const before = this.#states.get(entityId);
    this.#states.set(entityId, {
      state: state === undefined ? (before?.state ?? "") : printableText(state, STATE_CHARACTERS),
      name: name === undefined ? (before?.name ?? entityId) : printableText(name, NAME_CHARACTERS),
    });
  }
}
