import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { automationsOfDocs, versionOf } from "../support/docs.ts";
import { Home } from "../support/home-assistant/home.ts";
import { realHomeAssistant } from "../support/home-assistant/real.ts";
import { ROOT } from "../support/program.ts";

const { root, skip } = realHomeAssistant(import.meta.filename, "oldest");

const NOTIFY = join(ROOT, "addon/blueprints/automation/airwarden/notify.yaml");
const PLUG = "24:0a:c4:00:00:11";

test("the oldest Home Assistant that the app promises has the entities, the names and the blueprint", {
  skip,
}, async (t) => {
  const config = parse(readFileSync(join(ROOT, "addon/config.yaml"), "utf8")) as { homeassistant: string };
  const home = await Home.begin(root);
  t.after(async () => {
    await home.end();
  });
  const socket = await home.core.connect();
  const { version } = (await socket.ask({ type: "get_config" })) as { version: string };
  assert.equal(
    version.split(".").slice(0, 2).join("."),
    config.homeassistant.split(".").slice(0, 2).join("."),
  );

  const told: Record<string, unknown>[] = [];
  await socket.hear("test_notified", (event) => told.push(event.data));
  await socket.saveBlueprint("airwarden/notify", readFileSync(NOTIFY, "utf8"));
  await home.core.post("/api/config/script/config/phone", {
    alias: "Phone",
    sequence: [{ event: "test_notified", event_data: { title: "{{ title }}" } }],
  });
  const input = { alert: "event.airwarden_alert", notify_action: "script.phone" };
  const automation = { alias: "notify", use_blueprint: { path: "airwarden/notify.yaml", input } };
  await home.core.post("/api/config/automation/config/notify", automation);
  // What does not say that it needs a newer version works here.
  const examples = automationsOfDocs().filter(
    ({ before }) => (versionOf(before) ?? 0) <= (versionOf(version) ?? 0),
  );
  for (const [at, example] of examples.entries()) {
    const whole = { alias: `Example ${at}`, ...example.yaml };
    await home.core.post(`/api/config/automation/config/example_${at}`, whole);
  }

  await home.startHub();
  await home.eventually("the entities", async () => {
    const own = (await socket.entities()).filter((one) => one.unique_id.startsWith("airwarden_"));
    return own.length === 14 + 2 * 8 + 8 * 8;
  });
  const state = async (id: string) => (await socket.states()).get(id);
  const unusual = "binary_sensor.airwarden_door_camera_unusual";
  await home.eventually("their states", async () => (await state(unusual))?.state === "off");
  const problem = await state("binary_sensor.airwarden_problem");
  assert.equal(problem?.attributes["device_class"], "problem");

  await socket.call("number.set_value", "number.airwarden_alert_budget", { value: 7 });
  await home.command({ command: "set_learning", on: true });
  for (const [id, wanted] of [
    ["number.airwarden_alert_budget", "7"],
    ["switch.airwarden_learning", "on"],
    ["binary_sensor.airwarden_setup_problem", "off"],
    ["binary_sensor.airwarden_node_refused", "off"],
  ] as const) {
    await home.eventually(`${id} is ${wanted}`, async () => (await state(id))?.state === wanted);
  }
  await socket.call("switch.turn_off", "switch.airwarden_learning");
  await home.eventually("learning has ended", async () => {
    return (await home.snapshot<{ hub: { learning: { active: boolean } } }>()).hub.learning.active === false;
  });
  await socket.call("button.press", "button.airwarden_hall_restart");

  await home.command({ command: "name_device", mac: PLUG, name: "" });
  await home.discover("plug", {
    device: { identifiers: ["plug"], connections: [["mac", PLUG]], name: "Smart plug" },
    components: { on: { platform: "switch", unique_id: "plug_on", command_topic: "plug/set" } },
  });
  const shown = async (): Promise<string | null | undefined> =>
    (await home.snapshot<{ devices: { mac: string; name: string | null }[] }>()).devices.find(
      (one) => one.mac === PLUG,
    )?.name;
  await home.eventually("the name from the registry", async () => (await shown()) === "Smart plug");
  await home.eventually("the alert of the demo", async () => told.length > 0, 60);
  assert.match(String(told[0]?.["title"]), /Sunflower/);
  assert.equal(examples.length, 2);
  for (const at of examples.keys()) {
    const id = `automation.example_${at}`;
    await home.eventually(id, async () => Boolean((await state(id))?.attributes["last_triggered"]));
  }
  socket.close();
});
