import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { hubOptions } from "../../../hub/edge/options.ts";
import { ALERT_TYPES, HUB_ENTITIES } from "../../../hub/expose/entities/hub.ts";
import { NODE_ENTITIES } from "../../../hub/expose/entities/node.ts";
import { WATCHED_ENTITIES } from "../../../hub/expose/entities/watched.ts";

const root = join(import.meta.dirname, "../../..");
const addon = join(root, "addon");
const text = (path: string): string => readFileSync(join(root, path), "utf8");

interface Config {
  readonly version: string;
  readonly slug: string;
  readonly arch: readonly string[];
  readonly image: string;
  readonly options: Record<string, unknown>;
  readonly schema: Record<string, unknown>;
  readonly ports: Record<string, unknown>;
  readonly [key: string]: unknown;
}
const config = parse(text("addon/config.yaml")) as Config;

interface Translation {
  readonly configuration: Record<
    string,
    { name?: string; description?: string; fields?: Record<string, { name?: string }> }
  >;
  readonly network: Record<string, string>;
}

test("the app runs on what the image is built for, under a name that the Supervisor accepts", () => {
  assert.deepEqual(config.arch, ["aarch64", "amd64"]);
  assert.match(config.image, /^ghcr\.io\/[a-z0-9-]+\/[a-z0-9-]+$/);
});

test("one version everywhere", () => {
  const version = (JSON.parse(text("package.json")) as { version: string }).version;
  assert.equal(config.version, version);
  assert.match(text("addon/CHANGELOG.md"), new RegExp(`^## ${version.replaceAll(".", "\\.")}$`, "m"));
  assert.match(text("CHANGELOG.md"), new RegExp(`^## ${version.replaceAll(".", "\\.")}`, "m"));
  assert.match(text("addon/Dockerfile"), new RegExp(`^ARG BUILD_VERSION=${version}$`, "m"));
  assert.match(text("firmware/Cargo.toml"), new RegExp(`^version = "${version}"$`, "m"));
});

test("every option has a schema, a default where it needs one, and a section in the documentation", () => {
  const docs = text("addon/DOCS.md");
  for (const [key, type] of Object.entries(config.schema)) {
    const optional = typeof type === "string" && type.endsWith("?");
    assert.equal(key in config.options, !optional, `default of ${key}`);
    assert.ok(docs.includes(`### Option: \`${key}\``), `documentation of ${key}`);
  }
  for (const key of Object.keys(config.options)) assert.ok(key in config.schema, `schema of ${key}`);
  for (const port of Object.keys(config.ports))
    assert.ok(docs.includes(`\`${port}\``), `documentation of ${port}`);
});

/** Types of options as the Supervisor knows them; all else keeps an app from being installed. */
const TYPE =
  /^(bool|email|url|port|device(\(subsystem=[a-z]+\))?|(str|password|int|float)(\((-?[\d.]+)?,(-?[\d.]+)?\))?|match\(.*\)|list\(.+\))\??$/;

test("the Supervisor knows the type of every option, and accepts its default", () => {
  const leaves = (schema: unknown): string[] =>
    typeof schema === "string" ? [schema] : Object.values(schema as object).flatMap(leaves);
  for (const type of leaves(config.schema)) assert.match(type, TYPE);
  for (const [key, value] of Object.entries(config.options)) {
    const type = config.schema[key];
    // A list may be empty where its elements are optional; a group where all of its members are.
    if (typeof type !== "string")
      assert.ok(
        leaves(type).every((one) => one.endsWith("?")),
        key,
      );
    const [, least, most] = /^int\((\d+),(\d+)\)/.exec(String(type)) ?? [];
    if (least !== undefined) assert.ok(Number(value) >= Number(least) && Number(value) <= Number(most), key);
    const [, words] = /^list\((.+)\)/.exec(String(type)) ?? [];
    if (words !== undefined) assert.ok(words.split("|").includes(String(value)), key);
  }
});

test("the hub takes every option that the app offers, and the same values", () => {
  const log = String(config.schema["log_level"]).slice("list(".length, -1).split("|");
  const args = { command: "serve", on: () => false, text: () => undefined, texts: () => [], positionals: [] };
  const read = (app: Record<string, unknown>) => hubOptions({ args, environment: {}, app });
  for (const level of log) assert.equal(read({ log_level: level }).logLevel, level);
  for (const days of [1, 365]) assert.equal(read({ retention_days: days }).retentionDays, days);
  const broker = { url: "mqtts://broker:8883", username: "user", password: "secret" };
  const all = {
    homes: ["Home"],
    serial_ports: ["/dev/serial/by-id/a"],
    mqtt: { ...broker, discovery_prefix: "ha" },
  };
  const taken = read(all);
  assert.deepEqual([taken.homes.length, taken.serialPaths], [1, all.serial_ports]);
  assert.deepEqual([taken.mqtt, taken.discoveryPrefix], [broker, "ha"]);
  const offered = Object.keys(config.schema).sort();
  assert.deepEqual(
    offered,
    [...Object.keys(all), "log_level", "retention_days"].sort(),
    "no option is left out here",
  );
  assert.deepEqual(Object.keys(config.schema["mqtt"] as object), Object.keys(all.mqtt));
});

test("every translation names every option and every port", () => {
  const languages = readdirSync(join(addon, "translations"));
  assert.deepEqual(languages.sort(), ["de.yaml", "en.yaml", "es.yaml", "fr.yaml", "nl.yaml"]);
  for (const language of languages) {
    const { configuration, network } = parse(text(`addon/translations/${language}`)) as Translation;
    assert.deepEqual(Object.keys(configuration).sort(), Object.keys(config.schema).sort(), language);
    assert.deepEqual(Object.keys(network), Object.keys(config.ports), language);
    for (const [key, type] of Object.entries(config.schema)) {
      const entry = configuration[key];
      assert.ok(entry?.name && entry.description, `${language}: ${key}`);
      if (typeof type === "object" && type !== null && !Array.isArray(type)) {
        assert.deepEqual(Object.keys(entry.fields ?? {}), Object.keys(type), `${language}: fields of ${key}`);
      }
    }
  }
});

test("the documentation lists every alert type and every entity of the hub", () => {
  const docs = text("addon/DOCS.md");
  for (const type of ALERT_TYPES) assert.ok(docs.includes(`\`${type}\``), type);
  for (const row of HUB_ENTITIES) {
    if (row.traits["enabled_by_default"] === false || row.key === "nodes_connected") continue;
    assert.ok(docs.includes(`\`${row.platform}.airwarden_${row.key}\``), row.key);
  }
});

test("no second file in the repository looks like an app to the Supervisor", () => {
  const found = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (path) => /(^|\/)config\.(json|ya?ml)$/.test(path) && !/(^|\/)(node_modules|target|\.[^/]+)\//.test(path),
  );
  assert.deepEqual(found, ["addon/config.yaml"]);
});

test("the confinement allows what the app needs: network, locks, serial ports", () => {
  const profile = text("addon/apparmor.txt");
  assert.equal(profile.match(/^profile /gm)?.length, 1);
  for (const rule of [
    "network inet stream",
    "network inet dgram",
    "/data/** rwk",
    "/dev/tty{USB,ACM,AMA,S}[0-9]*",
  ]) {
    assert.ok(profile.includes(rule), rule);
  }
});

test("buttons lead to this repository and to the app in it", () => {
  const address = String(config["url"]);
  const store = `supervisor_store/?repository_url=${encodeURIComponent(address)}`;
  // The Supervisor names the apps of a store by the beginning of its address's hash.
  const slug = `${createHash("sha1").update(address.toLowerCase()).digest("hex").slice(0, 8)}_${config.slug}`;
  for (const file of ["addon/DOCS.md", "README.md"]) {
    const links = [...text(file).matchAll(/https:\/\/my\.home-assistant\.io\/redirect\/([^)]+)\)/g)].map(
      (match) => match[1] ?? "",
    );
    assert.ok(links.includes(store), file);
    for (const link of links) {
      const own = [store, `supervisor_ingress/?addon=${slug}`].includes(link);
      assert.ok(own || link.startsWith("blueprint_import/?blueprint_url="), `${file}: ${link}`);
    }
  }
  assert.equal((parse(text("repository.yaml")) as { url: string }).url, address);
});

test("icon and logo have the sizes that the store expects", () => {
  const size = (name: string): number[] => {
    const png = readFileSync(join(addon, name));
    return [png.readUInt32BE(16), png.readUInt32BE(20)];
  };
  assert.deepEqual(size("icon.png"), [128, 128]);
  assert.deepEqual(size("logo.png"), [250, 100]);
});

test("the documentation has every entity of a device and of a node, and a button for every blueprint", () => {
  const docs = text("addon/DOCS.md");
  for (const row of [...WATCHED_ENTITIES, ...NODE_ENTITIES])
    assert.match(docs, new RegExp(`\\| [^|]*${row.name}[^|]* \\|`), row.key);
  const folder = "addon/blueprints/automation/airwarden";
  for (const file of readdirSync(join(root, folder))) {
    const address = `${String(config["url"])}/blob/main/${folder}/${file}`;
    assert.ok(text(`${folder}/${file}`).includes(`source_url: ${address}\n`), file);
    assert.ok(docs.includes(`blueprint_url=${encodeURIComponent(address)}`), file);
  }
});

test("blueprints promise no older Home Assistant than the app, and are guarded against restarts", () => {
  const folder = join(addon, "blueprints/automation/airwarden");
  for (const file of readdirSync(folder)) {
    const yaml = readFileSync(join(folder, file), "utf8");
    assert.match(
      yaml,
      new RegExp(`min_version: ${String(config["homeassistant"]).replaceAll(".", "\\.")}`),
      file,
    );
    assert.match(yaml, /not_from:\n +- unavailable|from: "off"/, file);
  }
});
