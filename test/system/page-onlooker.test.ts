import assert from "node:assert/strict";
import { test } from "node:test";
import { enterNamespace } from "../support/home-assistant/namespace.ts";
import { look, noBrowser } from "../support/page/browser.ts";
import { ADMIN, app, CHILD, supervisor } from "../support/supervised.ts";

const inside = enterNamespace(import.meta.filename);
const skip = inside ? noBrowser : "no network namespace: the app beside a Supervisor";

const PATIENCE = { timeout: 30_000 };

test("who may change nothing reads so before trying; an administrator reads nothing of it", {
  skip,
}, async (t) => {
  const standIn = await supervisor(t);
  const hub = await app(t);
  const refusalOf = async (user: string | undefined): Promise<string | null> => {
    const answer = (await (await standIn.open("api/rights", user)).json()) as { refusal: string | null };
    return answer.refusal;
  };
  while ((await refusalOf(ADMIN)) !== null) await new Promise((resolve) => setTimeout(resolve, 200));
  assert.match((await refusalOf(CHILD)) ?? "", /^only administrators/);
  assert.match((await refusalOf(undefined)) ?? "", /did not say who you are/);
  for (const [user, width] of [
    [CHILD, 390],
    [CHILD, 1280],
    [ADMIN, 1280],
  ] as const) {
    await look({ width }, async (page) => {
      await page.setExtraHTTPHeaders({ "x-stand-in-session": user });
      await page.goto(standIn.address);
      await page.getByRole("link", { name: "Settings" }).click(PATIENCE);
      await page.getByRole("region", { name: "About" }).waitFor(PATIENCE);
      const hint = page.locator("[data-refusal]");
      if (user === CHILD) {
        await hint.getByText("Only administrators of Home Assistant can change something here.").waitFor();
        assert.equal(await page.evaluate("document.documentElement.scrollWidth > innerWidth"), false);
      } else {
        await page.waitForTimeout(1500);
        assert.equal(await hint.count(), 0);
      }
    });
  }
  assert.equal((await hub.end()).code, 0);
});
