import type { Connection } from "home-assistant-js-websocket";

export interface Question {
  readonly type: string;
  readonly [key: string]: unknown;
}

type Unsubscribe = () => Promise<void>;

/** Subscribes for this connection only: on the next one all is asked for anew. */
export async function subscribe(
  connection: Connection,
  question: Question,
  told: (push: unknown) => void,
): Promise<Unsubscribe> {
  return await connection.subscribeMessage(told, question, { resubscribe: false });
}

/**
 * Follows the states of some entities over one connection after the other. Home Assistant sends these only: what a
 * home has beside them costs nothing.
 */
export class EntityFollower {
  /** `fresh`: the first push since these entities are asked for; it has all of them that are there. */
  readonly #told: (push: unknown, fresh: readonly string[] | undefined) => void;
  #ids: readonly string[] = [];
  #connection: Connection | undefined;
  #end: Unsubscribe | undefined;
  /** Number of the subscription asked for last, and of the one that spoke last. */
  #asked = 0;
  #spoke = 0;

  constructor(told: (push: unknown, fresh: readonly string[] | undefined) => void) {
    this.#told = told;
  }

  /** A connection is up, anew or for the first time. Rejects when it is lost. */
  async follow(connection: Connection): Promise<void> {
    this.#connection = connection;
    this.#end = undefined;
    await this.#subscribe(connection);
  }

  /** The entities to follow from now on. Rejects when the connection is lost. */
  async want(entities: Iterable<string>): Promise<void> {
    const ids = [...new Set(entities)].sort();
    if (ids.join() === this.#ids.join()) return;
    this.#ids = ids;
    if (this.#connection !== undefined) await this.#subscribe(this.#connection);
  }

  lost(): void {
    this.#connection = undefined;
    this.#end = undefined;
    this.#asked += 1;
  }

  async #subscribe(connection: Connection): Promise<void> {
    const before = this.#end;
    const number = ++this.#asked;
    const ids = this.#ids;
    this.#end = undefined;
    if (ids.length > 0) {
      const question = { type: "subscribe_entities", entity_ids: ids };
      const end = await subscribe(connection, question, (push) => this.#take(push, number, ids));
      // Others may have been asked for meanwhile.
      if (number === this.#asked) this.#end = end;
      else await end();
    }
    await before?.();
  }

  #take(push: unknown, number: number, ids: readonly string[]): void {
    if (number < this.#spoke) return;
    const fresh = number > this.#spoke;
    this.#spoke = number;
    this.#told(push, fresh ? ids : undefined);
  }
}
