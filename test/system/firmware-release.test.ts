import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash, createPublicKey, verify } from "node:crypto";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { type TestContext, test } from "node:test";
import { chipNamed } from "../../firmware/build/chips.ts";
import { readImage } from "../../firmware/build/image.ts";
import { describe, type Manifest, manifestOf } from "../../firmware/build/manifest.ts";
import { Release } from "../../hub/edge/care/firmware/release.ts";
import { startHttp } from "../../hub/edge/page/http.ts";
import { Board } from "../support/board/board.ts";
import { plugIntoPage } from "../support/board/web-serial.ts";
import { imagesFolder } from "../support/images.ts";
import { look, noBrowser, startStage } from "../support/page/browser.ts";
import { openFlasher } from "../support/page/flasher.ts";
import { folderFor, ROOT } from "../support/program.ts";

const found = imagesFolder();
const folder = found ?? "";
const noImages = found === undefined ? "no images of the firmware: npm run firmware builds them" : false;
const noPage = noImages || noBrowser;

/** Browser and boot ROM share a machine with other tests. */
const PATIENCE = { timeout: 180_000 };

const manifest = (): Manifest => JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8")) as Manifest;
const image = (path: string): Buffer => readFileSync(join(folder, path));

test("the manifest is what the images make", { skip: noImages }, () => {
  const { builds, ...release } = manifest();
  const plain = builds.map(({ app: { signature: _, key: __, ...app }, ...build }) => ({ ...build, app }));
  assert.deepEqual(
    plain,
    builds.map((build) => describe(folder, chipNamed(build.chip), { uart: build.serialType === "uart" })),
  );
  const { builds: made, ...expected } = manifestOf(builds);
  assert.deepEqual(release, expected);
  assert.equal(made.length, builds.length);
});

test("the hub gives its nodes what was built, with a signature that they can check", {
  skip: noImages,
}, () => {
  const release = new Release(folder);
  for (const { chip, version, app } of manifest().builds) {
    if (app.key === undefined) {
      assert.equal(release.versionFor(chip), undefined);
      continue;
    }
    assert.equal(release.versionFor(chip), version);
    const firmware = release.load(chip);
    assert.deepEqual(Buffer.from(firmware.image), image(app.path));
    const spki = Buffer.from(`302a300506032b6570032100${app.key}`, "hex");
    const key = createPublicKey({ key: spki, format: "der", type: "spki" });
    assert.ok(verify(null, firmware.sha256, key, firmware.signature));
  }
});

test("the flasher's own page offers these images, each with its chip, place and hash", {
  skip: noPage,
}, async (t) => {
  const copy = folderFor(t);
  cpSync(folder, copy, { recursive: true });
  const script = join(ROOT, "firmware/build/flasher.ts");
  const made = spawnSync(process.execPath, [script, copy], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  const server = await startHttp({
    ...{ host: "127.0.0.1", port: 0, ingress: false },
    page: join(copy, "flasher"),
  });
  t.after(() => server.close());
  await look({}, async (page) => {
    await page.goto(server.url);
    await page.getByText("Images for").click();
    const { builds } = manifest();
    assert.equal(await page.locator("tr[data-chip]").count(), builds.length);
    for (const { chip, merged, version } of builds) {
      const row = page.locator(`tr[data-chip="${chip}"]`);
      assert.ok((await row.textContent())?.includes(version));
      assert.equal(await row.getAttribute("data-offset"), "0");
      assert.equal(await row.getAttribute("data-sha256"), merged.sha256);
      const response = await fetch((await row.locator("a").getAttribute("href")) ?? "");
      const served = Buffer.from(await response.arrayBuffer());
      assert.equal(createHash("sha256").update(served).digest("hex"), merged.sha256);
    }
  });
});

test("a board that the page has written holds bootloader and program where its chip looks for them", {
  skip: noPage,
}, async (t: TestContext) => {
  const stage = await startStage({}, { firmware: folder });
  t.after(() => stage.server.close());
  for (const { chip, chipFamily, merged, version } of manifest().builds) {
    const { id, bootloader } = chipNamed(chip);
    const board = new Board({ chipId: id });
    await look({}, async (page) => {
      await plugIntoPage(page, board);
      await openFlasher(page, stage.server.url);
      await page.getByText("Choose the port and write").click();
      await page.getByText(`The ${chipFamily} has Airwarden ${version} now.`).first().waitFor(PATIENCE);
    });
    const { flash } = board.rom;
    assert.deepEqual(flash.subarray(0, merged.size), image(merged.path));
    assert.equal(readImage(flash, bootloader).chipId, id);
    assert.equal(readImage(flash, 0x10000).chipId, id);
  }
});
