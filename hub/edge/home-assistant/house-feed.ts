import type { Connection } from "home-assistant-js-websocket";
import type { ServiceTarget } from "../../house/mapping.ts";
import type { ToldState } from "../../house/states.ts";
import { EntityFollower, subscribe } from "./follower.ts";
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

/** Follows the states that matter and service calls, over one connection after the other. */
export class HouseFeed {
  readonly #listener: HouseListener;
  readonly #entities = new EntityFollower((push) => this.#listener.take(readStates(push)));

  constructor(listener: HouseListener) {
    this.#listener = listener;
  }

  /** A connection is up, anew or for the first time. Rejects when it is lost. */
  async follow(connection: Connection): Promise<void> {
    const listener = this.#listener;
    await subscribe(connection, eventsOf("homeassistant_started"), () => listener.started());
    // Entities go one after the other from here on: that is no change in the house.
    await subscribe(connection, eventsOf("homeassistant_stop"), () => listener.lost());
    const include = { type: "subscribe_entities", include: { domains: listener.domains } };
    await subscribe(connection, include, (push) => listener.take(readStates(push)));
    await this.#entities.want(listener.followed());
    await this.#entities.follow(connection);
    await subscribe(connection, eventsOf("call_service"), (push) => {
      const call = readCall(push);
      if (call !== undefined) listener.call(call.service, call.target);
    });
    // Answers come in order: the states of the subscriptions above have been told before this one.
    listener.connected(isRunning(await connection.sendMessagePromise({ type: "get_config" })));
  }

  /** The entities that matter may have become others. */
  renew(): void {
    this.#entities.want(this.#listener.followed()).catch(() => undefined);
  }

  lost(): void {
    this.#entities.lost();
    this.#listener.lost();
  }
}

const eventsOf = (name: string) => ({ type: "subscribe_events", event_type: name });
