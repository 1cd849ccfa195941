import mqtt, { type IClientOptions, type MqttClient } from "mqtt";
import { type Alert, alertPublication } from "../expose/discovery/alert.ts";
import { retainedPublications } from "../expose/discovery/devices.ts";
import type { Publication } from "../expose/discovery/publication.ts";
import {
  discoveredId,
  discoveryTopic,
  hubDeviceId,
  nodeIdIn,
  nodeTopic,
  type Site,
  statusTopic,
} from "../expose/discovery/site.ts";
import { commandPatterns, readCommand, type TopicCommand } from "../expose/discovery/topic-command.ts";
import type { Snapshot } from "../expose/snapshot.ts";
import type { Watched } from "../expose/watched.ts";
import { AlertQueue } from "./mqtt/alert-queue.ts";
import { Pace } from "./mqtt/pace.ts";
import { RetainedTopics } from "./mqtt/retained.ts";
import type { NoticeLevel } from "./notice.ts";

export type MqttState = "connected" | "connecting" | "refused" | "off";

export interface BrokerAddress {
  /** mqtt://host:1883 or mqtts://…, without credentials. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

export interface MqttOptions {
  readonly site: Site;
  /**
   * Asked before every connection, because the Supervisor's credentials change; undefined while there is no broker.
   * Rejects while nobody can say.
   */
  readonly broker: () => Promise<BrokerAddress | undefined>;
  readonly onCommand: (command: TopicCommand) => void;
  /** Milliseconds that nodes of an earlier run are waited for, a minute unless said otherwise. */
  readonly awaitNodes?: number;
  /** One line for the log, at changes of state only. */
  readonly onNotice: (line: string, level: NoticeLevel) => void;
}

const RETRY_MS = [1000, 2000, 5000, 10_000, 30_000] as const;
/** A broker that restarts is back before that. */
const ENOUGH_FAILURES = 4;
const CONNECT_TIMEOUT_MS = 10_000;
/** Retained messages follow a subscription at once; after this the topics of others are not listened to. */
const COLLECT_MS = 5000;
/** People and their automations stay far below; whoever sends more is not heard for the rest of the second. */
const COMMANDS_A_SECOND = 50;
/** The registry is read within a second of a change. */
const CLEARED_MS = 3000;
const NOTHING_WATCHED: Watched = {
  devices: [],
  keeps: () => true,
  removed: new Set(),
  isHeld: () => false,
};

/**
 * The hub on MQTT: discovery, states and alerts, for ever retried. States are published when they change; alerts are
 * never retained and wait until Home Assistant has had time to subscribe.
 */
export class MqttOutput {
  state: MqttState = "connecting";
  readonly #options: MqttOptions;
  #client: MqttClient | undefined;
  #snapshot: Snapshot | undefined;
  #watched = NOTHING_WATCHED;
  readonly #retained: RetainedTopics;
  readonly #alerts = new AlertQueue();
  readonly #commands = new Pace(COMMANDS_A_SECOND);
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #broker: BrokerAddress | undefined;
  /** Whether it is known which broker there is. */
  #said = true;
  #lastNotice = "";
  #closed = false;

  constructor(options: MqttOptions) {
    this.#options = options;
    this.#retained = new RetainedTopics(options.site, (one) => this.#publish(one), options.awaitNodes);
  }

  /** Several attempts in a row did not reach a broker that is said to be there. */
  get unreachable(): boolean {
    return this.#said && this.state === "connecting" && this.#failures >= ENOUGH_FAILURES;
  }

  start(): void {
    void this.#connect();
  }

  get #hubTopic(): string {
    const { site } = this.#options;
    return discoveryTopic(site, hubDeviceId(site));
  }

  /** The newest read model: what changed against the broker's retained state is published. */
  show(snapshot: Snapshot, watched: Watched = NOTHING_WATCHED): void {
    this.#snapshot = snapshot;
    this.#watched = watched;
    if (this.state !== "connected") return;
    this.#publishRetained(snapshot);
    this.#sendAlerts();
  }

  /** Tells one incident as an event, now or as soon as the broker is there. The oldest go first when too many wait. */
  alert(incident: Alert, type: string = incident.kind): void {
    this.#alerts.add({ incident, type });
    this.#sendAlerts();
  }

  /** Says goodbye: a clean disconnect suppresses the last will, so the status is published by hand. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    if (client === undefined) return;
    if (client.connected) {
      await client
        .publishAsync(statusTopic(this.#options.site), "offline", { qos: 1, retain: true })
        .catch(() => undefined);
    }
    await client.endAsync(!client.connected).catch(() => undefined);
  }

  async #connect(): Promise<void> {
    if (this.#closed) return;
    const broker = await this.#address();
    if (this.#closed) return;
    if (broker === undefined) {
      this.#retry();
      return;
    }
    if (this.state !== "refused") this.state = "connecting";
    const client = mqtt.connect(broker.url, this.#connection(broker));
    this.#client = client;
    client.on("connect", () => this.#connected(client, broker.url));
    client.on("message", (topic, payload, packet) => this.#receive(topic, payload, packet.retain));
    client.on("error", (cause) => this.#failed(cause, broker.url));
    client.on("close", () => this.#disconnected(client));
  }

  /** Undefined where there is no broker now. While nobody can say, the last one is as good as any. */
  async #address(): Promise<BrokerAddress | undefined> {
    try {
      this.#broker = await this.#options.broker();
      this.#said = true;
      if (this.#broker === undefined) {
        this.state = "off";
        this.#notice(
          "no MQTT broker: entities are not shown in Home Assistant until there is one (install the Mosquitto app)",
        );
      }
    } catch (cause) {
      this.#said = false;
      if (this.#broker === undefined) {
        this.state = "connecting";
        this.#notice(`cannot ask for the MQTT broker (${String(cause)}); trying again`);
      }
    }
    return this.#broker;
  }

  /** Reconnection is ours, not the library's: credentials may have changed meanwhile. */
  #connection(broker: BrokerAddress): IClientOptions {
    const { site } = this.#options;
    return {
      clientId: `airwarden_${site.hubId}`,
      reconnectPeriod: 0,
      connectTimeout: CONNECT_TIMEOUT_MS,
      keepalive: 30,
      will: { topic: statusTopic(site), payload: Buffer.from("offline"), qos: 1, retain: true },
      ...(broker.username === undefined ? {} : { username: broker.username }),
      ...(broker.password === undefined ? {} : { password: broker.password }),
    };
  }

  #connected(client: MqttClient, url: string): void {
    this.state = "connected";
    this.#failures = 0;
    this.#notice(`connected to the MQTT broker at ${url}`, "info");
    const { site } = this.#options;
    const heard = [...commandPatterns(site), `${site.discoveryPrefix}/status`, this.#hubTopic];
    client.subscribe(heard, { qos: 1 });
    this.#collect(client);
    this.#announce();
  }

  /** Learns which devices an earlier run left on the broker, and how it left its nodes. */
  #collect(client: MqttClient): void {
    const { site } = this.#options;
    const left = [discoveryTopic(site, "+"), `${nodeTopic(site, "")}+`];
    client.subscribe(left, { qos: 1 });
    setTimeout(() => {
      if (client.connected) client.unsubscribe(left);
    }, COLLECT_MS).unref();
  }

  /** Publishes everything anew: after connecting, and when Home Assistant says that it has started. */
  #announce(): void {
    this.#retained.renew();
    this.#alerts.hold();
    if (this.#snapshot !== undefined) this.#publishRetained(this.#snapshot);
    this.#publish({ topic: statusTopic(this.#options.site), payload: "online", retain: true });
  }

  #publishRetained(snapshot: Snapshot): void {
    const wanted = retainedPublications(this.#options.site, snapshot, this.#watched);
    this.#retained.show(wanted, this.#watched.keeps, performance.now());
  }

  /** Alerts wait until the hub's own discovery has been read. */
  #publish({ topic, payload, retain }: Publication): void {
    if (topic === this.#hubTopic) {
      const pause = this.#alerts.announced(performance.now());
      setTimeout(() => this.#sendAlerts(), pause + 10).unref();
    }
    this.#client?.publish(topic, payload, { qos: 1, retain });
  }

  #sendAlerts(): void {
    if (this.state !== "connected") return;
    for (const { incident, type } of this.#alerts.take(performance.now())) {
      this.#publish(alertPublication(this.#options.site, incident, type));
    }
  }

  #receive(topic: string, payload: Uint8Array, retained: boolean): void {
    const { site, onCommand } = this.#options;
    if (discoveredId(site, topic) !== undefined || nodeIdIn(site, topic) !== undefined) {
      if (retained) this.#retained.found(topic, Buffer.from(payload).toString("utf8"));
      else if (topic === this.#hubTopic && payload.length === 0) this.#comeBack(topic);
      return;
    }
    const text = Buffer.from(payload.subarray(0, 256)).toString("utf8");
    if (topic === `${site.discoveryPrefix}/status`) {
      if (text === "online" && !retained) this.#announce();
      return;
    }
    if (retained || !this.#commands.allows(performance.now())) return;
    const command = readCommand(site, topic, text);
    if (command !== undefined) onCommand(command);
  }

  /**
   * Home Assistant clears the topic with the hub's device, older versions with any entity of it. The hub comes back, as
   * soon as it has been seen in the registry what was meant.
   */
  #comeBack(topic: string): void {
    setTimeout(() => this.#retained.cleared(topic), CLEARED_MS).unref();
  }

  #failed(cause: Error & { code?: string | number }, url: string): void {
    const refused = cause.code === 4 || cause.code === 5 || cause.code === 134 || cause.code === 135;
    // A connection that stood ends with its close, which says so.
    if (this.state === "connected" && !refused) return;
    this.state = refused ? "refused" : "connecting";
    this.#notice(
      refused
        ? `the MQTT broker at ${url} refuses the user name or password: correct them in the options; trying again`
        : `cannot reach the MQTT broker at ${url} (${cause.code ?? cause.message}): is it running? trying again`,
    );
  }

  #disconnected(client: MqttClient): void {
    if (this.#client !== client) return;
    client.removeAllListeners();
    client.on("error", (cause) => this.#notice(`the MQTT connection ended: ${cause.message}`));
    this.#client = undefined;
    if (this.state === "connected") {
      this.state = "connecting";
      this.#notice("lost the MQTT broker; trying again");
    }
    this.#retry();
  }

  #retry(): void {
    if (this.#closed) return;
    const delay = RETRY_MS[Math.min(this.#failures++, RETRY_MS.length - 1)] ?? 30_000;
    this.#timer = setTimeout(() => void this.#connect(), delay);
  }

  #notice(line: string, level: NoticeLevel = "warn"): void {
    if (line === this.#lastNotice) return;
    this.#lastNotice = line;
    this.#options.onNotice(line, level);
  }
}
