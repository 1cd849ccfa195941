import assert from "node:assert/strict";
import { test } from "node:test";
import { AlertQueue } from "../../../hub/edge/mqtt/alert-queue.ts";
import { incidentView } from "../../support/snapshot.ts";

const alert = (id: string) => ({ incident: incidentView({ id }), type: "test" });
const ids = (queue: AlertQueue, now: number): string[] => queue.take(now).map((one) => one.incident.id);

test("alerts wait until the entity has been announced, and Home Assistant has had its time", () => {
  const queue = new AlertQueue();
  queue.add(alert("a"));
  assert.deepEqual(ids(queue, 100_000), []);
  const pause = queue.announced(1000);
  queue.add(alert("b"));
  assert.deepEqual(ids(queue, 1000 + pause - 1), []);
  assert.deepEqual(ids(queue, 1000 + pause), ["a", "b"]);
  assert.deepEqual(ids(queue, 1000 + pause), []);
  queue.hold();
  queue.add(alert("c"));
  assert.deepEqual(ids(queue, 900_000), []);
});

test("of too many alerts the newest are told", () => {
  const queue = new AlertQueue();
  for (let at = 0; at < 150; at++) queue.add(alert(String(at)));
  queue.announced(0);
  const told = ids(queue, 60_000);
  assert.deepEqual([told.length, told[0], told.at(-1)], [100, "50", "149"]);
});
