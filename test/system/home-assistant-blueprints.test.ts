import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { CoreSocket } from "../support/home-assistant/core-socket.ts";
import { Home } from "../support/home-assistant/home.ts";
import { realHomeAssistant } from "../support/home-assistant/real.ts";

const { root, skip } = realHomeAssistant(import.meta.filename);

const FOLDER = join(import.meta.dirname, "../../addon/blueprints/automation/airwarden");
const ALERT = "event.airwarden_alert";
const UNUSUAL = "binary_sensor.airwarden_door_camera_unusual";
const SETUP = "binary_sensor.airwarden_setup_problem";
const PANEL = "alarm_control_panel.home";
const MEMORY = "input_boolean.pause_remembered";
const HEARD = [
  "notified",
  "paged",
  "escalated",
  "received",
  "paused",
  "resumed",
  "paused_too",
  "resumed_too",
  "blocked",
].map((what) => `test_${what}`);

interface Notified {
  readonly title: string;
  readonly actions: readonly { readonly action: string }[];
}

interface Incident {
  readonly kind: string;
  readonly acknowledged: boolean;
}

describe("the blueprints in a real Home Assistant", { skip, concurrency: 1 }, () => {
  let home: Home;
  let socket: CoreSocket;
  const heard = new Map<string, Record<string, unknown>[]>();

  const follow = (type: string): Promise<void> => {
    const fired: Record<string, unknown>[] = [];
    heard.set(type, fired);
    return socket.hear(type, (event) => fired.push(event.data));
  };
  const count = (type: string): number => heard.get(type)?.length ?? 0;
  const automate = (id: string, path: string, input: Readonly<Record<string, unknown>>): Promise<unknown> =>
    home.core.post(`/api/config/automation/config/${id}`, { alias: id, use_blueprint: { path, input } });
  const say = (event: string) => [{ event, event_data: {} }];
  const set = (entity: string, state: string): Promise<unknown> =>
    home.core.post(`/api/states/${entity}`, { state, attributes: {} });

  before(async () => {
    home = await Home.begin(root);
    socket = await home.core.connect();
    for (const type of HEARD) await follow(type);
    for (const file of readdirSync(FOLDER)) {
      const yaml = readFileSync(join(FOLDER, file), "utf8");
      await socket.saveBlueprint(`airwarden/${file.replace(".yaml", "")}`, yaml);
    }
    await home.core.post("/api/config/script/config/phone", {
      alias: "Phone",
      mode: "parallel",
      sequence: [
        { event: "test_notified", event_data: { title: "{{ title }}", actions: "{{ data.actions }}" } },
      ],
    });
    await home.core.post("/api/config/script/config/pager", {
      alias: "Pager",
      mode: "parallel",
      sequence: [{ event: "test_paged", event_data: { title: "{{ title }}", message: "{{ message }}" } }],
    });
    await home.core.post("/api/config/script/config/block_client", {
      alias: "Block client",
      sequence: [{ event: "test_blocked", event_data: { mac: "{{ mac }}", incident: "{{ incident_id }}" } }],
    });
    await socket.ask({ type: "input_boolean/create", name: "Pause remembered" });
    await home.discover("plug", {
      device: { identifiers: ["plug"], name: "Plug" },
      components: { on: { platform: "switch", name: null, unique_id: "plug_on", command_topic: "plug/set" } },
    });
    await automate("notify", "airwarden/notify.yaml", { alert: ALERT, notify_action: "script.phone" });
    await automate("needs", "airwarden/needs_you.yaml", {
      ...{ setup_problem: SETUP, lasting: 0, notify_action: "script.pager" },
    });
    await automate("escalate", "airwarden/escalate.yaml", {
      ...{ alert: ALERT, panel: PANEL, escalation: say("test_escalated") },
    });
    const atOnce = { unusual: UNUSUAL, lasting: 0, quiet: 0 };
    await automate("cut", "airwarden/cut_power.yaml", { ...atOnce, plug: "switch.plug", back: true });
    const paused = { ...atOnce, pause: say("test_paused"), resume: say("test_resumed") };
    await automate("pause", "airwarden/pause_client.yaml", paused);
    await automate("pause_remembered", "airwarden/pause_client.yaml", {
      ...{ ...paused, pause: say("test_paused_too"), resume: say("test_resumed_too") },
      ...{ memory: MEMORY, cooldown: 0 },
    });
    await home.core.post("/api/config/automation/config/received", {
      alias: "received",
      triggers: [
        {
          trigger: "event.received",
          target: { entity_id: ALERT },
          options: { event_type: ["deauth_flood", "unknown_device"] },
        },
      ],
      actions: say("test_received"),
    });
    await set(PANEL, "armed_away");
    await home.startHub();
    const script = { entity: "script.block_client", turn: "on" };
    await home.command({ command: "choose_block", mac: null, block: script, unblock: null });
  });
  after(async () => {
    socket?.close();
    await home?.end();
  });

  test("all of them are taken without an error, and their automations run", async () => {
    const list = (await socket.ask({ type: "blueprint/list", domain: "automation" })) as Record<
      string,
      { error?: string; metadata?: { input?: object } }
    >;
    for (const file of readdirSync(FOLDER)) {
      const found = list[`airwarden/${file}`];
      assert.ok(found?.metadata?.input !== undefined, `${file}: ${found?.error ?? "is missing"}`);
    }
    const states = await socket.states();
    for (const id of ["notify", "needs", "escalate", "cut", "pause", "pause_remembered", "received"]) {
      assert.equal(states.get(`automation.${id}`)?.state, "on", id);
    }
  });

  test("the demo's attack notifies, escalates while armed away, and reaches event.received", async () => {
    await home.eventually("a notification", async () => count("test_notified") > 0, 60);
    const told = heard.get("test_notified")?.[0] as unknown as Notified;
    assert.match(told.title, /Sunflower/);
    await home.eventually("the escalation", async () => count("test_escalated") > 0, 5);
    await home.eventually("event.received", async () => count("test_received") > 0, 5);
    const normal = told.actions.find((one) => one.action.startsWith("AIRWARDEN_NORMAL_"));
    assert.ok(normal !== undefined);
    await socket.fire("mobile_app_notification_action", { action: normal.action });
    await home.eventually(
      "the hub takes the answer",
      async () =>
        (await home.snapshot<{ incidents: Incident[] }>()).incidents.some(
          (one) => one.kind === "deauth_flood" && one.acknowledged,
        ),
      10,
    );
  });

  test("a test alert is no escalation, and what is only told again fires nothing", async () => {
    const before = [count("test_notified"), count("test_escalated")];
    await socket.call("button.press", "button.airwarden_test_alert");
    await home.eventually(
      "the test alert",
      async () => (await socket.states()).get(ALERT)?.attributes["event_type"] === "test",
      10,
    );
    await home.restart("broker");
    await home.eventually("the broker's loss is over", async () => {
      const states = await socket.states();
      return states.get("binary_sensor.airwarden_problem")?.state !== "unavailable";
    });
    assert.deepEqual([count("test_notified"), count("test_escalated")], before);
  });

  test("a warning beyond the alert budget notifies nobody, one within it does, and a critical one always", async () => {
    const topic = `airwarden/${await home.hubId()}/alert`;
    const told = async (severity: string, tier: string): Promise<number> => {
      const before = count("test_notified");
      const incident_id = `${severity}-${tier}`;
      const fields = { event_type: "unknown_device", incident_id, severity, tier, title: incident_id };
      await home.publish(topic, JSON.stringify(fields));
      await home.eventually(
        `the alert ${incident_id}`,
        async () => (await socket.states()).get(ALERT)?.attributes["incident_id"] === incident_id,
        10,
      );
      await pause(500);
      return count("test_notified") - before;
    };
    assert.equal(await told("warning", "digest"), 0);
    assert.equal(await told("warning", "push"), 1);
    assert.equal(await told("critical", "push"), 1);
    assert.equal(await told("info", "digest"), 0);
  });

  test("a problem of the setup is told with what to do, and that it is over", async () => {
    const problems = [{ id: "no_node", title: "No node is connected", advice: "Plug one in." }];
    const shows = (state: string, attributes: object): Promise<unknown> =>
      home.core.post(`/api/states/${SETUP}`, { state, attributes });
    await shows("unavailable", {});
    await shows("on", { problems });
    await shows("off", { problems: [] });
    assert.equal(count("test_paged"), 0, "after unavailable nobody is told");
    await shows("on", { problems });
    await home.eventually("the page", async () => count("test_paged") === 1, 10);
    assert.match(String(heard.get("test_paged")?.[0]?.["message"]), /^No node is connected\. Plug one in\./);
    await shows("off", { problems: [] });
    await home.eventually("the end", async () => count("test_paged") === 2, 10);
    assert.equal(heard.get("test_paged")?.[1]?.["title"], "Airwarden is well again");
  });

  test("unusual behaviour cuts the power and pauses; coming back from unavailable does not", async () => {
    const plug = async (): Promise<string | undefined> => (await socket.states()).get("switch.plug")?.state;
    await home.eventually("the camera's entity", async () => (await socket.states()).has(UNUSUAL));
    await socket.call("switch.turn_on", "switch.plug");
    await set(UNUSUAL, "unavailable");
    await set(UNUSUAL, "on");
    await set(UNUSUAL, "off");
    assert.equal(await plug(), "on");
    assert.equal(count("test_paused"), 0);
    await set(UNUSUAL, "on");
    await home.eventually("the plug is off", async () => (await plug()) === "off", 10);
    await home.eventually("it is paused", async () => count("test_paused") === 1);
    await home.eventually("it is paused and remembered", async () => count("test_paused_too") === 1);
    assert.equal(count("test_resumed"), 0);
  });

  test("when it is over, it is taken back; soon again, what was just taken back is left alone", async () => {
    const states = async (id: string): Promise<string | undefined> => (await socket.states()).get(id)?.state;
    assert.equal(await states(MEMORY), "on");
    await set(UNUSUAL, "off");
    await home.eventually("the plug is on", async () => (await states("switch.plug")) === "on");
    await home.eventually("it is let on", async () => count("test_resumed") === 1);
    await home.eventually("it is let on and forgotten", async () => (await states(MEMORY)) === "off");
    await set(UNUSUAL, "on");
    await home.eventually("without a cooldown it is paused anew", async () => count("test_paused_too") === 2);
    await pause(1000);
    assert.equal(count("test_paused"), 1, "within the cooldown");
    assert.equal(await states("switch.plug"), "on");
  });

  test("the alert about a stranger offers to block it, and the hub then runs what was chosen", async () => {
    const asked = () =>
      (heard.get("test_notified") as unknown as Notified[]).flatMap(({ actions }) =>
        actions.filter((one) => one.action.startsWith("AIRWARDEN_BLOCK_")),
      );
    await home.eventually("the stranger is told", async () => asked().length > 0, 150);
    assert.equal(asked().length, 1, "an attack on the air is about no device");
    await socket.fire("mobile_app_notification_action", { action: asked()[0]?.action });
    await home.eventually("the script ran", async () => count("test_blocked") === 1);
    await home.eventually("the stranger is received too", async () => count("test_received") >= 2);
    assert.equal(count("test_escalated"), 1, "within the cooldown");
    const { mac, incident } = heard.get("test_blocked")?.[0] ?? {};
    const { incidents } = await home.snapshot<{ incidents: { id: string; subject: { mac?: string } }[] }>();
    assert.equal(incidents.find(({ id }) => id === incident)?.subject.mac, mac);
  });

  test("paused before a restart of Home Assistant, it is let on again afterwards by the one that remembers", async () => {
    const memory = async (): Promise<string | undefined> => (await socket.states()).get(MEMORY)?.state;
    for (const [unusual, paused] of [
      ["off", "off"],
      ["on", "on"],
    ] as const) {
      await set(UNUSUAL, unusual);
      await home.eventually("it is remembered", async () => (await memory()) === paused);
    }
    socket.close();
    await home.restart("core");
    socket = await home.core.connect();
    await home.eventually("it is let on again", async () => (await memory()) === "off");
  });

  test("Home Assistant found nothing to complain of", () => {
    assert.deepEqual(home.core.complaints, []);
  });
});
