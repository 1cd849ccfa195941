import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { retryDelays } from "../../../hub/edge/links/serial/retry.ts";
import { createLog, stamp } from "../../../hub/edge/log.ts";
import type { LogLevel } from "../../../hub/edge/options/values.ts";

function recorder(level: LogLevel) {
  const lines: string[] = [];
  const clock = { now: 0 };
  const log = createLog({ level, write: (l) => lines.push(l), now: () => clock.now, prefix: (l) => `${l} ` });
  return { lines, clock, log };
}

test("lines below the level are not even made", () => {
  const { lines, log } = recorder("warn");
  let made = 0;
  const line = () => `line ${++made}`;
  log.error(line);
  log.warn(line);
  log.info(line);
  log.debug(line);
  assert.deepEqual(lines, ["error line 1", "warn line 2"]);
  assert.equal(made, 2);
});

test("a line that repeats is said once a minute, with the count", () => {
  const { lines, clock, log } = recorder("info");
  for (let second = 0; second <= 125; second++) {
    clock.now = second * 1000;
    log.warn(() => "again");
  }
  assert.deepEqual(lines, [
    "warn again",
    "warn again (59 times more since)",
    "warn again (59 times more since)",
  ]);
});

test("lines that never repeat do not pile up, and none is lost", () => {
  const { lines, log } = recorder("info");
  for (let i = 0; i < 1000; i++) log.info(() => `line ${i}`);
  log.info(() => "line 0");
  assert.equal(lines.length, 1001);
});

test("a line stays one line", () => {
  const { lines, log } = recorder("info");
  log.info(() => "a\nb\u001b[31mc\u2028d\r\n");
  assert.deepEqual(lines, ["info a b [31mc d"]);
});

test("the stamp is local time and the level", () => {
  assert.equal(stamp("warn", new Date(2026, 2, 1, 4, 5, 6)), "2026-03-01 04:05:06 warn  ");
});

test("waits grow to the most and never leave their bounds", () => {
  const policy = fc.record({
    first: fc.integer({ min: 1, max: 1000 }),
    most: fc.integer({ min: 1, max: 100_000 }),
    factor: fc.double({ min: 1, max: 10, noNaN: true }),
    spread: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(policy, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (one, chance) => {
      const delays = retryDelays(one, () => chance);
      for (let i = 0; i < 50; i++) {
        const { value } = delays.next();
        assert.ok(value >= 0 && value <= one.most, `${value}`);
      }
    }),
  );
  const plain = retryDelays({ first: 1, most: 5, factor: 2, spread: 0.5 }, () => 0);
  assert.deepEqual(
    [...Array(4)].map(() => plain.next().value),
    [1, 2, 4, 5],
  );
});
