import assert from "node:assert/strict";
import { test } from "node:test";
import { inSight, look, noBrowser, startStage } from "../support/page/browser.ts";
import { incidentView, nodeView, snapshotOf } from "../support/snapshot.ts";

const skip = noBrowser;

test("what was called normal is listed by its title or its identity, and taken back", { skip }, async () => {
  const flood = incidentView({ title: "Devices are being forced off", resolvedAt: 1001 });
  const quiets = [
    { identity: "deauth_flood.ap-02aa00000001", until: null, incident: flood.id },
    { identity: "unknown_device.device-020000000009", until: 8200, incident: null },
  ];
  const stage = await startStage({ incidents: [flood], quiets, nodes: [nodeView()] });
  stage.answer = (command) => {
    const { quiets } = stage.snapshot;
    const left = quiets.filter((one) => !("identity" in command) || one.identity !== command.identity);
    stage.snapshot = { ...stage.snapshot, quiets: left };
    return { ok: true };
  };
  try {
    await look({}, async (page) => {
      await page.goto(stage.server.url);
      await page.getByText("2 things are not reported, because you said so.").waitFor();
      await page.getByRole("link", { name: "See them" }).click();
      const rows = page.getByRole("region", { name: "What you called normal" }).locator("[data-quiet]");
      await rows.first().waitFor();
      const words = (await rows.allTextContents()).map((text) => text.replaceAll(/\s+/g, " ").trim());
      assert.match(words[0] ?? "", /^Devices are being forced off You said that this is normal/);
      assert.match(words[1] ?? "", /^Unknown device, 02:00:00:00:00:09\. Quiet for 2 hours more\./);
      await rows.last().getByRole("button", { name: "Undo" }).click();
      await page.locator('[data-quiet*="unknown_device"]').waitFor({ state: "detached" });
      await rows.first().getByRole("button", { name: "Undo" }).click();
      await page.getByText("Nothing yet: everything unusual is reported.").waitFor();
    });
    assert.deepEqual(
      stage.commands,
      quiets.toReversed().map(({ identity }) => ({ command: "undo_normal", identity })),
    );
  } finally {
    await stage.server.close();
  }
});

test("what was deleted in Home Assistant is counted and brought back", { skip }, async () => {
  const { hub } = snapshotOf();
  const stage = await startStage({ nodes: [nodeView()], hub: { ...hub, deletedEntities: 3 } });
  stage.answer = () => {
    stage.snapshot = snapshotOf({ ...stage.snapshot, hub: { ...hub, deletedEntities: 0 } });
    return { ok: true };
  };
  try {
    await look({}, async (page) => {
      await page.goto(`${stage.server.url}#settings`);
      const part = page.getByRole("region", { name: "What you deleted in Home Assistant" });
      await part.getByText("3 entities of Airwarden").waitFor();
      await part.getByRole("button", { name: "Bring all back" }).click();
      await part.waitFor({ state: "detached" });
    });
    assert.deepEqual(stage.commands, [{ command: "restore_entities" }]);
  } finally {
    await stage.server.close();
  }
});

test("a test alert is sent, says where it goes, and says so when it could not be sent", {
  skip,
}, async () => {
  const stage = await startStage({ nodes: [nodeView()], version: "1.2.3" });
  try {
    await look({ width: 360, scheme: "dark" }, async (page) => {
      await page.goto(`${stage.server.url}#settings`);
      const part = page.getByRole("region", { name: "Do alerts reach you?" });
      const send = part.getByRole("button", { name: "Send a test alert" });
      await send.press("Enter");
      await part.getByRole("status").getByText("the entity “Alert”").waitFor();
      const { hub } = stage.snapshot;
      stage.snapshot = snapshotOf({ ...stage.snapshot, hub: { ...hub, mqtt: "off" } });
      await part.getByText("it is a notification in Home Assistant").waitFor();
      stage.answer = () => ({ ok: false, error: "only administrators can" });
      await send.click();
      await page.getByRole("alert").getByText("Only administrators can.").waitFor();
      assert.ok(await inSight(page.getByRole("alert")), "far down on the page as well");
      assert.equal(await part.getByText("Sent.").count(), 0);
      await page.getByRole("region", { name: "About" }).getByText("1.2.3").waitFor();
      for (const link of await page.getByRole("region", { name: "About" }).getByRole("link").all()) {
        assert.equal(await link.getAttribute("target"), "_blank");
      }
    });
    assert.deepEqual(stage.commands, [{ command: "test_alert" }, { command: "test_alert" }]);
  } finally {
    await stage.server.close();
  }
});

test("learning is ended and begun anew, and says until when and for how long", { skip }, async () => {
  const stage = await startStage({ nodes: [nodeView()] });
  stage.answer = (command) => {
    const { hub } = stage.snapshot;
    const active = "on" in command && command.on;
    stage.snapshot = { ...stage.snapshot, hub: { ...hub, learning: { ...hub.learning, active } } };
    return { ok: true };
  };
  try {
    await look({ width: 360 }, async (page) => {
      await page.goto(`${stage.server.url}#settings`);
      const part = page.getByRole("region", { name: "Getting to know your home" });
      await part.getByRole("progressbar").waitFor();
      await part.getByRole("button", { name: "stop learning" }).click();
      await part.getByText("Airwarden knows your devices").waitFor();
      stage.snapshot = { ...stage.snapshot, incidents: [incidentView({ kind: "unknown_device" })] };
      await part.getByText("A device that is reported already is not learned.").waitFor();
      await part.getByRole("button", { name: "Learn new devices for 24 hours" }).click();
      await part.getByText("Airwarden is learning your devices").waitFor();
    });
    const told = (on: boolean) => ({ command: "set_learning", on });
    assert.deepEqual(stage.commands, [told(false), told(true)]);
  } finally {
    await stage.server.close();
  }
});

test("the budget of alerts is saved as a whole number in range, and a refusal is shown", {
  skip,
}, async () => {
  const { hub } = snapshotOf();
  const stage = await startStage({ hub: { ...hub, alertBudget: { perDay: 4, spent: 4 } } });
  stage.answer = (command) => {
    const perDay = "perDay" in command ? command.perDay : 0;
    stage.snapshot = { ...stage.snapshot, hub: { ...hub, alertBudget: { perDay, spent: 4 } } };
    return { ok: true };
  };
  try {
    await look({}, async (page) => {
      await page.goto(`${stage.server.url}#settings`);
      const part = page.getByRole("region", { name: "How often may it interrupt you?" });
      await part
        .getByText("4 warnings were sent in the last 24 hours. The next warning waits on this page.")
        .waitFor();
      const field = part.getByLabel("Warnings in 24 hours");
      const save = part.getByRole("button", { name: "Save" });
      assert.ok(await save.isDisabled());
      for (const wrong of ["51", "-1", "2.5", ""]) {
        await field.fill(wrong);
        await save.click();
        assert.equal(await field.evaluate((input: HTMLInputElement) => input.checkValidity()), false, wrong);
      }
      await field.fill("12");
      await field.press("Enter");
      await part.getByText("Saved.").waitFor();
      await part.getByText("4 warnings were sent in the last 24 hours.", { exact: true }).waitFor();
      stage.answer = () => ({ ok: false, error: "only administrators can" });
      await field.fill("0");
      await save.click();
      await page.getByRole("alert").getByText("Only administrators can.").waitFor();
      assert.equal(await field.inputValue(), "0", "what was typed stays");
    });
    const told = (perDay: number) => ({ command: "set_alert_budget", perDay });
    assert.deepEqual(stage.commands, [told(12), told(0)]);
  } finally {
    await stage.server.close();
  }
});
