import { existsSync, realpathSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { NodeIndex } from "../base/units.ts";
import { systemCode } from "./failure.ts";
import type { Link, LinkEnd } from "./link.ts";
import type { Log } from "./log.ts";
import { SerialLink, type SerialState } from "./serial/link.ts";
import { openSerialPort } from "./serial/port.ts";

/** Stable names of serial ports, made by udev; also inside the Home Assistant app. */
const BY_ID = "/dev/serial/by-id";
const POLL_MS = 2000;
/** Chips with their own USB port name themselves so; other USB bridges may carry anything, and are not touched. */
const OWN_USB = /espressif/i;

export interface SerialOptions {
  /** Ports named by a person. */
  readonly paths: readonly string[];
  /** Look for nodes that plug themselves in. */
  readonly auto: boolean;
  readonly end: LinkEnd;
  readonly log: Log;
  /** Folder of stable names. */
  readonly byId?: string;
}

export interface SerialView {
  readonly path: string;
  readonly state: SerialState;
  /** Sentence for a person, undefined while all is well. */
  readonly trouble: string | undefined;
  readonly damaged: number;
  readonly node: NodeIndex | undefined;
}

/** All serial ports with nodes: the named ones and those that come and go. */
export class SerialLinks implements Link {
  readonly #options: SerialOptions;
  readonly #links = new Map<string, SerialLink>();
  readonly #named: ReadonlySet<string>;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SerialOptions) {
    this.#options = options;
    this.#named = new Set(options.paths);
    for (const path of options.paths) this.#add(path, false);
  }

  async start(): Promise<void> {
    await this.#poll();
    this.#timer = setInterval(() => void this.#poll(), POLL_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#links.values()].map((link) => link.stop()));
  }

  send(node: NodeIndex, message: Uint8Array): boolean {
    for (const link of this.#links.values()) if (link.node === node) return link.send(message);
    return false;
  }

  view(): SerialView[] {
    return [...this.#links.values()].map((link) => ({
      path: link.path,
      state: link.state,
      trouble: link.trouble?.message,
      damaged: link.damaged,
      node: link.node,
    }));
  }

  #add(path: string, found: boolean): void {
    const { end, log } = this.#options;
    this.#links.set(
      path,
      new SerialLink({
        path,
        found,
        end,
        log,
        open: openSerialPort,
        chance: Math.random,
        exists: existsSync,
      }),
    );
  }

  async #poll(): Promise<void> {
    if (this.#options.auto) await this.#find();
    for (const link of this.#links.values()) link.poll();
  }

  /** Takes up what was plugged in and drops what was found before and is gone. */
  async #find(): Promise<void> {
    const folder = this.#options.byId ?? BY_ID;
    const names = await namesIn(folder);
    const present = names.filter((name) => OWN_USB.test(name)).map((name) => join(folder, name));
    const taken = new Set([...this.#named].map(target));
    for (const path of present) {
      if (!this.#links.has(path) && !taken.has(target(path))) this.#add(path, true);
    }
    for (const [path, link] of this.#links) {
      const gone = !this.#named.has(path) && !present.includes(path) && link.state !== "open";
      if (!gone) continue;
      this.#links.delete(path);
      await link.stop();
    }
  }
}

/** The device a path leads to; the path itself where it leads nowhere. */
function target(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return path;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    // Without any serial port udev makes no folder.
    if (systemCode(error) === undefined) throw error;
    return [];
  }
}
