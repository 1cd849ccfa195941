import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import mqtt from "mqtt";
import { MqttOutput } from "../../hub/edge/mqtt.ts";
import type { Site } from "../../hub/expose/discovery/site.ts";
import type { TopicCommand } from "../../hub/expose/discovery/topic-command.ts";
import { mosquitto } from "../support/mosquitto.ts";
import { program } from "../support/prepare.ts";
import { incidentView, nodeView, snapshotOf } from "../support/snapshot.ts";
import { until } from "../support/wait.ts";

const site: Site = { hubId: "t3st", discoveryPrefix: "homeassistant", version: "0.1.0" };
const skip = program("mosquitto") === undefined ? "mosquitto is not installed" : false;

interface Heard {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

async function listener(t: TestContext, url: string): Promise<{ heard: Heard[]; client: mqtt.MqttClient }> {
  const heard: Heard[] = [];
  const client = await mqtt.connectAsync(url);
  t.after(() => client.end(true));
  client.on("message", (topic, payload, packet) =>
    heard.push({ topic, payload: payload.toString(), retain: packet.retain }),
  );
  await client.subscribeAsync("#", { qos: 1 });
  return { heard, client };
}

test("discovery, states and alerts reach a real broker, and again after it restarted", {
  skip,
}, async (t) => {
  const broker = await mosquitto();
  await broker.start();
  const commands: TopicCommand[] = [];
  const notices: string[] = [];
  const output = new MqttOutput({
    site,
    broker: async () => ({ url: broker.url }),
    onCommand: (command) => commands.push(command),
    onNotice: (line) => notices.push(line),
  });
  try {
    const first = await listener(t, broker.url);
    const left = { qos: 1, retain: true } as const;
    await first.client.publishAsync("airwarden/t3st/command", "restore_entities", left);
    await first.client.publishAsync("airwarden/t3st/learning/set", "ON", left);
    output.show(snapshotOf({ nodes: [nodeView()] }));
    output.alert(incidentView());
    output.start();
    await until("online", () =>
      first.heard.find((one) => one.topic === "airwarden/t3st/status" && one.payload === "online"),
    );
    await until("discovery", () =>
      first.heard.find((one) => one.topic === "homeassistant/device/airwarden_hub_t3st/config"),
    );
    await until("node discovery", () =>
      first.heard.find((one) => one.topic.includes("airwarden_node_t3st_020000000001/config")),
    );
    const alert = await until("alert", () => first.heard.find((one) => one.topic === "airwarden/t3st/alert"));
    assert.equal(alert.retain, false);
    const order = first.heard.map((one) => one.topic);
    assert.ok(
      order.indexOf("homeassistant/device/airwarden_hub_t3st/config") < order.indexOf("airwarden/t3st/alert"),
    );

    await first.client.publishAsync("airwarden/t3st/command", "acknowledge_all", { qos: 1 });
    await until("command", () => commands.length === 1);
    for (const [topic, payload] of [
      ["learning/set", "OFF"],
      ["alert_budget/set", "9"],
      ["node/020000000001/command", "restart"],
    ] as const) {
      await first.client.publishAsync(`airwarden/t3st/${topic}`, payload, { qos: 1 });
    }
    await until("settings and words of nodes", () => commands.some((one) => one.command === "restart_node"));
    assert.deepEqual(commands, [
      { command: "acknowledge_all" },
      { command: "set_learning", on: false },
      { command: "set_alert_budget", perDay: 9 },
      { command: "restart_node", node: "020000000001" },
    ]);

    await broker.stop();
    await until("loss noticed", () => output.state !== "connected");
    output.alert(incidentView({ id: "while-away" }));
    await broker.start();
    const second = await listener(t, broker.url);
    await until("online again", () =>
      second.heard.find((one) => one.topic === "airwarden/t3st/status" && one.payload === "online"),
    );
    await until("discovery again", () =>
      second.heard.find((one) => one.topic === "homeassistant/device/airwarden_hub_t3st/config"),
    );
    await until("waiting alert", () => second.heard.find((one) => one.payload.includes("while-away")));

    const before = second.heard.length;
    await second.client.publishAsync("homeassistant/status", "online", { qos: 1 });
    await until("discovery after birth", () =>
      second.heard
        .slice(before)
        .find((one) => one.topic === "homeassistant/device/airwarden_hub_t3st/config"),
    );
    await output.close();
    await until("goodbye", () =>
      second.heard.find((one) => one.topic === "airwarden/t3st/status" && one.payload === "offline"),
    );
  } finally {
    await output.close();
    await broker.remove();
  }
  assert.ok(notices.some((line) => line.includes("lost the MQTT broker")));
});

test("what an earlier run left is put right: a node that does not come back is not connected", {
  skip,
}, async (t) => {
  const broker = await mosquitto();
  await broker.start();
  const begin = (awaitNodes: number): MqttOutput => {
    const output = new MqttOutput({
      ...{ site, awaitNodes, onCommand: () => undefined, onNotice: () => undefined },
      broker: async () => ({ url: broker.url }),
    });
    output.start();
    return output;
  };
  const [here, gone] = [nodeView(), nodeView({ id: "020000000002", mac: "02:00:00:00:00:02" })];
  const { heard } = await listener(t, broker.url);
  const connected = (id: string): unknown => {
    const states = heard.filter((one) => one.topic === `airwarden/t3st/node/${id}`);
    return (JSON.parse(states.at(-1)?.payload ?? "{}") as Record<string, unknown>)["connected"];
  };
  const first = begin(60_000);
  let second: MqttOutput | undefined;
  try {
    first.show(snapshotOf({ nodes: [here, gone] }));
    await until("both are connected", () => connected(here.id) === "ON" && connected(gone.id) === "ON");
    await first.close();
    second = begin(500);
    await until("the one that is gone is not connected", () => {
      second?.show(snapshotOf({ nodes: [here] }));
      return connected(gone.id) === "OFF";
    });
    assert.equal(connected(here.id), "ON");
  } finally {
    await second?.close();
    await broker.remove();
  }
});

test("a wrong password is said once, in words, and trying goes on", { skip }, async () => {
  const broker = await mosquitto({ password: "right" });
  await broker.start();
  const notices: string[] = [];
  let password = "wrong";
  const output = new MqttOutput({
    site,
    broker: async () => ({ url: broker.url, username: "airwarden", password }),
    onCommand: () => undefined,
    onNotice: (line) => notices.push(line),
  });
  try {
    output.start();
    await until("refusal", () => output.state === "refused");
    assert.match(notices.join("\n"), /refuses the user name or password/);
    password = "right";
    await until("recovery", () => output.state === "connected");
  } finally {
    await output.close();
    await broker.remove();
  }
});

test("no broker at all is one notice, not a stream of them", async () => {
  const notices: string[] = [];
  const output = new MqttOutput({
    site,
    broker: async () => undefined,
    onCommand: () => undefined,
    onNotice: (line) => notices.push(line),
  });
  output.start();
  await until("off", () => output.state === "off");
  await output.close();
  assert.equal(notices.length, 1);
});
