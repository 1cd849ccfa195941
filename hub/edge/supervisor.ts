import { fieldsOf } from "../base/fields.ts";
import type { Mac } from "../base/units.ts";
import type { BrokerAddress } from "./mqtt.ts";
import {
  type AppState,
  addressesOf,
  appOf,
  interfacesOf,
  type PluggedPort,
  portsOf,
} from "./supervisor/answers.ts";
import { Kept } from "./supervisor/kept.ts";

const SUPERVISOR = "http://supervisor";
const TIMEOUT_MS = 10_000;
/** A service that nobody provides is a bad request to the Supervisor. */
const NO_SUCH_THING: ReadonlySet<number> = new Set([400, 404]);
/** Opens a page of an app wherever the person's Home Assistant is. */
const MY_PAGE = "https://my.home-assistant.io/redirect/supervisor_ingress/?addon=";
/** UDP port of nodes inside the app (addon/config.yaml). */
const APP_NODE_PORT = 4729;
const LOOK_MS = 1000;
/** The store looks for new versions every few hours; the port of the host changes with a restart of the app only. */
const APP_FRESH_MS = 15 * 60_000;
/** A lease may change; nodes that have the address are told by nobody. */
const NETWORK_FRESH_MS = 5 * 60_000;
/** What is plugged in is asked for anew as soon as the names of ports change; this is for what has no name. */
const HARDWARE_FRESH_MS = 60_000;

interface HostNetwork {
  readonly addresses: readonly string[];
  readonly macs: readonly Mac[];
}

/** The Supervisor, as the app asks it: answers are kept, and asked for again when they are old or were not given. */
export class Supervisor {
  readonly #token: string;
  readonly #address: string;
  readonly #closing = new AbortController();
  readonly #app: Kept<AppState>;
  readonly #network: Kept<HostNetwork>;
  readonly #hardware: Kept<readonly PluggedPort[]>;
  #timer: NodeJS.Timeout | undefined;

  /** `address` is the Supervisor's, for tests. */
  constructor(token: string, address = SUPERVISOR) {
    this.#token = token;
    this.#address = address;
    const kept = <T>(path: string, fresh: number, read: (answer: unknown) => T | undefined): Kept<T> =>
      new Kept({
        ask: async () => {
          const answer = await this.#ask(path);
          return answer === undefined ? undefined : read(answer);
        },
        ...{ fresh, now: () => performance.now(), chance: Math.random },
      });
    this.#app = kept("/addons/self/info", APP_FRESH_MS, (answer) => appOf(answer, APP_NODE_PORT));
    this.#network = kept("/network/info", NETWORK_FRESH_MS, (answer) => ({
      addresses: addressesOf(answer),
      macs: interfacesOf(answer),
    }));
    this.#hardware = kept("/hardware/info", HARDWARE_FRESH_MS, portsOf);
  }

  /** The app as it is installed here; undefined until the Supervisor has said. */
  get app(): AppState | undefined {
    return this.#app.value;
  }

  /** Versions of the app; undefined until the Supervisor has said both. */
  get versions(): { readonly installed: string; readonly latest: string } | undefined {
    const { version, latest, updateAvailable } = this.app ?? {};
    if (version === undefined || latest === undefined) return undefined;
    return { installed: version, latest: updateAvailable === true ? latest : version };
  }

  /** Address of the app's page as links to it have it; undefined while it is not known. */
  get page(): string | undefined {
    const slug = this.app?.slug;
    return slug === undefined ? undefined : `${MY_PAGE}${slug}`;
  }

  /** The host's addresses in the home's network, the likeliest first; undefined until the Supervisor has said. */
  get addresses(): readonly string[] | undefined {
    return this.#network.value?.addresses;
  }

  /** Addresses of the host's own interfaces; undefined until the Supervisor has said. */
  get macs(): readonly Mac[] | undefined {
    return this.#network.value?.macs;
  }

  /** Serial ports that are plugged in; undefined until the Supervisor has said. */
  get ports(): readonly PluggedPort[] | undefined {
    return this.#hardware.value;
  }

  /** Something was plugged in or pulled out. */
  portsChanged(): void {
    this.#hardware.expire();
  }

  start(): void {
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#closing.abort();
  }

  /**
   * Credentials of the broker that the Supervisor offers; undefined while there is none. They change when Mosquitto
   * is restarted, so they are asked for anew at every connection. Rejects while the Supervisor does not say.
   */
  async broker(): Promise<BrokerAddress | undefined> {
    const { host, port, ssl, username, password } = fieldsOf(await this.#ask("/services/mqtt"));
    if (typeof host !== "string" || typeof port !== "number") return undefined;
    return {
      url: `${ssl === true ? "mqtts" : "mqtt"}://${host}:${port}`,
      ...(typeof username === "string" ? { username } : {}),
      ...(typeof password === "string" ? { password } : {}),
    };
  }

  #look(): void {
    for (const kept of [this.#app, this.#network, this.#hardware]) void kept.look();
  }

  /** What it answers; undefined where there is no such thing. Rejects while it cannot answer, as when it starts. */
  async #ask(path: string): Promise<unknown> {
    const response = await fetch(`${this.#address}${path}`, {
      headers: { Authorization: `Bearer ${this.#token}` },
      signal: AbortSignal.any([this.#closing.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    if (NO_SUCH_THING.has(response.status)) return undefined;
    if (!response.ok) throw new Error(`the Supervisor answers ${response.status}`);
    return fieldsOf(await response.json())["data"];
  }
}
