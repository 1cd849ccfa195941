import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../mosquitto.ts";
import { CoreSocket } from "./core-socket.ts";
import { ROOT_ENVIRONMENT } from "./install.ts";

/** Home Assistant asks to be started again with this exit code. */
const RESTART = 100;
const READY_SECONDS = 90;

interface FlowStep {
  readonly type: string;
  readonly flow_id: string;
  readonly data_schema?: readonly { readonly name: string }[];
}

/** A real Home Assistant Core on loopback, with an owner and a configuration folder of its own. */
export class Core {
  readonly url: string;
  readonly #root: string;
  readonly #folder: string;
  readonly #port: number;
  #token = "";
  #child: ChildProcess | undefined;

  private constructor(root: string, port: number) {
    this.#root = root;
    this.#port = port;
    this.#folder = mkdtempSync(join(root, "cfg/run-"));
    this.url = `http://127.0.0.1:${port}`;
  }

  /** A new home, not yet started; with further lines of `configuration.yaml`. */
  static async create(root: string, configuration: readonly string[] = []): Promise<Core> {
    const core = new Core(root, await freePort());
    core.#configure(configuration);
    return core;
  }

  /** Long-lived token of the owner. */
  get token(): string {
    return this.#token;
  }

  /** Home Assistant's log. */
  get log(): string {
    const path = join(this.#folder, "output.log");
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  /** Errors in its log, but for those of its MQTT client: a broker that is restarted resets connections. */
  get complaints(): string[] {
    const lines = this.log.split("\n").filter((line) => / ERROR |blueprint|TemplateError/.test(line));
    return lines.filter((line) => !line.includes("[paho.mqtt.client]"));
  }

  /** Writes a file of the configuration, such as a blueprint. */
  write(path: string, text: string): void {
    const file = join(this.#folder, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
  }

  /** Starts it, makes the owner at the first time, and waits until it is running. */
  async start(): Promise<void> {
    this.#run();
    if (this.#token === "") await this.#welcomeOwner();
    await this.#running();
  }

  /** The owner restarts it, as from the page. */
  async restart(): Promise<void> {
    const ended = this.#child === undefined ? undefined : once(this.#child, "exit");
    await this.post("/api/services/homeassistant/restart", {}).catch(() => undefined);
    const [code] = (await ended) ?? [];
    if (code !== RESTART)
      throw new Error(`Home Assistant ended with ${code} instead of asking for a restart`);
    await this.start();
  }

  /** Ends it as its machine does when it shuts down; `start` goes on from there. */
  async halt(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    const patience = setTimeout(() => child.kill("SIGKILL"), 20_000);
    await ended;
    clearTimeout(patience);
  }

  /** Ends it and removes its home. */
  async stop(): Promise<void> {
    await this.halt();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  connect(): Promise<CoreSocket> {
    return CoreSocket.open(`${this.url.replace("http", "ws")}/api/websocket`, this.#token);
  }

  /** Sets up the MQTT integration as a person does. */
  async addBroker(port: number): Promise<void> {
    const flows = "/api/config/config_entries/flow";
    const first = (await this.post(flows, { handler: "mqtt", show_advanced_options: false })) as FlowStep;
    const grouped = first.data_schema?.some((field) => field.name === "other_settings") === true;
    const other = { set_client_cert: false, set_ca_cert: "off", transport: "tcp" };
    const answer = (await this.post(`${flows}/${first.flow_id}`, {
      broker: "127.0.0.1",
      port,
      ...(grouped ? { protocol: "5", other_settings: other } : {}),
    })) as FlowStep;
    if (answer.type !== "create_entry") throw new Error(`the MQTT integration: ${JSON.stringify(answer)}`);
  }

  async post(path: string, body: unknown): Promise<unknown> {
    const response = await fetch(this.url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${this.#token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }

  /** Files that stand for the questions of the first start, so that nothing of the outer world is set up. */
  #configure(configuration: readonly string[]): void {
    const http = {
      server_host: ["127.0.0.1"],
      server_port: this.#port,
      cors_allowed_origins: [],
      login_attempts_threshold: -1,
      ip_ban_enabled: false,
      ssl_profile: "intermediate_v6",
      use_x_frame_options: true,
      created_at: "2026-01-01T00:00:00+00:00",
      error: null,
      error_message: null,
    };
    this.#store("http", 3, { stable: http, pending: null, yaml_migration_done: true });
    this.#store("onboarding", 4, { done: ["core_config", "analytics", "integration"] });
    const yaml = [
      "homeassistant:",
      "  name: Test home",
      "  latitude: 52",
      "  longitude: 5",
      "  elevation: 0",
      "  unit_system: metric",
      "  time_zone: UTC",
      "  country: NL",
      "logger:",
      "  default: warning",
      "automation: !include automations.yaml",
      "script: !include scripts.yaml",
      "input_boolean:",
      ...configuration,
      ...(this.#keepsHttp() ? [] : ["http:", "  server_host: 127.0.0.1", `  server_port: ${this.#port}`]),
    ];
    this.write("configuration.yaml", `${yaml.join("\n")}\n`);
    this.write("automations.yaml", "[]\n");
    this.write("scripts.yaml", "{}\n");
  }

  /** Newer versions keep the address of their page in the store; YAML is only a proposal to them. */
  #keepsHttp(): boolean {
    const library = join(this.#root, "ha/venv/lib");
    const python = readdirSync(library).find((name) => name.startsWith("python3.")) ?? "";
    return existsSync(join(library, python, "site-packages/homeassistant/components/http/websocket_api.py"));
  }

  #store(key: string, version: number, data: unknown): void {
    this.write(`.storage/${key}`, JSON.stringify({ version, minor_version: 1, key, data }));
  }

  #run(): void {
    const inside = `/cfg/${basename(this.#folder)}`;
    const python = ["/ha/venv/bin/python", "-X", "utf8", "/ha/venv/bin/hass"];
    const options = ["-c", inside, "--skip-pip", "--log-no-color", "--ignore-os-check"];
    const child = spawn("chroot", [this.#root, ...python, ...options], {
      env: { ...ROOT_ENVIRONMENT, PYTHONUNBUFFERED: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const log = createWriteStream(join(this.#folder, "output.log"), { flags: "a" });
    child.stdout.pipe(log, { end: false });
    child.stderr.pipe(log, { end: false });
    this.#child = child;
  }

  async #welcomeOwner(): Promise<void> {
    const client = `${this.url}/`;
    await this.#answers(async () => (await fetch(`${this.url}/manifest.json`)).status === 200);
    const owner = { name: "Owner", username: "owner", password: "owner-password", language: "en" };
    const made = (await this.post("/api/onboarding/users", { ...owner, client_id: client })) as {
      auth_code: string;
    };
    const response = await fetch(`${this.url}/auth/token`, {
      method: "POST",
      body: new URLSearchParams({
        client_id: client,
        grant_type: "authorization_code",
        code: made.auth_code,
      }),
    });
    this.#token = ((await response.json()) as { access_token: string }).access_token;
    const socket = await this.connect();
    this.#token = (await socket.ask({
      type: "auth/long_lived_access_token",
      client_name: "tests",
      lifespan: 30,
    })) as string;
    socket.close();
  }

  /** It answers long before MQTT and automations are set up: only this state says that they are. */
  async #running(): Promise<void> {
    await this.#answers(async () => {
      const headers = { authorization: `Bearer ${this.#token}` };
      const response = await fetch(`${this.url}/api/config`, { headers });
      return response.ok && ((await response.json()) as { state: string }).state === "RUNNING";
    });
  }

  async #answers(ready: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + READY_SECONDS * 1000;
    for (;;) {
      if (this.#child?.exitCode !== null) throw new Error(`Home Assistant ended:\n${this.log.slice(-4000)}`);
      if (await ready().catch(() => false)) return;
      if (Date.now() > end)
        throw new Error(`Home Assistant was not ready in time:\n${this.log.slice(-4000)}`);
      await pause(50);
    }
  }
}
