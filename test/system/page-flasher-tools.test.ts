import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { before, test } from "node:test";
import { startHttp } from "../../hub/edge/page/http.ts";
import { Board } from "../support/board/board.ts";
import { NETWORK, virtualProgram } from "../support/board/virtual.ts";
import { CHIP_ID, mergedImage, virtualBoard } from "../support/board/virtual-board.ts";
import { plugIntoPage } from "../support/board/web-serial.ts";
import { look, noBrowser } from "../support/page/browser.ts";
import { release } from "../support/page/flasher.ts";
import { findCargo } from "../support/prepare.ts";
import { folderFor, ROOT } from "../support/program.ts";

const skip = noBrowser || (findCargo() === undefined && "no Rust toolchain: the virtual node");
const PATIENCE = { timeout: 60_000 };
const PAGE = `<!doctype html><script type="module" src="./tools/install-button.js"></script>
<esp-web-install-button manifest="firmware/manifest.json"><button slot="activate">Connect</button></esp-web-install-button>`;

let program = "";
before(() => {
  if (skip === false) program = virtualProgram() ?? "";
});

test("ESP Web Tools installs from the same folder and gives the board its Wi-Fi", { skip }, async (t) => {
  const folder = folderFor(t);
  release(folder, new Map([["esp32c3", mergedImage(program, "0.7.0")]]), 15);
  const script = join(ROOT, "firmware/build/flasher.ts");
  const made = spawnSync(process.execPath, [script, folder], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  const page = join(folder, "flasher");
  cpSync(join(ROOT, "node_modules/esp-web-tools/dist/web"), join(page, "tools"), { recursive: true });
  writeFileSync(join(page, "tools.html"), PAGE);
  const server = await startHttp({ host: "127.0.0.1", port: 0, ingress: false, page });
  t.after(() => server.close());
  const virtual = virtualBoard(t, program, folder);
  const board = new Board({ chipId: CHIP_ID, start: virtual.start });
  t.after(() => board.stop());
  await look({}, async (view) => {
    await plugIntoPage(view, board);
    await view.goto(new URL("tools.html", server.url).href);
    const dialog = view.locator("ewt-install-dialog");
    const press = async (name: string): Promise<void> => {
      await dialog.locator("ew-text-button", { hasText: name }).click(PATIENCE);
    };
    await view.getByRole("button", { name: "Connect" }).click();
    await dialog.getByText("Install Airwarden node").click(PATIENCE);
    // The manifest has it asked whether to erase.
    await dialog.locator("ew-checkbox input").check(PATIENCE);
    await press("Next");
    await press("Install");
    await press("Next");
    await dialog.getByText("Configure Wi-Fi").waitFor(PATIENCE);
    await virtual.node().says(" of 0.7.0 in slot 0");
    // The networks that the board hears are offered.
    await dialog.locator("ew-filled-select").click(PATIENCE);
    await dialog.locator("ew-select-option", { hasText: NETWORK.ssid }).click(PATIENCE);
    await dialog.locator('ew-filled-text-field[name="password"] input').fill(NETWORK.psk);
    await press("Connect");
    await dialog.locator('ewt-page-message[label="Device connected to the network!"]').waitFor(PATIENCE);
    assert.equal(board.rom.flash.at(-1), 0xff, "it was erased");
    await virtual.node().says("start ");
  });
});
