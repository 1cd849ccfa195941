import assert from "node:assert/strict";
import { test } from "node:test";
import type { BlockRunView, BlockView, CallView } from "../../hub/expose/snapshot/block.ts";
import { asked, focused, look, noBrowser, type Stage, startStage } from "../support/page/browser.ts";
import { deviceView, incidentView, nodeView, snapshotOf } from "../support/snapshot.ts";

const skip = noBrowser;
const CAMERA = "02:00:00:00:00:01";
const STRANGER = "02:00:00:00:00:09";
const script: CallView = { entity: "script.block_client", turn: "on" };
const undo: CallView = { entity: "script.unblock_client", turn: "on" };
const all = { mac: null, block: script, unblock: undo, name: "Block client", problem: null };
const NOTHING: BlockView = { rules: [], blocked: [], guarded: [], runs: [] };
const run = (traits: Partial<BlockRunView> = {}): BlockRunView => ({
  ...{ id: 1, at: 990, mac: STRANGER, name: "Tasmota", change: "block", by: "Ada", called: script },
  ...{ incident: "s", outcome: "done", failure: null, ...traits },
});
const stranger = incidentView({
  ...{ id: "s", kind: "unknown_device", title: "A device that is new here" },
  subject: { kind: "device", mac: STRANGER, name: "Tasmota" },
});

function show(stage: Stage, block: Partial<BlockView>): void {
  stage.snapshot = { ...stage.snapshot, block: { ...stage.snapshot.block, ...block } };
}

test("“Block” says what will be called, asks, shows progress, success, failure, and the way back", {
  skip,
}, async () => {
  const stage = await startStage({
    ...{ incidents: [stranger], nodes: [nodeView()], block: { ...NOTHING, rules: [all] } },
  });
  try {
    await look({ width: 360 }, async (page) => {
      await page.goto(stage.server.url);
      const card = page.locator('[data-incident="s"]');
      const dialog = page.getByRole("dialog");
      await card.getByRole("button", { name: "Block…" }).press("Enter");
      const words = (await dialog.textContent()) ?? "";
      for (const said of [
        "Block Tasmota?",
        "run the script “Block client”",
        "script.block_client",
        STRANGER,
      ]) {
        assert.ok(words.includes(said), `“${said}” in: ${words}`);
      }
      assert.match(words, /To take it back, .*script\.unblock_client/);
      assert.equal(await page.evaluate("document.documentElement.scrollWidth > innerWidth"), false);
      await page.keyboard.press("Escape");
      assert.equal(await dialog.count(), 0);
      assert.deepEqual(stage.commands, []);

      const { promise, resolve } = Promise.withResolvers<void>();
      stage.answer = async () => {
        await promise;
        show(stage, { runs: [run()], blocked: [{ mac: STRANGER, since: 990, by: "Ada", undo }] });
        return { ok: true };
      };
      await card.getByRole("button", { name: "Block…" }).click();
      await dialog.getByRole("button", { name: "Block Tasmota" }).click();
      await card.getByRole("button", { name: "Blocking…" }).waitFor();
      resolve();
      await card.getByRole("status").getByText("Blocked: Home Assistant has done").waitFor();

      stage.answer = () => ({ ok: false, error: "the router does not answer" });
      await card.getByRole("button", { name: "Unblock…" }).click();
      assert.match((await dialog.textContent()) ?? "", /script\.unblock_client.*by Ada/);
      await dialog.getByRole("button", { name: "Unblock Tasmota" }).click();
      await card.getByRole("alert").getByText("The router does not answer.").waitFor();
      await card.getByRole("button", { name: "Unblock…" }).click();
      stage.answer = () => {
        show(stage, { blocked: [], runs: [run({ id: 3, change: "forget", called: null })] });
        return { ok: true };
      };
      await dialog.getByRole("button", { name: "It is not blocked any more" }).click();
      await card.getByRole("button", { name: "Block…" }).waitFor();
    });
    assert.deepEqual(stage.commands, [
      { command: "block_device", mac: STRANGER, incident: "s", despite: false },
      { command: "unblock_device", mac: STRANGER },
      { command: "forget_block", mac: STRANGER },
    ]);
  } finally {
    await stage.server.close();
  }
});

test("without a choice or without Home Assistant the next step is said; a router is asked about twice", {
  skip,
}, async () => {
  const devices = [deviceView(CAMERA, { name: "Camera" })];
  const stage = await startStage({ devices, nodes: [nodeView()] });
  try {
    await look({ scheme: "dark" }, async (page) => {
      await page.goto(`${stage.server.url}#devices`);
      await page.locator(`tr[data-mac="${CAMERA}"] button`).click();
      const button = page.getByRole("button", { name: "Block…" });
      const dialog = page.getByRole("dialog");
      const { hub } = stage.snapshot;
      stage.snapshot = snapshotOf({ ...stage.snapshot, hub: { ...hub, homeAssistant: "off" } });
      await page.waitForTimeout(1500);
      await button.click();
      await dialog.getByText("does not know where that is").waitFor();
      stage.snapshot = snapshotOf({ ...stage.snapshot, hub });
      await dialog.getByRole("link", { name: "Choose in the settings" }).waitFor();
      await dialog.getByRole("button", { name: "Cancel" }).click();

      show(stage, { blocked: [{ mac: CAMERA, since: 990, by: "", undo: null }] });
      await page.locator(`tr[data-mac="${CAMERA}"]`).getByText("blocked").waitFor();
      await page.getByRole("button", { name: "Unblock…" }).click();
      await dialog.getByText("Let it on again in Home Assistant, then say so here.").waitFor();
      await dialog.getByRole("button", { name: "Cancel" }).click();

      show(stage, { blocked: [], rules: [all], guarded: [{ mac: CAMERA, why: "gateway" }] });
      await page.waitForTimeout(1500);
      await button.click();
      await dialog.getByText("no device may reach the internet").waitFor();
      assert.equal(await dialog.getByRole("button", { name: "Block Camera" }).count(), 0);
      await dialog.getByRole("button", { name: "Go on all the same" }).press("Enter");
      await focused(dialog.getByRole("button", { name: "Block Camera" }));
      await dialog.getByRole("button", { name: "Block Camera" }).click();
      await asked(page, stage);
    });
    assert.deepEqual(stage.commands, [
      { command: "block_device", mac: CAMERA, incident: null, despite: true },
    ]);
  } finally {
    await stage.server.close();
  }
});

test("what “Block” does is chosen from what Home Assistant has, for all and for one; the log is read", {
  skip,
}, async () => {
  const own: CallView = { entity: "switch.camera_internet", turn: "off" };
  const stage = await startStage({
    ...{ devices: [deviceView(CAMERA, { name: "Camera" })], nodes: [nodeView()] },
    block: { ...NOTHING, runs: [run({ outcome: "failed", failure: "the router does not answer" })] },
  });
  stage.blockEntities = "Home Assistant is not connected";
  stage.answer = (command) => {
    if (command.command !== "choose_block" || command.block === null) return { ok: true };
    const { mac, block, unblock } = command;
    const rules = [...stage.snapshot.block.rules, { mac, block, unblock, name: null, problem: null }];
    show(stage, { rules });
    return { ok: true };
  };
  try {
    await look({ width: 360 }, async (page) => {
      await page.goto(`${stage.server.url}#settings`);
      await page.getByRole("button", { name: "Choose…" }).click();
      await page.getByRole("alert").getByText("Home Assistant is not connected.").waitFor();
      stage.blockEntities = [];
      await page.getByRole("button", { name: "Try again" }).click();
      await page.getByText("Home Assistant has no script and no switch yet").waitFor();
      stage.blockEntities = [
        { id: script.entity, name: "<b>Block</b>", mac: null },
        { id: undo.entity, name: "Unblock", mac: null },
        { id: own.entity, name: "Camera internet", mac: CAMERA },
        { id: "switch.boiler", name: "Boiler", mac: null },
      ];
      await page.getByRole("button", { name: "Look again" }).click();
      const save = page.locator("block-form").getByRole("button", { name: "Save" });
      assert.ok(await save.isDisabled());
      await page.getByLabel("To block, use").selectOption(script.entity);
      await page.getByText("so that it knows which device is meant").waitFor();
      await page.getByLabel("To unblock, use").selectOption(undo.entity);
      await save.click();
      await page.locator('[data-rule="all"]').waitFor();

      await page.getByRole("button", { name: "Add a device…" }).click();
      await page.getByLabel("Device", { exact: true }).selectOption(CAMERA);
      const select = page.getByLabel("To block, use");
      const first = select.locator("optgroup").first();
      assert.equal(await first.getAttribute("label"), "Of this device");
      await select.selectOption(own.entity);
      assert.equal(await page.getByLabel("To unblock, use").inputValue(), "reverse");
      assert.equal(await page.evaluate("document.documentElement.scrollWidth > innerWidth"), false);
      await save.click();
      await page.getByRole("button", { name: "Remove for Camera" }).click();
      await asked(page, stage, 3);
      await page.getByText("Who was blocked, and by whom (1)").click();
      const row = (await page.locator('[data-run="1"]').textContent()) ?? "";
      assert.match(
        row.replaceAll(/\s+/g, " "),
        /Tasmota .* Block failed, asked for by Ada, .*The router does not answer\./,
      );
    });
    const [general, one, removed] = stage.commands;
    assert.deepEqual(general, { command: "choose_block", mac: null, block: script, unblock: undo });
    const back = { ...own, turn: "on" };
    assert.deepEqual(one, { command: "choose_block", mac: CAMERA, block: own, unblock: back });
    assert.deepEqual(removed, { command: "choose_block", mac: CAMERA, block: null, unblock: null });
  } finally {
    await stage.server.close();
  }
});
