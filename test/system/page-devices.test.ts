import assert from "node:assert/strict";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { startHttp } from "../../hub/edge/http.ts";
import type { DeviceView, PageCommand, Snapshot, TallyView } from "../../hub/expose/snapshot.ts";
import { buildPage } from "../support/page.ts";
import { program } from "../support/prepare.ts";
import { nodeView, snapshotOf } from "../support/snapshot.ts";

const browser = program("chromium");
const skip = browser === undefined ? "chromium is not installed" : false;
const [PHONE, AGAIN, PLUG] = ["02:00:00:00:00:01", "02:00:00:00:00:02", "3c:00:00:00:00:03"] as const;

const tally: TallyView = {
  ...{ frames: 0, heard: 0, reconstructed: 0, uncertainty: 0, octets: 0, octetsEstimated: 0 },
  ...{ airtime: 0, airtimeReserved: 0, airtimeEstimated: 0 },
};

const device = (mac: string, changes: Partial<DeviceView>): DeviceView => ({
  ...{ mac, name: null, area: null, vendor: null, randomized: mac.startsWith("02"), role: "station" },
  ...{ home: true, known: true, bssid: null, network: "Flat", firstSeen: 0, lastSeen: 999 },
  ...{ up: tally, down: tally, coverage: null, retryShare: null, airtimeShare: null, signals: [] },
  probe: { requests: 0, directed: 0, homeNames: [], otherNames: 0, fingerprint: null },
  ...{ peers: [], sameAs: null },
  ...changes,
});

/** Shows the page on a snapshot and gives what `look` makes it send. */
async function commandsOf(
  snapshot: Snapshot,
  look: (page: import("playwright-core").Page, url: string) => Promise<void>,
): Promise<PageCommand[]> {
  const server = await startHttp({ host: "127.0.0.1", port: 0, ingress: false, page: buildPage() });
  const commands: PageCommand[] = [];
  server.attach({
    isAdministrator: async () => true,
    snapshot: () => snapshot,
    command: async (command) => {
      commands.push(command);
      return { ok: true };
    },
  });
  const chrome = await chromium.launch({ executablePath: browser ?? "", args: ["--no-sandbox"] });
  try {
    const page = await chrome.newPage();
    page.setDefaultTimeout(10_000);
    await look(page, server.url);
    return commands;
  } finally {
    await chrome.close();
    await server.close();
  }
}

test("the person joins two addresses of one device, and parts them", { skip }, async () => {
  const devices = [
    device(PHONE, { name: "Ada's phone", sameAs: { macs: [AGAIN], byHand: true, confidence: 1 } }),
    device(AGAIN, {}),
    device(PLUG, { name: "Plug", sameAs: { macs: [AGAIN], byHand: false, confidence: 0.82 } }),
  ];
  const commands = await commandsOf(snapshotOf({ devices, nodes: [nodeView()] }), async (page, url) => {
    await page.goto(`${url}#devices`);
    const row = (mac: string) => page.locator(`tr[data-detail="${mac}"]`);
    const open = (mac: string) => page.locator(`tr[data-mac="${mac}"] button`).click();
    await open(PHONE);
    await row(PHONE).getByRole("button", { name: "It is not" }).click();
    await open(PLUG);
    assert.match((await row(PLUG).textContent()) ?? "", /Perhaps the same device as .* \(82 % sure\)/);
    await open(AGAIN);
    await row(AGAIN).getByRole("button", { name: "Same device as…" }).click();
    await row(AGAIN).getByLabel("The same device as").selectOption(PHONE);
    await page.waitForTimeout(200);
  });
  assert.deepEqual(commands, [
    { command: "split_device", mac: PHONE },
    { command: "merge_devices", macs: [AGAIN, PHONE] },
  ]);
});

test("the person is asked which network is home, on the first page too, and sees the air of each channel", {
  skip,
}, async () => {
  const choice = { command: "choose_home", ssid: "<b>Flat</b>" } as const;
  const problem = {
    ...{ id: "choose_home", title: "Say which network is yours", advice: "Is it this one?" },
    choices: [{ label: "“<b>Flat</b>” is mine", command: choice }],
  };
  const air = { channel: 6, frequency: 2437, heard: 0.1, reserved: 0.05, stated: 0.45, unheard: 0.3 };
  const snapshot = snapshotOf({ problems: [problem], channels: [air], nodes: [nodeView()] });
  const commands = await commandsOf(snapshot, async (page, url) => {
    await page.goto(url);
    await page.getByRole("button", { name: "“<b>Flat</b>” is mine" }).click();
    await page.goto(`${url}#networks`);
    const row = (await page.locator('tr[data-channel="6"]').textContent()) ?? "";
    assert.deepEqual(row.match(/[\d.]+ %/g), ["10 %", "5.0 %", "45 %", "30 %"]);
    await page.locator('[data-problem="choose_home"]').getByRole("button").click();
    await page.waitForTimeout(200);
  });
  assert.deepEqual(commands, [choice, choice]);
});
