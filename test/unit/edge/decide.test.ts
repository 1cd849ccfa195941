import assert from "node:assert/strict";
import { test } from "node:test";
import { HOUR, type Mac, mac, micros } from "../../../hub/base/units.ts";
import { type Action, act } from "../../../hub/edge/actions.ts";
import { Keeper, learnedBefore } from "../../../hub/edge/keeper.ts";
import { Store } from "../../../hub/edge/store.ts";
import { Pipeline } from "../../../hub/pipeline.ts";
import { homeRule } from "../../../hub/track/homes.ts";
import { folderFor } from "../../support/program.ts";

const NOW = micros(1.79e15);
const [PHONE, AGAIN, OTHER] = ["02:00:00:00:00:01", "02:00:00:00:00:02", "02:00:00:00:00:03"] as const;
const at = (text: string): Mac => mac(Number.parseInt(text.replaceAll(":", ""), 16));

interface Desk {
  readonly pipeline: Pipeline;
  readonly store: Store;
  readonly keeper: Keeper;
  decide(command: Action): string | undefined;
}

/** A hub's decisions on one data folder. */
function desk(folder: string, home?: string): Desk {
  const store = new Store({ folder, now: NOW });
  const pipeline = new Pipeline({
    homes: home === undefined ? [] : [homeRule(home)],
    everyNetworkIsHome: false,
    vendorOf: () => undefined,
    known: learnedBefore(store),
    watchNodes: false,
  });
  const keeper = new Keeper(store, pipeline);
  keeper.restore(NOW);
  keeper.recall(NOW);
  const options = {
    pipeline,
    now: () => NOW,
    tellTest: () => undefined,
    restoreEntities: () => undefined,
    updateNode: () => undefined,
    restartNode: () => undefined,
    hasEntity: (entity: string) => entity === "light.without_id",
    entitiesChosen: () => undefined,
  };
  return { pipeline, store, keeper, decide: (command) => act(command, options) };
}

/** Ends one run and begins the next on the same folder. */
function again({ keeper, store }: Desk, folder: string, home?: string): Desk {
  keeper.note();
  keeper.noteSeen();
  store.close();
  return desk(folder, home);
}

test("addresses joined by hand share what is known, and stay joined after a restart", (t) => {
  const folder = folderFor(t);
  const first = desk(folder);
  first.pipeline.known.name(at(PHONE), "Ada's phone", NOW);
  assert.equal(first.decide({ command: "merge_devices", macs: [PHONE, AGAIN] }), undefined);
  assert.ok(first.pipeline.known.has(at(AGAIN)));
  assert.equal(first.pipeline.known.nameOf(at(AGAIN)), "Ada's phone");
  assert.ok(!first.pipeline.known.has(at(OTHER)));

  const second = again(first, folder);
  const { identity } = second.pipeline;
  assert.equal(identity.of(at(PHONE))?.id, identity.of(at(AGAIN))?.id);
  assert.equal(identity.of(at(PHONE))?.byHand, true);
  second.decide({ command: "split_device", mac: AGAIN });

  const third = again(second, folder);
  assert.notEqual(third.pipeline.identity.of(at(PHONE))?.byHand, true);
  third.store.close();
});

test("strangers joined by hand stay strangers", (t) => {
  const { decide, pipeline, store } = desk(folderFor(t));
  decide({ command: "merge_devices", macs: [PHONE, AGAIN] });
  assert.ok(!pipeline.known.has(at(PHONE)) && !pipeline.known.has(at(AGAIN)));
  assert.match(decide({ command: "merge_devices", macs: [PHONE, PHONE] }) ?? "", /two addresses/);
  assert.match(decide({ command: "merge_devices", macs: [PHONE, "nonsense"] }) ?? "", /two addresses/);
  store.close();
});

test("a network that was chosen as home is home after a restart, unless the configuration says otherwise", (t) => {
  const folder = folderFor(t);
  const first = desk(folder);
  assert.match(first.decide({ command: "choose_home", ssid: "Flat" }) ?? "", /no network "Flat" is heard/);
  const name = new TextEncoder().encode("Flät");
  assert.ok(first.pipeline.chooseHome(name));

  const second = again(first, folder);
  assert.deepEqual(second.pipeline.chosenHome, name);
  const third = again(second, folder, "Elsewhere");
  assert.equal(third.pipeline.chosenHome, undefined);
  assert.equal(third.pipeline.chooseHome(name), false);
  third.store.close();
});

test("settings that are damaged are passed over", (t) => {
  const folder = folderFor(t);
  const store = new Store({ folder, now: NOW });
  store.setSetting("home", "not hexadecimal");
  store.setSetting("same_devices", '[["02:00:00:00:00:01", 7, "x"], 3, {');
  store.close();
  const { pipeline, store: opened } = desk(folder);
  assert.equal(pipeline.chosenHome, undefined);
  assert.equal(pipeline.identity.groups.length, 0);
  opened.close();
});

test("devices of an earlier run are shown, silent, those of long ago are not", (t) => {
  const folder = folderFor(t);
  const store = new Store({ folder, now: NOW });
  const device = { name: undefined, known: true, since: micros(NOW - 2000 * HOUR) };
  store.saveDevices([
    { ...device, mac: at(PHONE), lastSeen: micros(NOW - HOUR) },
    { ...device, mac: at(AGAIN), lastSeen: micros(NOW - 1000 * HOUR) },
    { ...device, mac: at(OTHER), lastSeen: micros(NOW - HOUR), known: false },
  ]);
  store.close();
  const { pipeline, store: opened } = desk(folder);
  const shown = [...pipeline.house.devices()];
  assert.deepEqual(
    shown.map(({ mac: address, home, lastSeen }) => [address, home, lastSeen]),
    [[at(PHONE), true, NOW - HOUR]],
  );
  assert.deepEqual([...pipeline.house.associations()], []);
  opened.close();
});

test("learning and the budget of alerts are kept over a restart, as a person set them", (t) => {
  const folder = folderFor(t);
  const first = desk(folder);
  assert.equal(first.store.setting("pushes_a_day"), undefined, "what nobody has changed is not kept");
  first.decide({ command: "set_alert_budget", perDay: 9 });
  first.decide({ command: "set_learning", on: false });
  const second = again(first, folder);
  assert.equal(second.pipeline.incidents.budget.perDay, 9);
  assert.equal(second.pipeline.known.learning(NOW), false);
  second.decide({ command: "set_learning", on: true });
  const since = second.pipeline.known.learningSince;
  second.decide({ command: "set_learning", on: true });
  assert.equal(second.pipeline.known.learningSince, since, "asked twice, it begins once");
  second.decide({ command: "set_alert_budget", perDay: 4 });
  const third = again(second, folder);
  assert.equal(third.pipeline.known.learning(NOW), true);
  assert.equal(third.pipeline.known.learning(micros(NOW + 25 * HOUR)), false);
  assert.equal(third.pipeline.incidents.budget.perDay, 4);
  third.store.close();
});

test("entities that a person assigned and chose, and how devices answer, are there after a restart", (t) => {
  const folder = folderFor(t);
  const first = desk(folder);
  const entity = "light.without_id";
  assert.equal(first.decide({ command: "assign_entity", mac: PHONE, entity, belongs: true }), undefined);
  assert.match(
    first.decide({ command: "assign_entity", mac: PHONE, entity: "light.none", belongs: true }) ?? "",
    /has no entity "light.none"/,
  );
  const role = { command: "choose_entity", role: "guest" } as const;
  assert.equal(first.decide({ ...role, choice: entity }), undefined);
  assert.match(first.decide({ ...role, choice: "light.none" }) ?? "", /has no entity/);
  const { habits } = first.pipeline.context.reactions;
  for (let i = 0; i < 8; i++) habits.learn(entity, { before: 20, after: 0.31 });
  const second = again(first, folder);
  assert.deepEqual(second.pipeline.household.mapping.of(at(PHONE)), [
    { entityId: entity, byHand: true, main: true },
  ]);
  assert.equal(second.pipeline.context.choices.guest, entity);
  assert.deepEqual(second.pipeline.context.reactions.habits.usual(entity), {
    share: 1,
    delay: 0.31,
    within: 0.5,
    calls: 8,
  });
  assert.deepEqual(second.pipeline.context.followed(), [entity]);
  second.decide({ command: "assign_entity", mac: PHONE, entity, belongs: false });
  second.decide({ ...role, choice: "automatic" });
  const third = again(second, folder);
  assert.deepEqual(third.pipeline.household.mapping.of(at(PHONE)), []);
  assert.deepEqual(third.pipeline.context.followed(), []);
  third.store.close();
});
