import type { Connection } from "home-assistant-js-websocket";
import type { ServiceTarget } from "../../house/mapping.ts";
import type { ToldState } from "../../house/states.ts";
import { isRunning, readCall, readStates } from "./read-states.ts";

/** Who is told what Home Assistant says of the house. */
export interface HouseListener {
  /** Domains all of whose entities matter, and further entities by id. */
  readonly domains: readonly string[];
  followed(): readonly string[];
  take(told: readonly ToldState[]): void;
  /** All states were told on a new connection; `running`: Home Assistant had started before. */
  connected(running: boolean): void;
  started(): void;
  lost(): void;
  call(service: string, target: ServiceTarget): void;
}

type Unsubscribe = () => Promise<void>;

/**
 * Follows states and service calls over one connection. Home Assistant sends only the entities that matter: what a
 * home has beside them costs nothing.
 */
export class HouseFeed {
  readonly #listener: HouseListener;
  #connection: Connection | undefined;
  #followed = "";
  #unfollow: Unsubscribe | undefined;

  constructor(listener: HouseListener) {
    this.#listener = listener;
  }

  /** A connection is up, anew or for the first time. Rejects when it is lost. */
  async follow(connection: Connection): Promise<void> {
    const listener = this.#listener;
    this.#connection = connection;
    this.#followed = "";
    this.#unfollow = undefined;
    await subscribe(connection, eventsOf("homeassistant_started"), () => listener.started());
    // Entities go one after the other from here on: that is no change in the house.
    await subscribe(connection, eventsOf("homeassistant_stop"), () => listener.lost());
    const include = { type: "subscribe_entities", include: { domains: listener.domains } };
    await subscribe(connection, include, (push) => listener.take(readStates(push)));
    await this.#renew(connection);
    await subscribe(connection, eventsOf("call_service"), (push) => {
      const call = readCall(push);
      if (call !== undefined) listener.call(call.service, call.target);
    });
    // Answers come in order: the states of the subscriptions above have been told before this one.
    listener.connected(isRunning(await connection.sendMessagePromise({ type: "get_config" })));
  }

  /** The entities that matter may have become others. */
  renew(): void {
    const connection = this.#connection;
    if (connection?.connected !== true) return;
    this.#renew(connection).catch(() => undefined);
  }

  lost(): void {
    this.#connection = undefined;
    this.#listener.lost();
  }

  async #renew(connection: Connection): Promise<void> {
    const ids = [...this.#listener.followed()].sort();
    const key = ids.join();
    if (key === this.#followed) return;
    this.#followed = key;
    const before = this.#unfollow;
    this.#unfollow = undefined;
    if (ids.length > 0) {
      const question = { type: "subscribe_entities", entity_ids: ids };
      const unfollow = await subscribe(connection, question, (push) => this.#listener.take(readStates(push)));
      // A newer set may have been asked for meanwhile.
      if (key === this.#followed) this.#unfollow = unfollow;
      else await unfollow();
    }
    await before?.();
  }
}

const eventsOf = (name: string) => ({ type: "subscribe_events", event_type: name });

/** For this connection only: on the next one all is asked for anew. */
async function subscribe(
  connection: Connection,
  question: { readonly type: string; readonly [key: string]: unknown },
  told: (push: unknown) => void,
): Promise<Unsubscribe> {
  return await connection.subscribeMessage(told, question, { resubscribe: false });
}
