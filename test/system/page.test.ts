import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { HttpError, type PageServer, startHttp } from "../../hub/edge/page/http.ts";
import type { PageCommand } from "../../hub/expose/snapshot/command.ts";
import type { Snapshot } from "../../hub/expose/snapshot.ts";
import { buildPage } from "../support/page/page.ts";
import { program } from "../support/prepare.ts";
import { incidentView, nodeView, snapshotOf } from "../support/snapshot.ts";

const browser = program("chromium");
const skip = browser === undefined ? "chromium is not installed" : false;

const server = (ingress = false): Promise<PageServer> =>
  startHttp({ host: "127.0.0.1", port: 0, ingress, page: buildPage() });

/** fetch() does not let a test choose the Host header. */
const statusFor = (url: string, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const asked = request(url, { headers: { Host: host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.on("error", reject);
    asked.end();
  });

test("before the hub is ready the page says so, and health is already good", async () => {
  const page = await server();
  try {
    assert.equal((await fetch(`${page.url}healthz`)).status, 200);
    assert.equal((await fetch(`${page.url}api/snapshot`)).status, 503);
    assert.match(await (await fetch(page.url)).text(), /<airwarden-page>/);
  } finally {
    await page.close();
  }
});

test("commands need the page's header, JSON and a known shape; other sites and names are refused", async () => {
  const page = await server();
  const commands: PageCommand[] = [];
  page.attach({
    isAdministrator: async () => true,
    blockEntities: async () => [],
    entities: async () => [],
    snapshot: () => snapshotOf(),
    command: async (command) => {
      commands.push(command);
      return command.command === "test_alert" ? { ok: false, error: "not now" } : { ok: true };
    },
  });
  const post = (body: string, headers: Record<string, string>) =>
    fetch(`${page.url}api/command`, { method: "POST", body, headers });
  const json = { "Content-Type": "application/json", "X-Airwarden": "1" };
  try {
    assert.equal(
      (await post('{"command":"acknowledge_all"}', { "Content-Type": "application/json" })).status,
      403,
    );
    assert.equal(
      (await post('{"command":"acknowledge_all"}', { "X-Airwarden": "1", "Content-Type": "text/plain" }))
        .status,
      400,
    );
    assert.equal((await post('{"command":"erase"}', json)).status, 400);
    assert.equal((await post("{", json)).status, 400);
    assert.equal((await post('{"command":"test_alert"}', json)).status, 409);
    assert.equal((await post('{"command":"acknowledge_all"}', json)).status, 200);
    assert.deepEqual(
      commands.map((one) => one.command),
      ["test_alert", "acknowledge_all"],
    );
    assert.equal((await fetch(`${page.url}metrics`)).status, 200);
    assert.equal(await statusFor(page.url, "evil.example"), 403);
    assert.equal(await statusFor(page.url, "localhost:8099"), 200);
  } finally {
    await page.close();
  }
});

test("inside the app only the ingress proxy is answered, but for health", async () => {
  const page = await server(true);
  try {
    assert.equal((await fetch(`${page.url}healthz`)).status, 200);
    assert.equal((await fetch(page.url)).status, 403);
    assert.equal((await fetch(`${page.url}api/snapshot`)).status, 403);
  } finally {
    await page.close();
  }
});

test("a busy port is said with the next step", async () => {
  const first = await server();
  const port = Number(new URL(first.url).port);
  try {
    await assert.rejects(startHttp({ host: "127.0.0.1", port, ingress: false, page: "." }), (error) => {
      assert.ok(error instanceof HttpError);
      assert.match(error.message, /in use by another program.*--port/);
      return true;
    });
  } finally {
    await first.close();
  }
});

test("in a real browser: live figures, hostile names as text, and a click that reaches the hub", {
  skip,
}, async () => {
  const page = await server();
  const commands: PageCommand[] = [];
  const hostile = `<img src=x onerror="document.title='owned'">`;
  const state: { snapshot: Snapshot } = { snapshot: snapshotOf({ nodes: [nodeView({ name: hostile })] }) };
  page.attach({
    isAdministrator: async () => true,
    blockEntities: async () => [],
    entities: async () => [],
    snapshot: () => state.snapshot,
    command: async (command) => {
      commands.push(command);
      return { ok: true };
    },
  });
  const chrome = await chromium.launch({
    executablePath: browser ?? "",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"].concat([
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ]),
  });
  try {
    const tab = await chrome.newPage({ viewport: { width: 390, height: 800 } });
    const errors: string[] = [];
    tab.on("pageerror", (error) => errors.push(error.message));
    await tab.goto(page.url);
    await tab.getByText("Nothing unusual").waitFor();
    state.snapshot = snapshotOf({
      nodes: state.snapshot.nodes,
      incidents: [incidentView({ title: hostile })],
    });
    const card = tab.locator('[data-kind="deauth_flood"]');
    await card.waitFor();
    assert.ok((await card.textContent())?.includes(hostile));
    await card.getByText("I have seen this").click();
    for (let i = 0; i < 100 && commands.length === 0; i++) await tab.waitForTimeout(50);
    assert.deepEqual(commands, [{ command: "acknowledge", incident: incidentView().id }]);
    await tab.getByRole("link", { name: "Nodes" }).click();
    await tab.locator('[data-node="020000000001"]').waitFor();
    await tab.getByRole("link", { name: "Devices" }).click();
    await tab.getByText("No devices of your home yet").waitFor();
    const overflow = await tab.evaluate("document.documentElement.scrollWidth > innerWidth");
    assert.equal(overflow, false);
    assert.notEqual(await tab.title(), "owned");
    assert.deepEqual(errors, []);
  } finally {
    await chrome.close();
    await page.close();
  }
});
