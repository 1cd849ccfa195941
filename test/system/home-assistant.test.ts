import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Core } from "../support/home-assistant/core.ts";
import type { CoreSocket } from "../support/home-assistant/core-socket.ts";
import { Home } from "../support/home-assistant/home.ts";
import { ownDevices } from "../support/home-assistant/own.ts";
import { realHomeAssistant } from "../support/home-assistant/real.ts";

const { root, skip } = realHomeAssistant(import.meta.filename);

interface DeviceRow {
  readonly mac: string;
  readonly name: string | null;
  readonly area: string | null;
}

const LIGHT = "24:0a:c4:00:00:12";
const CAMERA = "9c8ecd000015";
const STRANGER = "da174e000042";

/** Classes that a person sees; keys are what `default_entity_id` asks for. */
const HUB_CLASSES: Readonly<Record<string, string | undefined>> = {
  "event.airwarden_alert": undefined,
  "binary_sensor.airwarden_problem": "problem",
  "sensor.airwarden_open_incidents": undefined,
  "button.airwarden_acknowledge_all": undefined,
  "button.airwarden_test_alert": undefined,
};

describe("the hub beside a real Home Assistant", { skip, concurrency: 1 }, () => {
  let home: Home;
  let core: Core;
  let socket: CoreSocket;
  const heard: Record<string, unknown>[] = [];

  const entityOf = async (end: string) =>
    (await socket.entities()).find((one) => one.unique_id.includes("_dev_") && one.unique_id.endsWith(end));
  const entity = async (end: string): Promise<string> => {
    const found = await entityOf(end);
    assert.ok(found !== undefined, end);
    return found.entity_id;
  };
  before(async () => {
    home = await Home.begin(root);
    core = home.core;
    socket = await core.connect();
    await socket.hear("airwarden_alert", (event) => heard.push(event.data));
    await home.discover("foreign_light", {
      device: { identifiers: ["light"], connections: [["mac", LIGHT]], name: "Hall lamp" },
      components: { on: { platform: "light", unique_id: "light_on", command_topic: "light/set" } },
    });
    await home.startHub();
  });
  after(async () => {
    socket?.close();
    await home?.end();
  });

  test("its entities are in the registry, with their classes and devices", async () => {
    await home.eventually("the hub's entities", async () => {
      const states = await socket.states();
      return Object.keys(HUB_CLASSES).every((id) => states.has(id));
    });
    const states = await socket.states();
    for (const [id, deviceClass] of Object.entries(HUB_CLASSES)) {
      assert.equal(states.get(id)?.attributes["device_class"], deviceClass, id);
    }
    const [hub] = await ownDevices(socket, "hub");
    assert.equal(hub?.name, "Airwarden");
    const nodes = await ownDevices(socket, "node");
    assert.equal(nodes.length, 2);
    for (const node of nodes) assert.equal(node.via_device_id, hub?.id);
  });

  test("a device renamed in Home Assistant is renamed in Airwarden, and stands in its room", async () => {
    const plug = "24:0a:c4:00:00:11";
    await home.command({ command: "name_device", mac: plug, name: "" });
    await home.discover("foreign_plug", {
      device: { identifiers: ["plug"], connections: [["mac", plug]], name: "Smart plug" },
      components: { on: { platform: "switch", unique_id: "plug_on", command_topic: "plug/set" } },
    });
    const shown = async (): Promise<DeviceRow | undefined> =>
      (await home.snapshot<{ devices: DeviceRow[] }>()).devices.find((one) => one.mac === plug);
    await home.eventually("the name of its integration", async () => (await shown())?.name === "Smart plug");
    const entry = (await socket.devices()).find((one) => one.identifiers.some(([, id]) => id === "plug"));
    const area = (await socket.ask({ type: "config/area_registry/create", name: "Pantry" })) as {
      area_id: string;
    };
    const change = { device_id: entry?.id, name_by_user: "Espresso", area_id: area.area_id };
    await socket.ask({ type: "config/device_registry/update", ...change });
    await home.eventually("the new name", async () => (await shown())?.name === "Espresso", 5);
    assert.equal((await shown())?.area, "Pantry");
    await home.command({ command: "name_device", mac: plug, name: "Mine" });
    await home.eventually("a person's own name", async () => (await shown())?.name === "Mine", 5);
  });

  test("every named device has its entities, noisy ones off; strangers have none", async () => {
    await home.eventually(
      "the devices of the home",
      async () => (await ownDevices(socket, "dev")).length >= 8,
    );
    const entities = await socket.entities();
    const camera = entities.filter(
      (one) => one.unique_id.includes("_dev_") && one.unique_id.includes(CAMERA),
    );
    const enabled = camera.filter((one) => one.disabled_by === null).map((one) => one.unique_id);
    assert.deepEqual(enabled.map((id) => id.split(`${CAMERA}_`)[1]).sort(), ["muted", "unusual"]);
    assert.equal(camera.length, 8);
    const states = await socket.states();
    const unusual = camera.find((one) => one.unique_id.endsWith("_unusual"))?.entity_id ?? "";
    assert.equal(states.get(unusual)?.attributes["device_class"], "problem");
    assert.equal(states.get(unusual)?.state, "off");
    assert.ok(
      (await ownDevices(socket, "dev")).every((one) => !one.identifiers.flat().join().includes(STRANGER)),
    );
  });

  test("a device that another product made over MQTT stays that product's own", async () => {
    const light = (await socket.devices()).filter((one) => one.identifiers.flat().includes("light"));
    assert.deepEqual(
      light.map((one) => [one.name, one.identifiers.length]),
      [["Hall lamp", 1]],
    );
    const own = (await ownDevices(socket, "dev")).find((one) =>
      one.identifiers.flat().join().includes("240ac4000012"),
    );
    assert.equal(own?.name, "Hall light");
  });

  test("a switch in Home Assistant mutes the device in the hub", async () => {
    const muted = await entity(`${CAMERA}_muted`);
    await socket.call("switch.turn_on", muted);
    await home.eventually(
      "the switch is on",
      async () => (await socket.states()).get(muted)?.state === "on",
      10,
    );
    await socket.call("switch.turn_off", muted);
    await home.eventually(
      "the switch is off",
      async () => (await socket.states()).get(muted)?.state === "off",
      10,
    );
  });

  test("figures of a device arrive once somebody wants them", async () => {
    for (const key of ["last_heard", "traffic_up", "coverage", "network"]) {
      const id = await entity(`${CAMERA}_${key}`);
      await socket.ask({ type: "config/entity_registry/update", entity_id: id, disabled_by: null });
    }
    const value = async (key: string): Promise<string> =>
      (await socket.states()).get(await entity(`${CAMERA}_${key}`))?.state ?? "";
    // Home Assistant reloads the integration half a minute after an entity was switched on.
    await home.eventually("its network", async () => (await value("network")) === "Sunflower", 60);
    assert.ok(Number.isFinite(Date.parse(await value("last_heard"))));
    assert.ok(Number(await value("coverage")) > 0);
    assert.ok(Number(await value("traffic_up")) >= 0);
  });

  test("the incident of the demo is told on the bus and by the event entity, and acknowledged from a button", async () => {
    await home.eventually(
      "the incident",
      async () => heard.some((one) => one["event_type"] === "deauth_flood"),
      60,
    );
    const states = await socket.states();
    assert.equal(states.get("event.airwarden_alert")?.attributes["event_type"], "deauth_flood");
    const problem = async (): Promise<string | undefined> =>
      (await socket.states()).get("binary_sensor.airwarden_problem")?.state;
    await home.eventually("the problem", async () => (await problem()) === "on", 10);
    const incidents = async (): Promise<{ acknowledged: boolean; resolvedAt: number | null }[]> =>
      (await home.snapshot<{ incidents: { acknowledged: boolean; resolvedAt: number | null }[] }>())
        .incidents;
    await socket.call("button.press", "button.airwarden_acknowledge_all");
    await home.eventually(
      "acknowledged",
      async () => (await incidents()).every((one) => one.acknowledged || one.resolvedAt !== null),
      10,
    );
    await home.eventually("no problem", async () => (await problem()) === "off", 10);
  });
});
