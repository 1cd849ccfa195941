import assert from "node:assert/strict";
import { test } from "node:test";
import { micros } from "../../../hub/base/units.ts";
import { pair } from "../../../hub/edge/pairing.ts";
import { Store } from "../../../hub/edge/store.ts";

const NOW = micros(1.79e15);

test("a node's key is shown by the answer alone, and is the one that opens what the node sends", () => {
  const store = new Store({ folder: undefined, now: NOW });
  try {
    const answer = pair({ command: "add_node", name: " hall " }, { nodes: store.nodes, now: NOW });
    assert.ok(answer.ok);
    assert.match(answer.reveal ?? "", /^[0-9a-f]{64}$/);
    const [node] = store.nodes.list();
    assert.equal(node?.name, "hall");
    assert.ok(!JSON.stringify(node).includes(answer.reveal ?? ""));
    const mac = 0x020000000001 as NonNullable<(typeof node & object)["mac"]>;
    const adopted = store.nodes.adopt(mac, (key) => Buffer.from(key).toString("hex") === answer.reveal);
    assert.ok(adopted !== undefined);
  } finally {
    store.close();
  }
});

test("names that are taken, empty, too long or an address are refused in words", () => {
  const store = new Store({ folder: undefined, now: NOW });
  const ask = (name: string) => pair({ command: "add_node", name }, { nodes: store.nodes, now: NOW });
  try {
    assert.ok(ask("hall").ok);
    const again = ask("hall");
    assert.match(again.ok ? "" : again.error, /“hall” has a key already: remove it first/);
    for (const name of ["", "  ", "ä".repeat(17), "02:00:00:00:00:01", "two\nlines"]) {
      const answer = ask(name);
      assert.match(answer.ok ? "" : answer.error, /a name has 1 to 32/, JSON.stringify(name));
    }
    assert.deepEqual(
      store.nodes.list().map((one) => one.name),
      ["hall"],
    );
  } finally {
    store.close();
  }
});

test("a removed node has no key any more; an unknown one is said", () => {
  const store = new Store({ folder: undefined, now: NOW });
  const forget = () => pair({ command: "remove_node", name: "hall" }, { nodes: store.nodes, now: NOW });
  try {
    pair({ command: "add_node", name: "hall" }, { nodes: store.nodes, now: NOW });
    assert.deepEqual(forget(), { ok: true });
    assert.deepEqual(store.nodes.list(), []);
    const again = forget();
    assert.match(again.ok ? "" : again.error, /no node is called “hall”/);
  } finally {
    store.close();
  }
});
