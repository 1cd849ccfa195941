import assert from "node:assert/strict";
import { copyFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { PageCommand } from "../../../hub/expose/snapshot/command.ts";
import type { NodeView, Snapshot } from "../../../hub/expose/snapshot.ts";
import { type Serving, serving } from "../hub.ts";
import { folderFor, run } from "../program.ts";
import {
  around,
  freePort,
  NETWORK,
  powered,
  publicDigits,
  publish,
  type ReleaseOfTest,
  releaseKey,
  type VirtualNode,
} from "./virtual.ts";

/** Address of the virtual node, as text and as its id. */
export const MAC = "02:a1:57:00:00:01";
export const NODE = "02a157000001";

/** A home: a hub's data, firmware for nodes, a node that was provisioned over its cable. */
export class Home {
  readonly folder: string;
  readonly key = releaseKey();
  readonly tty: string;
  readonly #t: TestContext;
  readonly #program: string;
  /** Where the hub listens. */
  port = 0;

  constructor(t: TestContext, program: string) {
    this.#t = t;
    this.#program = program;
    this.folder = folderFor(t);
    this.tty = join(this.folder, "ttyNODE");
  }

  get data(): string {
    return join(this.folder, "data");
  }

  get firmware(): string {
    return join(this.folder, "firmware");
  }

  /** The same flash each time. */
  power(...words: string[]): VirtualNode {
    const usual = ["--flash", join(this.folder, "flash"), "--release-key", publicDigits(this.key)];
    const network = ["--network", `${NETWORK.ssid}:${NETWORK.psk}`];
    const first = words.includes("--first-start") ? [] : ["--first-start", "1"];
    const all = [...usual, ...network, ...first, "--serial", this.tty, ...words];
    return powered(this.#t, this.#program, all);
  }

  /** All of the flash: settings, key, numbers of starts. */
  eraseFlash(): void {
    rmSync(join(this.folder, "flash"));
  }

  /** Keeps the flash as it is; what it gives puts it back. */
  keepFlash(): () => void {
    const flash = join(this.folder, "flash");
    copyFileSync(flash, `${flash}.kept`);
    return () => copyFileSync(`${flash}.kept`, flash);
  }

  /** The node gets network, hub and key over its cable, by the command line, and is switched off again. */
  async provision(hubPort: number, ...words: string[]): Promise<void> {
    const node = this.power(...words);
    await node.says("start ");
    const hub = ["--hub", `127.0.0.1:${hubPort}`, "--data", this.data];
    const told = await run(
      ["node", "provision", "--serial", this.tty, "--wifi", NETWORK.ssid, "--name", "kitchen", ...hub],
      around(this.firmware),
    );
    assert.equal(told.code, 0, told.stderr);
    assert.match(told.stdout, /esp32c3 02:a1:57:00:00:01, firmware 0\.1\.0/);
    assert.doesNotMatch(told.stdout + told.stderr, /correct horse|[0-9a-f]{64}/);
    await node.says("start ");
    await node.pull();
  }

  hub(...words: string[]): Promise<Serving> {
    const udp = ["--udp", String(this.port), "--data", this.data];
    return serving(this.#t, [...udp, ...words], around(this.firmware));
  }

  publish(version: string, change: Partial<Pick<ReleaseOfTest, "key" | "octets">> = {}): void {
    publish({ program: this.#program, folder: this.firmware, version, key: this.key, ...change });
  }
}

/** A home whose node reports straight to where its hub will listen. */
export async function homeOf(t: TestContext, program: string, words: readonly string[] = []): Promise<Home> {
  const home = new Home(t, program);
  home.port = await freePort();
  await home.provision(home.port, ...words);
  return home;
}

/** A hub's page, in a process of its own or in this one. */
export interface Paged {
  readonly url: string;
  stderr(): string;
}

export async function snapshotOf(hub: Paged): Promise<Snapshot> {
  return (await (await fetch(new URL("api/snapshot", hub.url))).json()) as Snapshot;
}

/** Waits until the page shows what is looked for, and gives that. */
export async function eventually<T>(
  hub: Paged,
  what: string,
  find: (snapshot: Snapshot) => T | undefined,
): Promise<T> {
  const end = performance.now() + 60_000;
  for (;;) {
    const snapshot = await snapshotOf(hub);
    const found = "nodes" in snapshot ? find(snapshot) : undefined;
    if (found !== undefined) return found;
    if (performance.now() > end) {
      const { nodes, moves, ports } = snapshot;
      assert.fail(`${what}: waited in vain\n${JSON.stringify({ nodes, moves, ports })}\n${hub.stderr()}`);
    }
    await pause(50);
  }
}

/** Waits until the node is shown as it should be. */
export const shown = (hub: Paged, what: string, holds: (node: NodeView) => boolean): Promise<NodeView> =>
  eventually(hub, what, ({ nodes }) => nodes.find((one) => one.mac === MAC && holds(one)));

/** It is connected and its frames come in. */
export const heard = (node: NodeView): boolean => node.connected && node.frames > 50;

/** Does what a button of the page does; gives the sentence that it would show where that cannot be. */
export async function commanded(hub: Paged, command: PageCommand): Promise<string | undefined> {
  const response = await fetch(new URL("api/command", hub.url), {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Airwarden": "1" },
    body: JSON.stringify(command),
  });
  return ((await response.json()) as { error?: string }).error;
}
