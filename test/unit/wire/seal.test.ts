import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { type Mac, mac } from "../../../hub/base/units.ts";
import {
  DATAGRAM_OCTETS,
  Opener,
  type OpenerOptions,
  SEALED_MESSAGE_OCTETS,
  Sealer,
  type SealerOptions,
} from "../../../hub/wire/seal.ts";

const KEY = new Uint8Array(32).map((_, i) => i);
const NODE = mac(0x02_00_00_00_00_01);

const sealer = (change: Partial<SealerOptions> = {}): Sealer =>
  new Sealer({ key: KEY, nodeId: NODE, bootId: 7, sender: "node", ...change });
const opener = (change: Partial<OpenerOptions> = {}): Opener =>
  new Opener({
    keyOf: (nodeId) => (nodeId === NODE ? KEY : undefined),
    bootFloorOf: () => 0,
    sender: "node",
    ...change,
  });
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

function sealed(from: Sealer, message: Uint8Array): Uint8Array {
  const datagram = from.seal(message);
  assert.ok(datagram !== undefined);
  return datagram;
}

/** The message, or the cause it was refused for. */
function outcome(to: Opener, datagram: Uint8Array): string {
  const opened = to.open(datagram);
  return opened.ok ? new TextDecoder().decode(opened.message) : opened.cause;
}

describe("sealed datagrams", () => {
  test("header as the protocol page has it", () => {
    const datagram = sealed(sealer({ bootId: 0x01020304 }), text("hello"));
    const header = [0x41, 0x57, 1, 0, 1, 0, 0, 0, 0, 2, 0, 0, 4, 3, 2, 1, 0, 0, 0, 0];
    assert.deepEqual([...datagram.subarray(0, 20)], header);
    assert.equal(datagram.length, 20 + 5 + 16);
  });

  test("messages of every length come back with node, boot and counter", () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: SEALED_MESSAGE_OCTETS, size: "max" }), { maxLength: 5 }),
        fc.nat(0xffffffff),
        fc.constantFrom("node" as const, "hub" as const),
        (messages, bootId, sender) => {
          const from = sealer({ bootId, sender });
          const to = opener({ sender });
          messages.forEach((message, i) => {
            const datagram = sealed(from, message);
            assert.ok(datagram.length <= DATAGRAM_OCTETS);
            const opened = to.open(datagram);
            assert.ok(opened.ok);
            assert.deepEqual(new Uint8Array(opened.message), message);
            assert.deepEqual(
              [opened.nodeId, opened.bootId, opened.counter, opened.newBoot],
              [NODE, bootId, i, i === 0],
            );
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  test("no message longer than a datagram holds", () => {
    assert.equal(sealer().seal(new Uint8Array(SEALED_MESSAGE_OCTETS + 1)), undefined);
    assert.equal(sealed(sealer(), new Uint8Array(SEALED_MESSAGE_OCTETS)).length, DATAGRAM_OCTETS);
  });

  test("each direction has its own key", () => {
    assert.equal(outcome(opener({ sender: "hub" }), sealed(sealer(), text("a"))), "wrong_key");
  });

  test("refusals have their cause", () => {
    const good = sealed(sealer(), text("a"));
    const changed = (at: number, to: number): Uint8Array => good.map((octet, i) => (i === at ? to : octet));
    assert.equal(outcome(opener(), good.subarray(0, 35)), "short");
    assert.equal(outcome(opener(), new Uint8Array(DATAGRAM_OCTETS + 1)), "short");
    assert.equal(outcome(opener(), changed(0, 0)), "short");
    assert.equal(outcome(opener(), changed(2, 2)), "version");
    assert.equal(outcome(opener(), changed(3, 1)), "version");
    assert.equal(outcome(opener(), changed(4, 9)), "unknown_node");
    assert.equal(outcome(opener(), changed(11, 1)), "unknown_node");
    assert.equal(outcome(opener({ keyOf: () => new Uint8Array(32) }), good), "wrong_key");
    assert.equal(outcome(opener({ keyOf: () => new Uint8Array(5) }), good), "unknown_node");
    for (let at = 12; at < good.length; at++) {
      assert.equal(outcome(opener(), changed(at, (good[at] ?? 0) ^ 0x10)), "wrong_key");
    }
    assert.equal(outcome(opener(), good), "a");
  });

  test("a datagram passes once, in any order within 64", () => {
    const from = sealer();
    const to = opener();
    const sent = Array.from({ length: 140 }, (_, i) => sealed(from, text(`${i}`)));
    const open = (i: number): string => outcome(to, sent[i] ?? new Uint8Array(0));
    assert.deepEqual([0, 70, 69, 7, 6, 70, 69, 7].map(open), [
      "0",
      "70",
      "69",
      "7",
      "replay",
      ...Array(3).fill("replay"),
    ]);
    assert.deepEqual([139, 76, 75, 138].map(open), ["139", "76", "replay", "138"]);
  });

  test("the window lets through what a set of counters would", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200), { maxLength: 60 }), (order) => {
        const from = sealer();
        const sent = Array.from({ length: 201 }, () => sealed(from, text("x")));
        const to = opener();
        const seen = new Set<number>();
        for (const i of order) {
          const fresh = !seen.has(i) && i > Math.max(-1, ...seen) - 64;
          assert.equal(to.open(sent[i] ?? new Uint8Array(0)).ok, fresh);
          if (fresh) seen.add(i);
        }
      }),
      { numRuns: 25 },
    );
  });

  test("an earlier boot never comes back, a later one starts its counters anew", () => {
    const to = opener();
    const old = sealer({ bootId: 7 });
    const first = sealed(old, text("7/0"));
    const second = sealed(old, text("7/1"));
    const later = sealer({ bootId: 8 });
    assert.equal(outcome(to, first), "7/0");
    assert.equal(to.acceptedBoot(NODE), 7);
    assert.equal(outcome(to, sealed(later, text("8/0"))), "8/0");
    assert.equal(outcome(to, second), "replay");
    assert.equal(outcome(to, first), "replay");
    assert.equal(outcome(to, sealed(later, text("8/1"))), "8/1");
    assert.equal(to.acceptedBoot(NODE), 8);
    assert.equal(to.acceptedBoot(mac(1)), undefined);
  });

  test("the stored floor refuses earlier boots and lets the current one go on", () => {
    const floor = { bootFloorOf: (nodeId: Mac) => (nodeId === NODE ? 8 : 0) };
    assert.equal(outcome(opener(floor), sealed(sealer({ bootId: 7 }), text("a"))), "replay");
    assert.equal(outcome(opener(floor), sealed(sealer({ bootId: 8 }), text("a"))), "a");
    assert.equal(outcome(opener(floor), sealed(sealer({ bootId: 9 }), text("a"))), "a");
  });

  test("a forged boot id changes nothing", () => {
    const to = opener();
    const from = sealer();
    assert.equal(outcome(to, sealed(from, text("a"))), "a");
    const forged = sealed(from, text("b"));
    forged[12] = 0xff;
    assert.equal(outcome(to, forged), "wrong_key");
    assert.equal(outcome(to, sealed(from, text("c"))), "c");
    assert.equal(to.acceptedBoot(NODE), 7);
  });

  test("a node that was given another key is heard under it at once, and no more under the old", () => {
    const other = new Uint8Array(32).fill(9);
    const keys = { key: KEY };
    const to = opener({ keyOf: () => keys.key });
    const before = sealer();
    assert.equal(outcome(to, sealed(before, text("a"))), "a");
    keys.key = other;
    assert.equal(outcome(to, sealed(before, text("b"))), "wrong_key");
    assert.equal(outcome(to, sealed(sealer({ key: other }), text("c"))), "c");
  });

  test("boot ids begin anew with another key, whatever the floor of the one before", () => {
    const other = new Uint8Array(32).fill(9);
    const keys = { key: KEY };
    const floors = new Map<Uint8Array, number>([
      [KEY, 8],
      [other, 2],
    ]);
    const to = opener({ keyOf: () => keys.key, bootFloorOf: (_, nodeKey) => floors.get(nodeKey) ?? 0 });
    assert.equal(outcome(to, sealed(sealer({ bootId: 8 }), text("a"))), "a");
    keys.key = other;
    assert.equal(outcome(to, sealed(sealer({ key: other, bootId: 1 }), text("b"))), "replay");
    const anew = sealer({ key: other, bootId: 2 });
    const first = sealed(anew, text("c"));
    const opened = to.open(first);
    assert.deepEqual([opened.ok && opened.newBoot, opened.ok && opened.nodeKey], [true, other]);
    assert.equal(outcome(to, first), "replay");
    assert.equal(outcome(to, sealed(sealer({ key: other, bootId: 1 }), text("d"))), "replay");
    keys.key = KEY;
    assert.equal(
      outcome(to, sealed(sealer({ bootId: 7 }), text("e"))),
      "replay",
      "the first key's floor holds",
    );
  });

  test("a key of another length is refused when a sealer is made", () => {
    assert.throws(() => sealer({ key: new Uint8Array(16) }), RangeError);
  });

  test("random and mutated datagrams never throw and never open", () => {
    const good = sealed(sealer(), text("a message of some length"));
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 1500, size: "max" }),
        fc.nat(good.length - 1),
        fc.integer({ min: 1, max: 255 }),
        (bytes, at, flip) => {
          assert.equal(opener().open(bytes).ok, false);
          const headed = Uint8Array.from([...good.subarray(0, 20), ...bytes]);
          assert.equal(opener().open(headed).ok, false);
          const mutated = good.map((octet, i) => (i === at ? octet ^ flip : octet));
          assert.equal(opener().open(mutated).ok, false);
        },
      ),
    );
  });
});
