import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { startHttp } from "../../hub/edge/http.ts";
import { BootRom, PORT_SCRIPT } from "../support/boot-rom.ts";
import { asked, look, noBrowser, startStage } from "../support/browser.ts";
import { folderFor } from "../support/program.ts";
import { nodeView, snapshotOf } from "../support/snapshot.ts";

const skip = noBrowser;
const KEY = "ab".repeat(32);

interface Images {
  readonly folder: string;
  readonly images: ReadonlyMap<string, Buffer>;
}

/** A release with images of two chips, made of chance. */
function madeImages(folder: string): Images {
  const images = new Map(["esp32c3", "esp32c6"].map((chip) => [chip, randomBytes(5000)] as const));
  const builds = [...images].map(([chip, image]) => {
    const path = `${chip}/merged.bin`;
    const sha256 = createHash("sha256").update(image).digest("hex");
    mkdirSync(join(folder, chip), { recursive: true });
    writeFileSync(join(folder, path), image);
    return {
      ...{ chip, chipFamily: chip.toUpperCase().replace("32", "32-"), version: "9.8.7" },
      ...{ parts: [{ path, offset: 0 }], merged: { path, size: image.length, sha256 } },
    };
  });
  writeFileSync(join(folder, "manifest.json"), JSON.stringify({ name: "x", version: "9.8.7", builds }));
  return { folder, images };
}

const openFlasher = async (page: Page, url: string): Promise<void> => {
  await page.goto(`${url}#nodes`);
  await page.getByText("Write the firmware from this browser").click();
};

test("chips, offsets, sizes and hashes on the page are those of the files that are served", {
  skip,
}, async (context) => {
  const { folder, images } = madeImages(folderFor(context));
  const stage = await startStage({}, { firmware: folder });
  try {
    await look({}, async (page) => {
      await openFlasher(page, stage.server.url);
      await page.getByText("Images for ESP32-C3, ESP32-C6").click();
      const rows = page.locator("tr[data-chip]");
      assert.equal(await rows.count(), images.size);
      for (const row of await rows.all()) {
        const image = images.get((await row.getAttribute("data-chip")) ?? "");
        assert.ok(image !== undefined);
        assert.match((await row.textContent()) ?? "", /9\.8\.7\s*5\.0 kB/);
        assert.equal(await row.getAttribute("data-offset"), "0");
        const response = await fetch((await row.locator("a").getAttribute("href")) ?? "");
        const served = Buffer.from(await response.arrayBuffer());
        assert.deepEqual(served, image);
        const hash = createHash("sha256").update(served).digest("hex");
        assert.equal(await row.getAttribute("data-sha256"), hash);
        assert.match(response.headers.get("cache-control") ?? "", /immutable/);
      }
    });
    const manifest = await fetch(new URL("firmware/manifest.json", stage.server.url));
    assert.equal(manifest.headers.get("cache-control"), "no-cache");
    assert.equal((await fetch(new URL("firmware/none.bin", stage.server.url))).status, 404);
  } finally {
    await stage.server.close();
  }
});

test("the page says exactly why this browser cannot write a board", { skip }, async (context) => {
  const { folder } = madeImages(folderFor(context));
  const stage = await startStage({}, { firmware: folder, host: "0.0.0.0" });
  const port = new URL(stage.server.url).port;
  try {
    const args = ["--host-resolver-rules=MAP airwarden.test 127.0.0.1"];
    await look({ args }, async (page) => {
      await openFlasher(page, `http://airwarden.test:${port}/`);
      const refusal = page.locator("[data-refusal]");
      assert.match((await refusal.textContent()) ?? "", /this one came over plain HTTP.*https:\/\/ address/);
      assert.equal(await page.getByText("Choose the port and write").count(), 0);
    });
    await look({}, async (page) => {
      await page.addInitScript("delete Navigator.prototype.serial");
      await openFlasher(page, `http://127.0.0.1:${port}/`);
      const refusal = page.locator("[data-refusal]");
      assert.match(
        (await refusal.textContent()) ?? "",
        /does not know Web Serial.*Use Chrome, Edge or Opera/,
      );
    });
    await look({}, async (page) => {
      await page.addInitScript(
        "Object.defineProperty(navigator, 'serial', { value: { requestPort: () => Promise.reject(new DOMException('No port selected by the user.', 'NotFoundError')) } })",
      );
      await openFlasher(page, `http://127.0.0.1:${port}/`);
      await page.getByText("Choose the port and write").click();
      await page.getByText(/No port was chosen.*another USB cable/).waitFor();
    });
  } finally {
    await stage.server.close();
  }
});

test("a board is written through the page: the right image at its place, read back; else it is said", {
  skip,
}, async (context) => {
  const { folder, images } = madeImages(folderFor(context));
  const stage = await startStage({}, { firmware: folder });
  const write = async (rom: BootRom, erase: boolean, outcome: RegExp): Promise<void> =>
    look({}, async (page) => {
      await page.exposeFunction("board", (bytes: number[]) => rom.take(bytes));
      await page.addInitScript(PORT_SCRIPT);
      await openFlasher(page, stage.server.url);
      if (erase) await page.getByLabel("Erase the board first").check();
      await page.getByText("Choose the port and write").click();
      await page.locator("node-flasher .notice").filter({ hasText: outcome }).waitFor({ timeout: 30_000 });
    });
  try {
    const rom = new BootRom({ chipId: 13 });
    await write(rom, true, /Done\. The ESP32-C6 runs Airwarden 9\.8\.7/);
    const image = images.get("esp32c6");
    assert.ok(image !== undefined);
    assert.deepEqual(rom.flash.subarray(0, image.length), image);
    assert.equal(rom.flash[image.length], 0xff);
    await write(new BootRom({ chipId: 13, worn: true }), false, /does not read back the same/);
    await write(
      new BootRom({ chipId: 9 }),
      false,
      /chip ESP32-S3; there are images for ESP32-C3, ESP32-C6 only/,
    );
    writeFileSync(join(folder, "esp32c6/merged.bin"), randomBytes(5000));
    const untouched = new BootRom({ chipId: 13 });
    await write(untouched, true, /damaged or of another version/);
    assert.ok(untouched.flash.every((octet) => octet === 0));
  } finally {
    await stage.server.close();
  }
});

test("npm run flasher makes a page of its own that finds its images beside it", { skip }, async (context) => {
  const { folder, images } = madeImages(folderFor(context));
  const script = join(import.meta.dirname, "../../firmware/build/flasher.ts");
  const made = spawnSync(process.execPath, [script, folder], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  const server = await startHttp({
    host: "127.0.0.1",
    port: 0,
    ingress: false,
    page: join(folder, "flasher"),
  });
  try {
    await look({ width: 360 }, async (page) => {
      await page.goto(server.url);
      await page.getByText("Images for").click();
      for (const link of await page.locator("tr[data-chip]").all()) {
        const response = await fetch((await link.locator("a").getAttribute("href")) ?? "");
        const image = images.get((await link.getAttribute("data-chip")) ?? "");
        assert.deepEqual(Buffer.from(await response.arrayBuffer()), image);
      }
      assert.equal(await page.locator("tr[data-chip]").count(), images.size);
      assert.equal(await page.evaluate("document.documentElement.scrollWidth > innerWidth"), false);
    });
  } finally {
    await server.close();
  }
});

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
      assert.match((await shown.textContent()) ?? "", /udp 127\.0\.0\.1:4729 .*--name hall/);
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
  const board = nodeView({ link: "/dev/serial/by-id/board" });
  const stage = await startStage({ nodes: [board, nodeView({ id: "udp", link: "udp:02:00:00:00:00:02" })] });
  stage.answer = () => ({ ok: false, error: "this node is not connected now" });
  try {
    await look({}, async (page) => {
      await page.goto(`${stage.server.url}#nodes`);
      await page.getByText("Over Wi-Fi, from anywhere").click();
      const form = page.locator('form[data-form="wifi"]');
      assert.equal(await form.locator("option").count(), 1);
      await form.getByLabel("Name of the node").fill("attic");
      await form.getByLabel("Its password").fill("correct horse");
      await form.getByLabel("Where this hub listens").fill("192.0.2.7:4729");
      await form.getByRole("button").click();
      await page.getByText("That did not work. This node is not connected now.").waitFor();
      stage.answer = () => ({ ok: true });
      await form.getByRole("button").click();
      await page.getByText(/“attic” has its settings and restarts/).waitFor();
    });
    assert.deepEqual(stage.commands[0], {
      ...{ command: "configure_node", node: board.id, name: "attic", ssid: "Home" },
      ...{ password: "correct horse", hub: "192.0.2.7:4729" },
    });
  } finally {
    await stage.server.close();
  }
});
