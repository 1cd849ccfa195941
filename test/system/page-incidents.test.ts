import assert from "node:assert/strict";
import { test } from "node:test";
import { asked, look, noBrowser, startStage } from "../support/page/browser.ts";
import { incidentView, nodeView } from "../support/snapshot.ts";

const skip = noBrowser;
const NOW = Date.UTC(2026, 4, 20, 12) / 1000;

const flood = incidentView({
  raisedAt: NOW - 120,
  title: "Devices are being forced off the Wi-Fi",
  message:
    "Somebody sends “disconnect” messages. Observed: 40 messages in 12 seconds, to 2 devices. Expected: at most 2. Turn on WPA3.",
  evidence: {
    ...{ observed: 40, expected: 2, unit: "frames", broadcast_share: 0.25, window_seconds: 12 },
    ...{ rssi_dbm: -51, reason_codes: ["7", "3"], own_new_fact_seconds: 90, nothing: null },
  },
});

test("an incident says what was seen, what is usual and what to do, in words and without keys", {
  skip,
}, async () => {
  const stage = await startStage({ now: NOW, incidents: [flood], nodes: [nodeView()] });
  try {
    await look({ width: 360 }, async (page) => {
      await page.goto(stage.server.url);
      const card = page.locator(`[data-incident="${flood.id}"]`);
      await card.getByText("What was seen in detail").click();
      // biome-ignore lint/performance/useDomNodeTextContent: as laid out, cells are apart.
      const text = (await card.innerText()).replaceAll(/\s+/g, " ");
      for (const words of [
        "Act now",
        "for 2 minutes",
        "Seen 40 messages in 12 seconds, to 2 devices.",
        "Usual At most 2.",
        "what to do Turn on WPA3.",
        "Meant for all devices at once 25 %",
        "Within 12 seconds",
        "-51 dBm (strong)",
        "not associated, leaving",
        "Own new fact 2 minutes",
      ]) {
        assert.ok(text.includes(words), `“${words}” in: ${text}`);
      }
      assert.doesNotMatch(text, /[a-z]_[a-z]|null|undefined/);
      assert.equal(await page.evaluate("document.documentElement.scrollWidth > innerWidth"), false);
    });
  } finally {
    await stage.server.close();
  }
});

test("“this is normal” is taken back at once, and later from the history", { skip }, async () => {
  const stage = await startStage({ now: NOW, incidents: [flood], nodes: [nodeView()] });
  const identity = "deauth_flood.ap-02aa00000001";
  const over = { ...flood, resolvedAt: NOW, acknowledged: true };
  stage.answer = ({ command }) => {
    const normal = command === "this_is_normal";
    const quiets = normal ? [{ identity, until: null, incident: flood.id }] : [];
    stage.snapshot = { ...stage.snapshot, incidents: [over], quiets };
    return { ok: true };
  };
  try {
    await look({}, async (page) => {
      await page.goto(stage.server.url);
      await page.getByRole("button", { name: "This is normal" }).click();
      const notice = page.getByRole("status").filter({ hasText: "it is not reported again" });
      await notice.getByRole("button", { name: "Undo" }).click();
      await notice.waitFor({ state: "detached" });
      stage.snapshot = {
        ...stage.snapshot,
        quiets: [{ identity, until: NOW + 7200, incident: flood.id }],
      };
      await page.getByText("1 thing is not reported, because you said so.").waitFor();
      await page.locator(`details[data-incident="${flood.id}"] > summary`).click();
      const past = page.locator(`details[data-incident="${flood.id}"]`);
      await past.getByText("Quiet for 2 hours more.").waitFor();
      await past.getByRole("button", { name: "Undo" }).click();
      await page.getByText("not reported, because").waitFor({ state: "detached" });
    });
    assert.deepEqual(stage.commands, [
      { command: "this_is_normal", incident: flood.id },
      { command: "undo_normal", identity },
      { command: "undo_normal", identity },
    ]);
  } finally {
    await stage.server.close();
  }
});

test("the past is grouped by day; not now says for how long; a stranger is taken in at once", {
  skip,
}, async () => {
  const device = { kind: "device", mac: "02:00:00:00:00:09" };
  const stranger = incidentView({ id: "s", kind: "unknown_device", subject: device, raisedAt: NOW - 5 });
  const past = [3600, 90_000, 400_000].map((back, at) =>
    incidentView({ id: `past-${at}`, raisedAt: NOW - back, resolvedAt: NOW - back + 30 }),
  );
  const stage = await startStage({ now: NOW, incidents: [stranger, ...past], nodes: [nodeView()] });
  try {
    await look({ scheme: "dark" }, async (page) => {
      await page.goto(stage.server.url);
      await page.getByText("Earlier", { exact: true }).waitFor();
      const days = await page.locator("h3.day").allTextContents();
      assert.deepEqual(days.slice(0, 2), ["Today", "Yesterday"]);
      assert.match(days[2] ?? "", /May/);
      await page.getByLabel("Not now").selectOption("28800");
      await page.getByRole("button", { name: "It belongs here" }).click();
      await asked(page, stage, 2);
    });
    assert.deepEqual(stage.commands, [
      { command: "snooze", incident: "s", seconds: 28_800 },
      { command: "trust_device", mac: device.mac, known: true },
    ]);
  } finally {
    await stage.server.close();
  }
});
