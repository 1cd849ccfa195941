import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Linters } from "../support/linters.ts";
import { folderFor, ROOT } from "../support/program.ts";

const linters = Linters.installed();
const skip = typeof linters === "string" ? linters : false;

type Name = Parameters<Linters["say"]>[0];

/** Empty where the linter has nothing to say. */
function say(name: Name, ...words: string[]): string {
  assert.ok(typeof linters !== "string");
  return linters.say(name, words, ROOT);
}

/** Files of the repository that begin with a shell's name. */
function shellScripts(): string[] {
  const { stdout } = spawnSync("git", ["grep", "-lE", "^#!.*[/ ](ba|da)?sh$"], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return stdout
    .split("\n")
    .filter((path) => /^#!/.test(path === "" ? "" : readFileSync(join(ROOT, path), "utf8")));
}

test("hadolint has nothing to say about the Dockerfile", { skip }, (t) => {
  assert.equal(say("hadolint", "addon/Dockerfile"), "");
  const wrong = join(folderFor(t), "Dockerfile");
  writeFileSync(wrong, "FROM node:latest\nRUN cd /app && npm ci\n");
  assert.match(say("hadolint", wrong), /DL3007.*\n.*DL3003/);
});

test("yamllint has nothing to say about any YAML file", { skip }, (t) => {
  assert.equal(say("yamllint", "--strict", "--format", "parsable", "."), "");
  assert.match(say("yamllint", "--strict", join(folderFor(t), "none.yaml")), /No such file/);
});

test("zizmor finds no weakness in a workflow", { skip }, () => {
  assert.equal(
    say("zizmor", "--offline", "--no-progress", "--quiet", "--persona", "pedantic", ".github"),
    "",
  );
});

test("actionlint has nothing to say about the workflows", { skip }, (t) => {
  assert.ok(typeof linters !== "string");
  const lines = linters.actionlint(ROOT);
  if (lines === undefined) t.skip("no Go: actionlint, the linter of workflows");
  else assert.equal(lines, "");
});

test("AppArmor reads the app's profile, by the name that the Supervisor gives it", { skip }, (t) => {
  assert.ok(typeof linters !== "string");
  const text = readFileSync(join(ROOT, "addon/apparmor.txt"), "utf8");
  const path = join(folderFor(t), "profile");
  writeFileSync(path, text.replace(/^profile \S+/m, "profile 0b79980e_airwarden"));
  const said = linters.apparmor(path);
  if (said === undefined) {
    t.skip("no AppArmor: the app's profile");
    return;
  }
  assert.equal(said, "");
  writeFileSync(path, text.replace("network inet stream,", "network inet strem,"));
  assert.match(linters.apparmor(path) ?? "", /line \d+/);
});

test("shellcheck has nothing to say about a shell script", { skip }, () => {
  const scripts = shellScripts();
  assert.ok(scripts.length > 0);
  assert.equal(say("shellcheck", ...scripts), "");
});
