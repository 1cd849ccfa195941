import assert from "node:assert/strict";
import { test } from "node:test";
import { dbm, micros, nodeIndex } from "../../../hub/base/units.ts";
import { Place } from "../../../hub/track/known/place.ts";
import { Dice } from "../../support/air/dice.ts";

/** Readings scatter like those of a device in a room with people: some 5 dB, and one in fifty is far off. */
class Room {
  readonly place = new Place(micros(0));
  minute = 0;
  private readonly dice = new Dice(11, 3);

  /** `levels` dBm by node, a reading every two seconds at each. */
  stay(minutes: number, levels: readonly number[], each = 30): this {
    for (const end = this.minute + minutes; this.minute < end; this.minute++) {
      for (let i = 0; i < each; i++) for (const [node, level] of levels.entries()) this.read(node, level);
      this.place.tick(micros((this.minute + 1) * 60e6));
    }
    return this;
  }

  /** Readings at one node, at the time that it is. */
  hear(node: number, level: number, times: number): void {
    for (let i = 0; i < times; i++) this.read(node, level);
  }

  private read(node: number, level: number): void {
    const far = this.dice.chance(0.02) ? this.dice.between(-40, 40) : 0;
    const rssi = level + this.dice.between(-8, 8) + far;
    this.place.hear(nodeIndex(node), dbm(Math.max(-110, Math.min(-1, Math.round(rssi)))));
  }
}

const KITCHEN = [-45, -70, -80];
const BEDROOM = [-75, -50, -66];

test("a device that stays has one zone, with the signal it has there", () => {
  const { place } = new Room().stay(180, KITCHEN);
  assert.equal(place.moves, 0);
  assert.equal(place.zone, 0);
  const pattern = place.pattern();
  KITCHEN.forEach((level, node) => {
    const found = pattern.find((one) => one.node === node);
    assert.ok(Math.abs((found?.median ?? 0) - level) <= 3, `${found?.median} at node ${node}`);
    assert.ok((found?.spread ?? 0) > 2 && (found?.spread ?? 0) < 14);
  });
});

test("another room is a move after ten minutes that agree, and the way back is known", () => {
  const room = new Room().stay(60, KITCHEN).stay(9, BEDROOM);
  assert.equal(room.place.moves, 0);
  room.stay(5, BEDROOM);
  assert.equal(room.place.moves, 1);
  assert.equal(room.place.zone, 1);
  assert.equal(room.place.since, 61 * 60e6);
  room.stay(60, BEDROOM).stay(15, KITCHEN);
  assert.equal(room.place.moves, 2);
  assert.equal(room.place.zone, 0);
});

test("a visit of five minutes, a person in the way and a single node that differs are no move", () => {
  const { place } = new Room()
    .stay(60, KITCHEN)
    .stay(5, BEDROOM)
    .stay(30, KITCHEN)
    .stay(60, [-50, -65, -76])
    .stay(60, [-45, -50, -80]);
  assert.equal(place.moves, 0);
});

test("a device that is seldom heard is judged all the same, later", () => {
  const room = new Room().stay(300, KITCHEN, 2).stay(60, BEDROOM, 2);
  assert.equal(room.place.moves, 1);
});

test("two antennas in turn are one pattern, whichever is used more", () => {
  const room = new Room();
  for (let i = 0; i < 120; i++) {
    const mostly = i % 2 === 0 ? [-50, -64, -64] : [-50, -50, -64];
    for (const level of mostly) room.hear(0, level, 20);
    room.stay(1, []);
  }
  assert.equal(room.place.moves, 0);
  assert.ok((room.place.pattern()[0]?.spread ?? 0) >= 10);
});

test("readings out of range and many nodes break nothing", () => {
  const place = new Place(micros(0));
  for (let node = 0; node < 40; node++) {
    for (const rssi of [-128, -100, -21, -1]) place.hear(nodeIndex(node), dbm(rssi));
  }
  place.tick(micros(60e6));
  assert.ok(place.pattern().length <= 16);
});
