import assert from "node:assert/strict";
import { test } from "node:test";
import { asked, look, noBrowser, startStage } from "../support/page/browser.ts";
import { nodeView, snapshotOf } from "../support/snapshot.ts";

const skip = noBrowser;
const KEY = "ab".repeat(32);

test("a node is paired: its key is shown once, with what to do; it is removed after a question", {
  skip,
}, async () => {
  const stage = await startStage();
  stage.answer = ({ command }) => {
    const paired = command === "add_node" ? [{ name: "hall", mac: null, addedAt: 990, lastHeard: null }] : [];
    stage.snapshot = snapshotOf({ paired });
    return command === "add_node" ? { ok: true, reveal: KEY } : { ok: true };
  };
  try {
    await look({ width: 360 }, async (page) => {
      await page.goto(`${stage.server.url}#nodes`);
      await page.getByText("Over Wi-Fi, from anywhere").click();
      await page.getByLabel("Name of the node", { exact: true }).fill("hall");
      await page.getByRole("button", { name: "Make its key" }).click();
      const shown = page.locator("[data-reveal]");
      assert.equal(await shown.getByLabel("Key", { exact: true }).textContent(), KEY);
      assert.match((await shown.textContent()) ?? "", /udp 192\.0\.2\.10:4729 .*--name hall/);
      await page.getByRole("button", { name: "I have it, hide it" }).click();
      assert.ok(!(await page.locator("body").evaluate((body) => body.innerHTML)).includes(KEY));
      assert.equal(await page.getByText(KEY).count(), 0);
      const row = page.locator('[data-paired="hall"]');
      await row.getByRole("button", { name: "Remove" }).click();
      assert.equal(stage.commands.length, 1);
      await row.getByRole("button", { name: "Remove “hall”" }).click();
      await asked(page, stage, 2);
    });
    assert.deepEqual(stage.commands, [
      { command: "add_node", name: "hall" },
      { command: "remove_node", name: "hall" },
    ]);
  } finally {
    await stage.server.close();
  }
});

test("a board on USB is given the Wi-Fi; what the hub refuses is said", { skip }, async () => {
  const path = "/dev/serial/by-id/board";
  const board = nodeView({ link: path, cable: path, uplink: "cable" });
  const stage = await startStage({ nodes: [board, nodeView({ id: "udp", link: "udp:02:00:00:00:00:02" })] });
  stage.answer = () => ({ ok: false, error: "this node is not connected now" });
  try {
    await look({}, async (page) => {
      await page.goto(`${stage.server.url}#nodes`);
      await page.getByText("Over Wi-Fi, from anywhere").click();
      const form = page.locator('form[data-form="wifi"]');
      assert.equal(await form.locator("option").count(), 1);
      await form.getByLabel("Name of the node").fill("attic");
      await form.getByLabel(/^Its password/).fill("correct horse");
      assert.equal(await form.getByLabel("Where Airwarden listens").inputValue(), "192.0.2.10:4729");
      await form.getByLabel("Where Airwarden listens").fill("192.0.2.7:4729");
      await form.getByLabel(/^Country/).fill("de");
      await form.getByRole("button").click();
      await page.getByText("That did not work. This node is not connected now.").waitFor();
      stage.answer = () => ({ ok: true });
      await form.getByRole("button").click();
      await page.getByText(/“attic” has taken its settings/).waitFor();
    });
    assert.deepEqual(stage.commands[0], {
      ...{ command: "configure_node", node: board.id, name: "attic", ssid: "Home" },
      ...{ password: "correct horse", hub: "192.0.2.7:4729", country: "DE" },
    });
  } finally {
    await stage.server.close();
  }
});
