import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Snapshot } from "../../hub/expose/snapshot.ts";
import { enterNamespace } from "../support/home-assistant/namespace.ts";
import { StandInSupervisor } from "../support/home-assistant/supervisor.ts";
import { type Serving, serving } from "../support/hub.ts";
import { look, noBrowser } from "../support/page/browser.ts";
import { buildPage } from "../support/page/page.ts";
import { folderFor } from "../support/program.ts";

const inside = enterNamespace(import.meta.filename);
const skip = inside ? false : "no network namespace: nodes of the app beside a Supervisor";

const TOKEN = "token-of-the-supervisor";
const ADMIN = "0b7c0b7c0b7c0b7c";

async function supervisor(t: TestContext): Promise<StandInSupervisor> {
  buildPage();
  const standIn = new StandInSupervisor(TOKEN);
  standIn.answers.set("config/auth/list", [
    { id: ADMIN, is_owner: false, is_active: true, group_ids: ["system-admin"] },
  ]);
  await standIn.start();
  t.after(() => standIn.stop());
  return standIn;
}

/** The app as the Supervisor starts it, with its page and its port for nodes. */
const app = (t: TestContext, data = folderFor(t)): Promise<Serving> =>
  serving(t, ["--data", data, "--port", "8099", "--serial", "auto"], {
    environment: { SUPERVISOR_TOKEN: TOKEN },
  });

/** Waits until the page shows it. */
async function shown(
  standIn: StandInSupervisor,
  what: string,
  holds: (one: Snapshot) => boolean,
): Promise<Snapshot> {
  const end = performance.now() + 60_000;
  for (;;) {
    const response = await standIn.open("api/snapshot", ADMIN);
    const snapshot = (await response.json()) as Snapshot;
    if (response.ok && holds(snapshot)) return snapshot;
    const { hub, ports } = snapshot;
    if (performance.now() > end) assert.fail(`${what}: waited in vain\n${JSON.stringify({ hub, ports })}`);
    await pause(100);
  }
}

const command = async (standIn: StandInSupervisor, body: unknown): Promise<string> => {
  const headers = { "content-type": "application/json", "x-airwarden": "1" };
  const response = await standIn.open("api/command", ADMIN, {
    ...{ method: "POST", headers, body: JSON.stringify(body) },
  });
  return await response.text();
};

test("nodes are given the host's address and the port that the person has set, not the app's own", {
  skip: skip || noBrowser,
}, async (t) => {
  const standIn = await supervisor(t);
  standIn.app["network"] = { "4729/udp": 14_729 };
  const hub = await app(t);
  const { hub: view } = await shown(standIn, "the address", (one) => one.hub.nodePort === 14_729);
  assert.deepEqual([view.nodeHosts, view.nodeProblem], [["192.0.2.10"], null]);
  await look({}, async (page) => {
    await page.setExtraHTTPHeaders({ "x-stand-in-session": ADMIN });
    await page.goto(`${standIn.address}#nodes`);
    await page.getByText("Over Wi-Fi, from anywhere").click();
    await page.getByLabel("Name of the node", { exact: true }).fill("hall");
    await page.getByRole("button", { name: "Make its key" }).click();
    await page.locator("[data-reveal]").getByText("udp 192.0.2.10:14729").waitFor();
  });
  assert.equal((await hub.end()).code, 0);
});

test("a port that is closed in the app's configuration is said, with where to open it", {
  skip,
}, async (t) => {
  const standIn = await supervisor(t);
  standIn.app["network"] = { "4729/udp": null };
  const hub = await app(t);
  const { hub: view } = await shown(standIn, "it is closed", (one) => one.hub.nodeProblem === "closed");
  assert.equal(view.nodePort, null);
  assert.equal((await hub.end()).code, 0);
});

test("a Supervisor that is not ready is asked again; what it said holds while it is away", {
  skip,
}, async (t) => {
  const standIn = await supervisor(t);
  for (const path of ["/addons/self/info", "/network/info", "/hardware/info"]) standIn.failing.set(path, 502);
  const hub = await app(t);
  const early = await shown(standIn, "the page is there", () => true);
  assert.deepEqual([early.hub.nodePort, early.hub.nodeHosts, early.ports], [4729, [], []]);
  standIn.devices.push({
    ...{ name: "ttyUSB7", dev_path: "/dev/ttyUSB7", subsystem: "tty", by_id: null },
    attributes: { ID_VENDOR: "Silicon_Labs", ID_MODEL: "CP2102N_USB_to_UART_Bridge_Controller" },
  });
  standIn.failing.clear();
  const { hub: view, ports } = await shown(standIn, "all is known", (one) => {
    return one.hub.nodeHosts.length > 0 && one.ports.length > 0;
  });
  assert.deepEqual(view.nodeHosts, ["192.0.2.10"]);
  const [port] = ports;
  assert.deepEqual(
    [port?.path, port?.label, port?.state, port?.own],
    ["/dev/ttyUSB7", "Silicon Labs CP2102N USB to UART Bridge Controller", "untouched", false],
  );
  for (const path of ["/addons/self/info", "/network/info", "/hardware/info"]) standIn.failing.set(path, 500);
  assert.match(
    await command(standIn, { command: "choose_port", port: "/dev/ttyUSB7", use: "listen" }),
    /"ok":true/,
  );
  const chosen = await shown(standIn, "it is waited for", (one) => one.ports[0]?.state === "waiting");
  assert.match(chosen.ports[0]?.trouble ?? "", /is not there: plug the node in/);
  assert.deepEqual(chosen.hub.nodeHosts, ["192.0.2.10"]);
  assert.match(
    await command(standIn, { command: "choose_port", port: "/dev/mem", use: "listen" }),
    /not plugged in/,
  );
  assert.equal((await hub.end()).code, 0);
});
