import type { Connection } from "home-assistant-js-websocket";
import { fieldsOf, listOf } from "../../base/fields.ts";
import { printableText } from "../../base/text.ts";

export interface EntityState {
  readonly state: string;
  readonly name: string;
}

type Unsubscribe = () => Promise<void>;

const NAME_CHARACTERS = 80;
const STATE_CHARACTERS = 60;

/** Follows the states of some entities for as long as there is a connection. */
export class EntityStates {
  #wanted: readonly string[] = [];
  #connection: Connection | undefined;
  #stop: Unsubscribe | undefined;
  /** Only wanted ones, of the running subscription. */
  #states = new Map<string, EntityState>();
  #told = false;
  #turn = 0;
  readonly #waiting = new Set<() => void>();

  /** The entities to follow from now on. */
  want(entities: Iterable<string>): void {
    const wanted = [...new Set(entities)].sort();
    if (wanted.join() === this.#wanted.join()) return;
    this.#wanted = wanted;
    void this.#subscribe();
  }

  /** A connection is up, anew or for the first time. */
  follow(connection: Connection): void {
    this.#connection = connection;
    this.#stop = undefined;
    void this.#subscribe();
  }

  lost(): void {
    this.#connection = undefined;
    this.#stop = undefined;
    this.#told = false;
  }

  /** Undefined where Home Assistant has no such entity; `unasked` while that is not known. */
  get(entity: string): EntityState | undefined | "unasked" {
    return this.#told && this.#wanted.includes(entity) ? this.#states.get(entity) : "unasked";
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

  async #subscribe(): Promise<void> {
    const connection = this.#connection;
    const turn = ++this.#turn;
    const before = this.#stop;
    this.#stop = undefined;
    this.#told = false;
    await before?.().catch(() => undefined);
    if (connection === undefined || turn !== this.#turn) return;
    if (this.#wanted.length === 0) return;
    this.#states = new Map();
    const question = { type: "subscribe_entities", entity_ids: this.#wanted };
    const stop = await connection
      .subscribeMessage((push) => turn === this.#turn && this.#take(push), question, { resubscribe: false })
      .catch(() => undefined);
    if (turn === this.#turn) this.#stop = stop;
    else await stop?.().catch(() => undefined);
  }

  /** One push: entities that came (`a`), changed (`c`, with what is new under `+`) or went (`r`). */
  #take(push: unknown): void {
    const { a: came, c: changed, r: gone } = fieldsOf(push);
    for (const [id, state] of Object.entries(fieldsOf(came))) this.#put(id, fieldsOf(state));
    for (const [id, change] of Object.entries(fieldsOf(changed)))
      this.#put(id, fieldsOf(fieldsOf(change)["+"]));
    for (const id of listOf(gone)) this.#states.delete(String(id));
    this.#told = true;
    for (const look of [...this.#waiting]) look();
  }

  #put(id: string, { s: state, a: attributes }: Readonly<Record<string, unknown>>): void {
    const before = this.#states.get(id);
    const name = fieldsOf(attributes)["friendly_name"];
    this.#states.set(id, {
      state: typeof state === "string" ? printableText(state, STATE_CHARACTERS) : (before?.state ?? ""),
      name: typeof name === "string" ? printableText(name, NAME_CHARACTERS) : (before?.name ?? id),
    });
  }
}
