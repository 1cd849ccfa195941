import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

interface Asked {
  readonly id: number;
  readonly type: string;
  readonly [key: string]: unknown;
}

/** A stand-in for Home Assistant's WebSocket that answers what the tests say, and knows which subscriptions stand. */
export class SubscriptionCounter {
  /** Answers by command; others are answered with nothing. */
  readonly answers = new Map<string, unknown>();
  connections = 0;
  readonly #server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  readonly #standing = new Map<WebSocket, Map<number, Asked>>();

  /** Address as the hub is given it. */
  async start(): Promise<string> {
    this.#server.on("connection", (socket) => this.#serve(socket));
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.drop();
    this.#server.close();
  }

  /** The connection ends. */
  drop(): void {
    for (const socket of this.#server.clients) socket.terminate();
  }

  /** Subscriptions to single entities that stand now, as the ids of each. */
  get entitySets(): string[] {
    const all = [...this.#standing.values()].flatMap((asked) => [...asked.values()]);
    return all.flatMap(({ entity_ids: ids }) => (Array.isArray(ids) ? [ids.join(" ")] : [])).sort();
  }

  /** All subscriptions that stand now. */
  get count(): number {
    return [...this.#standing.values()].reduce((sum, asked) => sum + asked.size, 0);
  }

  /** Something has changed in the registry of entities. */
  changeRegistry(): void {
    for (const [socket, all] of this.#standing) {
      for (const { id, event_type: name } of all.values()) {
        if (name !== "entity_registry_updated") continue;
        socket.send(JSON.stringify({ id, type: "event", event: { data: { action: "create" } } }));
      }
    }
  }

  #serve(socket: WebSocket): void {
    this.connections += 1;
    const standing = new Map<number, Asked>();
    this.#standing.set(socket, standing);
    socket.on("close", () => this.#standing.delete(socket));
    const say = (message: object): void => socket.send(JSON.stringify(message));
    say({ type: "auth_required", ha_version: "2026.11.0" });
    socket.on("message", (octets) => {
      const asked = JSON.parse(String(octets)) as Asked;
      if (asked.type === "auth") {
        say({ type: "auth_ok", ha_version: "2026.11.0" });
        return;
      }
      const { id, type } = asked;
      if (/^subscribe_|\/subscribe_/.test(type)) standing.set(id, asked);
      if (type === "unsubscribe_events") standing.delete(Number(asked["subscription"]));
      say({ id, type: "result", success: true, result: this.answers.get(type) ?? null });
      if (type === "subscribe_entities") say({ id, type: "event", event: { a: {} } });
    });
  }
}
