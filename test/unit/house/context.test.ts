import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { inContextOf } from "../../../hub/alert/context.ts";
import { IncidentBook } from "../../../hub/alert/incidents.ts";
import { MINUTE, micros } from "../../../hub/base/units.ts";
import type { Finding } from "../../../hub/detect/finding.ts";
import { HouseContext } from "../../../hub/house/context.ts";
import { Household } from "../../../hub/house/household.ts";
import type { Burst, Paces } from "../../../hub/learn/paces.ts";
import { at } from "../../support/farewells.ts";
import { PlainHouse, testMac } from "../../support/plain-house.ts";
import { floodOf, home, names, strangerOf } from "../alert/findings.ts";

const CAMERA = testMac(7);
const HOUR = 3600;

const burstOf = (since: number, until: number, ended = false): Burst => ({
  ...{ mac: CAMERA, since: at(since), until: at(until), rate: 80, usual: 2, most: 3 },
  ...{ coverage: 0.9, listened: 1, origin: "stated", ended },
});

/** A home with a camera of four entities, as Home Assistant knows it, and a burst to explain. */
class Scene {
  readonly household = new Household();
  readonly context = new HouseContext(this.household.mapping);
  readonly house = new PlainHouse();
  #bursts: Burst[] = [];

  constructor() {
    this.house.now = at(0);
    this.house.addAccessPoint(home);
    Object.assign(this.house.addDevice(CAMERA, { home: true }), { bssid: home });
    const entity = (entityId: string) => ({
      ...{ entityId, deviceId: "camera", areaId: undefined, uniqueId: entityId, platform: "test" },
    });
    this.household.take({
      devices: [
        {
          ...{ id: "camera", name: "Camera", nameByUser: undefined, areaId: undefined, macs: [CAMERA] },
          ...{ parentId: undefined, ours: false, brokered: false, watches: undefined },
        },
      ],
      entities: [
        "switch.camera",
        "switch.camera_privacy",
        "camera.door",
        "update.camera",
        "sensor.camera_power",
      ].map(entity),
      areas: [],
      hostNames: [],
    });
  }

  tell(states: Readonly<Record<string, string>>, seconds: number, installing?: boolean): this {
    this.context.take(
      Object.entries(states).map(([entityId, state]) => ({
        entityId,
        state,
        ...(installing === undefined ? {} : { installing }),
      })),
      at(seconds),
    );
    return this;
  }

  known(): this {
    this.tell(
      {
        "switch.camera": "on",
        "switch.camera_privacy": "off",
        "camera.door": "idle",
        "update.camera": "off",
        "sensor.camera_power": "4",
      },
      0,
    );
    this.context.states.connected(true, at(0));
    return this;
  }

  burst(...bursts: Burst[]): this {
    this.#bursts = bursts;
    const paces = {
      coverageOf: () => undefined,
      takeBursts: () => this.#bursts.splice(0),
    } as unknown as Paces;
    const last = bursts.at(-1)?.until ?? at(0);
    const exposure = () => ({ listened: micros(0), nodes: 0, origin: "unknown" as const });
    this.context.tick(last, { house: this.house, exposure, watermark: last, paces });
    return this;
  }

  get notes(): string[] {
    return this.context.notes
      .of(CAMERA)
      .map(({ code, time, until }) => `${code} ${(time - at(0)) / 1e6} ${(until - at(0)) / 1e6}`);
  }

  see(finding: Finding, seconds: number): Finding {
    return inContextOf({ context: this.context, house: this.house, names })(finding, undefined, at(seconds));
  }
}

test("a burst is told where Home Assistant knows the device and has no cause for it; it grows and ends as one", () => {
  const scene = new Scene().known().burst(burstOf(HOUR, HOUR + 180));
  assert.deepEqual(scene.notes, ["burst 3600 3780"]);
  scene.burst(burstOf(HOUR, HOUR + 240), burstOf(HOUR, HOUR + 240, true));
  assert.deepEqual(scene.notes, ["burst 3600 3840"]);
  scene.burst(burstOf(2 * HOUR, 2 * HOUR + 180, true));
  assert.deepEqual(scene.notes, ["burst 3600 3840", "burst 7200 7380"]);
});

test("what explains a burst: anything that happened to the device, or that it may be busy with", () => {
  const causes: readonly (readonly [why: string, happen: (scene: Scene) => void, explained: boolean])[] = [
    ["nothing", () => undefined, false],
    [
      "a figure of it changed, as figures do",
      (scene) => scene.tell({ "sensor.camera_power": "9" }, HOUR),
      false,
    ],
    ["it was switched", (scene) => scene.tell({ "switch.camera": "off" }, HOUR - 30), true],
    ["it was switched long before", (scene) => scene.tell({ "switch.camera": "off" }, HOUR - 90), false],
    [
      "it was away for a moment",
      (scene) =>
        scene.tell({ "switch.camera": "unavailable" }, HOUR - 20).tell({ "switch.camera": "on" }, HOUR - 10),
      false,
    ],
    ["it streams", (scene) => scene.tell({ "camera.door": "streaming" }, 60), true],
    ["it is being updated", (scene) => scene.tell({ "update.camera": "off" }, 60, true), true],
    [
      "a service was called for it",
      ({ context, house }) =>
        context.call(
          "camera.snapshot",
          { domain: "camera", entityIds: ["camera.door"], deviceIds: [], areaIds: [] },
          { now: at(HOUR + 60), house },
        ),
      true,
    ],
    [
      "it has just joined",
      ({ house }) => Object.assign(house.addAssociation(CAMERA, home), { since: at(HOUR - 100) }),
      true,
    ],
    ["it joined long ago", ({ house }) => house.addAssociation(CAMERA, home), false],
    [
      "Home Assistant was away in between",
      ({ context }) => {
        context.states.lost();
        context.states.connected(true, at(HOUR));
      },
      true,
    ],
    ["Home Assistant is away", ({ context }) => context.states.lost(), true],
    [
      "none of its entities can be reached",
      (scene) =>
        scene.tell(
          {
            "switch.camera": "unavailable",
            "switch.camera_privacy": "unavailable",
            "camera.door": "unavailable",
            "update.camera": "unavailable",
          },
          60,
        ),
      true,
    ],
    [
      "its entities are somebody else's, as a person says",
      ({ household }) => {
        for (const { entityId } of household.mapping.of(CAMERA))
          household.mapping.correct({ mac: CAMERA, entityId, belongs: false });
      },
      true,
    ],
  ];
  for (const [why, happen, explained] of causes) {
    const scene = new Scene().known();
    happen(scene);
    scene.burst(burstOf(HOUR, HOUR + 180));
    assert.equal(scene.notes.length, explained ? 0 : 1, why);
  }
  const late = new Scene().known().burst(burstOf(HOUR, HOUR + 180));
  late.tell({ "camera.door": "recording" }, HOUR + 200).burst(burstOf(HOUR, HOUR + 240));
  assert.deepEqual(late.notes, [], "a cause that is told late takes it back");
});

test("conditions of a device: off, private, updating, busy, away", () => {
  const rows: readonly (readonly [Record<string, string>, string[]])[] = [
    [{}, []],
    [{ "switch.camera": "off" }, []],
    [{ "switch.camera": "off", "camera.door": "off" }, ["off"]],
    [{ "switch.camera_privacy": "on" }, ["privacy"]],
    [{ "camera.door": "recording" }, ["busy"]],
    [{ "switch.camera": "unavailable" }, []],
  ];
  for (const [told, conditions] of rows) {
    const scene = new Scene().known().tell(told, 1);
    assert.deepEqual(scene.context.conditionsOf(CAMERA, at(2)), conditions, JSON.stringify(told));
  }
  const gone = {
    "switch.camera": "unavailable",
    "switch.camera_privacy": "unavailable",
    "camera.door": "unavailable",
    "update.camera": "unavailable",
    "sensor.camera_power": "unavailable",
  };
  const alone = new Scene().known().tell(gone, 1);
  assert.deepEqual(alone.context.conditionsOf(CAMERA, at(2)), [], "all of Home Assistant is gone");
  alone.tell(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`light.l${i}`, "on"])), 2);
  assert.deepEqual(alone.context.conditionsOf(CAMERA, at(3)), ["unavailable"]);
});

test("an incident says what the house knew; guests make a stranger a line of the day", () => {
  const scene = new Scene()
    .known()
    .tell({ "person.ada": "not_home", "alarm_control_panel.home": "armed_away" }, 1);
  assert.deepEqual(scene.see(floodOf(100), 100).evidence["house_context"], ["nobody_home", "armed_away"]);
  assert.equal(scene.see(strangerOf(400), 400).severity, "warning");
  scene.context.choose("guest", "input_boolean.guests");
  scene.tell({ "input_boolean.guests": "on" }, 2);
  const guest = scene.see(strangerOf(400), 400);
  assert.equal(guest.severity, "info");
  assert.ok(String(guest.evidence["house_context"]).includes("guest_mode"));
  assert.equal(scene.see(floodOf(400), 400).severity, "critical");
  const about = scene.see(strangerOf(400, CAMERA), 400);
  assert.equal(about.evidence["house_notes"], undefined);
});

test("a guest who is still there when guest mode ends is told as a stranger, once", () => {
  const scene = new Scene().known();
  scene.context.choose("guest", "input_boolean.guests");
  scene.tell({ "input_boolean.guests": "on" }, 1);
  const inContext = inContextOf({ context: scene.context, house: scene.house, names });
  const book = new IncidentBook({ names, inContext });
  const [raised] = book.apply([strangerOf(400)], at(400));
  assert.deepEqual([raised?.incident.severity, raised?.incident.tier], ["info", "digest"]);
  assert.match(
    raised?.incident.message ?? "",
    /Guest mode is on, so this is listed without a notification\./,
  );
  scene.tell({ "input_boolean.guests": "off" }, 500);
  const [promoted] = book.apply([strangerOf(400)], at(500));
  assert.equal(promoted?.promoted, true);
  assert.deepEqual([promoted?.incident.severity, promoted?.incident.tier], ["warning", "push"]);
  assert.match(promoted?.incident.message ?? "", /It came while guest mode was on\./);
  assert.equal(promoted?.incident.id, raised?.incident.id);
  assert.deepEqual(
    book.apply([strangerOf(400)], at(520)).filter((change) => change.promoted),
    [],
  );
});

test("notes of a device go to incidents about it, its access point and the air, shortly before them, and stay", () => {
  const scene = new Scene().known().burst(burstOf(HOUR, HOUR + 180, true));
  const inContext = inContextOf({ context: scene.context, house: scene.house, names });
  const codes = (finding: Finding) => scene.see(finding, HOUR + 400).evidence["house_context"] ?? [];
  assert.deepEqual(codes(strangerOf(HOUR + 600, CAMERA)), ["unexplained_burst"]);
  assert.deepEqual(codes(floodOf(HOUR + 600)), ["unexplained_burst"]);
  assert.deepEqual(codes({ ...floodOf(HOUR + 600), subject: { kind: "air" } }), ["unexplained_burst"]);
  assert.deepEqual(codes(floodOf(HOUR + 600, { bssid: testMac(99) })), []);
  assert.deepEqual(codes(strangerOf(HOUR + 600, testMac(50))), []);
  assert.deepEqual(codes(floodOf(HOUR + 180 + 16 * 60)), [], "too long before");
  const book = new IncidentBook({ names, inContext });
  book.apply([floodOf(HOUR + 300)], at(HOUR + 300));
  const raised = book.open()[0];
  assert.match(raised?.message ?? "", /a device sent far more than usual without a cause/);
  assert.match(
    String(raised?.evidence["house_notes"]),
    /^02:00:00:00:00:07 began to send 40 times as much as usual 5 minutes before this alert; nothing in Home Assistant explains it \(90 % of what it sends is heard\)\.$/,
  );
  const first = JSON.stringify(raised?.evidence["house_notes"]);
  scene.tell({ "person.ada": "not_home" }, HOUR + 310);
  book.apply([{ ...floodOf(HOUR + 2000), since: at(HOUR + 1990) }], at(HOUR + 340));
  assert.equal(JSON.stringify(book.open()[0]?.evidence["house_notes"]), first);
  assert.deepEqual(
    book.open()[0]?.evidence["house_context"],
    ["unexplained_burst"],
    "the house as it was when it began",
  );
});

test("an open incident is told again when a note comes", () => {
  const scene = new Scene().known();
  const book = new IncidentBook({
    names,
    inContext: inContextOf({ context: scene.context, house: scene.house, names }),
  });
  book.apply([floodOf(HOUR)], at(HOUR));
  assert.equal(book.apply([floodOf(HOUR)], at(HOUR + 11)).length, 0);
  scene.burst(burstOf(HOUR, HOUR + 180));
  const changes = book.apply([floodOf(HOUR)], at(HOUR + 40));
  assert.deepEqual(
    changes.map(({ kind }) => kind),
    ["updated"],
  );
});

test("a house that nobody told of: nothing is claimed, whatever is found", () => {
  const kinds = fc.constantFrom(floodOf(100), strangerOf(400, CAMERA), {
    ...floodOf(100),
    subject: { kind: "air" as const },
  });
  fc.assert(
    fc.property(kinds, fc.nat(1000), (finding, seconds) => {
      const scene = new Scene();
      scene.tell({ "person.ada": "not_home", "switch.camera": "on" }, 0).burst(burstOf(HOUR, HOUR + 180));
      assert.deepEqual(scene.see(finding, seconds), finding);
      assert.deepEqual(scene.notes, []);
    }),
  );
});

test("evidence stays small and stable however much happens", () => {
  const scene = new Scene().known();
  for (let i = 0; i < 100; i++) scene.burst(burstOf(HOUR + 300 * i, HOUR + 300 * i + 180, true));
  const inContext = inContextOf({ context: scene.context, house: scene.house, names });
  const book = new IncidentBook({ names, inContext });
  const finding = { ...floodOf(HOUR + 30_000), since: at(HOUR) };
  for (let i = 0; i < 50; i++) book.apply([finding], micros(at(HOUR + 30_000) + i * MINUTE));
  const evidence = JSON.stringify(book.open()[0]?.evidence);
  assert.ok(evidence.length < 4096, `${evidence.length}`);
});
