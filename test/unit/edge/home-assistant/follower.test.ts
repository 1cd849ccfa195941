import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Assistant } from "../../../../hub/edge/home-assistant/assistant.ts";
import { SubscriptionCounter } from "../../../support/home-assistant/subscriptions.ts";
import { until } from "../../../support/wait.ts";

/** Three registries, DHCP, two events of Home Assistant itself, domains, calls. */
const ALWAYS = 8;

/** Not started yet. */
async function assistantOf(
  t: TestContext,
  { core, followed }: { readonly core: SubscriptionCounter; readonly followed: () => string[] },
): Promise<Assistant> {
  t.after(() => core.stop());
  const assistant = new Assistant({
    address: { url: await core.start(), token: "token" },
    hubId: "3f9a",
    onRegistry: () => undefined,
    house: {
      ...{ domains: ["person"], followed, take: () => undefined, connected: () => undefined },
      ...{ started: () => undefined, lost: () => undefined, call: () => undefined },
    },
    onNotice: () => undefined,
    floorMs: 10,
  });
  t.after(() => assistant.close());
  return assistant;
}

test("what is followed stands once, whatever is asked for and however often the connection is lost", async (t) => {
  const core = new SubscriptionCounter();
  const trackers = (...names: string[]): void => {
    const entities = names.map((name) => ({ entity_id: `device_tracker.${name}`, unique_id: name }));
    core.answers.set("config/entity_registry/list", entities);
  };
  let followed = ["light.hall"];
  const assistant = await assistantOf(t, { core, followed: () => followed });
  const stand = async (...sets: string[]): Promise<void> => {
    const wanted = sets.sort();
    const stands = () => core.entitySets.join() === wanted.join() && core.count === ALWAYS + sets.length;
    await until(wanted.join(), stands);
    // Whatever is still under way would add to it.
    assert.notEqual(await assistant.mqtt(), undefined);
    assert.ok(stands(), `${core.count}: ${core.entitySets.join()}`);
  };

  trackers("a");
  assistant.start();
  await stand("device_tracker.a", "light.hall");
  trackers("a", "b");
  core.changeRegistry();
  await stand("device_tracker.a device_tracker.b", "light.hall");
  assistant.entityStates.want(["switch.x"]);
  assistant.entityStates.want(["switch.y", "switch.x", "switch.y"]);
  followed = ["light.hall", "lock.door"];
  assistant.renewHouse();
  followed = ["light.hall"];
  assistant.renewHouse();
  const all = ["device_tracker.a device_tracker.b", "light.hall", "switch.x switch.y"];
  await stand(...all);
  for (const connection of [2, 3]) {
    core.drop();
    await until("a new connection", () => core.connections === connection);
    await stand(...all);
  }
  trackers();
  core.changeRegistry();
  assistant.entityStates.want([]);
  await stand("light.hall");
});

test("an entity is known once Home Assistant has told of all that is asked for, and not while it is away", async (t) => {
  const core = new SubscriptionCounter();
  const assistant = await assistantOf(t, { core, followed: () => [] });
  const { entityStates } = assistant;
  entityStates.want(["switch.x"]);
  assert.equal(entityStates.get("switch.x"), "unasked");
  assistant.start();
  await until("told", () => entityStates.get("switch.x") === undefined);
  assert.equal(entityStates.get("switch.y"), "unasked");
  core.stop();
  await until("lost", () => entityStates.get("switch.x") === "unasked");
});
