import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { BoundedMap, RecentRing } from "../../../hub/base/bounded.ts";

type Step = {
  readonly act: "set" | "touch" | "get" | "delete";
  readonly key: number;
  readonly value: number;
};

const steps = fc.array(
  fc.record<Step>({
    act: fc.constantFrom("set", "set", "set", "touch", "get", "delete"),
    key: fc.integer({ min: 0, max: 30 }),
    value: fc.integer({ min: 0, max: 1000 }),
  }),
  { maxLength: 400 },
);

/** The specification, slowly: an array in order of the last set or touch. */
class Model {
  readonly evicted: number[] = [];
  rows: { key: number; value: number }[] = [];
  readonly capacity: number;
  readonly protect: (value: number) => boolean;
  constructor(capacity: number, protect: (value: number) => boolean) {
    this.capacity = capacity;
    this.protect = protect;
  }
  apply({ act, key, value }: Step): void {
    const row = this.rows.find((candidate) => candidate.key === key);
    if (act === "get") return;
    if (act === "delete") this.rows = this.rows.filter((candidate) => candidate !== row);
    else if (row !== undefined) {
      this.rows = [...this.rows.filter((candidate) => candidate !== row), row];
      if (act === "set") row.value = value;
    } else if (act === "set") {
      if (this.rows.length >= this.capacity) this.evict();
      this.rows.push({ key, value });
    }
  }
  private evict(): void {
    const open = this.rows.find((row) => !this.protect(row.value));
    const victim = open ?? this.rows[0];
    this.rows = this.rows.filter((row) => row !== victim);
    if (victim !== undefined) this.evicted.push(victim.key);
  }
}

function follow(capacity: number, protect: (value: number) => boolean, walk: readonly Step[]): void {
  const model = new Model(capacity, protect);
  const evicted: number[] = [];
  const map = new BoundedMap<number, number>({ capacity, protect, onEvict: (key) => evicted.push(key) });
  for (const step of walk) {
    model.apply(step);
    if (step.act === "set") map.set(step.key, step.value);
    if (step.act === "touch") map.touch(step.key);
    if (step.act === "get") map.get(step.key);
    if (step.act === "delete") map.delete(step.key);
    assert.ok(map.size <= capacity);
  }
  assert.deepEqual(evicted, model.evicted);
  assert.equal(map.evicted, evicted.length);
  const byKey = (a: [number, number], b: [number, number]): number => a[0] - b[0];
  assert.deepEqual(
    [...map.entries()].sort(byKey),
    model.rows.map((row): [number, number] => [row.key, row.value]).sort(byKey),
  );
  assert.deepEqual(
    [...map.keys()],
    [...map.entries()].map(([key]) => key),
  );
  assert.deepEqual(
    [...map.values()],
    [...map.entries()].map(([, value]) => value),
  );
}

describe("BoundedMap", () => {
  test("evicts the least recently set or touched, as a slow model does", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), steps, (capacity, walk) =>
        follow(capacity, () => false, walk),
      ),
    );
  });

  test("evicts around protected entries, as a slow model does", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), steps, (capacity, walk) =>
        follow(capacity, (value) => value % 5 === 0, walk),
      ),
    );
  });

  test("evicts a protected entry where nothing else is left", () => {
    const map = new BoundedMap<string, boolean>({ capacity: 3, protect: (value) => value });
    for (const key of ["a", "b", "c", "d"]) map.set(key, true);
    assert.deepEqual([...map.keys()], ["b", "c", "d"]);
  });

  test("an entry whose protection ended can leave again", () => {
    const kept = { protected: true };
    const map = new BoundedMap<number, { protected: boolean }>({
      capacity: 4,
      protect: (value) => value.protected,
    });
    map.set(0, kept);
    for (let key = 1; key <= 10; key++) map.set(key, { protected: false });
    assert.ok(map.has(0));
    kept.protected = false;
    map.set(11, { protected: false });
    assert.ok(!map.has(0));
  });

  test("stays true to what was set while protection comes and goes", () => {
    type Kept = { protected: boolean };
    const moves = fc.array(fc.tuple(fc.constantFrom("set", "set", "touch", "delete", "turn"), fc.nat(12)), {
      maxLength: 300,
      size: "max",
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), moves, (capacity, walk) => {
        const shadow = new Map<number, Kept>();
        const map = new BoundedMap<number, Kept>({
          capacity,
          protect: (value) => value.protected,
          onEvict: (key, value) => {
            assert.equal(shadow.get(key), value);
            shadow.delete(key);
          },
        });
        for (const [move, key] of walk) {
          const value = shadow.get(key) ?? { protected: key % 2 === 0 };
          if (move === "set") map.set(key, value);
          if (move === "set") shadow.set(key, value);
          if (move === "touch") assert.equal(map.touch(key), shadow.has(key));
          if (move === "delete") assert.equal(map.delete(key), shadow.delete(key));
          if (move === "turn") value.protected = !value.protected;
          assert.deepEqual(new Map(map), shadow);
          assert.ok(map.size <= capacity);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("asks about protection a bounded number of times per new key", () => {
    let asked = 0;
    const capacity = 2000;
    const map = new BoundedMap<number, boolean>({
      capacity,
      protect: (value) => {
        asked += 1;
        return value;
      },
    });
    for (let key = 0; key < capacity - 1; key++) map.set(key, true);
    const added = 10_000;
    for (let key = 0; key < added; key++) map.set(capacity + key, false);
    assert.ok(asked < capacity + added * 4, `${asked} questions`);
    assert.equal(map.evicted, added - 1);
  });

  test("touching and deleting while iterating ends", () => {
    const map = new BoundedMap<number, number>({ capacity: 5 });
    for (let key = 0; key < 5; key++) map.set(key, key);
    const met: number[] = [];
    for (const [key] of map) {
      met.push(key);
      if (key % 2 === 0) map.touch(key);
      else map.delete(key);
    }
    assert.deepEqual(met, [0, 1, 2, 3, 4]);
    assert.deepEqual([...map.keys()], [0, 2, 4]);
  });

  test("clear forgets everything, protected or not", () => {
    const map = new BoundedMap<number, boolean>({ capacity: 2, protect: (value) => value });
    for (let key = 0; key < 6; key++) map.set(key, key % 2 === 0);
    map.clear();
    assert.equal(map.size, 0);
    map.set(1, true).set(2, false).set(3, false);
    assert.deepEqual([...map.keys()], [1, 3]);
  });

  test("refuses a capacity below one", () => {
    for (const capacity of [0, -1, 1.5, Number.NaN]) {
      assert.throws(() => new BoundedMap<number, number>({ capacity }), RangeError);
    }
  });
});

describe("RecentRing", () => {
  test("holds the last values in order", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.nat(), { maxLength: 60 }),
        (capacity, values) => {
          const ring = new RecentRing<number>(capacity);
          for (const value of values) ring.push(value);
          const expected = values.slice(-capacity);
          assert.deepEqual([...ring], expected);
          assert.equal(ring.size, expected.length);
          assert.equal(ring.overwritten, values.length - expected.length);
          assert.equal(ring.at(0), expected[0]);
          assert.equal(ring.at(-1), expected.at(-1));
          assert.equal(ring.at(expected.length), undefined);
          assert.equal(ring.at(-expected.length - 1), undefined);
        },
      ),
    );
  });
});
