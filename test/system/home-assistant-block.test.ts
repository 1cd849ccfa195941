import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { BlockEntity, BlockView, CallView } from "../../hub/expose/snapshot/block.ts";
import type { CoreSocket } from "../support/home-assistant/core-socket.ts";
import { Home } from "../support/home-assistant/home.ts";
import { realHomeAssistant } from "../support/home-assistant/real.ts";
import { look, noBrowser } from "../support/page/browser.ts";
import { buildPage } from "../support/page/page.ts";

const { root, skip: lacking } = realHomeAssistant(import.meta.filename);
const skip = lacking || noBrowser;

const CAMERA = "9c:8e:cd:00:00:15";
const script: CallView = { entity: "script.block_client", turn: "on" };
const undo: CallView = { entity: "script.unblock_client", turn: "on" };
const internet: CallView = { entity: "switch.camera_internet", turn: "off" };
const block = { command: "block_device", mac: CAMERA, incident: null, despite: false };
const unblock = { command: "unblock_device", mac: CAMERA };
const choose = (call: CallView, back: CallView | null, mac: string | null = null) => ({
  ...{ command: "choose_block", mac, block: call, unblock: back },
});

describe("“Block” in a real Home Assistant", { skip, concurrency: 1 }, () => {
  let home: Home;
  let socket: CoreSocket;
  const ran: Record<string, unknown>[] = [];

  const view = async (): Promise<BlockView> => (await home.snapshot<{ block: BlockView }>()).block;
  const saveScript = (id: string, sequence: readonly object[]): Promise<unknown> =>
    home.core.post(`/api/config/script/config/${id}`, { alias: id, mode: "parallel", sequence });
  const tell = (what: string) => ({
    event: "test_ran",
    event_data: { what, mac: "{{ mac }}", name: "{{ name }}", incident: "{{ incident_id }}" },
  });
  const chosen = async (call: CallView): Promise<void> => {
    await home.eventually("what was chosen is followed", async () =>
      (await view()).rules.some((one) => one.block.entity === call.entity && one.name !== null),
    );
  };

  before(async () => {
    buildPage();
    home = await Home.begin(root);
    socket = await home.core.connect();
    await socket.hear("test_ran", (event) => ran.push(event.data));
    await saveScript("block_client", [tell("block")]);
    await saveScript("unblock_client", [tell("unblock")]);
    await saveScript("broken", [{ action: "router.block_client" }]);
    const switchOf = (id: string, name: string, state?: string) => ({
      device: { identifiers: [id], name },
      components: {
        on: {
          ...{ platform: "switch", name: null, unique_id: id, command_topic: `${id}/set` },
          ...(state === undefined ? {} : { state_topic: state }),
        },
      },
    });
    await home.discover("camera_internet", switchOf("camera_internet", "Camera internet"));
    await home.discover("stuck", switchOf("stuck", "Stuck", "stuck/state"));
    await home.publish("stuck/state", "ON", true);
    await home.startHub();
    await home.eventually("the camera is known", async () => {
      const { devices } = await home.snapshot<{ devices: { mac: string }[] }>();
      return devices.some(({ mac }) => mac === CAMERA);
    });
  });
  after(async () => {
    socket?.close();
    await home?.end();
  });

  test("nothing is blocked before somebody has chosen how; scripts and switches are offered", async () => {
    await assert.rejects(home.command(block), /choose in the settings/);
    let offered: BlockEntity[] = [];
    await home.eventually("Home Assistant is asked", async () => {
      offered = (await (await fetch(new URL("api/entities/block", home.page))).json()) as BlockEntity[];
      return offered.some(({ id }) => id === internet.entity);
    });
    const found = new Map(offered.map(({ id, name }) => [id, name]));
    assert.equal(found.get(script.entity), "block_client");
    assert.equal(found.get(internet.entity), "Camera internet");
    await home.eventually("Airwarden's own switches are there", async () =>
      [...(await socket.states()).keys()].some((id) => /^switch\.airwarden_.*mute/.test(id)),
    );
    await home.eventually("and are not offered", async () => {
      offered = (await (await fetch(new URL("api/entities/block", home.page))).json()) as BlockEntity[];
      return !offered.some(({ id }) => id.includes("airwarden"));
    });
  });

  test("a click runs the script, which is told which device is meant; the log has it after a restart", async () => {
    await home.command(choose(script, undo));
    await chosen(script);
    await look({ width: 390 }, async (page) => {
      await page.goto(`${home.page}#devices`);
      await page.locator(`tr[data-mac="${CAMERA}"] button.open`).click();
      const row = page.locator(`tr[data-detail="${CAMERA}"]`);
      await row.getByRole("button", { name: "Block…" }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("script.block_client").waitFor();
      await dialog.getByRole("button", { name: /^Block Door camera/ }).click();
      await row.getByText("Blocked: Home Assistant has done what you chose.").waitFor({ timeout: 30_000 });
    });
    assert.deepEqual(ran, [{ what: "block", mac: CAMERA, name: "Door camera", incident: "" }]);
    await home.restart("hub");
    await home.eventually(
      "Home Assistant is asked again",
      async () => (await view()).rules[0]?.name !== null,
    );
    const { runs, blocked, rules } = await view();
    assert.deepEqual([runs.length, runs[0]?.outcome, runs[0]?.name], [1, "done", "Door camera"]);
    assert.equal(blocked[0]?.mac, CAMERA);
    assert.deepEqual([rules[0]?.name, rules[0]?.problem], ["block_client", null]);
    await home.command(unblock);
    assert.equal(ran.at(-1)?.["what"], "unblock");
    assert.deepEqual((await view()).blocked, []);
  });

  test("a script whose entity was renamed is still run", async () => {
    const renamed: CallView = { entity: "script.keep_off", turn: "on" };
    const rename = (from: string, to: string) =>
      socket.ask({ type: "config/entity_registry/update", entity_id: from, new_entity_id: to });
    await rename(script.entity, renamed.entity);
    await home.eventually("the old name is a problem", async () =>
      ((await view()).rules[0]?.problem ?? "").includes("has no script.block_client"),
    );
    await assert.rejects(home.command(block), /has no script\.block_client/);
    await home.command(choose(renamed, undo));
    await chosen(renamed);
    const before = ran.length;
    await home.eventually("it runs", async () => {
      if ((await view()).blocked.length === 0) await home.command(block);
      return ran.length > before;
    });
    assert.equal(ran.at(-1)?.["what"], "block");
    await home.command(unblock);
    await rename(renamed.entity, script.entity);
    await home.command(choose(script, undo));
  });

  test("what fails is said in Home Assistant's words, and the device counts as not blocked", async () => {
    await home.command(choose({ entity: "script.broken", turn: "on" }, null, CAMERA));
    await assert.rejects(home.command(block), /router\.block_client|script\.broken/);
    await home.command(choose({ entity: "switch.stuck", turn: "off" }, null, CAMERA));
    await assert.rejects(home.command(block), /took the call, but switch\.stuck is not off/);
    const { runs, blocked } = await view();
    assert.deepEqual(
      runs.slice(0, 2).map(({ outcome }) => outcome),
      ["failed", "failed"],
    );
    assert.deepEqual(blocked, []);
  });

  test("a switch is turned for one device; turned back elsewhere, the device is blocked no more", async () => {
    const state = async (): Promise<string | undefined> =>
      (await socket.states()).get(internet.entity)?.state;
    await socket.call("switch.turn_on", internet.entity);
    await home.command(choose(internet, { ...internet, turn: "on" }, CAMERA));
    await chosen(internet);
    await home.command(block);
    assert.equal(await state(), "off");
    assert.equal((await view()).blocked.length, 1);
    await home.command(unblock);
    assert.equal(await state(), "on");
    await home.command(block);
    await socket.call("switch.turn_on", internet.entity);
    await home.eventually("the page sees it", async () => (await view()).blocked.length === 0);
  });

  test("an automation blocks by MQTT, unless the device is one that others need; then it is told why", async () => {
    await home.command(choose(script, undo));
    await home.command({ ...choose(script, null, CAMERA), block: null });
    const topic = `airwarden/${await home.hubId()}/command`;
    const before = ran.length;
    await home.publish(topic, `block ${CAMERA}`);
    await home.eventually("the script", async () => ran.length > before);
    await home.eventually("the log", async () => (await view()).runs[0]?.outcome === "done");
    assert.equal((await view()).runs[0]?.by, "an automation");
    await home.publish(topic, `unblock ${CAMERA}`);
    await home.eventually("it is on again", async () => (await view()).blocked.length === 0);
    const guarded = (await view()).guarded.find(({ why }) => why === "access_point" || why === "gateway");
    assert.ok(guarded !== undefined);
    await home.publish(topic, `block ${guarded.mac}`);
    await home.eventually("a notification", async () => {
      const notes = (await socket.ask({ type: "persistent_notification/get" })) as {
        notification_id: string;
        message: string;
      }[];
      const note = notes.find((one) => one.notification_id === "airwarden_failure");
      return /access points|way out/.test(note?.message ?? "");
    });
    assert.equal(ran.length, before + 2);
  });
});
