import { once } from "node:events";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";

/** Address of the Supervisor among its apps: its proxy comes from there. */
export const SUPERVISOR = "172.30.32.2";
const PREFIX = "/api/hassio_ingress/0123456789abcdef";

export interface BrokerService {
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

export interface CoreCommand {
  readonly type: string;
  readonly id: number;
  readonly [key: string]: unknown;
}

/**
 * A stand-in for the Supervisor with what its documentation says of: the MQTT service, the way to Core's WebSocket,
 * and ingress with the user in a header. Behind it answers as much of a Core as the hub asks.
 */
export class StandInSupervisor {
  /** The MQTT service, undefined while there is no broker. */
  broker: BrokerService | undefined;
  /**
   * `starting`: 502 to every way to Core; `refusing`: the token is not accepted; `closing`: the connection ends as soon
   * as it is there; `silent`: it is there, and nothing is said.
   */
  core: "starting" | "refusing" | "closing" | "silent" | "up" = "up";
  /** The app as it is installed: what its own page of the Supervisor would show. */
  app: Record<string, unknown> = {
    ...{ slug: "0123abcd_airwarden", name: "Airwarden", hostname: "0123abcd-airwarden", state: "started" },
    ...{ version: "0.1.0", version_latest: "0.1.0", update_available: false },
    ...{ ip_address: "172.30.33.5", network: { "4729/udp": 4729 } },
  };
  /** Interfaces of the host. */
  interfaces: unknown[] = [
    { interface: "wlan0", type: "wireless", enabled: false, connected: false, primary: false, ipv4: {} },
    {
      ...{ interface: "end0", type: "ethernet", enabled: true, connected: true, primary: true },
      ipv4: { method: "auto", address: ["192.0.2.10/24"], nameservers: ["192.0.2.1"], gateway: "192.0.2.1" },
    },
  ];
  /** What is plugged into the host. */
  devices: unknown[] = [];
  /** What is asked for here is answered with this status instead. */
  readonly failing = new Map<string, number>();
  /** Answers of Core by command; others are answered with nothing. */
  readonly answers = new Map<string, unknown>();
  /** What users are called, by id. */
  readonly names = new Map<string, string>();
  /** All that was asked of Core. */
  readonly asked: CoreCommand[] = [];
  /** How often the way to Core was tried. */
  attempts = 0;
  readonly #token: string;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true });

  constructor(token: string) {
    this.#token = token;
    this.#server = createServer((asked, answer) => this.#answer(asked, answer));
    this.#server.on("upgrade", (asked, stream, head) => this.#upgrade(asked, stream, head));
  }

  async start(): Promise<void> {
    this.#server.listen(80, SUPERVISOR);
    await once(this.#server, "listening");
  }

  async stop(): Promise<void> {
    this.drop();
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** Core goes away: every WebSocket ends. */
  drop(): void {
    for (const socket of this.#sockets.clients) socket.terminate();
  }

  /** A page of the app as a browser asks for it, at the address that it has within Home Assistant. */
  open(path: string, user: string | undefined, options: RequestInit = {}): Promise<Response> {
    const headers = new Headers(options.headers);
    if (user !== undefined) headers.set("x-stand-in-session", user);
    return fetch(`${this.address}${path}`, { ...options, headers });
  }

  get address(): string {
    return `http://${SUPERVISOR}${PREFIX}/`;
  }

  #answer(asked: IncomingMessage, answer: ServerResponse): void {
    const url = asked.url ?? "";
    if (url.startsWith(PREFIX)) {
      this.#ingress(asked, answer);
      return;
    }
    if (asked.headers.authorization !== `Bearer ${this.#token}`) {
      reply(answer, 401, { result: "error", message: "Unauthorized" });
    } else if (this.failing.has(url)) {
      reply(answer, this.failing.get(url) ?? 500, { result: "error", message: "System is not ready" });
    } else if (url === "/services/mqtt" && this.broker !== undefined) {
      const service = { host: "127.0.0.1", ssl: false, protocol: "3.1.1", addon: "core_mosquitto" };
      reply(answer, 200, { result: "ok", data: { ...service, ...this.broker } });
    } else if (url === "/addons/self/info") {
      reply(answer, 200, { result: "ok", data: this.app });
    } else if (url === "/network/info") {
      const docker = { interface: "hassio", address: "172.30.32.0/23", gateway: "172.30.32.1" };
      const host = { host_internet: true, supervisor_internet: true, docker };
      reply(answer, 200, { result: "ok", data: { interfaces: this.interfaces, ...host } });
    } else if (url === "/hardware/info") {
      reply(answer, 200, { result: "ok", data: { devices: this.devices, drives: [] } });
    } else if (url === "/services/mqtt") {
      reply(answer, 400, { result: "error", message: "Service not enabled" });
    } else reply(answer, 404, { result: "error", message: "Not found" });
  }

  /** Strips the prefix, says who asks, and passes everything on as it comes. */
  #ingress(asked: IncomingMessage, answer: ServerResponse): void {
    const { "x-stand-in-session": user, "x-remote-user-id": _, ...kept } = asked.headers;
    // Header fields are octets; those of a name are UTF-8.
    const name = Buffer.from(this.names.get(String(user)) ?? "").toString("latin1");
    const who = user ? { "x-remote-user-id": user, "x-remote-user-display-name": name } : {};
    const headers = { ...kept, "x-ingress-path": PREFIX, ...who };
    const path = (asked.url ?? "").slice(PREFIX.length) || "/";
    const where = { host: "127.0.0.1", port: 8099, localAddress: SUPERVISOR };
    const onward = request({ ...where, path, method: asked.method, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on("error", () => reply(answer, 502, {}));
    answer.on("close", () => onward.destroy());
    asked.pipe(onward);
  }

  #upgrade(asked: IncomingMessage, stream: Duplex, head: Buffer): void {
    this.attempts += 1;
    const known = ["/core/websocket", "/core/api/websocket"].includes(asked.url ?? "");
    if (this.core === "starting" || !known) {
      stream.end("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    this.#sockets.handleUpgrade(asked, stream, head, (socket) => this.#serve(socket));
  }

  #serve(socket: WebSocket): void {
    if (this.core === "closing") socket.close();
    if (this.core === "closing" || this.core === "silent") return;
    let greeted = false;
    const send = (message: unknown): void => socket.send(JSON.stringify(message));
    send({ type: "auth_required", ha_version: "2026.11.0" });
    socket.on("message", (octets) => {
      const message = JSON.parse(String(octets)) as CoreCommand & { readonly access_token?: string };
      if (!greeted) {
        greeted = this.core === "up" && message.access_token === this.#token;
        send(greeted ? { type: "auth_ok", ha_version: "2026.11.0" } : { type: "auth_invalid" });
        if (!greeted) socket.close();
        return;
      }
      this.asked.push(message);
      if (message.type === "ping") send({ id: message.id, type: "pong" });
      else
        send({
          id: message.id,
          type: "result",
          success: true,
          result: this.answers.get(message.type) ?? null,
        });
    });
  }
}

function reply(answer: ServerResponse, status: number, body: unknown): void {
  answer.writeHead(status, { "content-type": "application/json" });
  answer.end(JSON.stringify(body));
}
