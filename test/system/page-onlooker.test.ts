import assert from "node:assert/strict";
import { test } from "node:test";
import { enterNamespace } from "../support/home-assistant/namespace.ts";
import { StandInSupervisor } from "../support/home-assistant/supervisor.ts";
import { serving } from "../support/hub.ts";
import { look, noBrowser } from "../support/page/browser.ts";
import { buildPage } from "../support/page/page.ts";
import { folderFor } from "../support/program.ts";

const inside = enterNamespace(import.meta.filename);
const skip = inside ? noBrowser : "no network namespace: the app beside a Supervisor";

const TOKEN = "token-of-the-supervisor";
const ADMIN = "0b7c0b7c0b7c0b7c";
const CHILD = "c41dc41dc41dc41d";
const PATIENCE = { timeout: 30_000 };

test("who may change nothing reads so before trying; an administrator reads nothing of it", {
  skip,
}, async (t) => {
  buildPage();
  const standIn = new StandInSupervisor(TOKEN);
  standIn.answers.set("config/auth/list", [
    { id: ADMIN, is_owner: false, is_active: true, group_ids: ["system-admin"] },
    { id: CHILD, is_owner: false, is_active: true, group_ids: ["system-users"] },
  ]);
  await standIn.start();
  t.after(() => standIn.stop());
  const hub = await serving(t, ["--demo", "--data", folderFor(t), "--port", "8099"], {
    environment: { SUPERVISOR_TOKEN: TOKEN },
  });
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
