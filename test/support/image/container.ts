import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { type Outcome, outcome } from "../program.ts";
import type { RunSettings } from "./dockerfile.ts";

/** What the assembling process hands on into the namespaces. */
export interface ContainedImage {
  readonly root: string;
  readonly settings: RunSettings;
}

const GROUND = "/tmp/airwarden-containers";
const BASE = "base";
const DEVICES = [
  ["null", 1, 3],
  ["zero", 1, 5],
  ["random", 1, 8],
  ["urandom", 1, 9],
] as const;

/**
 * A folder that a program sees as the whole file system: the image's files, read-only, on as much of a base as Node
 * needs, with a /data of its own. Only inside namespaces (enterNamespace), with which all mounts end.
 */
export class Container {
  readonly root: string;
  readonly #settings: RunSettings;
  readonly #environment: Readonly<Record<string, string>>;

  /** `name` is a folder's: one container, one name. `environment` is what the Supervisor gives beside the image's. */
  constructor(image: ContainedImage, name: string, environment: Readonly<Record<string, string>>) {
    const base = ground();
    this.root = join(base, name);
    this.#settings = image.settings;
    this.#environment = environment;
    for (const folder of ["data", "tmp", "proc", "dev", "etc"]) {
      mkdirSync(join(this.root, folder), { recursive: true });
    }
    for (const [device, major, minor] of DEVICES) {
      must("mknod", ["-m", "666", join(this.root, "dev", device), "c", String(major), String(minor)]);
    }
    cpSync("/etc/hosts", join(this.root, "etc/hosts"));
    must("mount", ["-t", "proc", "proc", join(this.root, "proc")]);
    this.#show(join(image.root, "app"), "app");
    for (const folder of readdirSync(join(base, BASE))) this.#show(join(base, BASE, folder), folder);
  }

  /** Shows a folder inside, read-only. */
  #show(folder: string, as: string): void {
    mkdirSync(join(this.root, as));
    must("mount", ["--bind", "-o", "ro", folder, join(this.root, as)]);
  }

  get data(): string {
    return join(this.root, "data");
  }

  /** Options as the Supervisor writes them before every start. */
  setOptions(options: unknown): void {
    writeFileSync(join(this.data, "options.json"), JSON.stringify(options));
  }

  /** The image's own command. */
  start(): ChildProcess {
    return this.#spawn(this.#settings.command);
  }

  /** Exit code of the image's health check. */
  async health(): Promise<number | null> {
    return (await this.run(this.#settings.healthCheck)).code;
  }

  /** Runs a program to its end, as `docker exec` does. */
  run(command: readonly string[]): Promise<Outcome> {
    return outcome(this.#spawn(command));
  }

  #spawn(command: readonly string[]): ChildProcess {
    const inside = ["env", "-C", this.#settings.workFolder, ...command];
    return spawn("/usr/sbin/chroot", [this.root, ...inside], {
      env: { ...BASE_ENVIRONMENT, ...this.#settings.environment, ...this.#environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
}

/** Of the official Node images. */
const BASE_ENVIRONMENT = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
};

let laid = false;

/** A file system of our own for all containers, with their base: nothing in it has to be taken away by hand. */
function ground(): string {
  if (laid) return GROUND;
  mkdirSync(GROUND, { recursive: true });
  must("mount", ["-t", "tmpfs", "-o", "size=1g", "tmpfs", GROUND]);
  layBase(join(GROUND, BASE));
  laid = true;
  return GROUND;
}

/** Node, `env`, and the libraries that they and the image's own programs load. */
function layBase(root: string): void {
  mkdirSync(root);
  const programs = [
    [realpathSync(process.execPath), "usr/local/bin/node"],
    ["/usr/bin/env", "usr/bin/env"],
  ] as const;
  for (const [from, to] of programs) {
    place(from, join(root, to));
    for (const library of librariesOf(from)) place(library, join(root, library));
  }
}

function place(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(realpathSync(from), to);
}

function librariesOf(program: string): string[] {
  const { stdout } = must("ldd", [program]);
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1] ?? "");
}

function must(program: string, args: readonly string[]): { readonly stdout: string } {
  const result = spawnSync(program, args, { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`${program} ${args.join(" ")}: ${result.stderr}`);
  return result;
}
