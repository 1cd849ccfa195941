import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { readStages } from "../../support/image/dockerfile.ts";

const root = join(import.meta.dirname, "../../..");
const text = (path: string): string => readFileSync(join(root, path), "utf8");

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly needs?: string | readonly string[];
  readonly uses?: string;
  readonly environment?: unknown;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: { readonly matrix: { readonly include?: readonly { readonly arch: string }[] } };
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly env?: Readonly<Record<string, string>>;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const WORKFLOWS = ".github/workflows";
const workflow = (name: string): Workflow => parse(text(`${WORKFLOWS}/${name}`)) as Workflow;
const release = workflow("release.yaml");
const config = parse(text("addon/config.yaml")) as { image: string; arch: string[]; version: string };

const job = (name: string): Job => release.jobs[name] ?? assert.fail(`no job ${name}`);
const stepsOf = (name: string): readonly Step[] => job(name).steps ?? [];
const commands = (name: string): string =>
  stepsOf(name)
    .map((step) => step.run ?? "")
    .join("\n");

test("what a release publishes is what the app's description names", () => {
  assert.equal(release.env?.["IMAGE"], config.image);
  const built = job("images").strategy?.matrix.include?.map((one) => one.arch);
  assert.deepEqual(built?.toSorted(), config.arch.toSorted());
  const build = stepsOf("images").find((step) => step.uses?.startsWith("docker/build-push-action@"));
  assert.match(String(build?.with?.["outputs"]), /name=\$\{\{ env\.IMAGE \}\},push-by-digest=true/);
  assert.match(
    commands("publish"),
    /imagetools create --tag "\$IMAGE:\$GITHUB_REF_NAME" "\$\{sources\[@\]\}"/,
  );
  // The tag of the repository is that of the image, without a "v": the Supervisor pulls IMAGE:version.
  assert.match(commands("version"), /grep -qx "version: \$GITHUB_REF_NAME" addon\/config\.yaml/);
  assert.match(text("addon/config.yaml"), new RegExp(`^version: ${config.version}$`, "m"));
});

/** All jobs that have to be done before this one. */
function before(name: string, seen = new Set<string>()): Set<string> {
  for (const one of [job(name).needs ?? []].flat()) {
    if (!seen.has(one)) before(one, seen.add(one));
  }
  return seen;
}

test("images come first, the version on main last", () => {
  const others = Object.keys(release.jobs).filter((name) => name !== "main");
  assert.deepEqual([...before("main")].toSorted(), others.toSorted());
  assert.ok(before("images").has("sign") && before("sign").has("test"), "nothing untested is signed");
  assert.match(commands("main"), /refs\/heads\/main" -f sha="\$GITHUB_SHA" -F force=false/);
});

test("the key of firmware is where nothing is installed or compiled, and behind an approval", () => {
  const holders = Object.entries(release.jobs).filter(([, one]) =>
    JSON.stringify(one).includes("secrets.FIRMWARE_RELEASE_KEY"),
  );
  assert.deepEqual(
    holders.map(([name]) => name),
    ["sign"],
  );
  assert.equal(job("sign").environment, "release");
  assert.doesNotMatch(commands("sign"), /npm|npx|cargo|rustup|docker|build\.ts/);
  assert.match(commands("sign"), /node firmware\/build\/sign\.ts/);
});

test("the image takes the signed firmware in place of the stage that would build it", () => {
  const build = stepsOf("images").find((step) => step.uses?.startsWith("docker/build-push-action@"));
  const [stage, folder] = String(build?.with?.["build-contexts"]).split("=");
  const download = stepsOf("images").find((step) => step.with?.["path"] === folder);
  assert.equal(download?.with?.["name"], "firmware");
  const stages = readStages(text("addon/Dockerfile"));
  assert.ok(stages.some((one) => one.name === stage));
  const copies = stages.at(-1)?.instructions.filter((one) => one.flags.get("from") === stage);
  assert.deepEqual(
    copies?.map((one) => one.text),
    ["/ ./firmware/dist"],
  );
});

/** What jobs may write, and no more. */
const WRITES: Readonly<Record<string, string>> = {
  "release.yaml images": "packages",
  "release.yaml sign": "attestations id-token",
  "release.yaml publish": "attestations id-token packages",
  "release.yaml pages": "id-token pages",
  "release.yaml release": "contents",
  "release.yaml main": "contents",
};

test("every action is named by its commit; nothing may write but where it has to", () => {
  for (const name of readdirSync(join(root, WORKFLOWS))) {
    const { permissions, jobs } = workflow(name);
    assert.ok(permissions, `${name} names its permissions`);
    assert.doesNotMatch(JSON.stringify(permissions), /write/, name);
    for (const [key, one] of Object.entries(jobs)) {
      const writes = Object.entries(one.permissions ?? {}).filter(([, right]) => right === "write");
      const wanted = WRITES[`${name} ${key}`] ?? "";
      assert.equal(
        writes
          .map(([right]) => right)
          .toSorted()
          .join(" "),
        wanted,
        `${name} ${key}`,
      );
      for (const { uses } of one.steps ?? []) {
        if (uses !== undefined) assert.match(uses, /^[\w-]+\/[\w-]+@[0-9a-f]{40}$/, `${name} ${key}`);
      }
    }
  }
});

test("the image is built with the versions that the repository is tested with", () => {
  const lock = JSON.parse(text("package-lock.json")) as { packages: Record<string, { version: string }> };
  const node = lock.packages["node_modules/node"]?.version;
  const rust = /^rust-version = "([\d.]+)"$/m.exec(text("firmware/Cargo.toml"))?.[1];
  const bases = new Set(readStages(text("addon/Dockerfile")).map((stage) => stage.base));
  bases.delete("scratch");
  assert.deepEqual([...bases].toSorted(), [`node:${node}-trixie-slim`, `rust:${rust}.0-slim-trixie`]);
});

test("what does not depend on the processor is built once, where the build runs", () => {
  const platforms = readStages(text("addon/Dockerfile")).map(({ name, platform }) => [name, platform]);
  assert.deepEqual(Object.fromEntries(platforms.filter(([name]) => name !== undefined)), {
    page: "$BUILDPLATFORM",
    firmware: "$BUILDPLATFORM",
    "firmware-images": undefined,
    "capture-reader": undefined,
    libraries: undefined,
  });
});
