import {
  type Connection,
  createConnection,
  createLongLivedTokenAuth,
  ERR_CONNECTION_LOST,
} from "home-assistant-js-websocket";
import { type Fields, fieldsOf } from "../../base/fields.ts";
import type { EntityChoice } from "../../expose/snapshot/house.ts";
import type { ServiceCall } from "../../house/block.ts";
import type { HouseRegistry } from "../../house/registry.ts";
import type { NoticeLevel } from "../notice.ts";
import type { MqttInCore } from "./entities/removals.ts";
import { EntityStates } from "./entity-states.ts";
import { HouseFeed, type HouseListener } from "./house-feed.ts";
import { readAdministrators, readMqtt } from "./read.ts";
import { readChoices } from "./read-states.ts";
import { Registries, type RegistryRemovals } from "./registries.ts";
import { SocketMaker } from "./socket.ts";

export interface AssistantAddress {
  /** `http://homeassistant.local:8123`; inside the app the Supervisor's proxy. */
  readonly url: string;
  readonly token: string;
}

export interface AssistantOptions {
  readonly address: AssistantAddress;
  readonly hubId: string;
  /** The registries, at first and whenever they have changed. */
  readonly onRegistry: (registry: HouseRegistry, removals: RegistryRemovals) => void;
  /** States and service calls, as they come. */
  readonly house: HouseListener;
  /** One line for the log, at changes of state only. */
  readonly onNotice: (line: string, level: NoticeLevel) => void;
  /** Shortest time between two attempts, for tests. */
  readonly floorMs?: number;
}

export type AssistantState = "connected" | "connecting" | "refused";

const PING_EVERY_MS = 30_000;
const PING_PATIENCE_MS = 10_000;
/** Who is an administrator changes seldom; somebody not found is looked up anew. */
const ADMINISTRATORS_FRESH_MS = 60_000;

/** An action of Home Assistant failed. `lost`: the answer never came, it may have been done all the same. */
export class CallError extends Error {
  override readonly name = "CallError";
  readonly lost: boolean;

  constructor(cause: unknown) {
    super(told(cause), { cause });
    this.lost = isLost(cause);
  }
}

/** Home Assistant over its WebSocket: the registries come in, bus events and notifications go out. For ever retried. */
export class Assistant {
  state: AssistantState = "connecting";
  readonly entityStates = new EntityStates();
  readonly #options: AssistantOptions;
  readonly #registries: Registries;
  readonly #feed: HouseFeed;
  readonly #sockets: SocketMaker;
  #connection: Connection | undefined;
  #timer: NodeJS.Timeout | undefined;
  #administrators: { readonly ids: ReadonlySet<string>; readonly at: number } | undefined;
  #lastNotice = "";
  #closed = false;

  constructor(options: AssistantOptions) {
    this.#options = options;
    this.#registries = new Registries(options.hubId, options.onRegistry);
    this.#feed = new HouseFeed(options.house);
    this.#sockets = new SocketMaker(
      { closed: () => this.#closed, failed: (cause) => this.#failed(cause) },
      options.floorMs,
    );
  }

  start(): void {
    void this.#run();
  }

  /** Tells Home Assistant's own bus; what cannot be told now is not told later. */
  fire(event: string, fields: Readonly<Record<string, unknown>>): void {
    this.#send({ type: "fire_event", event_type: event, event_data: fields });
  }

  /** Shows a notification on Home Assistant's page; the same id replaces, without a message it is taken back. */
  notify(id: string, note: { readonly title: string; readonly message: string } | undefined): void {
    const service = note === undefined ? "dismiss" : "create";
    const fields = { notification_id: id, ...note };
    this.#send({ type: "call_service", domain: "persistent_notification", service, service_data: fields });
  }

  /** The entities whose states matter may have become others. */
  renewHouse(): void {
    this.#feed.renew();
  }

  /** All entities, to choose from. Rejects while Home Assistant cannot be asked. */
  async entities(): Promise<EntityChoice[]> {
    return readChoices(await this.#ask({ type: "get_states" }));
  }

  /** Does what an action does; resolves when it has ended. Rejects with a CallError. */
  async call({ domain, service, entity, fields }: ServiceCall): Promise<void> {
    const target = entity === undefined ? {} : { target: { entity_id: entity } };
    const message = { type: "call_service", domain, service, service_data: fields, ...target };
    await this.#ask(message).catch((cause: unknown) => {
      throw new CallError(cause);
    });
  }

  /** Reads the registries once more. */
  lookAgain(): void {
    this.#registries.renew();
  }

  /** How far Home Assistant has come with MQTT; undefined while it cannot be asked. */
  async mqtt(): Promise<MqttInCore | undefined> {
    const asked = [{ type: "config_entries/get", domain: "mqtt" }, { type: "get_config" }];
    const answers = await Promise.all(asked.map((one) => this.#ask(one))).catch(() => undefined);
    return answers === undefined ? undefined : readMqtt(answers[0], answers[1]);
  }

  /** Whether the user is an administrator. Rejects while Home Assistant cannot be asked. */
  async isAdministrator(user: string): Promise<boolean> {
    const kept = this.#administrators;
    const fresh = kept !== undefined && performance.now() - kept.at < ADMINISTRATORS_FRESH_MS;
    if (fresh && kept.ids.has(user)) return true;
    const ids = readAdministrators(await this.#ask({ type: "config/auth/list" }));
    this.#administrators = { ids, at: performance.now() };
    return ids.has(user);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#registries.stop();
    this.#connection?.close();
    this.#sockets.wake();
  }

  async #run(): Promise<void> {
    const { url, token } = this.#options.address;
    const auth = createLongLivedTokenAuth(url, token);
    const createSocket = () => this.#sockets.make(auth);
    const connection = await createConnection({ auth, createSocket, setupRetry: 0 }).catch(() => undefined);
    if (connection === undefined) return;
    this.#connection = connection;
    connection.addEventListener("ready", () => this.#ready(connection));
    connection.addEventListener("disconnected", () => this.#lost());
    this.#timer = setInterval(() => void this.#ping(connection), PING_EVERY_MS);
    if (this.#closed) connection.close();
    else this.#ready(connection);
  }

  #ready(connection: Connection): void {
    this.state = "connected";
    this.#notice(`connected to Home Assistant ${connection.haVersion ?? ""}`.trimEnd(), "info");
    const states = Promise.all([this.entityStates.follow(connection), this.#feed.follow(connection)]);
    states.catch((cause: unknown) => this.#notice(`states: ${told(cause)}`));
    this.#registries.follow(connection).catch((cause: unknown) => this.#notice(`registries: ${told(cause)}`));
  }

  #lost(): void {
    this.#feed.lost();
    this.#registries.lost();
    this.entityStates.lost();
    if (this.#closed) return;
    this.state = "connecting";
    this.#notice("lost Home Assistant; trying again");
  }

  #failed({ refused, reason }: { readonly refused: boolean; readonly reason: string }): void {
    this.state = refused ? "refused" : "connecting";
    this.#notice(
      refused
        ? "Home Assistant refuses the token: make a new long-lived access token; trying again"
        : `cannot reach Home Assistant at ${this.#options.address.url} (${reason}); trying again`,
    );
  }

  /** The library has no heartbeat: a connection that died without a word is found out here. */
  async #ping(connection: Connection): Promise<void> {
    if (!connection.connected) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<"late">((resolve) => {
      timer = setTimeout(() => resolve("late"), PING_PATIENCE_MS);
    });
    const answer = await Promise.race([connection.ping().catch(() => "lost"), late]);
    clearTimeout(timer);
    if (answer === "late" && !this.#closed) connection.reconnect(true);
  }

  #send(message: { readonly type: string; readonly [key: string]: unknown }): void {
    this.#ask(message).catch((cause: unknown) => {
      if (!this.#closed && this.state === "connected") this.#notice(`${message.type}: ${told(cause)}`);
    });
  }

  async #ask(message: { readonly type: string; readonly [key: string]: unknown }): Promise<unknown> {
    const connection = this.#connection;
    if (connection?.connected !== true) throw new Error("Home Assistant is not connected");
    return await connection.sendMessagePromise(message);
  }

  #notice(line: string, level: NoticeLevel = "warn"): void {
    if (line === this.#lastNotice || this.#closed) return;
    this.#lastNotice = line;
    this.#options.onNotice(line, level);
  }
}

/** The library rejects with the protocol's error, such an error in a message, a bare number, or an Error. */
function told(cause: unknown): string {
  if (isLost(cause)) return "the connection was lost before the answer came";
  const { message } = errorOf(cause);
  return typeof message === "string" ? message : `error ${String(cause)}`;
}

function errorOf(cause: unknown): Fields {
  const fields = fieldsOf(cause);
  return "error" in fields ? fieldsOf(fields["error"]) : fields;
}

const isLost = (cause: unknown): boolean =>
  cause === ERR_CONNECTION_LOST || errorOf(cause)["code"] === ERR_CONNECTION_LOST;
