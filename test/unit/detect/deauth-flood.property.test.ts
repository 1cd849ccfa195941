import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Mac } from "../../../hub/base/units.ts";
import { createDeauthFlood } from "../../../hub/detect/deauth-flood.ts";
import { KIND } from "../../../hub/radio/frame.ts";
import { BROADCAST } from "../../../hub/radio/mac.ts";
import type { ManagementSighting } from "../../../hub/radio/sighting.ts";
import { at, type FarewellTraits, farewell } from "../../support/farewells.ts";
import { PlainHouse, testMac } from "../../support/plain-house.ts";

const home = testMac(1);
const client = (nth: number): Mac => testMac(100 + nth);
const RUNS = { numRuns: 300, seed: 20_260_101 };

/** Seconds from the first frame to the decision, undefined when none. */
function decision(sightings: readonly ManagementSighting[], until: number): number | undefined {
  const house = new PlainHouse();
  const detector = createDeauthFlood();
  const sorted = [...sightings].sort((a, b) => a.time - b.time);
  let next = 0;
  for (let second = 0; second <= until; second++) {
    for (; next < sorted.length; next++) {
      const sighting = sorted[next];
      if (sighting === undefined || sighting.time > at(second)) break;
      detector.observe(sighting, true, house);
    }
    const finding = detector.tick(at(second), house)[0];
    if (finding !== undefined) return (finding.time - at(0)) / 1e6;
  }
  return undefined;
}

/** One frame and its retries, 2 ms apart. */
const withRetries = (traits: FarewellTraits, attempts: number): ManagementSighting[] =>
  Array.from({ length: attempts }, (_, i) =>
    farewell({ ...traits, at: traits.at + i * 0.002, retry: i > 0 }),
  );

const attempts = fc.integer({ min: 1, max: 31 });
const counter = fc.integer({ min: 0, max: 4095 });

/** What happens in an ordinary network, one after the other with pauses, on counters that only go forward. */
const happening = fc.record({
  kind: fc.constantFrom("leaving", "restart", "rough restart", "refused", "noise"),
  pause: fc.double({ min: 0.3, max: 20, noNaN: true }),
  count: fc.integer({ min: 1, max: 40 }),
  toAll: fc.integer({ min: 0, max: 5 }),
  pair: fc.boolean(),
  attempts,
  numbers: fc.integer({ min: 1, max: 90 }),
});

class OrdinaryNetwork {
  readonly frames: ManagementSighting[] = [];
  time = 0;
  #restarted = Number.NEGATIVE_INFINITY;
  #number: number;
  #client = 0;

  constructor(number: number) {
    this.#number = number;
  }

  play(one: typeof happening extends fc.Arbitrary<infer T> ? T : never): void {
    this.time += one.pause;
    this.#number += one.numbers;
    this.#client += 1;
    if (one.kind === "leaving") this.#leaving(one.attempts, one.pair);
    if (one.kind === "refused") this.#refused(1 + (one.count % 14), one.attempts);
    if (one.kind === "noise") this.#noise(one.pair);
    // A radio takes longer than that to come up again.
    if (one.kind.endsWith("restart") && this.time - this.#restarted > 20) {
      this.#restart(one);
      if (one.kind === "rough restart") this.#afterwards(one);
    }
  }

  #say(to: Mac, kind: number, tries: number): void {
    const traits = { at: this.time, from: home, to, bssid: home, sequence: this.#number++, kind, reason: 3 };
    this.frames.push(...withRetries(traits, tries));
    this.time += 0.002 * tries;
  }

  #leaving(tries: number, pair: boolean): void {
    const from = client(this.#client);
    const traits = { at: this.time, from, to: home, bssid: home, sequence: 31 * this.#client, reason: 3 };
    this.frames.push(...withRetries({ ...traits, kind: KIND.disassociation }, tries));
    const second = { ...traits, at: this.time + 0.07, sequence: traits.sequence + 1 };
    if (pair) this.frames.push(...withRetries(second, tries));
  }

  #refused(count: number, tries: number): void {
    for (let i = 0; i < count; i++) {
      this.#say(client(this.#client), KIND.deauthentication, tries);
      this.time += 1 / count;
    }
  }

  #restart(one: { count: number; toAll: number; pair: boolean; attempts: number }): void {
    for (let i = 0; i < one.toAll; i++) {
      this.#say(BROADCAST, KIND.deauthentication, 1);
      this.time += 0.1;
    }
    for (let i = 0; i < one.count; i++) {
      if (one.pair) this.#say(client(1000 + i), KIND.disassociation, one.attempts);
      this.#say(client(1000 + i), KIND.deauthentication, one.attempts);
    }
    this.#restarted = this.time;
  }

  /** The radio is back soon, counts from zero, and answers clients that trust only protected farewells. */
  #afterwards(one: { count: number; pause: number; attempts: number }): void {
    this.#number = one.count % 3;
    this.time += 1 + one.pause / 10;
    const begin = this.time;
    const clients = 1 + (one.count % 12);
    for (let answer = 0; answer < 8; answer++) {
      for (let i = 0; i < clients; i++) {
        this.time = begin + answer * 0.13 + (i * one.pause) / 60;
        this.#say(client(1000 + i), KIND.deauthentication, one.attempts);
      }
    }
    this.#restarted = this.time;
  }

  #noise(up: boolean): void {
    const other = testMac(50_000 + 7919 * this.#client);
    const [from, to] = up ? [other, home] : [home, other];
    const sequence = 1663 * this.#client;
    this.frames.push(farewell({ at: this.time, from, to, bssid: home, sequence, rssi: -92 }));
  }
}

test("an ordinary network never looks like a flood", () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 60 }), counter, (happenings, first) => {
      const network = new OrdinaryNetwork(first);
      for (const one of happenings) network.play(one);
      assert.equal(decision(network.frames, Math.ceil(network.time) + 2), undefined);
    }),
    { ...RUNS, numRuns: 500 },
  );
});

const numbering = fc.constantFrom<"still" | "counting" | "random">("still", "counting", "random");

function numbers(kind: "still" | "counting" | "random", first: number): (i: number) => number {
  if (kind === "still") return () => first;
  if (kind === "counting") return (i) => first + i;
  return (i) => (first + i * 2_654_435) % 4096;
}

test("frames to everyone at one a second or more are found within five seconds", () => {
  fc.assert(
    fc.property(fc.double({ min: 1, max: 300, noNaN: true }), numbering, counter, (rate, kind, first) => {
      const number = numbers(kind, first);
      const frames = Array.from({ length: Math.ceil(rate * 8) + 1 }, (_, i) =>
        farewell({ at: i / rate, from: home, to: BROADCAST, bssid: home, sequence: number(i) }),
      );
      const seconds = decision(frames, 10);
      assert.ok(seconds !== undefined && seconds <= 5, `${seconds}`);
    }),
    RUNS,
  );
});

test("frames to one client that nothing explains are found within five seconds", () => {
  fc.assert(
    fc.property(fc.double({ min: 2.6, max: 300, noNaN: true }), numbering, counter, (rate, kind, first) => {
      const number = numbers(kind, first);
      const frames = Array.from({ length: Math.ceil(rate * 8) + 1 }, (_, i) =>
        farewell({ at: i / rate, from: home, to: client(1), bssid: home, sequence: number(i) }),
      );
      const seconds = decision(frames, 10);
      assert.ok(seconds !== undefined && seconds <= 5, `${seconds}`);
    }),
    RUNS,
  );
});

test("one counter behind both ends is found in one short burst", () => {
  fc.assert(
    fc.property(fc.integer({ min: 14, max: 64 }), counter, attempts, (count, first, tries) => {
      const frames = Array.from({ length: count }, (_, i) =>
        withRetries(
          {
            at: i * 0.07,
            from: i % 2 === 0 ? home : client(1),
            to: i % 2 === 0 ? client(1) : home,
            bssid: home,
            sequence: first + i,
          },
          tries,
        ),
      ).flat();
      assert.notEqual(decision(frames, 10), undefined);
    }),
    RUNS,
  );
});
