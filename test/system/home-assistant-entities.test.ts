import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import type { SetupProblemView, Snapshot } from "../../hub/expose/snapshot.ts";
import { virtualProgram } from "../support/board/virtual.ts";
import { commanded, homeOf, MAC, NODE, shown } from "../support/board/virtual-home.ts";
import type { CoreSocket, EntityState } from "../support/home-assistant/core-socket.ts";
import { Home } from "../support/home-assistant/home.ts";
import { ownDevices } from "../support/home-assistant/own.ts";
import { realHomeAssistant } from "../support/home-assistant/real.ts";
import { findCargo } from "../support/prepare.ts";
import { run } from "../support/program.ts";

// Its crates may have to be fetched: outside of the namespace.
const board = findCargo() === undefined ? undefined : virtualProgram();
const { root, skip } = realHomeAssistant(import.meta.filename);
const skipBoard = skip === false && board === undefined ? "no Rust toolchain: the virtual node" : skip;

const [LEARNING, BUDGET] = ["switch.airwarden_learning", "number.airwarden_alert_budget"] as const;
const FIRMWARE = "update.airwarden_kitchen_firmware";

describe("entities that a person acts on, in a real Home Assistant", { skip, concurrency: 1 }, () => {
  let home: Home;
  let socket: CoreSocket;

  const state = async (id: string): Promise<EntityState | undefined> => (await socket.states()).get(id);
  const becomes = (id: string, wanted: string, seconds?: number): Promise<void> =>
    home.eventually(`${id} is ${wanted}`, async () => (await state(id))?.state === wanted, seconds);

  /** Of the hub that runs now: each has an id of its own, and leaves its entities unavailable. */
  const running = async (key: string): Promise<EntityState | undefined> => {
    const states = await socket.states();
    const all = (await socket.entities()).filter((one) => one.unique_id.endsWith(`_${key}`));
    return all.map((one) => states.get(one.entity_id)).find((one) => one && one.state !== "unavailable");
  };
  const turns = (key: string, wanted: string, seconds: number): Promise<void> =>
    home.eventually(`${key} is ${wanted}`, async () => (await running(key))?.state === wanted, seconds);

  before(async () => {
    home = await Home.begin(root);
    socket = await home.core.connect();
  });
  after(async () => {
    socket?.close();
    await home?.end();
  });

  test("learning and the alert budget are set there and on the page, and outlive a restart of the hub", async () => {
    await home.startHub();
    await becomes(BUDGET, "4");
    const budget = await state(BUDGET);
    const range = ["min", "max", "step"].map((key) => budget?.attributes[key]);
    assert.deepEqual(range, [0, 50, 1]);
    const hub = async (): Promise<Snapshot["hub"]> => (await home.snapshot<Snapshot>()).hub;

    await socket.call("number.set_value", BUDGET, { value: 9 });
    await becomes(BUDGET, "9", 10);
    assert.equal((await hub()).alertBudget.perDay, 9);
    await home.command({ command: "set_learning", on: true });
    await becomes(LEARNING, "on", 10);
    await socket.call("switch.turn_off", LEARNING);
    await becomes(LEARNING, "off", 10);
    assert.equal((await hub()).learning.active, false);

    await home.restart("hub");
    await becomes(LEARNING, "off");
    await becomes(BUDGET, "9");
    await socket.call("switch.turn_on", LEARNING);
    await becomes(LEARNING, "on", 10);
    assert.equal((await hub()).learning.active, true);
    await home.command({ command: "set_alert_budget", perDay: 0 });
    await becomes(BUDGET, "0", 10);
    await assert.rejects(socket.call("number.set_value", BUDGET, { value: 51 }));
    await home.stopHub();
  });

  test("a node is restarted and updated there, and its way is shown", { skip: skipBoard }, async (t) => {
    const { own, hub } = await kitchen(t, home);
    own.publish("0.2.0");
    const node = own.power("--speed", "30", "--rate", "50");
    await node.says("start ");
    await shown(hub, "it is there", (one) => one.connected);
    await becomes(FIRMWARE, "on", 60);
    const offered = (await state(FIRMWARE))?.attributes ?? {};
    assert.deepEqual([offered["installed_version"], offered["latest_version"]], ["0.1.0", "0.2.0"]);
    assert.deepEqual([offered["device_class"], offered["in_progress"]], ["firmware", false]);

    await socket.call("button.press", "button.airwarden_kitchen_restart");
    await node.says("start ", 30_000);
    await shown(hub, "it is back", (one) => one.connected && (one.uptime ?? 999) < 60);

    const seen = new Set<unknown>();
    await socket.hear("state_changed", ({ data }) => {
      const { entity_id: id, new_state: now } = data as { entity_id: string; new_state: EntityState | null };
      if (id === FIRMWARE) seen.add(now?.attributes["in_progress"]);
    });
    await socket.call("update.install", FIRMWARE);
    await becomes(FIRMWARE, "off", 120);
    assert.equal((await state(FIRMWARE))?.attributes["installed_version"], "0.2.0");
    assert.ok(seen.has(true), "it was shown as under way");
    assert.equal((await state("binary_sensor.airwarden_kitchen_problem"))?.state, "off");

    await node.pull();
    await becomes("binary_sensor.airwarden_kitchen_connected", "off", 120);
    await becomes("button.airwarden_kitchen_restart", "unavailable", 10);
    const parted = async () => (await commanded(hub, { command: "forget_node", node: NODE })) === undefined;
    await home.eventually("the node is parted with", parted, 120);
    const stands = async () =>
      (await ownDevices(socket, "node")).some((one) => one.identifiers.flat().join().includes(NODE));
    await home.eventually("its device is gone", async () => !(await stands()), 30);
    assert.deepEqual(complaints(home.core.log), []);
    assert.equal((await hub.end()).code, 0);
  });

  test("a node with a wrong key is a problem by its name for as long as it knocks", {
    skip: skipBoard,
  }, async (t) => {
    const { own, hub } = await kitchen(t, home);
    await run(["node", "remove", "kitchen", "--data", own.data]);
    await run(["node", "add", "attic", "--mac", MAC, "--data", own.data]);
    const node = own.power("--rate", "50");
    await turns("node_refused", "on", 120);
    await turns("setup_problem", "on", 10);
    const { problems } = (await running("setup_problem"))?.attributes ?? {};
    const refused = (problems as SetupProblemView[]).find((one) => one.id.startsWith("node_refused_"));
    assert.equal(refused?.title, "Node “attic” is refused");
    assert.match(refused?.advice ?? "", /new key/);
    assert.equal(node.child.exitCode, null);
    await run(["node", "remove", "attic", "--data", own.data]);
    await turns("node_refused", "off", 30);
    await node.pull();
    assert.equal((await hub.end()).code, 0);
  });
});

const complaints = (log: string): string[] =>
  log.split("\n").filter((line) => / ERROR .*(mqtt|template)|TemplateError/i.test(line));

/** A hub that hears a virtual node, on the broker of the home. */
async function kitchen(t: TestContext, home: Home) {
  const own = await homeOf(t, board ?? "");
  return { own, hub: await own.hub("--mqtt", home.broker.url) };
}
