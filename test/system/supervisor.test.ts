import assert from "node:assert/strict";
import { copyFileSync, readdirSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import mqtt from "mqtt";
import { parse } from "yaml";
import { STORE_FILE } from "../../hub/edge/store.ts";
import { enterNamespace } from "../support/home-assistant/namespace.ts";
import { mosquitto } from "../support/mosquitto.ts";
import { program } from "../support/prepare.ts";
import { folderFor, ROOT, run } from "../support/program.ts";
import { ADMIN, app, CHILD, command, JSON_OF_PAGE, supervisor, TOKEN } from "../support/supervised.ts";
import { until } from "../support/wait.ts";

const inside = enterNamespace(import.meta.filename);
const skip = inside ? false : "no network namespace: the app beside a Supervisor";
const skipBroker = skip || program("mosquitto") !== undefined ? skip : "mosquitto is not installed";

test("through ingress the page works under its prefix; everybody else is refused", { skip }, async (t) => {
  const standIn = await supervisor(t);
  const hub = await app(t);
  const page = await standIn.open("", ADMIN);
  assert.equal(page.status, 200);
  const links = [...(await page.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? "");
  assert.ok(links.length >= 2);
  for (const link of links.filter((one) => !one.startsWith("data:"))) {
    const address = new URL(link, standIn.address).href;
    assert.ok(address.startsWith(standIn.address), `${link} leaves the prefix`);
    assert.equal((await fetch(address)).status, 200, link);
  }
  const live = await standIn.open("api/live", ADMIN);
  const reader = live.body?.getReader();
  let told = "";
  while (!told.includes("data: {")) told += new TextDecoder().decode((await reader?.read())?.value);
  await reader?.cancel();
  assert.equal((await fetch("http://127.0.0.1:8099/")).status, 403);
  assert.equal((await fetch("http://127.0.0.1:8099/api/snapshot")).status, 403);
  assert.equal((await fetch("http://127.0.0.1:8099/healthz")).status, 200);
  assert.equal((await hub.end()).code, 0);
});

test("only administrators change something; who it is, only the Supervisor says", { skip }, async (t) => {
  const standIn = await supervisor(t);
  standIn.core = "starting";
  const hub = await app(t);
  const change = { command: "acknowledge_all" };
  const early = await command(standIn, ADMIN, change);
  assert.match(await early.text(), /try again in a minute/);
  assert.equal(early.status, 403);
  standIn.core = "up";
  await until("Core is asked", () => standIn.asked.length > 0, 20_000);
  assert.equal((await command(standIn, undefined, change)).status, 403);
  const child = await command(standIn, CHILD, change);
  assert.equal(child.status, 403);
  assert.match(await child.text(), /only administrators/);
  assert.equal((await standIn.open("api/snapshot", CHILD)).status, 200);
  const forged = await standIn.open("api/command", CHILD, {
    method: "POST",
    headers: { ...JSON_OF_PAGE, "x-remote-user-id": ADMIN },
    body: JSON.stringify(change),
  });
  assert.equal(forged.status, 403);
  assert.equal((await command(standIn, ADMIN, change)).status, 200);
  standIn.answers.set("config/auth/list", [{ id: CHILD, is_active: true, group_ids: ["system-admin"] }]);
  assert.equal((await command(standIn, CHILD, change)).status, 200, "a new administrator is looked up");
  assert.equal((await hub.end()).code, 0);
});

test("only administrators choose what “Block” does, and block; the log says who it was", {
  skip,
}, async (t) => {
  const standIn = await supervisor(t);
  standIn.names.set(ADMIN, "Ada Łukasz\u202e");
  standIn.interfaces = [{ interface: "end0", primary: true, enabled: true, mac: "02:00:00:00:00:55" }];
  standIn.answers.set("get_states", [{ entity_id: "script.block", attributes: { friendly_name: "Block" } }]);
  const hub = await app(t);
  const calls = () => standIn.asked.filter((one) => one["domain"] === "script");
  const script = { entity: "script.block", turn: "on" };
  const choice = { command: "choose_block", mac: null, block: script, unblock: null };
  const block = { command: "block_device", mac: "02:00:00:00:00:77", incident: null, despite: false };
  await until("Core is asked", () => standIn.asked.length > 0, 30_000);
  for (const one of [choice, block]) assert.equal((await command(standIn, CHILD, one)).status, 403);
  assert.equal((await standIn.open("api/entities/block", CHILD)).status, 403);
  assert.equal((await standIn.open("api/entities/block", undefined)).status, 403);
  assert.deepEqual(await (await standIn.open("api/entities/block", ADMIN)).json(), [
    { id: "script.block", name: "Block", mac: null },
  ]);
  assert.equal((await command(standIn, ADMIN, block)).status, 409, "nothing is chosen");
  assert.equal((await command(standIn, ADMIN, choice)).status, 200);
  assert.equal((await command(standIn, CHILD, block)).status, 403);
  assert.deepEqual(calls(), []);
  const answer = await command(standIn, ADMIN, block);
  assert.equal(answer.status, 200, await answer.text());
  assert.equal(calls()[0]?.["service"], "block");
  const refused = await command(standIn, ADMIN, { ...block, mac: "02:00:00:00:00:55" });
  assert.match(await refused.text(), /the machine that Home Assistant/);
  const { block: view } = (await (await standIn.open("api/snapshot", CHILD)).json()) as {
    block: { runs: { by: string; outcome: string }[] };
  };
  assert.deepEqual(
    view.runs.map(({ by, outcome }) => [by, outcome]),
    [["Ada Łukasz\ufffd", "done"]],
  );
  assert.equal((await hub.end()).code, 0);
});

test("Core that starts, refuses the token, or goes away is waited for, without haste", {
  skip,
}, async (t) => {
  const standIn = await supervisor(t);
  standIn.core = "starting";
  const hub = await app(t);
  await until("two attempts", () => standIn.attempts >= 2, 20_000);
  standIn.core = "refusing";
  await until("a refused attempt", () => hub.stderr().includes("refuses the token"), 60_000);
  standIn.core = "up";
  const listed = (): number =>
    standIn.asked.filter((one) => one.type === "config/device_registry/list").length;
  await until("the registry is asked for", () => listed() === 1, 20_000);
  standIn.drop();
  await until("the registry is asked for again", () => listed() === 2, 20_000);
  assert.ok(standIn.attempts < 12, `${standIn.attempts} attempts`);
  assert.match(hub.stderr(), /cannot reach Home Assistant/);
  assert.match(hub.stderr(), /refuses the token/);
  assert.equal((await hub.end()).code, 0);
});

test("without a broker alerts become notifications and events in Home Assistant", { skip }, async (t) => {
  const standIn = await supervisor(t);
  const hub = await app(t);
  await until("Core is asked", () => standIn.asked.length > 0, 20_000);
  assert.equal((await command(standIn, ADMIN, { command: "test_alert" })).status, 200);
  const called = (type: string) => standIn.asked.find((one) => one.type === type);
  await until("the event", () => called("fire_event") !== undefined);
  await until("the notification", () => called("call_service") !== undefined);
  assert.equal(called("fire_event")?.["event_type"], "airwarden_alert");
  const fields = called("fire_event")?.["event_data"] as Record<string, unknown>;
  assert.deepEqual([fields["event_type"], fields["severity"]], ["test", "info"]);
  assert.match(String(fields["url"]), /supervisor_ingress\/\?addon=0123abcd_airwarden$/);
  const note = called("call_service") as unknown as { domain: string; service: string };
  assert.deepEqual([note.domain, note.service], ["persistent_notification", "create"]);
  assert.equal((await hub.end()).code, 0);
});

test("without a broker a problem that lasts is one notification, taken back when there is one", {
  skip: skipBroker,
}, async (t) => {
  const standIn = await supervisor(t);
  const broker = await mosquitto({ password: "right" });
  t.after(() => broker.remove());
  const hub = await app(t);
  const notes = (service: string) =>
    standIn.asked
      .map((one) => one as unknown as { service?: string; service_data?: { notification_id: string } })
      .filter((one) => one.service === service)
      .map((one) => one.service_data?.notification_id);
  await until("the problem is told", () => notes("create").includes("airwarden_problem_no_broker"), 90_000);
  await broker.start();
  standIn.broker = { port: broker.port, username: "airwarden", password: "right" };
  await until("it is taken back", () => notes("dismiss").includes("airwarden_problem_no_broker"), 90_000);
  assert.equal(notes("create").filter((id) => id?.includes("no_broker")).length, 1);
  assert.equal((await hub.end()).code, 0);
});

test("the broker's credentials come from the Supervisor, and anew when they change", {
  skip: skipBroker,
}, async (t) => {
  const standIn = await supervisor(t);
  const [first, second] = [await mosquitto({ password: "first" }), await mosquitto({ password: "second" })];
  t.after(() => first.remove());
  t.after(() => second.remove());
  await first.start();
  const hub = await app(t);
  const state = async (): Promise<string> =>
    ((await (await standIn.open("api/snapshot", ADMIN)).json()) as { hub: { mqtt: string } }).hub.mqtt;
  const eventually = async (wanted: string): Promise<void> => {
    for (let attempt = 0; attempt < 200 && (await state()) !== wanted; attempt++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    assert.equal(await state(), wanted);
  };
  await eventually("off");
  standIn.broker = { port: first.port, username: "airwarden", password: "first" };
  await eventually("connected");
  await second.start();
  standIn.broker = { port: second.port, username: "airwarden", password: "outdated" };
  await first.stop();
  await eventually("refused");
  standIn.broker = { port: second.port, username: "airwarden", password: "second" };
  await eventually("connected");
  assert.equal((await hub.end()).code, 0);
});

test("the app's own update is an entity, with the versions that the Supervisor knows", {
  skip: skipBroker,
}, async (t) => {
  const standIn = await supervisor(t);
  const broker = await mosquitto();
  t.after(() => broker.remove());
  await broker.start();
  standIn.broker = { port: broker.port, username: "airwarden", password: "any" };
  standIn.app = { ...standIn.app, version: "0.1.0", version_latest: "0.2.0", update_available: true };
  const hub = await app(t);
  const client = await mqtt.connectAsync(broker.url);
  t.after(() => client.end(true));
  const heard = new Map<string, Record<string, Record<string, unknown>>>();
  client.on("message", (topic, payload) => {
    if (/_hub_|\/state$/.test(topic)) heard.set(topic.replace(/.*\//, ""), JSON.parse(String(payload)));
  });
  await client.subscribeAsync("#");
  await until("the update is told", () => heard.get("state")?.["hub_update"] !== undefined, 30_000);
  const state = heard.get("state")?.["hub_update"];
  assert.deepEqual([state?.["installed_version"], state?.["latest_version"]], ["0.1.0", "0.2.0"]);
  const { hub_update: offered } = heard.get("config")?.["components"] ?? {};
  assert.match(JSON.stringify(offered), /"platform":"update"/);
  assert.equal((await hub.end()).code, 0);
});

test("data of a newer version is a page that says so, and no end", { skip }, async (t) => {
  const standIn = await supervisor(t);
  const folder = folderFor(t);
  const newer = new DatabaseSync(join(folder, STORE_FILE));
  newer.exec("PRAGMA user_version = 999");
  newer.close();
  const hub = await app(t, folder);
  await until("the page explains", () => hub.stderr().includes("newer Airwarden"));
  const page = await standIn.open("", ADMIN);
  assert.equal(page.status, 503);
  assert.match(await page.text(), /update Airwarden/);
  assert.equal((await fetch("http://127.0.0.1:8099/healthz")).status, 200);
  assert.equal(hub.child.exitCode, null);
  assert.equal((await hub.end()).code, 0);
});

test("what a backup of the app carries is enough to go on elsewhere", { skip }, async (t) => {
  const standIn = await supervisor(t);
  const [data, elsewhere] = [folderFor(t), folderFor(t)];
  const first = await app(t, data);
  await until("Core is asked", () => standIn.asked.length > 0, 20_000);
  const naming = { command: "name_device", mac: "24:0a:c4:00:00:11", name: "Espresso" };
  assert.equal((await command(standIn, ADMIN, naming)).status, 200);
  const config = parse(readFileSync(join(ROOT, "addon/config.yaml"), "utf8")) as {
    backup_pre: string;
    backup_exclude: string[];
  };
  assert.match(config.backup_pre, /^node \/app\/hub\/main\.ts backup --exit-zero$/);
  const environment = { SUPERVISOR_TOKEN: TOKEN };
  assert.equal((await run(["backup", "--data", data], { environment })).code, 0);
  await first.end("SIGKILL");
  const carried = readdirSync(data).filter(
    (name) => !config.backup_exclude.some((pattern) => matchesGlob(name, pattern)),
  );
  assert.deepEqual(carried, ["airwarden.backup"]);
  for (const name of carried) copyFileSync(join(data, name), join(elsewhere, name));
  const second = await app(t, elsewhere);
  await until("the backup is found", () => second.stderr().includes("going on from the backup"));
  assert.equal((await second.end()).code, 0);
  const kept = new DatabaseSync(join(elsewhere, STORE_FILE), { readOnly: true });
  const row = kept.prepare("SELECT name FROM devices WHERE mac = ?").get(0x240a_c400_0011);
  kept.close();
  assert.equal(row?.["name"], "Espresso");
});
