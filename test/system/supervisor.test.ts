import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type TestContext, test } from "node:test";
import { brokerOfSupervisor } from "../../hub/edge/supervisor.ts";

/** A stand-in for the Supervisor: answers `/services/mqtt` as told, and only to who has the token. */
async function supervisor(t: TestContext, status: number, body: unknown): Promise<string> {
  const server: Server = createServer((request, response) => {
    const known = request.url === "/services/mqtt" && request.headers.authorization === "Bearer token";
    response.writeHead(known ? status : 401, { "content-type": "application/json" });
    response.end(JSON.stringify(known ? body : { result: "error" }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const SERVICE = {
  addon: "core_mosquitto",
  host: "core-mosquitto",
  port: 1883,
  ssl: false,
  protocol: "3.1.1",
};

test("the Supervisor's broker comes with its credentials", async (t) => {
  const data = { ...SERVICE, username: "addons", password: "secret" };
  const address = await supervisor(t, 200, { result: "ok", data });
  assert.deepEqual(await brokerOfSupervisor("token", address), {
    url: "mqtt://core-mosquitto:1883",
    username: "addons",
    password: "secret",
  });
  assert.equal(await brokerOfSupervisor("another", address), undefined);
});

test("a broker with TLS has an address of its own kind", async (t) => {
  const address = await supervisor(t, 200, { result: "ok", data: { ...SERVICE, port: 8883, ssl: true } });
  assert.deepEqual(await brokerOfSupervisor("token", address), { url: "mqtts://core-mosquitto:8883" });
});

test("without a broker there is none, whatever the Supervisor says about it", async (t) => {
  const none = await supervisor(t, 400, { result: "error", message: "Service not enabled" });
  assert.equal(await brokerOfSupervisor("token", none), undefined);
  const odd = await supervisor(t, 200, { result: "ok", data: { host: 5 } });
  assert.equal(await brokerOfSupervisor("token", odd), undefined);
});
