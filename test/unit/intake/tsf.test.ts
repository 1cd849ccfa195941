import assert from "node:assert/strict";
import { test } from "node:test";
import { mac } from "../../../hub/base/units.ts";
import { LineFitter, valueAt } from "../../../hub/intake/clock/fit.ts";
import { across, TsfRelation, TsfTable } from "../../../hub/intake/clock/tsf.ts";
import { Dice } from "../../support/air/dice.ts";

const fitter = new LineFitter(64);

/** Beacons `from` to `to` (s) of an access point whose TSF stands at `tsf` at second 0. */
function hear(
  relation: TsfRelation,
  span: { from: number; to: number; tsf: number },
  dice = new Dice(1),
): void {
  for (let second = span.from; second < span.to; second++) {
    const nodeTime = second * 1e6 + Math.round(2 * dice.normal());
    relation.add(nodeTime, span.tsf + second * 1e6 * (1 + 15e-6), fitter);
  }
}

test("four beacons make a relation, thirty a good one", () => {
  const relation = new TsfRelation();
  hear(relation, { from: 0, to: 3, tsf: 5e12 });
  assert.equal(relation.current, undefined);
  hear(relation, { from: 3, to: 30, tsf: 5e12 });
  const line = relation.current;
  assert.ok(line);
  assert.ok(Math.abs(valueAt(line, 35e6) - (5e12 + 35e6 * (1 + 15e-6))) < 5);
});

test("one forged beacon is ignored: the relation is held back until the next true one", () => {
  const relation = new TsfRelation();
  hear(relation, { from: 0, to: 20, tsf: 5e12 });
  relation.add(20.5e6, 77, fitter);
  assert.equal(relation.current, undefined);
  hear(relation, { from: 21, to: 22, tsf: 5e12 });
  assert.ok(relation.current);
  assert.ok(Math.abs(valueAt(relation.current, 22e6) - (5e12 + 22e6 * (1 + 15e-6))) < 5);
});

test("a forger that takes turns with the access point never gets its TSF believed", () => {
  const relation = new TsfRelation();
  hear(relation, { from: 0, to: 20, tsf: 5e12 });
  for (let second = 20; second < 60; second++) {
    relation.add(second * 1e6 + 3e5, 9e9 + second * 1e6, fitter);
    relation.add(second * 1e6 + 6e5, 5e12 + (second * 1e6 + 6e5) * (1 + 15e-6), fitter);
  }
  assert.ok(relation.current);
  assert.ok(Math.abs(valueAt(relation.current, 60e6) - (5e12 + 60e6 * (1 + 15e-6))) < 5);
});

test("an access point that restarts is followed after three beacons that agree", () => {
  const relation = new TsfRelation();
  hear(relation, { from: 0, to: 20, tsf: 5e12 });
  hear(relation, { from: 20, to: 22, tsf: -19e6 });
  assert.equal(relation.current, undefined);
  hear(relation, { from: 22, to: 24, tsf: -19e6 });
  assert.ok(relation.current);
  assert.ok(Math.abs(valueAt(relation.current, 25e6) - (-19e6 + 25e6 * (1 + 15e-6))) < 20);
});

test("two nodes are related only through the same life of an access point", () => {
  const table = new TsfTable();
  const bssid = mac(0x0233_4400_0100);
  const beacon = (node: number, second: number, tsf: number): void =>
    table.add(bssid, node, { nodeTime: second * 1e6 + node * 1e9, tsf: tsf + second * 1e6 }, fitter);
  for (let second = 0; second < 20; second++) {
    beacon(0, second, 5e12);
    beacon(1, second, 5e12);
  }
  const pairs = [...table.common(0, 1)];
  assert.equal(pairs.length, 1);
  for (const pair of pairs) assert.ok(Math.abs(across(pair, 12e6) - (12e6 + 1e9)) < 1);
  for (let second = 20; second < 26; second++) beacon(0, second, -19.5e6);
  assert.equal([...table.common(0, 1)].length, 0, "only node 0 has seen the restart");
  for (let second = 20; second < 26; second++) beacon(1, second, -19.5e6);
  assert.equal([...table.common(0, 1)].length, 1);
  table.forget(1);
  assert.equal([...table.common(0, 1)].length, 0);
});

test("a flood of invented access points does not push out those that are known", () => {
  const table = new TsfTable();
  const bssid = mac(0x0233_4400_0100);
  for (let second = 0; second < 12; second++) {
    for (const node of [0, 1])
      table.add(bssid, node, { nodeTime: second * 1e6, tsf: 5e12 + second * 1e6 }, fitter);
  }
  const dice = new Dice(3);
  for (let i = 0; i < 20_000; i++) {
    table.add(mac(dice.below(2 ** 31) * 2 ** 16), 0, { nodeTime: i * 1e3, tsf: dice.below(2 ** 32) }, fitter);
  }
  assert.equal([...table.common(0, 1)].length, 1);
});
