import assert from "node:assert/strict";
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { STORE_FILE } from "../../hub/edge/store.ts";
import { beacon, pcap } from "../support/captures/pcap.ts";
import type { StandInSupervisor } from "../support/home-assistant/supervisor.ts";
import { ADMIN, imageInNamespace, Machine, supervisorUp } from "../support/image/app.ts";
import type { AssembledImage } from "../support/image/assemble.ts";
import { Container } from "../support/image/container.ts";
import { ROOT } from "../support/program.ts";
import { until } from "../support/wait.ts";

const found = imageInNamespace(import.meta.filename);
const { skip } = found;

function imageOf(): AssembledImage {
  return found.skip === false ? found.image : assert.fail(found.skip);
}

let machines = 0;

/** A machine that has never run the app, beside a Supervisor. */
async function bench(t: TestContext): Promise<{ machine: Machine; supervisor: StandInSupervisor }> {
  const supervisor = await supervisorUp();
  t.after(() => supervisor.stop());
  machines += 1;
  const machine = new Machine(imageOf(), `machine-${machines}`);
  t.after(() => machine.end("SIGKILL"));
  return { machine, supervisor };
}

interface Shown {
  readonly problems: readonly { readonly id: string; readonly advice: string }[];
}

const shown = async (supervisor: StandInSupervisor): Promise<Shown> =>
  (await (await supervisor.open("api/snapshot", ADMIN)).json()) as Shown;

/** Waits until the page shows the problem of the backup, or none; gives its advice. */
async function backupProblem(supervisor: StandInSupervisor, wanted: boolean): Promise<string | undefined> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const found = (await shown(supervisor)).problems.find((one) => one.id === "backup");
    if ((found !== undefined) === wanted) return found?.advice;
    await pause(100);
  }
  return assert.fail(`a problem of the backup: ${!wanted}`);
}

test("the image starts by itself, is healthy, answers through ingress and ends with 0", {
  skip,
}, async (t) => {
  const { machine, supervisor } = await bench(t);
  assert.notEqual(await machine.container.health(), 0, "nothing runs yet");
  await machine.start();
  assert.equal(await machine.container.health(), 0, machine.said);
  const page = await supervisor.open("", ADMIN);
  assert.equal(page.status, 200);
  const links = [...(await page.text()).matchAll(/(?:src|href)="(\.\/[^"]+)"/g)].map(
    (match) => match[1] ?? "",
  );
  assert.ok(links.length >= 2);
  for (const link of links) assert.equal((await supervisor.open(link, ADMIN)).status, 200, link);
  await until("it listens for nodes", () => machine.said.includes("listening for nodes on UDP port 4729"));
  assert.ok(Array.isArray((await shown(supervisor)).problems));
  assert.equal(await machine.end(), 0, machine.said);
  assert.doesNotMatch(machine.said, / error /i);
});

test("nodes find firmware in the image", { skip }, async (t) => {
  const { machine, supervisor } = await bench(t);
  await machine.start();
  const manifest = await supervisor.open("firmware/manifest.json", ADMIN);
  assert.equal(manifest.status, 200);
  const { builds } = (await manifest.json()) as {
    builds: { merged: { path: string }; app: { path: string } }[];
  };
  for (const path of builds.flatMap((build) => [build.merged.path, build.app.path])) {
    assert.equal((await supervisor.open(`firmware/${path}`, ADMIN)).status, 200, path);
  }
});

/** Loads every file of the hub; the page has been bundled, and two run the program when they are loaded. */
const LOAD_ALL = `
  const { globSync } = await import("node:fs");
  const files = globSync("/app/hub/**/*.ts").filter((path) => !/^\\/app\\/hub\\/(web\\/|start\\.ts)/.test(path));
  for (const file of files) await import(file);
  console.log(files.length);
`;

test("all that is imported is in the image, and nothing else is within reach", { skip }, async (t) => {
  const { machine } = await bench(t);
  const { container } = machine;
  const loaded = await container.run(["node", "--input-type=module", "-e", LOAD_ALL]);
  assert.equal(loaded.code, 0, loaded.stderr);
  assert.ok(Number(loaded.stdout) > 100, loaded.stdout);
  assert.equal(existsSync(join(container.root, ROOT)), false);
  const look = `process.exit(require("fs").existsSync(${JSON.stringify(join(ROOT, "package.json"))}) ? 1 : 0)`;
  assert.equal((await container.run(["node", "-e", look])).code, 0);
  for (const tool of ["typescript", "vite", "playwright-core", "node"]) {
    assert.equal(existsSync(join(container.root, "app/node_modules", tool)), false, tool);
  }
});

test("the image reads captures by itself", { skip }, async (t) => {
  const { machine } = await bench(t);
  const packets = [1, 2, 3].map((n) => ({
    time: 1_700_000_000 + n,
    octets: beacon("02aabbccddee", "Home", n),
  }));
  writeFileSync(join(machine.container.data, "evening.pcap"), pcap(packets));
  const replayed = await machine.container.run(["node", "/app/hub/main.ts", "replay", "/data/evening.pcap"]);
  assert.equal(replayed.code, 0, replayed.stderr);
  assert.match(replayed.stdout, /"type":"access_point","bssid":"02:aa:bb:cc:dd:ee","ssid":"Home"/);
});

test("outside of Home Assistant the image runs by its environment alone", { skip }, async (t) => {
  const settings = { AIRWARDEN_DATA: "/data", AIRWARDEN_HOST: "0.0.0.0", AIRWARDEN_UDP: "4729" };
  const container = new Container(imageOf(), "plain", settings);
  const child = container.start();
  t.after(() => child.kill("SIGKILL"));
  let said = "";
  child.stderr?.on("data", (octets: Buffer) => {
    said += octets.toString();
  });
  await until("it listens", () => said.includes("UDP port 4729"), 60_000);
  assert.equal(await container.health(), 0, said);
  assert.equal((await fetch("http://127.0.0.1:8099/")).status, 200);
  assert.ok(existsSync(join(container.data, STORE_FILE)));
  child.kill("SIGTERM");
  await until("it ends", () => child.exitCode !== null);
  assert.equal(child.exitCode, 0, said);
});

test("data of a newer version is a page that says so, healthy, and no loop of restarts", {
  skip,
}, async (t) => {
  const { machine, supervisor } = await bench(t);
  const newer = new DatabaseSync(join(machine.container.data, STORE_FILE));
  newer.exec("PRAGMA user_version = 999");
  newer.close();
  await machine.start();
  await until("it is said", () => machine.said.includes("newer Airwarden"));
  const page = await supervisor.open("", ADMIN);
  assert.equal(page.status, 503);
  assert.match(await page.text(), /update Airwarden/);
  assert.equal(await machine.container.health(), 0);
  assert.equal(machine.running, true);
  assert.equal((await machine.backupPre()).code, 0);
  assert.equal(await machine.end(), 0);
});

test("a backup that cannot be made fails no backup of Home Assistant, and the page says so", {
  skip,
}, async (t) => {
  const { machine, supervisor } = await bench(t);
  await machine.start();
  const copy = join(machine.container.data, "airwarden.backup");
  const first = await machine.backupPre();
  assert.equal(first.code, 0, first.stderr);
  assert.equal(statSync(copy).mode & 0o777, 0o600);
  const before = statSync(copy).mtimeMs;

  mkdirSync(join(`${copy}.new`, "in the way"), { recursive: true });
  const started = performance.now();
  const failed = await machine.backupPre();
  assert.equal(failed.code, 0);
  assert.match(failed.stderr, /the backup .* cannot be written/);
  assert.ok(performance.now() - started < 30_000);
  assert.equal(statSync(copy).mtimeMs, before, "the copy before is kept");
  await until("the log has it", () => /error.*backup/i.test(machine.said));
  assert.match((await backupProblem(supervisor, true)) ?? "", /airwarden\.backup .* holds an earlier copy/);

  rmSync(`${copy}.new`, { recursive: true });
  assert.equal((await machine.backupPre()).code, 0);
  assert.ok(statSync(copy).mtimeMs > before);
  await backupProblem(supervisor, false);
  assert.equal(await machine.end(), 0);
});
