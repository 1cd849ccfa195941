import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  automationsOfDocs,
  conditionsOfDocs,
  scriptsOfDocs,
  tableOfDocs,
  versionOf,
} from "../support/docs.ts";
import type { CoreSocket } from "../support/home-assistant/core-socket.ts";
import { Home } from "../support/home-assistant/home.ts";
import { realHomeAssistant } from "../support/home-assistant/real.ts";

const { root, skip } = realHomeAssistant(import.meta.filename);

const ALERT = "event.airwarden_alert";
/** What Home Assistant itself adds to an event entity. */
const FOREIGN = ["event_types", "friendly_name", "icon"];
/** `notify.notify` of the examples, without a phone. */
const NOTIFY = [
  "notify:",
  "  - platform: group",
  "    name: notify",
  "    services:",
  "      - action: persistent_notification",
];

interface Incident {
  readonly kind: string;
  readonly acknowledged: boolean;
}

describe("what the documentation says, in a real Home Assistant", { skip, concurrency: 1 }, () => {
  let home: Home;
  let socket: CoreSocket;
  const examples = automationsOfDocs();
  const fired: Record<string, unknown>[] = [];
  const onBus: Record<string, unknown>[] = [];

  const attributes = async (): Promise<Readonly<Record<string, unknown>>> =>
    (await socket.states()).get(ALERT)?.attributes ?? {};
  const runs = async (at: number): Promise<number> =>
    Number((await socket.states()).get(`automation.example_${at}`)?.attributes["current"] ?? 0);
  const ran = async (at: number): Promise<boolean> =>
    typeof (await socket.states()).get(`automation.example_${at}`)?.attributes["last_triggered"] === "string";

  before(async () => {
    home = await Home.begin(root, NOTIFY);
    socket = await home.core.connect();
    await socket.hear("test_example", (event) => fired.push(event.data));
    await socket.hear("airwarden_alert", (event) => onBus.push(event.data));
    const noted = (example: number | string) => [{ event: "test_example", event_data: { example } }];
    for (const [at, { yaml }] of examples.entries()) {
      const whole = { alias: `Example ${at}`, actions: noted(at), ...yaml };
      await home.core.post(`/api/config/automation/config/example_${at}`, whole);
    }
    const { triggers } = examples[0]?.yaml ?? {};
    const conditional = { triggers, conditions: conditionsOfDocs(), actions: noted("house") };
    await home.core.post("/api/config/automation/config/house", { alias: "House", ...conditional });
    for (const [id, script] of scriptsOfDocs()) {
      await home.core.post(`/api/config/script/config/${id}`, script);
    }
    for (const id of (await socket.states()).keys()) {
      if (id.startsWith("person.")) await home.core.post(`/api/states/${id}`, { state: "not_home" });
    }
    await home.startHub();
  });
  after(async () => {
    socket?.close();
    await home?.end();
  });

  test("the examples are taken as they stand there", async () => {
    assert.deepEqual([examples.length, conditionsOfDocs().length, scriptsOfDocs().length], [3, 1, 1]);
    const states = await socket.states();
    for (const at of examples.keys()) {
      assert.equal(states.get(`automation.example_${at}`)?.state, "on", `${at}`);
    }
    assert.equal(states.get("automation.house")?.state, "on");
    for (const [id] of scriptsOfDocs()) assert.equal(states.get(`script.${id}`)?.state, "off", id);
  });

  test("an incident sets them off: a notification, event.received, an answer to the hub", async () => {
    for (const at of examples.keys()) {
      await home.eventually(
        `example ${at} to run`,
        async () => (await ran(at)) && (await runs(at)) === 0,
        90,
      );
    }
    const notes = async () =>
      (await socket.ask({ type: "persistent_notification/get" })) as { title: string; message: string }[];
    await home.eventually("the notification", async () =>
      (await notes()).some((one) => one.title.includes("Sunflower") && one.message.includes("Expected:")),
    );
    const alone = examples.flatMap(({ yaml }, at) => ("actions" in yaml ? [] : [at]));
    assert.deepEqual(fired.map((one) => one["example"]).sort(), [...alone, "house"]);
    const incidents = async (): Promise<Incident[]> =>
      (await home.snapshot<{ incidents: Incident[] }>()).incidents;
    await home.eventually("the answer", async () =>
      (await incidents()).some((one) => one.kind === "deauth_flood" && one.acknowledged),
    );
  });

  test("the table of fields is what an automation sees, of the entity and on the bus", async () => {
    const documented = tableOfDocs("What an automation sees").sort();
    const seen = Object.keys(await attributes()).filter((key) => !FOREIGN.includes(key));
    assert.deepEqual(seen.sort(), documented);
    assert.deepEqual(Object.keys(onBus.at(-1) ?? {}).sort(), documented);
  });

  test("neither a test alert nor a restart sets off what is not meant to, and nothing is complained of", async () => {
    const before = fired.length;
    await socket.call("button.press", "button.airwarden_test_alert");
    await home.eventually("the test alert", async () => (await attributes())["event_type"] === "test");
    await home.restart("broker");
    await home.eventually("the broker's loss to be over", async () => {
      const state = (await socket.states()).get("binary_sensor.airwarden_problem")?.state;
      return state !== undefined && state !== "unavailable";
    });
    assert.equal(fired.length, before);
    assert.deepEqual(home.core.complaints, []);
  });

  test("the versions that the examples need are said, and this one is not older", async () => {
    const { version } = (await socket.ask({ type: "get_config" })) as { version: string };
    const needed = examples.slice(0, 2).map(({ before }) => versionOf(before));
    for (const one of needed) assert.ok(one !== undefined && one <= (versionOf(version) ?? 0), String(one));
    const received = examples[1];
    assert.match(JSON.stringify(received?.yaml), /event\.received/);
  });
});
