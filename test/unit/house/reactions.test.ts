import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type Micros, micros } from "../../../hub/base/units.ts";
import { ReactionHabits } from "../../../hub/house/habits.ts";
import { type ReactionSources, Reactions } from "../../../hub/house/reactions.ts";
import type { Exposure } from "../../../hub/intake/nodes.ts";
import { createBatch, FLAG, type FrameBatch } from "../../../hub/radio/batch.ts";
import { PlainHouse, testMac } from "../../support/plain-house.ts";

const at = (seconds: number): Micros => micros(1e15 + seconds * 1e6);
const [HOME, PLUG] = [testMac(1), testMac(2)];
/** Frame control as on the air, little-endian: QoS data to the access point, QoS Null, BlockAck, RTS. */
const FRAME = { data: 0x4188, null: 0x11c8, blockAck: 0x0094, rts: 0x00b4, probe: 0x0040 } as const;

/** A batch with one frame of the device. */
function frame(seconds: number, kind: keyof typeof FRAME = "data", flags = 0): FrameBatch {
  const batch = createBatch();
  batch.addresses.set([HOME, PLUG]);
  batch.addressCount = 2;
  batch.count = 1;
  batch.time[0] = at(seconds);
  batch.fc[0] = FRAME[kind];
  batch.flags[0] = flags;
  batch.a1[0] = 0;
  batch.a2[0] = 1;
  return batch;
}

/** A plug on an access point, what was listened to and how much of it was heard. */
class Scene {
  readonly reactions = new Reactions();
  readonly house = new PlainHouse();
  listened = 1;
  origin: Exposure["origin"] = "stated";
  coverage = 0.9;
  readonly told: string[] = [];

  constructor() {
    this.house.now = at(0);
    this.house.addAccessPoint(HOME);
    Object.assign(this.house.addDevice(PLUG, { home: true }), { bssid: HOME });
  }

  heard(seconds: number): void {
    const seen = { lastSeen: at(seconds) };
    Object.assign(this.house.device(PLUG) ?? {}, seen);
    Object.assign(this.house.accessPoint(HOME) ?? {}, seen);
  }

  /** Home Assistant calls the plug; its last frame was 30 s before, its answer `delay` seconds later, and again in a minute. */
  call(seconds: number, answer: FrameBatch | undefined, again = true): void {
    this.heard(seconds - 30);
    const call = { time: at(seconds), mac: PLUG, entityId: "switch.plug", service: "switch.toggle" };
    this.reactions.call(call, this.house);
    if (answer !== undefined) this.reactions.sight(answer);
    Object.assign(this.house.accessPoint(HOME) ?? {}, { lastSeen: at(seconds + 1) });
    this.tick(seconds + 6);
    if (again) this.heard(seconds + 60);
    this.tick(seconds + 61);
  }

  tick(seconds: number): void {
    const sources: ReactionSources = {
      house: this.house,
      exposure: (_, from, to) => ({
        listened: micros(this.listened * (to - from)),
        nodes: 1,
        origin: this.origin,
      }),
      watermark: at(seconds),
      coverageOf: () => ({ coverage: this.coverage, sent: 100 }),
    };
    for (const { kind, delay, usual } of this.reactions.tick(at(seconds), sources)) {
      const learned = usual === undefined ? "" : ` of ${usual.calls} in ${usual.delay.toFixed(1)}`;
      this.told.push(`${kind}${delay === undefined ? "" : ` ${delay.toFixed(1)}`}${learned}`);
    }
  }

  /** Ten calls that were answered after 0.3 s. */
  learn(): this {
    for (let i = 0; i < 10; i++) this.call(1000 * (i + 1), frame(1000 * (i + 1) + 0.3));
    this.told.length = 0;
    return this;
  }
}

test("how a device answers is learned; once it is known, no answer is told when the device is heard again", () => {
  const scene = new Scene();
  for (let i = 0; i < 8; i++) scene.call(1000 * (i + 1), frame(1000 * (i + 1) + 0.3));
  assert.deepEqual([...new Set(scene.told)], ["answered 0.3"]);
  scene.call(20_000, frame(20_000.4));
  assert.equal(scene.told.at(-1), "answered 0.4 of 8 in 0.3");
  scene.call(21_000, undefined);
  assert.equal(scene.told.at(-1), "unanswered of 9 in 0.3");
});

test("no answer is told only where it would have been heard", () => {
  const rows: readonly (readonly [why: string, change: (scene: Scene) => void, answer?: FrameBatch])[] = [
    ["nothing learned yet", (scene) => Object.assign(scene, new Scene())],
    ["the node was elsewhere for a moment", (scene) => Object.assign(scene, { listened: 0.9 })],
    ["too little of it is heard", (scene) => Object.assign(scene, { coverage: 0.4 })],
  ];
  for (const [why, change] of rows) {
    const scene = new Scene().learn();
    change(scene);
    scene.call(30_000, undefined);
    assert.deepEqual(scene.told, [], why);
  }
  const gone = new Scene().learn();
  gone.call(30_000, undefined, false);
  gone.heard(31_000);
  gone.tick(31_001);
  assert.deepEqual(gone.told, [], "it was off, and came back much later");
  const moved = new Scene().learn();
  moved.call(30_000, undefined, false);
  moved.house.addAccessPoint(testMac(9));
  Object.assign(moved.house.device(PLUG) ?? {}, { bssid: testMac(9) });
  moved.heard(30_060);
  moved.tick(30_061);
  assert.deepEqual(moved.told, [], "it has moved to another access point");
  const deaf = new Scene().learn();
  Object.assign(deaf.house.device(PLUG) ?? {}, { lastSeen: at(29_970) });
  deaf.reactions.call(
    { time: at(30_000), mac: PLUG, entityId: "switch.plug", service: "switch.toggle" },
    deaf.house,
  );
  deaf.tick(30_006);
  deaf.heard(30_060);
  deaf.tick(30_061);
  assert.deepEqual(deaf.told, [], "the node did not hear the access point either");
});

test("data and answers to data are answers; empty frames, other devices' and damaged ones are not", () => {
  const rows: readonly (readonly [FrameBatch, boolean])[] = [
    [frame(30_000.3), true],
    [frame(30_000.3, "blockAck"), true],
    [frame(30_000.3, "rts"), true],
    [frame(30_000.3, "null"), false],
    [frame(30_000.3, "probe"), false],
    [frame(30_000.3, "data", FLAG.badFcs), false],
    [Object.assign(frame(30_000.3), { addressCount: 1 }), false],
    [frame(29_999.97), false],
    [frame(30_005.2), false],
  ];
  for (const [batch, answers] of rows) {
    const scene = new Scene().learn();
    scene.call(30_000, batch);
    assert.deepEqual(
      scene.told,
      [answers ? "answered 0.3 of 10 in 0.3" : "unanswered of 10 in 0.3"],
      `${batch.fc[0]} ${batch.time[0]}`,
    );
  }
});

test("a device that talks all the time, and one that answers by chance, never come to have an answer", () => {
  const chatty = new ReactionHabits();
  const chance = new ReactionHabits();
  for (let i = 0; i < 16; i++) {
    chatty.learn("switch.a", { before: 0.1, after: 0.1 });
    chance.learn("switch.a", { before: 30, after: i % 3 === 0 ? undefined : 0.3 });
  }
  assert.equal(chatty.usual("switch.a"), undefined);
  assert.equal(chance.usual("switch.a"), undefined);
});

test("what is learned goes through the store", () => {
  const scene = new Scene().learn();
  const kept = scene.reactions.habits.takeChanged();
  assert.equal(scene.reactions.habits.takeChanged(), undefined);
  const after = new Scene();
  after.reactions.restore(JSON.parse(JSON.stringify(kept)));
  after.call(30_000, undefined);
  assert.deepEqual(after.told, ["unanswered of 10 in 0.3"]);
});

test("without effect of the call nothing is learned of it, whatever the pace: less than one in a thousand", () => {
  let learned = 0;
  const runs = 3000;
  const habits = (numbers: readonly number[], pace: number): ReactionHabits => {
    const own = new ReactionHabits();
    for (let i = 0; i + 1 < numbers.length; i += 2) {
      // Poisson: forward and backward waiting times have the same law.
      const waits = [numbers[i], numbers[i + 1]].map(
        (u) => -Math.log(1 - Math.min(0.999_999, u ?? 0)) * pace,
      );
      own.learn("switch.a", { before: waits[0] ?? 0, after: (waits[1] ?? 0) > 5 ? undefined : waits[1] });
    }
    return own;
  };
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1, noNaN: true, noDefaultInfinity: true }), {
        minLength: 32,
        maxLength: 32,
      }),
      fc.double({ min: 0.05, max: 60, noNaN: true }),
      (numbers, pace) => {
        if (
          habits(
            numbers.map((u) => (u * 7919) % 1),
            pace,
          ).usual("switch.a") !== undefined
        )
          learned += 1;
      },
    ),
    { seed: 1, numRuns: runs },
  );
  assert.ok(learned <= runs / 1000, `${learned} of ${runs}`);
});

test("many calls at once are bounded", () => {
  const scene = new Scene();
  for (let i = 0; i < 500; i++) {
    const mac = testMac(100 + i);
    Object.assign(scene.house.addDevice(mac, { home: true }), { bssid: HOME });
    scene.reactions.call(
      { time: at(10), mac, entityId: `switch.s${i}`, service: "switch.toggle" },
      scene.house,
    );
  }
  scene.reactions.sight(frame(10.3));
  Object.assign(scene.house.accessPoint(HOME) ?? {}, { lastSeen: at(11) });
  scene.tick(16);
  assert.equal(scene.told.length, 0);
});
