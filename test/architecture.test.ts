import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { test } from "node:test";
import { functionsOf } from "./support/functions.ts";

const root = join(import.meta.dirname, "..");
const hub = join(root, "hub");

const FLOORS: Record<string, number> = {
  base: 0,
  radio: 1,
  wire: 2,
  intake: 2,
  track: 3,
  learn: 4,
  house: 5,
  detect: 6,
  alert: 7,
  expose: 8,
  "pipeline.ts": 9,
  edge: 10,
  demo: 11,
  "hub.ts": 12,
  "open.ts": 13,
  "serve.ts": 14,
  "main.ts": 15,
  "start.ts": 16,
};
/** Rooms that the page's code and the build configuration live in: they are not part of the hub's floors. */
const OUTSIDE = new Set(["web"]);
const PURE_TOP = FLOORS["pipeline.ts"] ?? 0;

const LIMIT = { file: 400, table: 500, function: 60, nesting: 3, parameters: 4, folder: 12 };
const BANNED_NAMES =
  /(^|[-/])(events?|data|items?|info|manager|handler|utils?|helpers?|misc|common)([-./]|$)/i;
const STRANGER_ROOMS = ["track", "learn", "detect", "alert"];

interface Source {
  readonly path: string;
  readonly room: string;
  readonly text: string;
  readonly code: string;
}

/** Source without comments and string contents, so that words in them are not taken for code. */
function bare(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "))
    .replace(/(^|[^:"'`\\])\/\/.*$/gm, "$1")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''");
}

function sources(): Source[] {
  return readdirSync(hub, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && !path.includes("node_modules") && !path.includes("dist/"))
    .map((path) => {
      const text = readFileSync(join(hub, path), "utf8");
      return { path, room: path.split("/")[0] ?? path, text, code: bare(text) };
    })
    .sort((a, b) => a.path.localeCompare(b.path));
}

function importsOf(source: Source): { target: string; typeOnly: boolean }[] {
  const pattern = /^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm;
  return [...source.text.matchAll(pattern)].map((match) => ({
    target: match[2] ?? "",
    typeOnly: match[1] !== undefined,
  }));
}

function report(rule: string, broken: string[]): void {
  assert.deepEqual(broken, [], `${rule}:\n  ${broken.join("\n  ")}`);
}

const all = sources();
const rooms = all.filter((source) => !OUTSIDE.has(source.room));
const pure = rooms.filter((source) => (FLOORS[source.room] ?? 99) <= PURE_TOP);

test("every room of the hub has a floor", () => {
  report(
    "a file stands in a room that no floor is set for",
    rooms.filter((source) => FLOORS[source.room] === undefined).map((source) => source.path),
  );
});

test("a file imports from its own room or a lower floor", () => {
  const broken: string[] = [];
  for (const source of rooms) {
    for (const { target } of importsOf(source)) {
      if (!target.startsWith(".")) continue;
      const path = relative(hub, normalize(join(hub, dirname(source.path), target)));
      const room = path.split("/")[0] ?? path;
      if (room === source.room || path === "../package.json") continue;
      const from = FLOORS[source.room] ?? 99;
      const to = FLOORS[room];
      if (to === undefined || to >= from) broken.push(`${source.path} imports ${path}`);
      const entersWire = room === "wire" && from < PURE_TOP;
      if (entersWire) broken.push(`${source.path} enters wire/`);
    }
  }
  report("imports go down", broken);
});

/** The flasher gives a board its key over the cable itself: it speaks the wire, in one file. */
const SPEAKS_WIRE = { file: "web/src/flasher/key.ts", rooms: /^(base|radio|wire)\// };

test("the page imports only types, and only from expose/", () => {
  const broken: string[] = [];
  for (const source of all.filter((one) => OUTSIDE.has(one.room))) {
    for (const { target, typeOnly } of importsOf(source)) {
      if (!target.startsWith(".")) continue;
      const path = relative(hub, normalize(join(hub, dirname(source.path), target)));
      if (path.startsWith("web/")) continue;
      if (source.path === SPEAKS_WIRE.file && SPEAKS_WIRE.rooms.test(path)) continue;
      if (!typeOnly || !path.startsWith("expose/")) broken.push(`${source.path} imports ${path}`);
    }
  }
  report("web/ imports only types of expose/", broken);
});

test("files do not import one another in a circle", () => {
  const graph = new Map(
    all.map((source) => [
      source.path,
      importsOf(source)
        .filter(({ target }) => target.startsWith("."))
        .map(({ target }) => relative(hub, normalize(join(hub, dirname(source.path), target)))),
    ]),
  );
  const done = new Set<string>();
  const broken: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) broken.push([...trail.slice(trail.indexOf(path)), path].join(" > "));
    if (done.has(path) || trail.includes(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  report("no circles", broken);
});

test("below edge/ nothing asks the machine: no clock, no chance, no input or output", () => {
  const banned: [RegExp, string][] = [
    [/\bDate\b/, "Date"],
    [/\bMath\.random\b/, "Math.random"],
    [/\b(setTimeout|setInterval|setImmediate|queueMicrotask)\b/, "a timer"],
    [/\bperformance\b/, "performance"],
    [/\bprocess\./, "process"],
    [/\bconsole\b/, "console"],
    [/\basync\b|\bawait\b|\bPromise\b/, "async"],
    [/\bglobalThis\b/, "globalThis"],
  ];
  const broken: string[] = [];
  for (const source of pure) {
    for (const [pattern, name] of banned)
      if (pattern.test(source.code)) broken.push(`${source.path}: ${name}`);
    for (const { target } of importsOf(source)) {
      const allowed =
        target === "node:assert" ||
        (target === "node:crypto" && source.room === "wire") ||
        !target.startsWith("node:");
      if (!allowed) broken.push(`${source.path}: ${target}`);
    }
  }
  report("the pure floors are synchronous and deterministic", broken);
});

test("no escapes from the type checker, no barrels, no inheritance", () => {
  const banned: [RegExp, string][] = [
    [/:\s*any\b|\bas any\b|<any>|\bany\[\]/, "any"],
    [/@ts-ignore|@ts-expect-error|@ts-nocheck/, "@ts-ignore"],
    [/^export (?:\* |\*\s*as|\{[^}]*\}) ?from/m, "a barrel"],
    [/\bextends (?!Error\b)[A-Z]\w+(?:<[^>]*>)? \{/, "extends"],
    [/catch(?: \(\w+\))? \{\s*\}/, "an empty catch"],
  ];
  const broken: string[] = [];
  for (const source of rooms) {
    for (const [pattern, name] of banned) {
      const text = name === "@ts-ignore" || name === "a barrel" ? source.text : source.code;
      const classes = name === "extends" ? (text.match(/^(?:export )?class .*$/gm) ?? []).join("\n") : text;
      if (pattern.test(classes)) broken.push(`${source.path}: ${name}`);
    }
  }
  report("banned constructions", broken);
});

test("maps whose key a stranger chooses are bounded", () => {
  const broken: string[] = [];
  for (const source of rooms.filter((one) => STRANGER_ROOMS.includes(one.room))) {
    for (const match of source.code.matchAll(/new Map<\s*(Mac|string|number)\b/g)) {
      const line = source.code.slice(0, match.index).split("\n").length;
      const reason = (source.text.split("\n")[line - 2] ?? "").includes("bounded:");
      if (!reason) broken.push(`${source.path}:${line}: new Map<${match[1]}>`);
    }
  }
  report("use BoundedMap, or say on the line above what bounds it (`// bounded: …`)", broken);
});

test("names are the project's words", () => {
  report(
    "a file name says nothing",
    all.filter((source) => BANNED_NAMES.test(source.path)).map((source) => source.path),
  );
});

test("files and folders hold one idea", () => {
  const broken: string[] = [];
  const folders = new Map<string, number>();
  for (const source of all) {
    const lines = source.text.split("\n").length - 1;
    const table = /^\/\*\* Table:/m.test(source.text.slice(0, 400));
    if (lines > (table ? LIMIT.table : LIMIT.file)) broken.push(`${source.path}: ${lines} lines`);
    const folder = dirname(source.path);
    folders.set(folder, (folders.get(folder) ?? 0) + 1);
  }
  for (const [folder, files] of folders) {
    if (files > LIMIT.folder + 12) broken.push(`${folder}/: ${files} files`);
  }
  report("too long", broken);
});

test("functions are short, flat and take few parameters", () => {
  const broken: string[] = [];
  for (const source of all) {
    for (const one of functionsOf(source.text, source.path)) {
      const where = `${source.path}:${one.line} ${one.name}`;
      if (one.lines > LIMIT.function) broken.push(`${where}: ${one.lines} lines`);
      if (one.nesting > LIMIT.nesting) broken.push(`${where}: nested ${one.nesting} deep`);
      if (one.parameters > LIMIT.parameters) broken.push(`${where}: ${one.parameters} parameters`);
    }
  }
  report("functions", broken);
});

test("nothing in the project names a registry, a machine path or a workplace", () => {
  const banned =
    /registry\.npmjs|crates\.io\/|pypi\.org|deb\.debian|\/work\/|\bhelper agent|\bthis session\b/;
  const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
    (path) =>
      /\.(ts|rs|md|toml|json|yaml|yml|sh|js|css|html)$/.test(path) &&
      !/(^|\/)(node_modules|target|dist|\.git)\//.test(path) &&
      !/(package-lock\.json|Cargo\.lock|architecture\.test\.ts)$/.test(path),
  );
  report(
    "banned words",
    files.filter((path) => banned.test(readFileSync(join(root, path), "utf8"))),
  );
});
