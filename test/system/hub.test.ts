import assert from "node:assert/strict";
import { test } from "node:test";
import mqtt from "mqtt";
import { chromium } from "playwright-core";
import { DEVICES } from "../../hub/demo/cast.ts";
import type { Snapshot } from "../../hub/expose/snapshot.ts";
import { serving } from "../support/hub.ts";
import { mosquitto } from "../support/mosquitto.ts";
import { buildPage } from "../support/page/page.ts";
import { program } from "../support/prepare.ts";
import { until } from "../support/wait.ts";

const browser = program("chromium");
const CHROMIUM_FLAGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** What a client of the broker hears; retained messages of before included. */
async function listen(
  url: string,
): Promise<{ heard: { topic: string; payload: string }[]; end: () => void }> {
  const client = await mqtt.connectAsync(url);
  const heard: { topic: string; payload: string }[] = [];
  client.on("message", (topic, payload) => heard.push({ topic, payload: payload.toString() }));
  await client.subscribeAsync("#", { qos: 1 });
  return { heard, end: () => void client.end(true) };
}

const fields = (payload: string): Record<string, unknown> => JSON.parse(payload) as Record<string, unknown>;

test("the demo hub on a real Mosquitto: discovery, devices, the incident, and all of it after the broker restarted", {
  skip: program("mosquitto") === undefined ? "mosquitto is not installed" : false,
}, async (t) => {
  const broker = await mosquitto();
  t.after(() => broker.remove());
  await broker.start();
  const first = await listen(broker.url);
  const hub = await serving(t, ["--demo", "--mqtt", broker.url]);
  await until("discovery of the hub", () =>
    first.heard.find((one) => /^homeassistant\/device\/airwarden_hub_\w+\/config$/.test(one.topic)),
  );
  await until("discovery of both nodes", () => {
    const topics = first.heard.map((one) => one.topic).filter((topic) => topic.includes("airwarden_node_"));
    return new Set(topics).size === 2;
  });
  const alert = await until(
    "the incident as an event",
    () => first.heard.find((one) => one.topic.endsWith("/alert")),
    60_000,
  );
  assert.equal(fields(alert.payload)["event_type"], "deauth_flood");
  assert.equal(fields(alert.payload)["severity"], "critical");
  const problem = (heard: typeof first.heard): unknown => {
    const states = heard.filter((one) => /^airwarden\/\w+\/state$/.test(one.topic)).at(-1);
    return states === undefined ? undefined : fields(states.payload)["problem"];
  };
  await until("the problem sensor is on", () => problem(first.heard) === "ON");
  first.end();

  await broker.stop();
  await broker.start();
  const second = await listen(broker.url);
  await until("online again", () =>
    second.heard.find((one) => one.topic.endsWith("/status") && one.payload === "online"),
  );
  await until("discovery again", () => second.heard.find((one) => one.topic.includes("airwarden_hub_")));
  await until("states again", () => problem(second.heard) === "ON");
  const command =
    second.heard.find((one) => one.topic.endsWith("/status"))?.topic.replace(/status$/, "command") ?? "";
  const person = await mqtt.connectAsync(broker.url);
  await person.publishAsync(command, "acknowledge_all", { qos: 1 });
  await until("acknowledging reaches the hub and comes back", () => problem(second.heard) === "OFF");
  person.end(true);

  const { code } = await hub.end("SIGTERM");
  assert.equal(code, 0, hub.stderr());
  await until("the goodbye", () =>
    second.heard.some((one) => one.topic.endsWith("/status") && one.payload === "offline"),
  );
  second.end();
});

test("the demo home in a real browser: devices within seconds, the first incident within a minute, acknowledged", {
  skip: browser === undefined ? "chromium is not installed" : false,
}, async (t) => {
  buildPage();
  const hub = await serving(t, ["--demo"]);
  const chrome = await chromium.launch({ executablePath: browser ?? "", args: CHROMIUM_FLAGS });
  t.after(() => chrome.close());
  const tab = await chrome.newPage({ viewport: { width: 390, height: 800 } });
  const errors: string[] = [];
  tab.on("pageerror", (error) => errors.push(error.message));
  await tab.goto(`${hub.url}#devices`);
  const television = DEVICES.find((device) => device.habit === "television")?.name ?? "";
  await tab.getByText(television).waitFor({ timeout: 20_000 });
  await tab.getByRole("link", { name: "Now" }).click();
  const incident = tab.locator('[data-kind="deauth_flood"]');
  await incident.waitFor({ timeout: 60_000 });
  assert.match((await incident.textContent()) ?? "", /Sunflower/);
  await incident.getByText("What was seen").click();
  await incident.getByText("Meant for all devices at once").waitFor();
  await incident.getByRole("button", { name: "I have seen this" }).click();
  await incident.getByText("You have seen this").waitFor();
  await tab.getByRole("link", { name: "Networks" }).click();
  await tab.getByRole("heading", { name: "Sunflower" }).waitFor();
  const snapshot = (await (await fetch(new URL("api/snapshot", hub.url))).json()) as Snapshot;
  assert.equal(snapshot.incidents.find((one) => one.kind === "deauth_flood")?.acknowledged, true);
  const metrics = await (await fetch(new URL("metrics", hub.url))).text();
  assert.match(metrics, /^airwarden_incidents_open\{severity="critical"\} 1$/m);
  assert.deepEqual(errors, []);
  const { code } = await hub.end();
  assert.equal(code, 0, hub.stderr());
});
