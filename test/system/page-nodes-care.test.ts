import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import {
  around,
  freePort,
  NETWORK,
  powered,
  publicDigits,
  publish,
  releaseKey,
  virtualProgram,
} from "../support/board/virtual.ts";
import { serving } from "../support/hub.ts";
import { asked, look, noBrowser, startStage } from "../support/page/browser.ts";
import { findCargo } from "../support/prepare.ts";
import { folderFor } from "../support/program.ts";
import { nodeView, snapshotOf } from "../support/snapshot.ts";

const skip = noBrowser;
const skipNode = skip || (findCargo() === undefined ? "no Rust toolchain: the virtual node" : false);
const old = { latest: "0.2.0", phase: null, percent: null, problem: null } as const;

test("nodes are updated from the page, one or all, with progress and how it ended", { skip }, async () => {
  const nodes = ["hall", "attic", "cellar"].map((name, i) =>
    nodeView({ id: `02000000000${i}`, name, update: { ...old, latest: i === 2 ? "0.1.0" : "0.2.0" } }),
  );
  const stage = await startStage({ nodes });
  try {
    await look({ width: 360 }, async (page) => {
      await page.goto(`${stage.server.url}#nodes`);
      await page.getByText("New firmware for 2 nodes").waitFor();
      await page.getByRole("button", { name: "Update all" }).click();
      await asked(page, stage, 2);
      const first = nodes[0];
      assert.ok(first !== undefined);
      const now = (update: Partial<(typeof first)["update"]>, firmware = "0.1.0") => {
        stage.snapshot = snapshotOf({ nodes: [{ ...first, firmware, update: { ...old, ...update } }] });
      };
      now({ phase: "sending", percent: 42 });
      const card = page.locator(`[data-node="${first.id}"]`);
      await card.locator("progress[value='42']").waitFor();
      assert.equal(await card.getByRole("button", { name: /^Update to/ }).count(), 0);
      assert.equal(await card.getByRole("button", { name: "Restart" }).count(), 0, "not while it is updated");
      now({ phase: "trial", percent: 100 });
      await card.getByText(/runs 0\.2\.0 on trial/).waitFor();
      now({ phase: "failed", problem: "the new firmware did not last, the node runs its old one again" });
      await card.getByText(/Not updated\. The new firmware did not last.*goes on with 0\.1\.0/).waitFor();
      await card.getByRole("button", { name: "Try again" }).click();
      await asked(page, stage, 3);
      now({ phase: "done", percent: 100 }, "0.2.0");
      await card.getByText("Updated to 0.2.0.").waitFor();
      assert.equal(await page.evaluate("document.documentElement.scrollWidth > innerWidth"), false);
    });
    assert.deepEqual(
      stage.commands.map((one) => ("node" in one ? `${one.command} ${one.node}` : one.command)),
      ["update_node 020000000000", "update_node 020000000001", "update_node 020000000000"],
    );
  } finally {
    await stage.server.close();
  }
});

test("restart, erase, rename and remove ask first where something is lost; the node's own answer is shown", {
  skip,
}, async () => {
  const node = nodeView({ link: "udp:02:00:00:00:00:01" });
  const stage = await startStage({ nodes: [node] });
  try {
    await look({}, async (page) => {
      await page.goto(`${stage.server.url}#nodes`);
      const card = page.locator("[data-node]");
      await card.getByRole("button", { name: "Restart" }).click();
      await card.getByRole("button", { name: "Leave it" }).click();
      assert.deepEqual(stage.commands, []);
      await card.getByRole("button", { name: "Restart" }).click();
      await card.getByRole("button", { name: "Restart “hall”" }).click();
      await card.getByText("It restarts.").waitFor();

      await card.getByRole("button", { name: "Rename", exact: true }).click();
      await card.getByLabel("New name of hall").fill("attic");
      stage.answer = () => ({ ok: false, error: "the node does not answer: try again" });
      await card.locator("form").getByRole("button").click();
      await card.getByText("That did not work. The node does not answer: try again.").waitFor();
      stage.answer = () => ({ ok: true });
      await card.locator("form").getByRole("button").click();
      await card.getByText("The node has taken it and restarts.").waitFor();

      await card.getByRole("button", { name: "Change its Wi-Fi" }).click();
      await card.getByText(/goes back to the settings it has now, after about three minutes/).waitFor();
      await card.getByLabel("Another Wi-Fi network").fill("Garden");
      await card.getByLabel(/^Its password/).fill("battery staple");
      await card.locator("form").getByRole("button").click();
      await asked(page, stage, 4);

      await card.getByRole("button", { name: "Erase its settings" }).click();
      await card.getByText(/heard over a cable only\. Do this before you give it away/).waitFor();
      await card.getByRole("button", { name: "Erase the settings of “hall”" }).click();
      await asked(page, stage, 5);
      assert.equal(await card.getByRole("button", { name: "Remove", exact: true }).count(), 0, "it is there");
      stage.snapshot = snapshotOf({ nodes: [{ ...node, connected: false }] });
      await card.getByRole("button", { name: "Remove", exact: true }).click();
      await card.getByRole("button", { name: "Remove “hall”" }).click();
      await asked(page, stage, 6);
    });
    const { id } = node;
    assert.deepEqual(stage.commands, [
      { command: "restart_node", node: id },
      { command: "change_node", node: id, name: "attic" },
      { command: "change_node", node: id, name: "attic" },
      { command: "change_node", node: id, network: { ssid: "Garden", password: "battery staple" } },
      { command: "reset_node", node: id },
      { command: "forget_node", node: id },
    ]);
  } finally {
    await stage.server.close();
  }
});

test("ports are listed with who is there; what is somebody else's is listened to on request alone", {
  skip,
}, async () => {
  const port = { plugged: true, use: "auto", named: false, own: false, trouble: null, node: null } as const;
  const ports = [
    {
      ...port,
      path: "/dev/serial/by-id/board",
      label: "Espressif",
      state: "open",
      own: true,
      node: "020000000001",
    },
    { ...port, path: "/dev/serial/by-id/conbee", label: "ConBee II", state: "untouched" },
    { ...port, path: "/dev/ttyS0", label: "", state: "open", named: true },
  ] as const;
  const stage = await startStage({ nodes: [nodeView({ uplink: "cable" })], ports });
  try {
    await look({ width: 360 }, async (page) => {
      await page.goto(`${stage.server.url}#nodes`);
      const row = (path: string) => page.locator(`[data-port="${path}"]`);
      await row("/dev/serial/by-id/board").getByText("“hall” reports here.").waitFor();
      await row("/dev/ttyS0").getByText("named in the configuration").waitFor();
      assert.equal(await row("/dev/ttyS0").getByRole("button").count(), 0);
      const stick = row("/dev/serial/by-id/conbee");
      await stick.getByText(/may belong to something else, such as a Zigbee stick/).waitFor();
      await stick.getByRole("button", { name: "Listen on this port" }).click();
      await asked(page, stage, 1);
      stage.snapshot = snapshotOf({ ports: [{ ...ports[1], use: "listen", state: "open" }] });
      await stick.getByText(/no node has spoken here yet/).waitFor();
      await stick.getByRole("button", { name: "As before" }).click();
      await stick.getByRole("button", { name: "Leave it alone" }).click();
      await asked(page, stage, 3);
      assert.equal(await page.evaluate("document.documentElement.scrollWidth > innerWidth"), false);
    });
    const path = "/dev/serial/by-id/conbee";
    assert.deepEqual(stage.commands, [
      { command: "choose_port", port: path, use: "listen" },
      { command: "choose_port", port: path, use: "auto" },
      { command: "choose_port", port: path, use: "leave" },
    ]);
  } finally {
    await stage.server.close();
  }
});

test("why nodes cannot reach the hub is said instead of a form that leads nowhere", { skip }, async () => {
  const board = nodeView({ uplink: "cable", link: "/dev/x", cable: "/dev/x" });
  const { hub } = snapshotOf();
  const stage = await startStage({ nodes: [board], hub: { ...hub, nodePort: null, nodeProblem: "closed" } });
  try {
    await look({}, async (page) => {
      await page.goto(`${stage.server.url}#nodes`);
      await page.getByText("Over Wi-Fi, from anywhere").click();
      await page
        .locator("[data-problem=closed]")
        .getByText(/enter 4729 for “4729\/udp”/)
        .waitFor();
      assert.equal(await page.locator("add-node form[data-form=wifi]").count(), 0);
      stage.snapshot = snapshotOf({ nodes: [board], hub: { ...hub, nodeHosts: ["192.0.2.10", "10.0.0.2"] } });
      const field = page.locator("add-node form[data-form=wifi]").getByLabel("Where Airwarden listens");
      await field.waitFor();
      assert.equal(await field.inputValue(), "192.0.2.10:4729");
      await page
        .locator("add-node")
        .getByText(/This computer has more addresses: 10\.0\.0\.2:4729/)
        .waitFor();
      stage.snapshot = snapshotOf({ hub: { ...hub, nodeProblem: "this_machine" } });
      await page.locator("[data-problem=this_machine]").waitFor();
    });
  } finally {
    await stage.server.close();
  }
});

test("on a real hub: a board goes over to Wi-Fi on the page, is lost by a wrong password, and comes back", {
  skip: skipNode,
}, async (t) => {
  const folder = folderFor(t);
  const tty = join(folder, "ttyNODE");
  const port = await freePort();
  const program = virtualProgram() ?? "";
  const key = releaseKey();
  publish({ program, folder: join(folder, "firmware"), version: "0.2.0", key });
  const hub = await serving(
    t,
    ["--serial", tty, "--udp", String(port), "--data", join(folder, "data")],
    around(join(folder, "firmware")),
  );
  powered(t, program, [
    ...[
      "--flash",
      join(folder, "flash"),
      "--serial",
      tty,
      "--rate",
      "50",
      "--release-key",
      publicDigits(key),
    ],
    ...["--network", `${NETWORK.ssid}:${NETWORK.psk}`],
  ]);
  await look({}, async (page) => {
    page.setDefaultTimeout(60_000);
    await page.goto(`${hub.url}#nodes`);
    const card = page.locator("[data-node]");
    const give = async (open: string, password: string): Promise<void> => {
      await card.getByRole("button", { name: open }).click();
      const form = card.locator("form");
      const name = form.getByLabel("Name of the node");
      if ((await name.count()) > 0) await name.fill("hall");
      await form.getByLabel(/Wi-Fi network/).fill(NETWORK.ssid);
      await form.getByLabel(/^Its password/).fill(password);
      await form.locator("button.primary").click();
    };
    await give("Move to Wi-Fi", "wrong horse");
    await page.locator("[data-move=waiting]").getByText("“hall” is on its way to “Example Home”").waitFor();
    await card.getByText(/Change its Wi-Fi, or take it back to the cable/).waitFor();
    await give("Change its Wi-Fi", NETWORK.psk);
    await page
      .locator("[data-move=arrived]")
      .getByText("“hall” has arrived: it reports over “Example Home”")
      .waitFor();
    await card.getByText("listening, all well").waitFor();
    await page.getByRole("button", { name: "I have seen it" }).click();
    await page.locator("[data-move]").waitFor({ state: "detached" });
    await card.getByRole("button", { name: "Back to the cable" }).click();
    await card.getByRole("button", { name: "Take “hall” back to the cable" }).click();
    await page.locator("[data-move=arrived]").getByText("“hall” reports over its cable").waitFor();
    await card.getByRole("button", { name: "Update to 0.2.0" }).click();
    await card.getByText(/0\.2\.0 on trial|Updated to 0\.2\.0/).waitFor();
  });
  assert.equal((await hub.end()).code, 0);
});
