import assert from "node:assert/strict";
import { test } from "node:test";
import { IncidentBook } from "../../../hub/alert/incidents.ts";
import { at } from "../../support/farewells.ts";
import { testMac } from "../../support/plain-house.ts";
import { floodOf, names, strangerOf } from "./findings.ts";

const device = { kind: "device", mac: testMac(9) } as const;

test("a muted device ends what is open about it and raises nothing, others go on", () => {
  const book = new IncidentBook({ names });
  book.apply([strangerOf(10)], at(10));
  const changes = book.mute(device, true, at(11));
  assert.deepEqual(
    changes.map((change) => change.kind),
    ["resolved"],
  );
  assert.equal(book.isMuted(device, at(11)), true);
  assert.deepEqual(book.apply([strangerOf(12)], at(12)), []);
  assert.equal(book.apply([floodOf(13), strangerOf(13, testMac(8))], at(13)).length, 2);
});

test("taken back, it is told again; the mute is among what is kept", () => {
  const book = new IncidentBook({ names });
  book.mute(device, true, at(1));
  const next = new IncidentBook({ names });
  next.feedback.restore(book.feedback.all());
  assert.deepEqual(next.apply([strangerOf(10)], at(10)), []);
  assert.deepEqual(next.mute(device, false, at(11)), []);
  assert.equal(next.apply([strangerOf(12)], at(12)).length, 1);
});
