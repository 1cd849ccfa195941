import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Micros, micros } from "../../../hub/base/units.ts";
import { AUTOMATIC, type Choices, homeFacts } from "../../../hub/house/home.ts";
import { HouseStates, MOST_STATES } from "../../../hub/house/states.ts";

const at = (seconds: number): Micros => micros(1e15 + seconds * 1e6);

/** States as told on a connection to a Home Assistant that has been running for long. */
function toldOf(states: Readonly<Record<string, string>>, house = new HouseStates()): HouseStates {
  house.take(
    Object.entries(states).map(([entityId, state]) => ({ entityId, state })),
    at(0),
  );
  house.connected(true, at(0));
  return house;
}

test("a change is one from a state to another; to be away for a while is none", () => {
  const house = toldOf({ "light.hall": "on" });
  const take = (state: string, seconds: number) =>
    house.take([{ entityId: "light.hall", state }], at(seconds)).map(({ from, to }) => `${from} ${to}`);
  assert.deepEqual(take("unavailable", 1), []);
  assert.equal(house.of("light.hall", at(1)), undefined);
  assert.deepEqual(take("unknown", 2), []);
  assert.deepEqual(take("on", 3), []);
  assert.deepEqual(take("off", 4), ["on off"]);
  assert.equal(house.of("light.hall", at(4))?.since, at(4));
  take("unavailable", 5);
  assert.deepEqual(take("on", 6), ["off on"]);
});

test("what is not mentioned has not changed", () => {
  const house = toldOf({});
  house.take(
    [{ entityId: "update.camera", state: "on", name: "Camera\u202e firmware", installing: true }],
    at(1),
  );
  house.take([{ entityId: "update.camera" }], at(2));
  const update = house.of("update.camera", at(2));
  assert.deepEqual([update?.state, update?.name, update?.installing], ["on", "Camera� firmware", true]);
  house.take([{ entityId: "update.camera", installing: false }], at(3));
  assert.equal(house.of("update.camera", at(3))?.installing, false);
});

test("a restart of Home Assistant is no change in the house, however its entities go and come", () => {
  const house = toldOf({ "person.ada": "home", "alarm_control_panel.home": "armed_away" });
  house.lost();
  const facts = (seconds: number) => homeFacts(house, AUTOMATIC, at(seconds));
  assert.deepEqual(facts(1), { presence: "unknown", alarm: undefined, guest: undefined });
  house.connected(false, at(10));
  const changes = ["unavailable", "unknown", "not_home"].flatMap((state, i) =>
    house.take([{ entityId: "person.ada", state }], at(11 + i)),
  );
  assert.deepEqual(changes, []);
  assert.equal(facts(14).presence, "unknown");
  house.started(at(20));
  assert.equal(facts(49).presence, "unknown");
  assert.deepEqual(facts(50), { presence: "away", alarm: "armed_away", guest: undefined });
});

test("a Home Assistant that was away settles first, whatever comes first: its start or its answer that it runs", () => {
  const starts = (house: HouseStates) => house.started(at(20));
  const answers = (running: boolean) => (house: HouseStates) => house.connected(running, at(20));
  const orders: readonly (readonly [string, readonly ((house: HouseStates) => void)[]])[] = [
    ["it runs already", [answers(true)]],
    ["its start is told after the answer", [answers(false), starts]],
    ["its start is told before the answer that it does not run yet", [starts, answers(false)]],
    ["its start is told before the answer that it runs", [starts, answers(true)]],
  ];
  for (const [name, steps] of orders) {
    const house = toldOf({ "person.ada": "home" });
    house.lost();
    for (const step of steps) step(house);
    assert.equal(house.of("person.ada", at(49)), undefined, name);
    assert.equal(house.of("person.ada", at(50))?.state, "home", name);
  }
});

test("presence, alarm and guests: the obvious entities, or the chosen ones", () => {
  const rows: readonly (readonly [
    told: Record<string, string>,
    choices: Partial<Choices>,
    presence: string,
    alarm: string | undefined,
    guest: boolean | undefined,
  ])[] = [
    [{}, {}, "unknown", undefined, undefined],
    [{ "person.ada": "home", "person.bob": "not_home" }, {}, "home", undefined, undefined],
    [{ "person.ada": "Office", "person.bob": "not_home" }, {}, "away", undefined, undefined],
    [{ "person.ada": "not_home", "person.bob": "unavailable" }, {}, "away", undefined, undefined],
    [{ "person.ada": "unknown" }, {}, "unknown", undefined, undefined],
    [{ "person.ada": "home" }, { presence: "none" }, "unknown", undefined, undefined],
    [{ "zone.home": "0" }, { presence: "zone.home" }, "away", undefined, undefined],
    [{ "zone.home": "2" }, { presence: "zone.home" }, "home", undefined, undefined],
    [
      { "person.ada": "home", "group.all": "not_home" },
      { presence: "group.all" },
      "away",
      undefined,
      undefined,
    ],
    [
      { "binary_sensor.somebody": "weird" },
      { presence: "binary_sensor.somebody" },
      "unknown",
      undefined,
      undefined,
    ],
    [{ "alarm_control_panel.a": "armed_home" }, {}, "unknown", "armed_home", undefined],
    [
      { "alarm_control_panel.a": "armed_away", "alarm_control_panel.b": "disarmed" },
      {},
      "unknown",
      undefined,
      undefined,
    ],
    [
      { "alarm_control_panel.a": "armed_away", "alarm_control_panel.b": "disarmed" },
      { alarm: "alarm_control_panel.b" },
      "unknown",
      "disarmed",
      undefined,
    ],
    [{ "alarm_control_panel.a": "armed_away" }, { alarm: "none" }, "unknown", undefined, undefined],
    [{ "input_boolean.guests": "on" }, {}, "unknown", undefined, undefined],
    [{ "input_boolean.guests": "on" }, { guest: "input_boolean.guests" }, "unknown", undefined, true],
    [{ "calendar.visits": "off" }, { guest: "calendar.visits" }, "unknown", undefined, false],
    [{ "schedule.weekend": "unavailable" }, { guest: "schedule.weekend" }, "unknown", undefined, undefined],
  ];
  for (const [told, choices, presence, alarm, guest] of rows) {
    const facts = homeFacts(toldOf(told), { ...AUTOMATIC, ...choices }, at(1));
    assert.deepEqual(facts, { presence, alarm, guest }, JSON.stringify([told, choices]));
  }
});

test("a person who cannot be found just now may be at home", () => {
  const house = toldOf({ "person.ada": "not_home", "person.bob": "not_home" });
  house.take([{ entityId: "person.bob", state: "unavailable" }], at(1));
  assert.equal(homeFacts(house, AUTOMATIC, at(1)).presence, "unknown");
});

test("whatever is told: bounded, no claim without a connection, and the count of what is gone is right", () => {
  const id = fc.nat(30).map((n) => `switch.s${n}`);
  const state = fc.constantFrom("on", "off", "unavailable", "unknown", "x".repeat(500));
  const step = fc.oneof(
    fc.record({ kind: fc.constant("told" as const), id, state }),
    fc.record({
      kind: fc.constantFrom("lost" as const, "connected" as const, "started" as const, "retain" as const),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
      const house = new HouseStates();
      let connected = false;
      steps.forEach((one, i) => {
        if (one.kind === "told") {
          const changes = house.take([{ entityId: one.id, state: one.state }], at(i));
          if (!connected) assert.deepEqual(changes, []);
        } else if (one.kind === "retain") house.retain((entity) => entity.endsWith("1"));
        else if (one.kind === "lost") house.lost();
        else if (one.kind === "connected") house.connected(true, at(i));
        if (one.kind === "connected") connected = true;
        if (one.kind === "lost" || one.kind === "started") connected = false;
        if (one.kind === "started") house.lost();
        const all = [...house.all()];
        const gone = all.filter((entity) => !entity.available).length;
        assert.equal(house.unavailableShare, all.length === 0 ? 0 : gone / all.length);
        assert.ok(all.every((entity) => (entity.state ?? "").length <= 64));
        if (!connected) assert.ok(all.every((entity) => house.of(entity.entityId, at(i)) === undefined));
      });
    }),
  );
  const many = new HouseStates();
  many.take(
    Array.from({ length: MOST_STATES + 500 }, (_, i) => ({ entityId: `switch.s${i}`, state: "unavailable" })),
    at(0),
  );
  assert.equal([...many.all()].length, MOST_STATES);
  assert.equal(many.unavailableShare, 1);
});
