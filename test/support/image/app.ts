import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { parse } from "yaml";
import { enterNamespace } from "../home-assistant/namespace.ts";
import { StandInSupervisor } from "../home-assistant/supervisor.ts";
import { findCargo } from "../prepare.ts";
import { ROOT } from "../program.ts";
import { until } from "../wait.ts";
import { type AssembledImage, assembleImage } from "./assemble.ts";
import { Container } from "./container.ts";

/** As far as tests look into addon/config.yaml. */
export interface AppConfig {
  readonly backup_pre: string;
  readonly backup_exclude: readonly string[];
  /** Seconds from SIGTERM to SIGKILL. */
  readonly timeout: number;
  readonly options: Readonly<Record<string, unknown>>;
}

export const appConfig = parse(readFileSync(join(ROOT, "addon/config.yaml"), "utf8")) as AppConfig;
export const TOKEN = "token-of-the-supervisor";
export const ADMIN = "0b7c0b7c0b7c0b7c";
const ASSEMBLED = "AIRWARDEN_TEST_IMAGE";

export type Found = { readonly image: AssembledImage; readonly skip: false } | { readonly skip: string };

/**
 * Assembles the image where there still is a network, then goes on with this test file in namespaces; `skip` says why
 * it cannot. Call it first in the file.
 */
export function imageInNamespace(file: string): Found {
  const handed = process.env[ASSEMBLED];
  if (handed !== undefined) return { image: JSON.parse(handed) as AssembledImage, skip: false };
  if (process.getuid?.() !== 0) return { skip: "needs root: the image as the Supervisor runs it" };
  if (!process.env["AIRWARDEN_NODE"] && findCargo() === undefined) {
    return { skip: "no Rust toolchain: the image as the Supervisor runs it" };
  }
  process.env[ASSEMBLED] = JSON.stringify(assembleImage());
  enterNamespace(file);
  return { skip: "no namespaces: the image as the Supervisor runs it" };
}

/** A Supervisor with one administrator, to be stopped by the test. */
export async function supervisorUp(): Promise<StandInSupervisor> {
  const supervisor = new StandInSupervisor(TOKEN);
  const admin = { id: ADMIN, is_owner: true, is_active: true, group_ids: ["system-admin"] };
  supervisor.answers.set("config/auth/list", [admin]);
  await supervisor.start();
  return supervisor;
}

/** One machine with the app on it. */
export class Machine {
  readonly container: Container;
  #child: ChildProcess | undefined;
  #said = "";

  constructor(image: AssembledImage, name: string, options: Readonly<Record<string, unknown>> = {}) {
    const environment = { SUPERVISOR_TOKEN: TOKEN, HASSIO_TOKEN: TOKEN, TZ: "Europe/Berlin" };
    this.container = new Container(image, name, environment);
    this.container.setOptions({ ...appConfig.options, ...options });
  }

  /** What it has said since its last start. */
  get said(): string {
    return this.#said;
  }

  get running(): boolean {
    return this.#child?.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts it and waits for its page, or for its end. */
  async start(): Promise<void> {
    this.#said = "";
    const child = this.container.start();
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (octets: Buffer) => {
        this.#said += octets.toString();
      });
    }
    await until("the page is there", () => this.#said.includes("the page is at") || !this.running, 60_000);
  }

  /** Ends it and gives the exit code; null where it had to be killed. */
  async end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    const child = this.#child;
    child?.kill(signal);
    await until("the app ends", () => !this.running, appConfig.timeout * 1000).catch(() => {
      child?.kill("SIGKILL");
    });
    return child?.exitCode ?? null;
  }

  /** What the Supervisor does first when it makes a backup. */
  backupPre(): ReturnType<Container["run"]> {
    return this.container.run(appConfig.backup_pre.split(" "));
  }
}
