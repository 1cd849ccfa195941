import assert from "node:assert/strict";
import { test } from "node:test";
import type { DeviceHouseView, HouseNoteView, HouseView } from "../../hub/expose/snapshot/house.ts";
import { asked, focused, look, noBrowser, startStage } from "../support/page/browser.ts";
import { deviceView, incidentView, nodeView } from "../support/snapshot.ts";

const skip = noBrowser;
const PLUG = "3c:00:00:00:00:03";

const note = (changes: Partial<HouseNoteView>): HouseNoteView => ({
  ...{ code: "answered", at: 900, until: 900, entity: "Plug", service: "switch.turn_on", delay: 0.31 },
  ...{ usualDelay: 0.3, calls: 12, rate: null, usual: null, coverage: 0.92, listened: 1, origin: "stated" },
  ...changes,
});

const entity = {
  state: "on",
  installing: false,
  busy: false,
  byHand: false,
  takenAway: false,
  answers: null,
};

const house: DeviceHouseView = {
  conditions: ["busy"],
  entities: [
    { ...entity, id: "switch.plug", name: "Plug <b>", answers: { share: 1, delay: 0.3, calls: 12 } },
    { ...entity, id: "switch.led", name: "Plug LED", takenAway: true, byHand: true },
  ],
  notes: [
    note({}),
    note({ code: "unanswered", at: 950, delay: null }),
    note({ code: "followed", at: 960, usualDelay: null, calls: 3, coverage: null }),
    note({
      code: "burst",
      at: 500,
      until: 680,
      entity: null,
      service: null,
      delay: null,
      rate: 80,
      usual: 2,
    }),
  ],
};

test("a device shows what Home Assistant knows of it and what the radio said; entities are added and taken away", {
  skip,
}, async () => {
  const devices = [deviceView(PLUG, { name: "Plug", house })];
  const stage = await startStage({ devices, nodes: [nodeView()] });
  stage.entities = [
    { id: "light.shelf", name: "Shelf" },
    { id: "switch.plug", name: "Plug" },
  ];
  try {
    await look({}, async (page) => {
      await page.goto(`${stage.server.url}#devices`);
      await page.locator(`tr[data-mac="${PLUG}"] button`).click();
      const part = page.getByRole("region", { name: "In Home Assistant" });
      await part.getByText("In use: playing, streaming or working.").waitFor();
      assert.match(
        (await part.locator('[data-entity="switch.plug"]').textContent()) ?? "",
        /Plug <b> .*on.* · answers by radio, usually within 0\.3 seconds/,
      );
      const notes = (await part.locator("[data-note]").allTextContents()).map((text) =>
        text.replaceAll(/\s+/g, " ").trim(),
      );
      assert.match(
        notes[0] ?? "",
        /^It sent 40 times its usual for 3 minutes at .*; nothing in Home Assistant explains it\. 92 % of what it sends is heard; its channel was listened to all the time\.$/,
      );
      assert.match(
        notes[1] ?? "",
        /^Home Assistant switched “Plug” on at .*; it sent something 0\.3 seconds later\. How much of it is heard is not known/,
      );
      assert.match(
        notes[2] ?? "",
        /; it did not answer by radio, as it usually does within 0\.3 seconds\. .* known from 12 earlier calls\.$/,
      );
      assert.match(notes[3] ?? "", /; it answered by radio after 0\.3 seconds\./);
      await part.getByRole("button", { name: "Plug <b> is not of this device" }).click();
      await part.getByRole("button", { name: "Put it back" }).click();
      await part.getByRole("button", { name: "Add an entity of this device" }).click();
      const field = part.getByLabel("Entity of this device");
      await field.fill("Shelv");
      await part.getByText("nothing in Home Assistant is called exactly so").waitFor();
      await field.fill("shelf");
      await part.getByRole("button", { name: "Choose" }).click();
      await part.getByRole("button", { name: "Add an entity of this device" }).waitFor();
      await asked(page, stage, 3);
    });
    const assign = { command: "assign_entity", mac: PLUG };
    assert.deepEqual(stage.commands, [
      { ...assign, entity: "switch.plug", belongs: false },
      { ...assign, entity: "switch.led", belongs: true },
      { ...assign, entity: "light.shelf", belongs: true },
    ]);
  } finally {
    await stage.server.close();
  }
});

test("an incident says in words what the house knew", { skip }, async () => {
  const evidence = {
    ...{ observed: 40, expected: 1, unit: "frames" },
    house_context: ["nobody_home", "armed_away", "call_unanswered"],
    house_notes: ["The hall light did not answer."],
  };
  const stage = await startStage({ incidents: [incidentView({ evidence })], nodes: [nodeView()] });
  try {
    await look({}, async (page) => {
      await page.goto(stage.server.url);
      await page.getByText("What was seen in detail").click();
      const row = (name: string) => page.getByRole("row", { name }).textContent();
      assert.match(
        (await row("What the house knew")) ?? "",
        /nobody was home, the alarm was armed, a device did not answer Home Assistant by radio/,
      );
      assert.match((await row("The radio beside Home Assistant")) ?? "", /The hall light did not answer\./);
    });
  } finally {
    await stage.server.close();
  }
});

test("the person sees who is thought to be at home, and chooses what that goes by", { skip }, async () => {
  const told: HouseView = {
    ...{ told: true, presence: "away", alarm: "armed_away", guest: null },
    roles: [
      {
        role: "presence",
        choice: "automatic",
        entities: [{ ...entity, id: "person.ada", name: "Ada", state: "not_home" }],
      },
      { role: "alarm", choice: "alarm_control_panel.old", entities: [] },
      { role: "guest", choice: "automatic", entities: [] },
    ],
  };
  const stage = await startStage({ house: told, nodes: [nodeView()] });
  stage.entities = [
    { id: "input_boolean.guests", name: "Guests" },
    { id: "light.shelf", name: "Shelf" },
  ];
  try {
    await look({ width: 360 }, async (page) => {
      await page.goto(`${stage.server.url}#settings`);
      const part = page.getByRole("region", { name: "What Airwarden knows of your house" });
      const card = (role: string) => part.locator(`[data-role="${role}"]`);
      assert.match(
        (await card("presence").textContent()) ?? "",
        /Now: nobody is at home.*all persons.*Ada: not home/s,
      );
      assert.match((await card("alarm").textContent()) ?? "", /armed, nobody expected/);
      await card("alarm").getByRole("button", { name: "Let Airwarden choose" }).click();
      await card("alarm").getByRole("button", { name: "Do not use this" }).click();
      await card("guest").getByRole("button", { name: "Choose an entity" }).click();
      await focused(card("guest").getByLabel("Entity for: Guests"));
      await card("guest").getByRole("button", { name: "Cancel" }).press("Enter");
      await focused(card("guest").getByRole("button", { name: "Choose an entity" }));
      await page.keyboard.press("Enter");
      await card("guest").getByLabel("Entity for: Guests").fill("light.shelf");
      assert.ok(await card("guest").getByRole("button", { name: "Choose", exact: true }).isDisabled());
      await card("guest").getByLabel("Entity for: Guests").fill("Guests");
      await card("guest").getByRole("button", { name: "Choose", exact: true }).click();
      await asked(page, stage, 3);
      stage.snapshot = { ...stage.snapshot, house: { ...told, told: false } };
      await part.getByText("Nothing is assumed meanwhile.").waitFor();
      await part.getByText("Home Assistant has not told its states yet").waitFor();
      assert.doesNotMatch((await card("presence").textContent()) ?? "", /Now:/);
      stage.snapshot = { ...stage.snapshot, hub: { ...stage.snapshot.hub, homeAssistant: "off" } };
      await part.getByText("does not know where that is").waitFor();
      assert.ok(await card("presence").getByRole("button", { name: "Choose an entity" }).isDisabled());
    });
    assert.deepEqual(stage.commands, [
      { command: "choose_entity", role: "alarm", choice: "automatic" },
      { command: "choose_entity", role: "alarm", choice: "none" },
      { command: "choose_entity", role: "guest", choice: "input_boolean.guests" },
    ]);
  } finally {
    await stage.server.close();
  }
});
