import type { ChildProcess } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import mqtt from "mqtt";
import { type Broker, mosquitto } from "../mosquitto.ts";
import { outcome, start } from "../program.ts";
import { Core } from "./core.ts";

interface HubProcess {
  readonly child: ChildProcess;
  readonly ended: ReturnType<typeof outcome>;
  readonly url: string;
  stderr(): string;
}

/** A whole home for tests: a real Home Assistant, a real broker, and the hub with the demo home. */
export class Home {
  readonly core: Core;
  readonly broker: Broker;
  /** The hub's folder, gone with the home. */
  readonly data = mkdtempSync(join(tmpdir(), "airwarden-test-"));
  #hub: HubProcess | undefined;

  private constructor(core: Core, broker: Broker) {
    this.core = core;
    this.broker = broker;
  }

  /**
   * Home Assistant with its MQTT integration on the broker, running; the hub is started by `startHub`. `configuration`
   * are further lines of its `configuration.yaml`.
   */
  static async begin(root: string, configuration: readonly string[] = []): Promise<Home> {
    const broker = await mosquitto();
    await broker.start();
    const home = new Home(await Core.create(root, configuration), broker);
    try {
      await home.core.start();
      await home.core.addBroker(broker.port);
      return home;
    } catch (error) {
      await home.end();
      throw error;
    }
  }

  /** Address of the hub's page. */
  get page(): string {
    return this.#hub?.url ?? "";
  }

  /** What the hub said. */
  get said(): string {
    return this.#hub?.stderr() ?? "";
  }

  /** Resident memory of the hub in MB, and its processor time in seconds (Linux counts hundredths). */
  get cost(): { readonly megabytes: number; readonly seconds: number } {
    const folder = `/proc/${this.#hub?.child.pid}`;
    const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`${folder}/status`, "utf8"))?.[1]);
    const fields = readFileSync(`${folder}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return { megabytes: kilobytes / 1024, seconds: (Number(fields[11]) + Number(fields[12])) / 100 };
  }

  /** Starts the hub on the demo home. */
  async startHub(): Promise<void> {
    const links = ["--demo", "--serial", "none", "--mqtt", this.broker.url];
    const words = ["serve", "--port", "0", ...links, "--data", this.data];
    const environment = { AIRWARDEN_HA_URL: this.core.url, AIRWARDEN_HA_TOKEN: this.core.token };
    const child = start(words, { environment });
    let stderr = "";
    child.stderr?.on("data", (octets: Buffer) => {
      stderr += octets.toString();
    });
    const address = (): string => /the page is at (\S+)/.exec(stderr)?.[1] ?? "";
    const ended = outcome(child);
    this.#hub = {
      child,
      ended,
      get url() {
        return address();
      },
      stderr: () => stderr,
    };
    await this.eventually("the hub's page", async () => {
      if (child.exitCode !== null) throw new Error(`the hub ended: ${stderr}`);
      return address() !== "";
    });
  }

  /** Stops the hub as the app is stopped, or kills it; gives its exit code. */
  async stopHub(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const hub = this.#hub;
    if (hub === undefined) return null;
    hub.child.kill(signal);
    this.#hub = undefined;
    return (await hub.ended).code;
  }

  /** A command of the page. */
  async command(body: unknown): Promise<void> {
    const response = await fetch(new URL("api/command", this.page), {
      method: "POST",
      headers: { "content-type": "application/json", "x-airwarden": "1" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(await response.text());
  }

  async snapshot<T>(): Promise<T> {
    return (await (await fetch(new URL("api/snapshot", this.page))).json()) as T;
  }

  /** Makes a device of somebody else known to Home Assistant. */
  async discover(id: string, card: Readonly<Record<string, unknown>>): Promise<void> {
    const payload = JSON.stringify({ origin: { name: "somebody else" }, ...card });
    await this.publish(`homeassistant/device/${id}/config`, payload, true);
  }

  async publish(topic: string, payload: string, retain = false): Promise<void> {
    const client = await mqtt.connectAsync(this.broker.url);
    await client.publishAsync(topic, payload, { retain, qos: 1 });
    await client.endAsync();
  }

  /** Keys of the components that the hub offers for a device now. */
  async discovery(device: string): Promise<string[]> {
    const standing = await this.#retained("homeassistant/device/+/config");
    const payload =
      [...standing].find(([topic]) => topic.endsWith(`_${device.split("_").at(-1)}/config`))?.[1] ?? "{}";
    return Object.keys((JSON.parse(payload) as { components?: object }).components ?? {});
  }

  /** The id that the hub made for itself. */
  async hubId(): Promise<string> {
    const [topic = ""] = (await this.#retained("airwarden/+/status")).keys();
    return topic.split("/")[1] ?? "";
  }

  async restart(part: "core" | "broker" | "hub"): Promise<void> {
    if (part === "core") await this.core.restart();
    if (part === "broker") await this.broker.stop();
    if (part === "broker") await this.broker.start();
    if (part !== "hub") return;
    const code = await this.stopHub();
    if (code !== 0) throw new Error(`the hub ended with ${code}`);
    await this.startHub();
  }

  /** What stands on the broker under a pattern. */
  async #retained(pattern: string): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    const client = await mqtt.connectAsync(this.broker.url);
    client.on("message", (topic, payload) => found.set(topic, payload.toString()));
    await client.subscribeAsync(pattern, { qos: 1 });
    await pause(200);
    await client.endAsync();
    return found;
  }

  /** Waits for what takes its time between three programs; rejects with what all of them said. */
  async eventually(what: string, condition: () => Promise<boolean>, seconds = 40): Promise<void> {
    const end = Date.now() + seconds * 1000;
    let failure = "";
    for (;;) {
      const done = await condition().catch((error: unknown) => {
        failure = String(error);
        return false;
      });
      if (done) return;
      if (Date.now() > end) {
        const logs = `hub:\n${this.said.slice(-3000)}\nHome Assistant:\n${this.core.log.slice(-3000)}`;
        throw new Error(`waited ${seconds} s in vain for ${what} ${failure}\n${logs}`);
      }
      await pause(100);
    }
  }

  async end(): Promise<void> {
    await this.stopHub();
    await this.core.stop();
    await this.broker.remove();
    rmSync(this.data, { recursive: true, force: true });
  }
}
