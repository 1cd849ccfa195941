import assert from "node:assert/strict";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { startHttp } from "../../hub/edge/page/http.ts";
import type { PageCommand } from "../../hub/expose/snapshot/command.ts";
import type { Snapshot } from "../../hub/expose/snapshot.ts";
import { buildPage } from "../support/page/page.ts";
import { program } from "../support/prepare.ts";
import { deviceView, nodeView, snapshotOf, tally } from "../support/snapshot.ts";

const browser = program("chromium");
const skip = browser === undefined ? "chromium is not installed" : false;
const [PHONE, AGAIN, PLUG] = ["02:00:00:00:00:01", "02:00:00:00:00:02", "3c:00:00:00:00:03"] as const;

/** Shows the page on a snapshot and gives what `look` makes it send. */
async function commandsOf(
  snapshot: Snapshot,
  look: (page: import("playwright-core").Page, url: string) => Promise<void>,
): Promise<PageCommand[]> {
  const server = await startHttp({ host: "127.0.0.1", port: 0, ingress: false, page: buildPage() });
  const commands: PageCommand[] = [];
  server.attach({
    isAdministrator: async () => true,
    blockEntities: async () => [],
    entities: async () => [],
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
    deviceView(PHONE, { name: "Ada's phone", sameAs: { macs: [AGAIN], byHand: true, confidence: 1 } }),
    deviceView(AGAIN, {}),
    deviceView(PLUG, { name: "Plug", sameAs: { macs: [AGAIN], byHand: false, confidence: 0.82 } }),
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

test("devices are searched, filtered and sorted; a row opens by keyboard and explains itself", {
  skip,
}, async () => {
  const loud = { ...tally, octets: 2e6, heard: 60, reconstructed: 100, uncertainty: 5 };
  const peers = [{ mac: PLUG, mpdus: 9, octets: 5000, lastSeen: 1 }];
  const signals = [{ node: "hall", rssi: -77, lastHeard: 999 }];
  const devices = [
    deviceView(PHONE, { name: "Zoe's phone", airtimeShare: 0.02, lastSeen: 5, known: false }),
    deviceView(AGAIN, { name: "Camera", up: loud, airtimeShare: 0.01, coverage: 0.6, peers, signals }),
    deviceView(PLUG, { name: "Plug", vendor: "Acme", lastSeen: 990 }),
  ];
  const commands = await commandsOf(snapshotOf({ devices, nodes: [nodeView()] }), async (page, url) => {
    await page.goto(`${url}#devices`);
    const names = () => page.locator("tr.device .name").allTextContents();
    await page.locator("tr.device").first().waitFor();
    assert.deepEqual(await names(), ["Zoe's phone", "Camera", "Plug"]);
    await page.getByLabel("Order of the devices").selectOption("name");
    assert.deepEqual(await names(), ["Camera", "Plug", "Zoe's phone"]);
    await page.getByLabel("Order of the devices").selectOption("traffic");
    assert.equal((await names())[0], "Camera");
    await page.getByRole("button", { name: "New (1)" }).click();
    assert.deepEqual(await names(), ["Zoe's phone"]);
    await page.getByRole("button", { name: "All" }).click();
    await page.getByLabel("Find a device").fill("acme");
    assert.deepEqual(await names(), ["Plug"]);
    await page.getByLabel("Find a device").fill("nothing like it");
    await page.getByRole("button", { name: "Show all devices" }).click();
    const row = page.locator(`tr[data-mac="${AGAIN}"] button`);
    await row.focus();
    await page.keyboard.press("Enter");
    assert.equal(await row.getAttribute("aria-expanded"), "true");
    const detail = (await page.locator(`tr[data-detail="${AGAIN}"]`).textContent()) ?? "";
    assert.match(detail, /60 % of its frames were heard and decoded\. The rest .* acknowledgements/);
    assert.match(detail, /100 frames in all, give or take 5 \(5\.0 %\)/);
    assert.match(detail, /weak at node hall/);
    assert.match(detail, /Plug\s+\(5\.0 kB\)/);
    await page.getByRole("button", { name: "Rename" }).click();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("Front door");
    await page.keyboard.press("Enter");
    await page.waitForTimeout(200);
  });
  assert.deepEqual(commands, [{ command: "name_device", mac: AGAIN, name: "Front door" }]);
});
