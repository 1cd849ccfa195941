import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Assistant } from "../../hub/edge/home-assistant/assistant.ts";
import type { Snapshot } from "../../hub/expose/snapshot.ts";
import type { CoreSocket } from "../support/home-assistant/core-socket.ts";
import { Home } from "../support/home-assistant/home.ts";
import { realHomeAssistant } from "../support/home-assistant/real.ts";

const { root, skip } = realHomeAssistant(import.meta.filename);

/** The quietest device of the demo: what it sends after a call is an answer. */
const WINDOW = "8c:aa:b5:00:00:14";
const BLIND = "cover.blind";
const PANEL = "alarm_control_panel.home_alarm";
const GUESTS = "input_boolean.guests";
/** Calls closer together are one act. */
const CALL_EVERY_MS = 9000;

type DeviceRow = Snapshot["devices"][number];

describe("what a real Home Assistant knows of the house, beside the radio", { skip, concurrency: 1 }, () => {
  let home: Home;
  let socket: CoreSocket;
  const heard: Record<string, unknown>[] = [];

  const house = async (): Promise<Snapshot["house"]> => (await home.snapshot<Snapshot>()).house;
  const window = async (): Promise<DeviceRow | undefined> =>
    (await home.snapshot<Snapshot>()).devices.find((one) => one.mac === WINDOW);
  const entities = async (): Promise<string[]> =>
    ((await window())?.house.entities ?? []).map(
      ({ id, takenAway }) => `${id}${takenAway ? " taken away" : ""}`,
    );
  const tracked = (state: string): Promise<void> => home.publish("phone/state", state, true);
  const armed = (state: string): Promise<void> => home.publish("alarm/state", state, true);
  const incident = async (kind: string): Promise<Snapshot["incidents"][number] | undefined> =>
    (await home.snapshot<Snapshot>()).incidents.find((one) => one.kind === kind);

  before(async () => {
    home = await Home.begin(root);
    socket = await home.core.connect();
    await socket.hear("airwarden_alert", (event) => heard.push(event.data));
    await home.discover("blind", {
      device: { identifiers: ["blind"], connections: [["mac", WINDOW]], name: "Blind" },
      components: {
        blind: { platform: "cover", name: null, unique_id: "blind", command_topic: "blind/set" },
        battery: { platform: "sensor", name: "Battery", unique_id: "battery", state_topic: "blind/battery" },
      },
    });
    await home.discover("alarm", {
      device: { identifiers: ["alarm"], name: "Home" },
      components: {
        panel: {
          ...{ platform: "alarm_control_panel", name: "Alarm", unique_id: "alarm" },
          ...{ state_topic: "alarm/state", command_topic: "alarm/set" },
        },
      },
    });
    await home.discover("phone", {
      device: { identifiers: ["phone"], name: "Phone" },
      components: {
        tracker: {
          platform: "device_tracker",
          name: "Tracker",
          unique_id: "phone",
          state_topic: "phone/state",
        },
      },
    });
    await armed("armed_away");
    await tracked("not_home");
    await home.eventually("the entities of the house", async () => (await socket.states()).has(PANEL));
    await home.eventually("the tracker", async () =>
      (await socket.states()).has("device_tracker.phone_tracker"),
    );
    await socket.ask({
      type: "person/create",
      name: "Ada",
      device_trackers: ["device_tracker.phone_tracker"],
    });
    await socket.ask({ type: "input_boolean/create", name: "Guests" });
    await home.eventually(
      "Ada is out",
      async () => (await socket.states()).get("person.ada")?.state === "not_home",
    );
    await home.startHub();
  });
  after(async () => {
    socket?.close();
    await home?.end();
  });

  test("it knows who is at home and the alarm by themselves, and guest mode by the person's choice", async () => {
    await home.eventually("presence and alarm", async () => {
      const { told, presence, alarm } = await house();
      return told && presence === "away" && alarm === "armed_away";
    });
    assert.equal((await house()).guest, null);
    await assert.rejects(
      home.command({ command: "choose_entity", role: "guest", choice: "input_boolean.no_such" }),
      /has no entity/,
    );
    await home.command({ command: "choose_entity", role: "guest", choice: GUESTS });
    await home.eventually("no guests", async () => (await house()).guest === false);
    await socket.call("input_boolean.turn_on", GUESTS);
    await home.eventually("guests", async () => (await house()).guest === true);
  });

  test("an attack says that nobody was home and the alarm armed, on the page and on the bus; a guest is no interruption", async () => {
    await home.eventually("the flood", async () => (await incident("deauth_flood")) !== undefined, 90);
    const flood = await incident("deauth_flood");
    assert.deepEqual(flood?.evidence["house_context"], ["nobody_home", "armed_away", "guest_mode"]);
    assert.match(flood?.message ?? "", /When this began, nobody was home and the alarm was armed\./);
    const told = heard.find((one) => one["event_type"] === "deauth_flood");
    assert.ok(JSON.stringify(told).includes("nobody_home"), JSON.stringify(told));
    await home.eventually("the stranger", async () => (await incident("unknown_device")) !== undefined, 150);
    const stranger = await incident("unknown_device");
    assert.equal(stranger?.severity, "info");
    assert.equal(stranger?.tier, "digest");
    assert.match(stranger?.title ?? "", /while nobody is home/);
  });

  test("the entities of a device are mapped by its address, and corrected by the person", async () => {
    await home.eventually("the blind", async () => (await entities()).includes(BLIND));
    const all = await entities();
    assert.ok(
      all.every((id) => !id.includes("airwarden")),
      all.join(),
    );
    await home.command({ command: "assign_entity", mac: WINDOW, entity: BLIND, belongs: false });
    await home.eventually("taken away", async () => (await entities()).includes(`${BLIND} taken away`));
    await home.command({ command: "assign_entity", mac: WINDOW, entity: BLIND, belongs: true });
    await home.eventually("back", async () => (await entities()).includes(BLIND));
    await home.command({ command: "assign_entity", mac: WINDOW, entity: GUESTS, belongs: true });
    await home.eventually("added", async () => (await entities()).includes(GUESTS));
    await home.command({ command: "assign_entity", mac: WINDOW, entity: GUESTS, belongs: false });
    await home.eventually("gone", async () => !(await entities()).some((id) => id.startsWith(GUESTS)));
    const list = (await (await fetch(new URL("api/entities", home.page))).json()) as { id: string }[];
    assert.ok(list.some(({ id }) => id === PANEL) && list.some(({ id }) => id === BLIND));
    assert.ok(list.every(({ id }) => !/^\w+\.airwarden/.test(id)));
  });

  test("a service call and the radio's answer are evidence on the page, once it is known how the device answers", async () => {
    const notes = async () => (await window())?.house.notes ?? [];
    for (let i = 0; i < 9; i++) {
      await socket.call(i % 2 === 0 ? "cover.open_cover" : "cover.close_cover", BLIND);
      await pause(CALL_EVERY_MS);
    }
    await home.eventually(
      "an answer",
      async () => (await notes()).some(({ code }) => code === "answered"),
      40,
    );
    const first = (await notes()).find(({ code }) => code === "followed");
    assert.equal(first?.calls, 0);
    const answer = (await notes()).find(({ code }) => code === "answered");
    assert.equal(answer?.entity, "Blind");
    assert.match(answer?.service ?? "", /^cover\.(open|close)_cover$/);
    assert.ok((answer?.calls ?? 0) >= 8);
    assert.ok((answer?.delay ?? 9) <= 1, `${answer?.delay}`);
    assert.equal(answer?.origin, "stated");
    assert.ok((answer?.listened ?? 0) > 0.9);
    assert.ok((answer?.coverage ?? 0) > 0.5);
    const blind = (await window())?.house.entities.find(({ id }) => id === BLIND);
    assert.ok((blind?.answers?.share ?? 0) > 0.8);
  });

  test("while Home Assistant restarts nothing is claimed, and nobody is thought to have left or come", async () => {
    await tracked("home");
    await home.eventually("Ada is in", async () => (await house()).presence === "home");
    const seen = new Set<string>();
    let watching = true;
    const watch = (async () => {
      while (watching) {
        const { told, presence, alarm, guest } = await house();
        seen.add(`${told} ${presence} ${alarm} ${guest}`);
        await pause(100);
      }
    })();
    await home.core.restart();
    socket.close();
    socket = await home.core.connect();
    // Retained states come back from the broker; those of helpers from Home Assistant's own store.
    await home.eventually("all is known again", async () => (await house()).presence === "home", 90);
    watching = false;
    await watch;
    assert.deepEqual([...seen].sort(), ["false unknown null null", "true home armed_away true"]);
  });

  test("choices, corrections and what was learned outlive the hub", async () => {
    await home.restart("hub");
    await home.eventually("guests", async () => (await house()).guest === true);
    assert.equal((await house()).roles.find(({ role }) => role === "guest")?.choice, GUESTS);
    await home.eventually("the blind", async () => {
      const blind = (await window())?.house.entities.find(({ id }) => id === BLIND);
      return (blind?.answers?.calls ?? 0) >= 8;
    });
  });

  test("entities that do not matter are not even sent, however many change", async () => {
    const taken: string[] = [];
    let connected = false;
    const assistant = new Assistant({
      address: { url: home.core.url, token: home.core.token },
      hubId: "counting",
      onRegistry: () => undefined,
      onNotice: () => undefined,
      house: {
        domains: ["person"],
        followed: () => [PANEL],
        take: (told) => void taken.push(...told.map(({ entityId }) => entityId)),
        connected: () => {
          connected = true;
        },
        started: () => undefined,
        lost: () => undefined,
        call: () => undefined,
      },
    });
    assistant.start();
    try {
      await home.eventually("connected", async () => connected);
      assert.ok(taken.includes(PANEL) && taken.includes("person.ada"), taken.join());
      taken.length = 0;
      for (let i = 0; i < 200; i++) {
        await home.core.post(`/api/states/sensor.of_others_${i}`, { state: String(i), attributes: {} });
      }
      await armed("disarmed");
      await home.eventually("the alarm", async () => taken.length > 0);
      assert.deepEqual(taken, [PANEL]);
    } finally {
      assistant.close();
    }
  });
});
