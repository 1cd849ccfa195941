import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, HOUR, micros } from "../../../hub/base/units.ts";
import { KnownDevices } from "../../../hub/detect/known-devices.ts";
import { at } from "../../support/farewells.ts";
import { testMac } from "../../support/plain-house.ts";

const phone = testMac(1);

test("learning begins with the first question and lasts a day", () => {
  const known = new KnownDevices();
  assert.equal(known.learningUntil, undefined);
  assert.equal(known.learning(at(0)), true);
  assert.equal(known.learningUntil, at(86_400));
  assert.equal(known.learning(at(86_399)), true);
  assert.equal(known.learning(at(86_400)), false);
});

test("learning goes on where an earlier run began", () => {
  const known = new KnownDevices({ learningSince: at(0), learnFor: HOUR });
  assert.equal(known.learning(at(3599)), true);
  assert.equal(known.learning(at(3600)), false);
  assert.equal(known.learningSince, at(0));
});

test("a person ends learning and begins it anew", () => {
  const known = new KnownDevices({ learnFor: HOUR });
  known.learning(at(0));
  known.endLearning(at(600));
  assert.deepEqual([known.learning(at(601)), known.learningUntil], [false, at(600)]);
  known.endLearning(at(900));
  assert.equal(known.learningUntil, at(600), "what is over does not end again");
  const restarted = new KnownDevices({ learnFor: HOUR, learningSince: at(0), learningEnded: at(600) });
  assert.equal(restarted.learning(at(700)), false);
  known.learnAnew(at(10_000));
  assert.equal(known.learning(at(13_599)), true);
  assert.equal(known.learning(at(13_600)), false);
  assert.equal(known.learningEnded, undefined);
});

test("a device is known when adopted, trusted or named, and a stranger when a person says so", () => {
  const known = new KnownDevices();
  assert.equal(known.has(phone), false);
  known.adopt(phone, at(0));
  assert.equal(known.has(phone), true);
  known.trust(phone, false, at(1));
  assert.equal(known.has(phone), false);
  known.adopt(phone, at(2));
  assert.equal(known.has(phone), false, "what a person said is not unlearned");
  known.name(phone, "Phone", at(3));
  assert.equal(known.has(phone), true);
  assert.equal(known.nameOf(phone), "Phone");
  known.trust(phone, true, at(4));
  assert.equal(known.nameOf(phone), "Phone", "trust keeps the name");
  known.name(phone, "", at(5));
  assert.equal(known.nameOf(phone), undefined);
});

test("changes are handed out once, and what is restored is no change", () => {
  const known = new KnownDevices();
  known.restore([{ mac: testMac(2), name: "TV", known: true, since: at(0) }]);
  assert.deepEqual(known.takeChanged(), []);
  known.adopt(testMac(2), at(9));
  assert.deepEqual(known.takeChanged(), [], "it was known");
  known.adopt(phone, at(1));
  known.name(phone, "Phone", at(2));
  assert.deepEqual(known.takeChanged(), [{ mac: phone, name: "Phone", known: true, since: at(1) }]);
  assert.deepEqual(known.takeChanged(), []);
});

test("many changing addresses do not push out a device with a name", () => {
  const known = new KnownDevices();
  known.name(phone, "Phone", at(0));
  for (let i = 0; i < 10_000; i++) known.adopt(testMac(100 + i), micros(at(0) + i * DAY));
  assert.equal([...known.all()].length, 4096);
  assert.equal(known.nameOf(phone), "Phone");
  assert.ok(known.takeChanged().length <= 4096);
});
