import assert from "node:assert/strict";
import { test } from "node:test";
import { type Micros, mac, micros, SECOND } from "../../../../hub/base/units.ts";
import { Moves } from "../../../../hub/edge/care/moves.ts";
import type { NodeRecord } from "../../../../hub/intake/node.ts";
import { Nodes } from "../../../../hub/intake/nodes.ts";
import { CAPABILITY } from "../../../../hub/wire/kinds.ts";

const NOW = 1_790_000_000 * SECOND;
const BOARD = mac(0x0200_0000_0001);
const CABLE = "/dev/ttyACM0";
const WIFI = "udp:02:00:00:00:00:01";

function bench(to: "wifi" | "cable" = "wifi", returns = false) {
  const nodes = new Nodes();
  const state = {
    now: micros(NOW),
    open: new Set<string>([CABLE]),
    refused: false,
    onAirAt: undefined as Micros | undefined,
    asked: 0,
  };
  const hello = (link: string, bootId: number, { aside = false, wentBack = false } = {}): NodeRecord => {
    const record = nodes.admit(link, state.now);
    assert.ok(record !== undefined);
    nodes.hello(record.index, {
      ...{ protocol: 1, firmware: "0.1.0", chip: "esp32c6", mac: BOARD, bootId, resetReason: 0 },
      ...{ capabilities: wentBack ? CAPABILITY.wentBack : 0, name: "hall" },
    });
    record.aside = aside;
    state.open.add(link);
    return record;
  };
  const moves = new Moves({
    ...{ links: (node) => nodes.of(node), isOpen: ({ link }) => state.open.has(link) },
    ...{ isRefused: () => state.refused, onAirAt: () => state.onAirAt, now: () => state.now },
    ask: () => {
      state.asked += 1;
    },
  });
  /** The second after it was told, and what is shown then. */
  const at = (second: number): string => {
    state.now = micros(NOW + second * SECOND);
    moves.tick();
    const [view] = moves.views();
    return view === undefined ? "nothing" : `${view.state} ${view.sign}`;
  };
  hello(to === "wifi" ? CABLE : WIFI, 1);
  const way = { to, network: "Home", hub: "192.0.2.1:4729", returns };
  moves.begin({ mac: BOARD, name: "hall", ...way }, moves.boots(BOARD));
  return { state, moves, hello, at };
}

test("a node on its way is waited for, arrives, and is shown for a while", () => {
  const { moves, hello, at } = bench();
  assert.equal(at(0), "waiting on_cable");
  assert.deepEqual(moves.views()[0], {
    ...{ node: "020000000001", name: "hall", to: "wifi", network: "Home", hub: "192.0.2.1:4729" },
    ...{ since: NOW / SECOND, state: "waiting", sign: "on_cable", returns: false },
  });
  at(20);
  hello(WIFI, 2);
  assert.equal(at(21), "arrived null");
  assert.equal(at(21 + 600), "arrived null");
  assert.equal(at(21 + 601), "nothing");
});

test("an old start of the node, a link that is closed, or one it does not report over is no arrival", () => {
  const { state, hello, at } = bench();
  hello(WIFI, 1);
  assert.match(at(10), /^waiting/, "the same start as before");
  hello(CABLE, 2, { aside: true });
  assert.equal(at(11), "waiting on_cable");
  const wifi = hello(WIFI, 2);
  state.open.delete(WIFI);
  assert.match(at(12), /^waiting/);
  state.open.add(WIFI);
  assert.equal(at(13), "arrived null");
  assert.equal(wifi.aside, false);
});

test("after two minutes it is missing, with what else is known; it may still arrive", () => {
  const { state, hello, at } = bench();
  state.open.delete(CABLE);
  assert.equal(at(120), "waiting null");
  assert.equal(at(121), "missing null");
  state.onAirAt = micros(NOW - SECOND);
  assert.equal(at(122), "missing null", "that was before it was told");
  state.onAirAt = micros(NOW + 60 * SECOND);
  assert.equal(at(123), "missing on_air");
  state.refused = true;
  assert.equal(at(119), "waiting on_air", "that may have been with its old key");
  assert.equal(at(124), "missing refused");
  hello(WIFI, 2);
  assert.equal(at(4000), "arrived null");
});

test("a node that goes back to its former settings has not arrived, also not at its next start", () => {
  const { state, moves, hello, at } = bench("wifi", true);
  state.open.delete(CABLE);
  hello(WIFI, 1);
  assert.equal(at(179), "waiting null");
  assert.equal(at(360), "waiting null", "it tries for three minutes, and then comes back");
  assert.equal(at(361), "missing null");
  hello(WIFI, 3, { wentBack: true });
  assert.equal(at(362), "returned null");
  hello(WIFI, 4);
  assert.equal(at(5000), "returned null");
  assert.equal(moves.views()[0]?.returns, true);
  moves.end(BOARD);
  assert.equal(at(5001), "nothing");
});

test("a node on its cable is asked for its new start, until it has said it", () => {
  const { state, hello, at } = bench();
  for (let second = 1; second <= 14; second++) at(second);
  assert.equal(state.asked, 2);
  hello(CABLE, 2, { aside: true });
  for (let second = 15; second <= 60; second++) at(second);
  assert.equal(state.asked, 2);
});

test("the way back to the cable ends when the node reports there", () => {
  const { hello, at } = bench("cable");
  hello(CABLE, 1, { aside: true });
  assert.match(at(3), /^waiting/);
  hello(CABLE, 2);
  assert.equal(at(4), "arrived null");
});

test("what was dismissed, or nobody looked after for a day, is not shown", () => {
  const dismissed = bench();
  dismissed.moves.end(BOARD);
  assert.equal(dismissed.at(1), "nothing");
  const old = bench();
  assert.match(old.at(86_400), /^missing/);
  assert.equal(old.at(86_401), "nothing");
});
