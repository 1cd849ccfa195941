import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { TestContext } from "node:test";
import { publicHalf } from "../../../firmware/build/manifest.ts";
import { findCargo } from "../prepare.ts";
import { ROOT } from "../program.ts";
import { until } from "../wait.ts";

/** Exit code of a node whose power was cut (firmware/virtual). */
export const POWER_CUT = 86;
export const NETWORK = { ssid: "Example Home", psk: "correct horse" } as const;

/** Builds the virtual node and gives its path; undefined where there is no cargo. */
export function virtualProgram(): string | undefined {
  const cargo = findCargo();
  if (cargo === undefined) return undefined;
  const args = ["build", "--release", "--locked", "--package", "airwarden-virtual", "--target-dir", "target"];
  const cwd = join(ROOT, "firmware");
  const built = spawnSync(cargo, args, { cwd, stdio: ["ignore", "inherit", "pipe"], encoding: "utf8" });
  if (built.status !== 0) throw new Error(`the virtual node does not build:\n${built.stderr}`);
  return join(cwd, "target/release/airwarden-virtual");
}

export interface VirtualNode {
  readonly child: ChildProcess;
  /** Lines that it has said so far, without its name. */
  lines(): string[];
  /** Waits for the next line, after those waited for before, that has these words. */
  says(words: string, milliseconds?: number): Promise<string>;
  /** Pulls the plug and waits for the end. */
  pull(): Promise<void>;
}

/** Switches a virtual node on. */
export function powered(t: TestContext, program: string, words: readonly string[]): VirtualNode {
  const child = spawn(program, words, { stdio: ["ignore", "ignore", "pipe"] });
  t.after(() => child.kill("SIGKILL"));
  let text = "";
  let read = 0;
  child.stderr.on("data", (octets: Buffer) => {
    text += octets.toString();
  });
  const lines = (): string[] => text.split("\n").map((line) => line.replace("airwarden-virtual: ", ""));
  return {
    child,
    lines,
    says: async (wanted, milliseconds = 10_000) => {
      const found = (): number => lines().findIndex((line, at) => at >= read && line.includes(wanted));
      await until(`the node says ${wanted}, not only ${text}`, () => found() >= 0, milliseconds);
      const at = found();
      read = at + 1;
      return lines()[at] ?? "";
    },
    pull: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await once(child, "exit");
      }
    },
  };
}

/** A key that releases are signed with, for one test. */
export const releaseKey = (): KeyObject => generateKeyPairSync("ed25519").privateKey;

export const publicDigits = (key: KeyObject): string => publicHalf(key);

export interface ReleaseOfTest {
  readonly program: string;
  readonly folder: string;
  readonly version: string;
  readonly key: KeyObject;
  readonly octets?: number;
}

/** Makes a folder of firmware as `npm run firmware` does, with an image for the virtual node. */
export function publish({ program, folder, version, key, octets = 40_000 }: ReleaseOfTest): void {
  const image = execFileSync(program, ["image", version, String(octets)]);
  const sha256 = createHash("sha256").update(image).digest();
  const signature = sign(null, sha256, key).toString("hex");
  mkdirSync(join(folder, "esp32c3"), { recursive: true });
  writeFileSync(join(folder, "esp32c3/app.bin"), image);
  const app = { path: "esp32c3/app.bin", size: image.length, sha256: sha256.toString("hex"), signature };
  const builds = [{ chip: "esp32c3", version, app }];
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ version, builds }));
}

/** Stands between node and hub and looks at the headers of all datagrams (firmware/PROTOCOL.md, 6). */
export interface Tap {
  /** Where the node reports to. */
  readonly port: number;
  /** Direction, boot id and counter of every datagram. */
  readonly seen: string[];
}

/** Passes datagrams on to `hubPort` and back. */
export async function tap(t: TestContext, hubPort: number): Promise<Tap> {
  const near = createSocket("udp4");
  const far = createSocket("udp4");
  t.after(() => {
    near.close();
    far.close();
  });
  const seen: string[] = [];
  let node: { readonly port: number; readonly address: string } | undefined;
  const note = (direction: string, datagram: Buffer): void => {
    seen.push(`${direction} ${datagram.readUInt32LE(12)} ${datagram.readUInt32LE(16)}`);
  };
  near.on("message", (datagram, from) => {
    node = from;
    note("node", datagram);
    far.send(datagram, hubPort, "127.0.0.1");
  });
  far.on("message", (datagram) => {
    note("hub", datagram);
    if (node !== undefined) near.send(datagram, node.port, node.address);
  });
  // Where no hub listens, the system says so.
  far.on("error", () => undefined);
  near.bind(0, "127.0.0.1");
  far.bind(0, "127.0.0.1");
  await Promise.all([once(near, "listening"), once(far, "listening")]);
  return { port: near.address().port, seen };
}

/** A UDP port that is free at the moment. */
export async function freePort(): Promise<number> {
  const socket = createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  const { port } = socket.address();
  socket.close();
  return port;
}

/** Environment that gives a hub its firmware and a command its password. */
export const around = (folder: string) => ({
  environment: {
    AIRWARDEN_FIRMWARE: folder,
    AIRWARDEN_WIFI_PASSWORD: NETWORK.psk,
    HOME: process.env["HOME"] ?? "/",
  },
});
