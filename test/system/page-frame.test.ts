import assert from "node:assert/strict";
import { test } from "node:test";
import type { Page } from "playwright-core";
import { asked, look, noBrowser, startStage } from "../support/page/browser.ts";
import { behindPrefix, PREFIX } from "../support/page/prefix.ts";
import { strangeBlockEntities, strangeEntities, strangeHome } from "../support/page/strangers.ts";
import { incidentView, nodeView } from "../support/snapshot.ts";

const skip = noBrowser;
/** As long as a stranger can make it, without a place to break. */
const WIDE = "W".repeat(32);
const HOSTILE = `<img src=x onerror="document.title='owned'">`;

test("under a path prefix everything is found: files, live figures, commands, images, parts loaded later", {
  skip,
}, async () => {
  const stage = await startStage({ nodes: [nodeView()], incidents: [incidentView()] });
  const proxy = await behindPrefix(stage.server.url);
  try {
    await look({}, async (page) => {
      const failed: string[] = [];
      page.on("response", (response) => {
        if (response.status() >= 400) failed.push(response.url());
      });
      await page.goto(proxy.url);
      await page.getByRole("button", { name: "I have seen this" }).click();
      assert.equal((await asked(page, stage)).length, 1);
      await page.getByRole("link", { name: "Nodes" }).click();
      assert.equal(new URL(page.url()).pathname, PREFIX);
      await page.getByText("Write the firmware from this browser").click();
      await page
        .getByText(/There are no firmware images here yet|Choose the port/)
        .first()
        .waitFor();
      assert.deepEqual(failed, [`${proxy.url}firmware/manifest.json`]);
      assert.deepEqual(proxy.strays, []);
    });
  } finally {
    proxy.server.closeAllConnections();
    proxy.server.close();
    await stage.server.close();
  }
});

test("a lost hub is said with the time of what is shown, and forgotten when it is back", {
  skip,
}, async () => {
  const stage = await startStage({ nodes: [nodeView()] });
  const port = Number(new URL(stage.server.url).port);
  let again: Awaited<ReturnType<typeof startStage>> | undefined;
  try {
    await look({}, async (page) => {
      await page.goto(stage.server.url);
      await page.getByText("Nothing unusual").waitFor();
      await stage.server.close();
      const banner = page.locator("[data-stale]");
      await banner.waitFor();
      assert.match((await banner.textContent()) ?? "", /The hub is not heard.*This is how it was/);
      assert.notEqual(await banner.locator("time").textContent(), "");
      again = await startStage({ nodes: [nodeView()], version: "0.1.0" }, { port });
      await banner.waitFor({ state: "detached", timeout: 15_000 });
      await again.server.close();
      again = await startStage({ nodes: [nodeView()], version: "0.2.0" }, { port });
      await page.getByText("Airwarden was updated to 0.2.0").waitFor({ timeout: 20_000 });
    });
  } finally {
    await again?.server.close();
  }
});

/** What strangers choose: markup, a name without a place to break, pictures, letters from right to left. */
const CHOSEN = [HOSTILE, WIDE, "👾".repeat(32), "שלום עולם (5) ← אבג"];

test("nothing runs over at 360 pixels, and names of strangers stay text in every place, light and dark", {
  skip,
}, async () => {
  const stage = await startStage();
  try {
    for (const [at, text] of CHOSEN.entries()) {
      stage.snapshot = strangeHome(text);
      stage.blockEntities = strangeBlockEntities(text);
      stage.entities = strangeEntities(text);
      await look({ width: 360, scheme: at % 2 === 0 ? "light" : "dark" }, async (page) => {
        for (const tab of ["incidents", "devices", "networks", "nodes", "settings"]) {
          await page.goto(`${stage.server.url}#${tab}`);
          await page.getByText(text).first().waitFor();
          await openAll(page, tab);
          await plain(page, `${tab} with ${text}`);
        }
        await page.goto(`${stage.server.url}#incidents`);
        await page.locator('[data-incident="s"]').getByRole("button", { name: "Block…" }).click();
        await page.getByRole("dialog").getByText(text).first().waitFor();
        await plain(page, `the block dialog with ${text}`);
      });
    }
  } finally {
    await stage.server.close();
  }
});

/** All that a click unfolds, but the dialogs. */
async function openAll(page: Page, tab: string): Promise<void> {
  for (const closed of await page.locator("details:not([open]) > summary").all()) {
    if (await closed.isVisible()) await closed.click();
  }
  if (tab === "devices") {
    await page.locator("button.open").first().click();
    await page.getByRole("button", { name: "Same device as…" }).click();
    await page.getByRole("button", { name: "Add an entity of this device" }).click();
    await page.getByLabel("Entity of this device").waitFor();
  }
  if (tab === "settings") {
    await page.getByRole("button", { name: "Choose an entity" }).first().click();
    await page.locator("entity-field input").waitFor();
    await page.getByRole("button", { name: "Change", exact: true }).click();
    await page.getByLabel("To block, use").waitFor();
  }
  if (tab === "nodes") {
    for (const what of ["Rename", "Change its Wi-Fi"]) {
      await page.getByRole("button", { name: what, exact: true }).first().click();
      await page.waitForTimeout(100);
    }
  }
  await page.waitForTimeout(300);
}

/** Nothing of it became markup, and nothing pushes the page wide. */
async function plain(page: Page, where: string): Promise<void> {
  const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
  assert.equal(over, 0, `${where} runs over by ${String(over)} pixels`);
  const tabs = await page.locator("nav").evaluate((nav) => nav.scrollWidth - nav.clientWidth);
  assert.equal(tabs, 0, "every tab is in sight");
  assert.equal(await page.locator("img[src=x]").count(), 0, where);
  assert.notEqual(await page.title(), "owned", where);
}
