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
});
