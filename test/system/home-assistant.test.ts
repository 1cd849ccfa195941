import assert from "node:assert/strict";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Core } from "../support/home-assistant/core.ts";
import type { CoreSocket } from "../support/home-assistant/core-socket.ts";
import { Home } from "../support/home-assistant/home.ts";
import { installHomeAssistant } from "../support/home-assistant/install.ts";
import { enterNamespace } from "../support/home-assistant/namespace.ts";
import { program } from "../support/prepare.ts";

const installed = installHomeAssistant("current");
if ("root" in installed) enterNamespace(import.meta.filename);
const lacking = program("mosquitto") === undefined ? "mosquitto is not installed" : undefined;
const reason = lacking ?? ("missing" in installed ? installed.missing : undefined);
const skip = reason === undefined ? false : `a real Home Assistant: ${reason}`;
const root = "root" in installed ? installed.root : "";

interface DeviceRow {
  readonly mac: string;
  readonly name: string | null;
  readonly area: string | null;
}

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

  before(async () => {
    home = await Home.begin(root);
    await home.startHub(mkdtempSync(join(tmpdir(), "airwarden-test-")));
    core = home.core;
    socket = await core.connect();
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
    const devices = await socket.devices();
    const hub = devices.find((one) => one.identifiers.some(([, id]) => id?.startsWith("airwarden_hub_")));
    assert.equal(hub?.name, "Airwarden");
    const nodes = devices.filter((one) =>
      one.identifiers.some(([, id]) => id?.startsWith("airwarden_node_")),
    );
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
});
