import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { startHttp } from "../../hub/edge/page/http.ts";
import { Board, type BoardOptions } from "../support/board/board.ts";
import { improvBoard } from "../support/board/improv.ts";
import { plugIntoPage } from "../support/board/web-serial.ts";
import { look, noBrowser, startStage } from "../support/page/browser.ts";
import { openFlasher, release, someImages } from "../support/page/flasher.ts";
import { folderFor } from "../support/program.ts";

const skip = noBrowser;
/** Browser and boot ROM share a machine with other tests. */
const PATIENCE = { timeout: 60_000 };

test("chips, offsets, sizes and hashes on the page are those of the files that are served", {
  skip,
}, async (context) => {
  const { folder, images } = release(folderFor(context));
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

/** A script under which no port is chosen, for a reason. */
const refusing = (message: string, name: string): string =>
  `Object.defineProperty(navigator, 'serial', { value: { requestPort: () => Promise.reject(new DOMException('${message}', '${name}')) } })`;

test("the page says exactly why this browser cannot write a board", { skip }, async (context) => {
  const { folder } = release(folderFor(context));
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
    for (const [script, words] of [
      [refusing("No port selected by the user.", "NotFoundError"), /No port was chosen.*another USB cable/],
      [
        refusing('Access to the feature "serial" is disallowed by permissions policy.', "SecurityError"),
        /does not let this page use serial ports.*a tab of its own/,
      ],
    ] as const) {
      await look({}, async (page) => {
        await page.addInitScript(script);
        await openFlasher(page, `http://127.0.0.1:${port}/`);
        await page.getByText("Choose the port and write").click();
        await page.getByText(words).waitFor();
        await page.getByText("Choose the port and write").waitFor();
      });
    }
  } finally {
    await stage.server.close();
  }
});

test("a board is written through the page: the right image at its place, read back; else it is said", {
  skip,
}, async (context) => {
  const { folder, images } = release(folderFor(context));
  const stage = await startStage({}, { firmware: folder });
  const write = async (options: BoardOptions, outcome: RegExp): Promise<Board> => {
    const board = new Board(options);
    await look({}, async (page) => {
      await plugIntoPage(page, board);
      await openFlasher(page, stage.server.url);
      await page.getByLabel("Erase the board first").check();
      await page.getByText("Choose the port and write").click();
      await page.locator("node-flasher .notice").filter({ hasText: outcome }).waitFor(PATIENCE);
    });
    return board;
  };
  try {
    const c6 = await write({ chipId: 13 }, /The board does not answer yet\. Press its RESET/);
    const image = images.get("esp32c6");
    assert.ok(image !== undefined);
    assert.deepEqual(c6.rom.flash.subarray(0, image.length), image);
    assert.equal(c6.rom.flash[image.length], 0xff);
    assert.equal(c6.starts, 1, "it was started with what was written");
    const bridge = { usbVendorId: 0x10c4, usbProductId: 0xea60 };
    await write({ chipId: 13, usb: bridge }, /socket of the board's bridge chip.*second socket/);
    await write({ chipId: 13, worn: true }, /does not read back the same/);
    const s3 = await write({ chipId: 9 }, /chip ESP32-S3; there are images for ESP32-C3, ESP32-C6 only/);
    assert.equal(s3.starts, 1, "it goes on with what it had");
    writeFileSync(join(folder, "esp32c6/merged.bin"), randomBytes(5000));
    const untouched = await write({ chipId: 13 }, /damaged or of another version/);
    assert.ok(untouched.rom.flash.every((octet) => octet === 0));
  } finally {
    await stage.server.close();
  }
});

test("networks that a board hears are chosen from; their names are strangers' words; a board that goes is missed", {
  skip,
}, async (context) => {
  const { folder } = release(folderFor(context), someImages(), 15);
  const stage = await startStage({}, { firmware: folder });
  const hostile = `<img src=x onerror="document.title='owned'">`;
  const { start, told } = improvBoard([
    ["far", -80, true],
    ["near", -40, true],
    [hostile.slice(0, 32), -60, false],
    ["turned\u202e", -70, true],
    ["near", -90, true],
  ]);
  const board = new Board({ chipId: 13, start });
  try {
    await look({ width: 360 }, async (page) => {
      await plugIntoPage(page, board);
      await openFlasher(page, stage.server.url);
      await page.getByText("Choose the port and write").click();
      const form = page.locator('form[data-form="join"]');
      const options = form.locator("option");
      await options.first().waitFor({ ...PATIENCE, state: "attached" });
      assert.deepEqual(await options.allTextContents(), [
        ...["near", `${hostile.slice(0, 32)} (open)`, "turned·", "far"],
      ]);
      assert.equal(await page.evaluate("document.documentElement.scrollWidth > innerWidth"), false);
      await form.getByLabel("Network").selectOption("turned\u202e");
      await form.getByLabel("Its password").fill("short");
      await form.getByRole("button", { name: "Join" }).click();
      assert.deepEqual(told, [], "a password of five characters is none");
      await form.getByLabel("Its password").fill("long enough");
      await form.getByRole("button", { name: "Join" }).click();
      await page.getByText("The board has joined “turned·”").waitFor(PATIENCE);
      assert.deepEqual(told, [["turned\u202e", "long enough"]]);
      await page.getByRole("button", { name: "Later, at the hub" }).click();
      await page.getByRole("button", { name: "Set up another board" }).click();

      await page.getByText("only give it Wi-Fi").click();
      await form.getByRole("button", { name: "Another network" }).click(PATIENCE);
      await form.getByLabel("Name of the network").waitFor();
      board.unplug();
      await page.getByText("The board was unplugged or restarted").waitFor(PATIENCE);
      await page.getByText("Choose its port again").waitFor();
      assert.equal(await page.title(), "Airwarden");
    });
  } finally {
    await stage.server.close();
  }
});

test("npm run flasher makes a page of its own that finds its images beside it", { skip }, async (context) => {
  const { folder, images } = release(folderFor(context));
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
