import assert from "node:assert/strict";
import { test } from "node:test";
import { asked, look, noBrowser, startStage } from "../support/page/browser.ts";
import { behindPrefix, PREFIX } from "../support/page/prefix.ts";
import { accessPointView, deviceView, incidentView, nodeView } from "../support/snapshot.ts";

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

test("nothing runs over at 360 pixels, and names of strangers stay text, light and dark", {
  skip,
}, async () => {
  const many = Array.from({ length: 3 }, (_, at) =>
    deviceView(`02:00:00:00:01:0${at}`, { name: WIDE, vendor: WIDE }),
  );
  const stage = await startStage({
    nodes: [
      nodeView({ name: WIDE, link: `/dev/serial/by-id/${WIDE}`, problem: WIDE }),
      nodeView({ id: "x", name: HOSTILE, connected: false }),
    ],
    incidents: [
      incidentView({
        title: WIDE,
        message: `${WIDE} ${HOSTILE}`,
        evidence: { observed: 1, expected: 0, unit: WIDE, network: WIDE },
      }),
    ],
    devices: [...many, deviceView("02:00:00:00:02:00", { name: HOSTILE, network: WIDE })],
    accessPoints: [
      accessPointView({ ssid: WIDE }),
      accessPointView({ bssid: "x", ssid: HOSTILE, home: false }),
    ],
    channels: [{ channel: 6, frequency: 2437, heard: 0.3, reserved: 0.2, stated: 0.9, unheard: 0.4 }],
    problems: [
      {
        id: "p",
        title: WIDE,
        advice: HOSTILE,
        choices: [{ label: WIDE, command: { command: "test_alert" } }],
      },
    ],
    quiets: [{ identity: "deauth_flood.ap-02aa00000001", until: null, incident: incidentView().id }],
    paired: [{ name: WIDE, mac: null, addedAt: 0, lastHeard: null }],
  });
  try {
    for (const scheme of ["light", "dark"] as const) {
      await look({ width: 360, scheme }, async (page) => {
        for (const tab of ["incidents", "devices", "networks", "nodes", "settings"]) {
          await page.goto(`${stage.server.url}#${tab}`);
          await page.getByText(WIDE).first().waitFor();
          for (const closed of await page.locator("details:not([open]) > summary").all()) {
            if (await closed.isVisible()) await closed.click();
          }
          if (tab === "devices") await page.locator("button.open").first().click();
          await page.waitForTimeout(300);
          const over = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
          assert.equal(over, 0, `${tab} runs over by ${String(over)} pixels`);
          const tabs = await page.locator("nav").evaluate((nav) => nav.scrollWidth - nav.clientWidth);
          assert.equal(tabs, 0, "every tab is in sight");
        }
        assert.equal(await page.locator("img[src=x]").count(), 0);
        assert.notEqual(await page.title(), "owned");
      });
    }
  } finally {
    await stage.server.close();
  }
});
