import { once } from "node:events";
import { WebSocket } from "ws";

interface Message {
  readonly id?: number;
  readonly type: string;
  readonly success?: boolean;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
  readonly event?: unknown;
}

export interface EntityState {
  readonly entity_id: string;
  readonly state: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export interface EntityEntry {
  readonly entity_id: string;
  readonly unique_id: string;
  readonly platform: string;
  readonly device_id: string | null;
  readonly disabled_by: string | null;
  readonly entity_category: string | null;
}

export interface DeviceEntry {
  readonly id: string;
  readonly name: string | null;
  readonly name_by_user: string | null;
  readonly area_id: string | null;
  readonly via_device_id: string | null;
  readonly identifiers: readonly (readonly string[])[];
  readonly connections?: readonly (readonly string[])[];
}

/** A WebSocket to Home Assistant, as plain as its protocol: the hub's own client is what the tests are about. */
export class CoreSocket {
  readonly #socket: WebSocket;
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #listeners = new Map<number, (event: unknown) => void>();
  #id = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async open(url: string, token: string): Promise<CoreSocket> {
    const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 64 << 20 });
    const own = new CoreSocket(socket);
    const greeted = new Promise<void>((resolve, reject) => {
      socket.on("error", reject);
      socket.on("message", (octets) => {
        const message = JSON.parse(String(octets)) as Message;
        if (message.type === "auth_ok") resolve();
        if (message.type === "auth_invalid") reject(new Error("Home Assistant refuses the token"));
        own.#take(message);
      });
    });
    await once(socket, "open");
    socket.send(JSON.stringify({ type: "auth", access_token: token }));
    await greeted;
    return own;
  }

  /** Sends one command and resolves to its result. */
  ask(command: { readonly type: string; readonly [key: string]: unknown }): Promise<unknown> {
    const id = ++this.#id;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, (message) => {
        if (message.success === true) resolve(message.result);
        else reject(new Error(`${command.type}: ${message.error?.message}`));
      });
      this.#socket.send(JSON.stringify({ ...command, id }));
    });
  }

  /** Calls `listener` with every such event on Home Assistant's bus. */
  async hear(
    type: string,
    listener: (event: { readonly data: Record<string, unknown> }) => void,
  ): Promise<void> {
    this.#listeners.set(this.#id + 1, (event) => listener(event as { data: Record<string, unknown> }));
    await this.ask({ type: "subscribe_events", event_type: type });
  }

  async call(service: string, target: string, fields: Record<string, unknown> = {}): Promise<void> {
    const [domain, name] = service.split(".");
    const addressed = { domain, service: name, service_data: fields, target: { entity_id: target } };
    await this.ask({ type: "call_service", ...addressed });
  }

  /** Saves a blueprint for automations, as its import does. */
  async saveBlueprint(path: string, yaml: string): Promise<void> {
    const from = `https://example.org/${path}.yaml`;
    await this.ask({ type: "blueprint/save", domain: "automation", path, yaml, source_url: from });
  }

  async fire(type: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    await this.ask({ type: "fire_event", event_type: type, event_data: fields });
  }

  async states(): Promise<Map<string, EntityState>> {
    const all = (await this.ask({ type: "get_states" })) as EntityState[];
    return new Map(all.map((state) => [state.entity_id, state]));
  }

  async entities(): Promise<EntityEntry[]> {
    const all = (await this.ask({ type: "config/entity_registry/list" })) as EntityEntry[];
    return all.filter((entity) => entity.platform === "mqtt");
  }

  async devices(): Promise<DeviceEntry[]> {
    return (await this.ask({ type: "config/device_registry/list" })) as DeviceEntry[];
  }

  /** The person deletes a device of the MQTT integration on its page. */
  async removeDevice(device: DeviceEntry | undefined): Promise<void> {
    const entries = (await this.ask({ type: "config_entries/get", domain: "mqtt" })) as {
      entry_id: string;
    }[];
    const asked = { device_id: device?.id, config_entry_id: entries[0]?.entry_id };
    await this.ask({ type: "config/device_registry/remove_config_entry", ...asked });
  }

  async removeEntity(entity: EntityEntry | undefined): Promise<void> {
    await this.ask({ type: "config/entity_registry/remove", entity_id: entity?.entity_id });
  }

  close(): void {
    this.#socket.close();
  }

  #take(message: Message): void {
    if (message.id === undefined) return;
    if (message.type === "event") this.#listeners.get(message.id)?.(message.event);
    if (message.type !== "result") return;
    this.#answers.get(message.id)?.(message);
    this.#answers.delete(message.id);
  }
}
