import assert from "node:assert/strict";
import { request } from "node:http";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { enterNamespace } from "../support/home-assistant/namespace.ts";
import { type StandInSupervisor, SUPERVISOR } from "../support/home-assistant/supervisor.ts";
import { type Broker, mosquitto } from "../support/mosquitto.ts";
import { program } from "../support/prepare.ts";
import { folderFor } from "../support/program.ts";
import { ADMIN, app, CHILD, command, supervisor } from "../support/supervised.ts";
import { until } from "../support/wait.ts";

const inside = enterNamespace(import.meta.filename);
const skip = inside ? false : "no network namespace: the app beside a Supervisor";
const skipBroker = skip || program("mosquitto") !== undefined ? skip : "mosquitto is not installed";

const PATIENCE_MS = 90_000;
const PORT = 8099;

/** Asks the page from an address of this machine, with whatever headers; gives the status. */
function asking(host: string, localAddress: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host, port: PORT, path: "/api/snapshot", localAddress, headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on("error", reject);
    asked.end();
  });
}

/** A Supervisor that knows of a broker which runs. */
async function withBroker(t: TestContext): Promise<{ standIn: StandInSupervisor; broker: Broker }> {
  const standIn = await supervisor(t);
  const broker = await mosquitto({ password: "right" });
  t.after(() => broker.remove());
  await broker.start();
  standIn.broker = { port: broker.port, username: "airwarden", password: "right" };
  return { standIn, broker };
}

interface Shown {
  readonly hub: { readonly mqtt: string };
  readonly problems: readonly { readonly id: string }[];
}

const shown = async (standIn: StandInSupervisor): Promise<Shown> =>
  (await (await standIn.open("api/snapshot", ADMIN)).json()) as Shown;

async function becomes(standIn: StandInSupervisor, wanted: string): Promise<void> {
  let state = "";
  for (const end = performance.now() + PATIENCE_MS; performance.now() < end; await pause(100)) {
    state = (await shown(standIn)).hub.mqtt;
    if (state === wanted) return;
  }
  assert.fail(`the broker is ${state}, not ${wanted}`);
}

for (const host of ["0.0.0.0", "::"]) {
  test(`nobody but the Supervisor is let in at ${host}, whatever he says he is`, { skip }, async (t) => {
    await supervisor(t);
    const hub = await app(t, folderFor(t), ["--host", host]);
    assert.equal(await asking(SUPERVISOR, SUPERVISOR), 200);
    for (const headers of [
      {},
      { "x-forwarded-for": SUPERVISOR, "x-real-ip": SUPERVISOR, forwarded: `for=${SUPERVISOR}` },
      { "x-remote-user-id": ADMIN, "x-ingress-path": "/api/hassio_ingress/0123456789abcdef" },
    ]) {
      assert.equal(await asking("127.0.0.1", "127.0.0.1", headers), 403);
      assert.equal(await asking(SUPERVISOR, "127.0.0.1", headers), 403);
    }
    if (host === "::") assert.equal(await asking("::1", "::1"), 403);
    assert.equal((await hub.end()).code, 0);
  });
}

test("a Supervisor that cannot say which broker there is, is no missing broker", {
  skip: skipBroker,
}, async (t) => {
  const { standIn, broker } = await withBroker(t);
  standIn.failing.set("/services/mqtt", 502);
  const hub = await app(t);
  await until("it is said", () => hub.stderr().includes("cannot ask for the MQTT broker"), PATIENCE_MS);
  for (const status of [500, 503, 401, 403]) {
    standIn.failing.set("/services/mqtt", status);
    await until("it is asked again", () => hub.stderr().includes(`answers ${status}`), PATIENCE_MS);
    const { hub: state, problems } = await shown(standIn);
    assert.equal(state.mqtt, "connecting");
    assert.deepEqual(
      problems.filter((one) => one.id.includes("broker")),
      [],
    );
  }
  standIn.failing.clear();
  await becomes(standIn, "connected");

  standIn.failing.set("/services/mqtt", 502);
  await broker.stop();
  await until("the loss is said", () => hub.stderr().includes("lost the MQTT broker"), PATIENCE_MS);
  await broker.start();
  await becomes(standIn, "connected");

  standIn.failing.clear();
  standIn.broker = undefined;
  await broker.stop();
  await becomes(standIn, "off");
  assert.ok((await shown(standIn)).problems.some((one) => one.id === "no_broker"));
  assert.equal((await hub.end()).code, 0);
});

test("the Supervisor restarts: the page, who may do what, and Core are there again, the broker all the while", {
  skip: skipBroker,
}, async (t) => {
  const { standIn } = await withBroker(t);
  const hub = await app(t);
  const change = { command: "acknowledge_all" };
  await becomes(standIn, "connected");
  await until("Core is asked", () => standIn.asked.length > 0, PATIENCE_MS);
  assert.equal((await command(standIn, ADMIN, change)).status, 200);

  await standIn.stop();
  await until("Core is lost", () => hub.stderr().includes("lost Home Assistant"), PATIENCE_MS);
  await pause(3000);
  assert.equal(hub.child.exitCode, null);
  const asked = standIn.asked.length;
  standIn.core = "starting";
  await standIn.start();
  assert.equal((await standIn.open("api/snapshot", CHILD)).status, 200, "the page needs no Core");
  assert.equal((await shown(standIn)).hub.mqtt, "connected");
  standIn.core = "refusing";
  await until("the token is refused", () => hub.stderr().includes("refuses the token"), PATIENCE_MS);
  standIn.core = "up";
  await until("Core is asked again", () => standIn.asked.length > asked, PATIENCE_MS);
  assert.equal((await command(standIn, CHILD, change)).status, 403);
  assert.equal((await command(standIn, ADMIN, change)).status, 200);
  assert.equal(hub.stderr().match(/lost the MQTT broker/), null);
  assert.equal((await hub.end()).code, 0);
});

for (const core of ["closing", "silent"] as const) {
  test(`a way to Core that is ${core} is tried without haste, until it works`, { skip }, async (t) => {
    const standIn = await supervisor(t);
    standIn.core = core;
    const hub = await app(t);
    await until("three attempts", () => standIn.attempts >= 3, PATIENCE_MS);
    const [before, began] = [standIn.attempts, performance.now()];
    await pause(3000);
    // No two attempts are closer than a second.
    const most = Math.ceil((performance.now() - began) / 1000) + 1;
    assert.ok(standIn.attempts - before <= most, `${standIn.attempts - before} attempts`);
    standIn.core = "up";
    await until("Core is asked", () => standIn.asked.length > 0, PATIENCE_MS);
    assert.match(hub.stderr(), /cannot reach Home Assistant/);
    assert.equal((await hub.end()).code, 0);
  });
}
