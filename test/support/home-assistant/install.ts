import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { cached } from "../cache.ts";

/** `oldest` is what the app promises to work with. Debian's suite is the one that has the Python it needs. */
const RELEASES = {
  current: { pins: "current.pins", suite: "forky", python: "python3.14" },
  oldest: { pins: "oldest.pins", suite: "trixie", python: "python3.13" },
} as const;

export type Release = keyof typeof RELEASES;

/** To be raised when an installation made by this file has to be made anew. */
const RECIPE = 1;
const UNUSED_MS = 14 * 86_400_000;
/** uv installs the pins in seconds; its wheel is one program. */
const UV = "0.13.6";
/** Pure Python without a wheel. */
const WITHOUT_WHEEL = ["pyric", "pyturbojpeg", "fnvhash"];
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";

export type Installation = { readonly root: string } | { readonly missing: string };

/**
 * A folder with a real Home Assistant Core and its own Python, to be entered with chroot; made once and kept in the
 * cache of the user. Nothing is installed on the machine itself. `missing` says why there is none.
 */
export function installHomeAssistant(release: Release): Installation {
  const lacking = ["apt-get", "dpkg", "python3", "chroot"].find((name) => !onPath(name));
  if (process.getuid?.() !== 0) return { missing: "needs root (chroot)" };
  if (lacking !== undefined || !existsSync(KEYRING))
    return { missing: `needs Debian with ${lacking ?? KEYRING}` };
  const folder = join(cached("home-assistant"), `${release}-${stamp(release)}`);
  if (existsSync(folder)) {
    utimesSync(folder, new Date(), new Date());
    return { root: join(folder, "root") };
  }
  console.log("installing a real Home Assistant for the tests (once, about half a minute)");
  try {
    forget(join(folder, ".."), release);
    const fresh = `${folder}.${process.pid}`;
    build(fresh, release);
    // Whoever builds the same at the same time is as good; nobody ever sees half of one.
    if (existsSync(folder)) rmSync(fresh, { recursive: true });
    else renameSync(fresh, folder);
    return { root: join(folder, "root") };
  } catch (error) {
    return { missing: `its installation failed: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Installations that nothing has used for a while are taken away. */
function forget(cache: string, release: Release): void {
  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(cache).filter((one) => one.startsWith(`${release}-`))) {
    const path = join(cache, name);
    if (Date.now() - statSync(path).mtimeMs > UNUSED_MS) rmSync(path, { recursive: true });
  }
}

const onPath = (name: string): boolean =>
  (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, name)));

const pinsOf = (release: Release): string => join(import.meta.dirname, RELEASES[release].pins);

function stamp(release: Release): string {
  const hash = createHash("sha256").update(JSON.stringify([RECIPE, UV, WITHOUT_WHEEL, RELEASES[release]]));
  return hash
    .update(readFileSync(pinsOf(release)))
    .digest("hex")
    .slice(0, 12);
}

function build(folder: string, release: Release): void {
  const root = join(folder, "root");
  unpackDebian(folder, root, release);
  furnish(root);
  fetchUv(folder, root);
  const { python } = RELEASES[release];
  copyFileSync(pinsOf(release), join(root, "ha/pins.txt"));
  within(root, ["/ha/bin/uv", "-q", "venv", "--python", `/usr/bin/${python}`, "/ha/venv"]);
  const sources = WITHOUT_WHEEL.flatMap((name) => ["--no-binary", name]);
  const install = ["/ha/bin/uv", "-q", "pip", "install", "--no-deps", "--only-binary", ":all:"];
  within(root, [...install, ...sources, "-r", "/ha/pins.txt"]);
  // Compiled once here, or the first start of every test would do it.
  within(root, ["/ha/venv/bin/python", "-c", "import homeassistant.bootstrap, homeassistant.__main__"]);
  rmSync(join(root, "tmp/uv"), { recursive: true, force: true });
}

/** Downloads Python and the libraries with apt, which takes nothing for installed, and unpacks them into the root. */
function unpackDebian(folder: string, root: string, release: Release): void {
  const { suite, python } = RELEASES[release];
  const apt = join(folder, "apt");
  for (const part of ["lists/partial", "archives/partial"]) mkdirSync(join(apt, part), { recursive: true });
  mkdirSync(root);
  writeFileSync(join(apt, "status"), "");
  writeFileSync(join(apt, "sources.list"), `deb [signed-by=${KEYRING}] ${mirror()} ${suite} main\n`);
  const settings = [
    `Dir::Etc::sourcelist=${apt}/sources.list`,
    "Dir::Etc::sourceparts=/dev/null",
    "Dir::Etc::preferencesparts=/dev/null",
    "Dir::Etc::preferences=/dev/null",
    `Dir::State::status=${apt}/status`,
    `Dir::State::lists=${apt}/lists`,
    `Dir::Cache=${apt}`,
    `Dir::Cache::archives=${apt}/archives`,
    "APT::Install-Recommends=false",
    "APT::Sandbox::User=root",
    "Acquire::Languages=none",
    "Acquire::Retries=5",
    "Debug::NoLocking=1",
  ];
  const options = ["-qq", ...settings.flatMap((setting) => ["-o", setting])];
  must("apt-get", [...options, "update"]);
  must("apt-get", [
    ...options,
    "-y",
    "--download-only",
    "install",
    "base-files",
    "dash",
    python,
    "libstdc++6",
    "libturbojpeg0",
  ]);
  const packages = readdirSync(join(apt, "archives")).filter((name) => name.endsWith(".deb"));
  // base-files first: it brings the links from /bin to /usr/bin that the others unpack through.
  packages.sort((a, b) => Number(b.startsWith("base-files")) - Number(a.startsWith("base-files")));
  for (const name of packages) must("dpkg", ["-x", join(apt, "archives", name), root]);
  must("ldconfig", ["-r", root]);
  rmSync(apt, { recursive: true });
}

/** The mirror that this machine uses already. */
function mirror(): string {
  const listed = must("apt-get", ["indextargets", "--format", "$(REPO_URI)"]).stdout.split("\n");
  const found = listed.find((line) => /\/debian\/*$/.test(line));
  if (found === undefined) throw new Error("apt has no Debian mirror");
  return found;
}

const DEVICES = [
  ["null", 1, 3],
  ["zero", 1, 5],
  ["full", 1, 7],
  ["random", 1, 8],
  ["urandom", 1, 9],
] as const;

/** What a root needs beside its packages. */
function furnish(root: string): void {
  for (const part of ["dev", "proc", "tmp", "ha/bin", "cfg", "etc/ssl/certs"]) {
    mkdirSync(join(root, part), { recursive: true });
  }
  chmodSync(join(root, "tmp"), 0o1777);
  for (const [name, major, minor] of DEVICES) {
    const path = join(root, "dev", name);
    if (!existsSync(path)) must("mknod", ["-m", "666", path, "c", String(major), String(minor)]);
  }
  writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
  writeFileSync(join(root, "etc/group"), "root:x:0:\n");
  writeFileSync(join(root, "etc/hosts"), "127.0.0.1 localhost\n::1 localhost\n");
  for (const file of ["etc/resolv.conf", "etc/ssl/certs/ca-certificates.crt"]) {
    if (existsSync(`/${file}`)) copyFileSync(`/${file}`, join(root, file));
  }
  // Home Assistant asks ffmpeg for its version at every start; the real one is 200 MB of codecs.
  writeFileSync(join(root, "usr/bin/ffmpeg"), '#!/bin/sh\necho "ffmpeg version 7.1.1"\n', { mode: 0o755 });
}

function fetchUv(folder: string, root: string): void {
  const target = join(folder, "uv");
  must("python3", [
    "-m",
    "pip",
    "-q",
    "install",
    "--root-user-action=ignore",
    "--no-deps",
    "--target",
    target,
    `uv==${UV}`,
  ]);
  copyFileSync(join(target, "bin/uv"), join(root, "ha/bin/uv"));
  chmodSync(join(root, "ha/bin/uv"), 0o755);
  rmSync(target, { recursive: true });
}

/** Settings with which this machine reaches its package index reach the root as well. */
const forwarded = (): NodeJS.ProcessEnv =>
  Object.fromEntries(
    Object.entries(process.env).filter(([name]) => /^(UV_|HTTPS?_PROXY|NO_PROXY)/i.test(name)),
  );

export const ROOT_ENVIRONMENT = {
  PATH: "/ha/venv/bin:/ha/bin:/usr/bin:/usr/sbin",
  HOME: "/root",
  LANG: "C.UTF-8",
  TZ: "UTC",
} as const;

function within(root: string, command: readonly string[]): void {
  const env = {
    ...forwarded(),
    ...ROOT_ENVIRONMENT,
    UV_NO_PROGRESS: "1",
    UV_CACHE_DIR: "/tmp/uv",
    SSL_CERT_FILE: "/etc/ssl/certs/ca-certificates.crt",
    VIRTUAL_ENV: "/ha/venv",
  };
  must("chroot", [root, ...command], env);
}

function must(program: string, args: readonly string[], env = process.env): SpawnSyncReturns<string> {
  const result = spawnSync(program, args, { encoding: "utf8", env, maxBuffer: 64 << 20 });
  if (result.status === 0) return result;
  const said = `${result.stderr ?? ""}${result.error?.message ?? ""}`.trim().split("\n").slice(-5).join("; ");
  throw new Error(`${program} ${args.slice(-3).join(" ")}: ${said}`);
}
