import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { before, type TestContext, test } from "node:test";
import type { Page } from "playwright-core";
import { startHttp } from "../../hub/edge/page/http.ts";
import type { Snapshot } from "../../hub/expose/snapshot.ts";
import { Board } from "../support/board/board.ts";
import { around, freePort, NETWORK, type VirtualNode, virtualProgram } from "../support/board/virtual.ts";
import { CHIP_ID, mergedImage, type VirtualBoard, virtualBoard } from "../support/board/virtual-board.ts";
import { plugIntoPage } from "../support/board/web-serial.ts";
import { type Serving, serving } from "../support/hub.ts";
import { look, noBrowser } from "../support/page/browser.ts";
import { openFlasher, release } from "../support/page/flasher.ts";
import { buildPage } from "../support/page/page.ts";
import { behindPrefix } from "../support/page/prefix.ts";
import { findCargo } from "../support/prepare.ts";
import { folderFor, ROOT, run } from "../support/program.ts";

const skip = noBrowser || (findCargo() === undefined && "no Rust toolchain: the virtual node");
const MAC = "02:a1:57:00:00:01";
const VERSION = "0.7.0";
/** Browser, hub and node share a machine with other tests. */
const PATIENCE = { timeout: 60_000 };

let program = "";
before(() => {
  if (skip !== false) return;
  program = virtualProgram() ?? "";
  buildPage();
});

interface Bench {
  readonly firmware: string;
  readonly data: string;
  /** Where the hub listens. */
  readonly port: number;
  readonly board: Board;
  node(): VirtualNode;
}

/** An empty board whose flash, once it is written, the virtual node runs. */
async function bench(t: TestContext): Promise<Bench> {
  const folder = folderFor(t);
  const firmware = join(folder, "firmware");
  release(firmware, new Map([["esp32c3", mergedImage(program, VERSION)]]), 15);
  const virtual: VirtualBoard = virtualBoard(t, program, folder);
  const board = new Board({ chipId: CHIP_ID, start: virtual.start, leaves: true });
  t.after(() => board.stop());
  return { firmware, data: join(folder, "data"), port: await freePort(), board, node: virtual.node };
}

const hubOf = (t: TestContext, { data, port, firmware }: Bench): Promise<Serving> =>
  serving(t, ["--udp", String(port), "--data", data], around(firmware));

/** Chooses the network that the board hears. */
async function joins(page: Page, password: string): Promise<void> {
  const form = page.locator('form[data-form="join"]');
  await form.getByLabel("Network").selectOption(NETWORK.ssid, PATIENCE);
  await form.getByLabel("Its password").fill(password);
  await form.getByRole("button", { name: "Join" }).click();
}

async function pairedNames({ url }: Serving): Promise<string[]> {
  const snapshot = (await (await fetch(new URL("api/snapshot", url))).json()) as Snapshot;
  return snapshot.paired.map(({ name }) => name);
}

async function reports(hub: Serving, name: string): Promise<void> {
  for (const end = performance.now() + 60_000; ; await new Promise((r) => setTimeout(r, 100))) {
    const node = (await hub.snapshot()).nodes.find((one) => one.name === name && one.frames > 20);
    if (node !== undefined) return assert.equal(node.link, `udp:${MAC}`);
    assert.ok(performance.now() < end, `${name} is not heard\n${hub.stderr()}`);
  }
}

test("behind a path prefix an empty board is written, joins the Wi-Fi, gets the hub's key, and is heard", {
  skip,
}, async (t) => {
  const stand = await bench(t);
  await run(["node", "add", "taken", "--data", stand.data]);
  const hub = await hubOf(t, stand);
  const proxy = await behindPrefix(hub.url);
  t.after(() => {
    proxy.server.closeAllConnections();
    proxy.server.close();
  });
  await look({}, async (page) => {
    await plugIntoPage(page, stand.board);
    await openFlasher(page, proxy.url);
    await page.getByLabel("Erase the board first").check();
    await page.getByText("Choose the port and write").click();
    await page.locator('form[data-form="join"]').waitFor(PATIENCE);
    await page.getByText("Written and read back.").waitFor();
    assert.equal(stand.board.starts, 1);
    await stand.node().says(` of ${VERSION} in slot 0`);

    await joins(page, "wrong horse");
    await page.getByText(/could not join “Example Home”\. Are name and password right/).waitFor(PATIENCE);
    await joins(page, NETWORK.psk);
    await page.getByText("The board has joined “Example Home”").waitFor(PATIENCE);
    await stand.node().says("start ");

    const pair = async (name: string, port: number): Promise<void> => {
      const form = page.locator('form[data-form="key"]');
      await form.getByLabel("Name of the node").fill(name, PATIENCE);
      await form.getByLabel("Where Airwarden listens").fill(`127.0.0.1:${port}`);
      await form.getByRole("button", { name: "Make its key and send it" }).click();
    };
    await pair("taken", stand.port);
    await page.getByText("“taken” has a key already: remove it first").waitFor(PATIENCE);
    await pair("attic", 0);
    await page.getByText("The board does not take it: the hub is HOST:PORT").waitFor(PATIENCE);
    assert.deepEqual(await pairedNames(hub), ["taken"], "a key that did not arrive is taken back");
    await pair("attic", stand.port);
    await page.locator('[data-done="reports"]').waitFor(PATIENCE);
    await stand.node().says("start ");
    await reports(hub, "attic");
    await page.getByRole("button", { name: "Set up another board" }).click();
    await page.getByText("Choose the port and write").waitFor();
  });
  assert.deepEqual(proxy.strays, []);
  assert.ok(stand.board.bauds.includes(460_800), "it is written at the fast rate");
  assert.equal((await hub.end()).code, 0);
});

test("the static page does the same with a key that is typed, and knows a board again", {
  skip,
}, async (t) => {
  const stand = await bench(t);
  const script = join(ROOT, "firmware/build/flasher.ts");
  const made = spawnSync(process.execPath, [script, stand.firmware], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  const page = join(stand.firmware, "flasher");
  const server = await startHttp({ host: "127.0.0.1", port: 0, ingress: false, page });
  t.after(() => server.close());
  const { stdout } = await run(["node", "add", "hall", "--data", stand.data]);
  const key = /^ {4}([0-9a-f]{64})$/m.exec(stdout)?.[1] ?? "";
  const hub = await hubOf(t, stand);
  await look({}, async (view) => {
    await plugIntoPage(view, stand.board);
    await view.goto(server.url);
    await view.getByLabel("Erase the board first").check();
    await view.getByText("Choose the port and write").click();
    await view.getByRole("button", { name: "Skip: it stays on USB" }).click(PATIENCE);
    await view.getByText("plug it into the computer that Airwarden runs on").waitFor();
    await view.getByRole("button", { name: "Set up another board" }).click();

    await view.getByText("only give it Wi-Fi").click();
    await joins(view, NETWORK.psk);
    await view.getByText("The board has joined “Example Home”").waitFor(PATIENCE);
    await view.getByText("It sends nothing over Wi-Fi yet").waitFor();
    await view.getByRole("button", { name: "Later, at the hub" }).click();
    await view.getByText("does not use it yet: over Wi-Fi a node sends nothing without a key").waitFor();
    assert.deepEqual((await hub.snapshot()).nodes, []);
    await view.getByRole("button", { name: "Set up another board" }).click();

    await view.getByText("only give it Wi-Fi").click();
    await view.getByText("The board still keeps a network from before").waitFor(PATIENCE);
    await joins(view, NETWORK.psk);
    const form = view.locator('form[data-form="key"]');
    await form.getByLabel("Name of the node").fill("hall", PATIENCE);
    await form.getByLabel("Its key").fill(key);
    await form.getByLabel("Where Airwarden listens").fill(`127.0.0.1:${stand.port}`);
    await form.getByRole("button", { name: "Send it" }).click();
    await view.locator('[data-done="reports"]').waitFor(PATIENCE);
    await reports(hub, "hall");
  });
  assert.ok(!readFileSync(join(page, "index.html"), "utf8").includes('"/'), "no address from the root");
  assert.equal((await hub.end()).code, 0);
});
