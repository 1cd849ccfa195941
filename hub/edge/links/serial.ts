import { existsSync } from "node:fs";
import { basename } from "node:path";
import type { NodeIndex } from "../../base/units.ts";
import type { PortSource } from "../../expose/view/port.ts";
import type { Log } from "../log.ts";
import type { PluggedPort } from "../supervisor/answers.ts";
import type { Link, LinkEnd } from "./link.ts";
import type { PortChoices, PortUse } from "./serial/choices.ts";
import { SerialLink } from "./serial/link.ts";
import { Plugged, type PortDetails, target } from "./serial/plugged.ts";
import { openSerialPort } from "./serial/port.ts";

const POLL_MS = 2000;
/**
 * The USB port that is in the chips of nodes (303a:1001). Other ports of Espressif's, as of Zigbee and Thread sticks
 * built on its chips, and bridges of other makers may carry anything: they are opened when a person says so.
 */
const OWN_USB = /^usb-espressif_usb_jtag/i;

export interface SerialOptions {
  /** Ports named by a person in the configuration. */
  readonly paths: readonly string[];
  /** Look for nodes that plug themselves in. */
  readonly auto: boolean;
  readonly end: LinkEnd;
  readonly log: Log;
  readonly details: PortDetails;
  readonly choices: PortChoices;
  /** Folder of stable names. */
  readonly byId?: string;
}

/** All serial ports with nodes: those that a person named or chose, and boards that come and go. */
export class SerialLinks implements Link {
  readonly #options: SerialOptions;
  readonly #plugged: Plugged;
  readonly #links = new Map<string, SerialLink>();
  readonly #named: ReadonlySet<string>;
  #ports: readonly PluggedPort[] = [];
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> = Promise.resolve();

  constructor(options: SerialOptions) {
    this.#options = options;
    this.#plugged = new Plugged(options.details, options.byId);
    this.#named = new Set(options.paths);
    for (const path of options.paths) this.#add(path, false);
  }

  async start(): Promise<void> {
    await this.#poll();
    this.#timer = setInterval(() => void this.#poll(), POLL_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#polling;
    await Promise.all([...this.#links.values()].map((link) => link.stop()));
  }

  send(node: NodeIndex, message: Uint8Array): boolean {
    for (const link of this.#links.values()) if (link.node === node) return link.send(message);
    return false;
  }

  /** What is plugged in, and what was named and is not. */
  view(): PortSource[] {
    const paths = new Set([...this.#ports.map((port) => port.path), ...this.#links.keys()]);
    const named = this.#namedDevices();
    return [...paths].flatMap((path) => {
      const port = this.#ports.find((one) => one.path === path);
      const link = this.#links.get(path);
      // A port that was named by another of its names is shown by that.
      if (link === undefined && named.has(target(path))) return [];
      return [
        {
          ...{ path, label: port?.label ?? "", plugged: port !== undefined || existsSync(path) },
          ...{ use: this.#options.choices.of(path), named: this.#named.has(path), own: isOwn(path) },
          ...{ state: link?.state ?? "untouched", trouble: link?.trouble?.message },
          ...{ damaged: link?.damaged ?? 0, node: link?.node },
        },
      ];
    });
  }

  /** A person chooses what a port is for; gives a sentence where that cannot be. */
  async choose(path: string, use: PortUse): Promise<string | undefined> {
    if (this.#namedDevices().has(target(path))) return "the configuration names this port: change it there";
    if (!this.#ports.some((port) => port.path === path)) return "this port is not plugged in any more";
    this.#options.choices.set(path, use);
    this.#polling = this.#polling.then(() => this.#drop(path));
    await this.#poll();
    return undefined;
  }

  #add(path: string, found: boolean): void {
    const { end, log } = this.#options;
    this.#links.set(
      path,
      new SerialLink({
        ...{ path, found, end, log, open: openSerialPort, chance: Math.random, exists: existsSync },
      }),
    );
  }

  async #drop(path: string): Promise<void> {
    const link = this.#links.get(path);
    this.#links.delete(path);
    await link?.stop();
  }

  /** One look at a time: two would open a port twice. */
  #poll(): Promise<void> {
    this.#polling = this.#polling.then(async () => {
      this.#ports = await this.#plugged.look();
      await this.#find();
      for (const link of this.#links.values()) link.poll();
    });
    return this.#polling;
  }

  /** Takes up what was plugged in and drops what was found before and is gone. */
  async #find(): Promise<void> {
    const wanted = this.#ports.map((port) => port.path).filter((path) => this.#wants(path));
    const taken = this.#namedDevices();
    for (const path of wanted) {
      if (this.#links.has(path) || taken.has(target(path))) continue;
      this.#add(path, this.#options.choices.of(path) === "auto");
    }
    for (const [path, link] of this.#links) {
      const gone = !this.#named.has(path) && !wanted.includes(path) && link.state !== "open";
      if (gone) await this.#drop(path);
    }
  }

  #namedDevices(): ReadonlySet<string> {
    return new Set([...this.#named].map(target));
  }

  #wants(path: string): boolean {
    const use = this.#options.choices.of(path);
    return use === "listen" || (use === "auto" && this.#options.auto && isOwn(path));
  }
}

const isOwn = (path: string): boolean => OWN_USB.test(basename(path));
