import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import process from "node:process";

const PINS = join(import.meta.dirname, "linters.pins");
/** Linter of workflows; a Go module, so it is there only where Go is. */
const ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12";
const UNUSED_MS = 14 * 86_400_000;

/** The linters in a folder of their own, kept in the cache of the user; nothing is installed on the machine. */
export class Linters {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Installs what is not there yet; a sentence where it cannot. */
  static installed(): Linters | string {
    const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "airwarden/linters");
    const stamp = createHash("sha256")
      .update(readFileSync(PINS))
      .update(ACTIONLINT)
      .digest("hex")
      .slice(0, 12);
    const folder = join(cache, stamp);
    if (!existsSync(folder)) {
      mkdirSync(cache, { recursive: true });
      forget(cache);
      const fresh = `${folder}.${process.pid}`;
      const words = ["-m", "pip", "-q", "install", "--root-user-action=ignore", "--no-deps"];
      const result = run("python3", [...words, "--target", fresh, "-r", PINS]);
      if (result.status !== 0) {
        rmSync(fresh, { recursive: true, force: true });
        return `the linters cannot be installed: ${said(result).split("\n").at(-1)}`;
      }
      // Whoever installs the same at the same time is as good; nobody ever sees half of it.
      if (existsSync(folder)) rmSync(fresh, { recursive: true });
      else renameSync(fresh, folder);
    }
    utimesSync(folder, new Date(), new Date());
    return new Linters(folder);
  }

  /** Runs one of them; what it has to say, nothing where all is well. */
  say(
    name: "hadolint" | "shellcheck" | "yamllint" | "zizmor",
    words: readonly string[],
    cwd: string,
  ): string {
    const env = { ...process.env, PYTHONPATH: this.#folder };
    const result =
      name === "yamllint"
        ? run("python3", ["-m", "yamllint", ...words], { cwd, env })
        : run(join(this.#folder, "bin", name), words, { cwd, env });
    return result.status === 0 ? "" : said(result) || `${name} ended with ${result.status}`;
  }

  /** Reads a profile without loading it; undefined where there is no AppArmor to read it with. */
  apparmor(profile: string): string | undefined {
    const parser = parserOfProfiles(this.#folder);
    if (parser === undefined) return undefined;
    const words = ["--skip-kernel-load", "--skip-cache", "--base", parser.base, profile];
    const result = run(parser.program, words);
    return result.status === 0 ? "" : said(result);
  }

  /** Runs actionlint with shellcheck beside it; undefined where there is no Go to build it with. */
  actionlint(cwd: string): string | undefined {
    const bin = join(this.#folder, "bin");
    const program = join(bin, "actionlint");
    if (!existsSync(program)) {
      const built = run("go", ["install", ACTIONLINT], {
        env: { ...process.env, GOBIN: bin, GOFLAGS: "-mod=mod" },
      });
      if (built.status !== 0) return undefined;
    }
    const result = run(program, ["-shellcheck", join(bin, "shellcheck")], { cwd });
    return result.status === 0 ? "" : said(result);
  }
}

/** AppArmor's own parser in a folder, with the rules that profiles include; the machine's, else Debian's package. */
function parserOfProfiles(cache: string): { readonly program: string; readonly base: string } | undefined {
  const places = ["/", join(cache, "apparmor")];
  const found = (): string | undefined =>
    places.find((place) => existsSync(join(place, "sbin/apparmor_parser")));
  if (found() === undefined && existsSync("/usr/bin/apt-get")) {
    const fresh = `${join(cache, "apparmor")}.${process.pid}`;
    mkdirSync(fresh);
    run("apt-get", ["-qq", "download", "apparmor"], { cwd: fresh });
    for (const name of readdirSync(fresh)) run("dpkg", ["-x", name, "."], { cwd: fresh });
    if (existsSync(places[1] ?? "")) rmSync(fresh, { recursive: true });
    else renameSync(fresh, places[1] ?? "");
  }
  const place = found();
  if (place === undefined) return undefined;
  return { program: join(place, "sbin/apparmor_parser"), base: join(place, "etc/apparmor.d") };
}

/** Sets of linters that nothing has used for a while are taken away. */
function forget(cache: string): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    if (Date.now() - statSync(path).mtimeMs > UNUSED_MS) rmSync(path, { recursive: true });
  }
}

interface Where {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

const run = (program: string, words: readonly string[], where: Where = {}): SpawnSyncReturns<string> =>
  spawnSync(program, words, { encoding: "utf8", ...where });

const said = (result: SpawnSyncReturns<string>): string =>
  `${result.stdout ?? ""}${result.stderr ?? ""}${result.error?.message ?? ""}`.trim();
