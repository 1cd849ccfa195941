import type { BrokerAddress } from "./mqtt.ts";

const SUPERVISOR = "http://supervisor";
const TIMEOUT_MS = 10_000;
/** Opens a page of an app wherever the person's Home Assistant is. */
const MY_PAGE = "https://my.home-assistant.io/redirect/supervisor_ingress/?addon=";

type Answer = Readonly<Record<string, unknown>>;

/** The Supervisor, as the app asks it. */
export class Supervisor {
  readonly #token: string;
  readonly #address: string;
  #page: string | undefined;

  /** `address` is the Supervisor's, for tests. */
  constructor(token: string, address = SUPERVISOR) {
    this.#token = token;
    this.#address = address;
  }

  /** Address of the app's page as links to it have it; undefined until `learn` has been answered. */
  get page(): string | undefined {
    return this.#page;
  }

  /** Asks how the app is called here: the store that it came from is part of its name. */
  async learn(): Promise<void> {
    if (this.#page !== undefined) return;
    const slug = (await this.#ask("/addons/self/info").catch(() => undefined))?.["slug"];
    if (typeof slug === "string" && /^[\w.-]{1,100}$/.test(slug)) this.#page = `${MY_PAGE}${slug}`;
  }

  /**
   * Credentials of the broker that the Supervisor offers; undefined while there is none. They change when Mosquitto
   * is restarted, so they are asked for anew at every connection.
   */
  async broker(): Promise<BrokerAddress | undefined> {
    void this.learn();
    const { host, port, ssl, username, password } = (await this.#ask("/services/mqtt")) ?? {};
    if (typeof host !== "string" || typeof port !== "number") return undefined;
    return {
      url: `${ssl === true ? "mqtts" : "mqtt"}://${host}:${port}`,
      ...(typeof username === "string" ? { username } : {}),
      ...(typeof password === "string" ? { password } : {}),
    };
  }

  async #ask(path: string): Promise<Answer | undefined> {
    const response = await fetch(`${this.#address}${path}`, {
      headers: { Authorization: `Bearer ${this.#token}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) return undefined;
    const answer = (await response.json()) as { readonly data?: unknown } | null;
    const fields = answer?.data;
    return typeof fields === "object" && fields !== null ? (fields as Answer) : undefined;
  }
}
