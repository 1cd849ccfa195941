import assert from "node:assert/strict";
import { test } from "node:test";
import type { MoveView } from "../../../hub/expose/view/move.ts";
import type { PortView } from "../../../hub/expose/view/port.ts";
import { hubAddresses } from "../../../hub/web/src/nodes/address.ts";
import { healthOf } from "../../../hub/web/src/nodes/health.ts";
import { moveWords } from "../../../hub/web/src/nodes/moves.ts";
import { portWords } from "../../../hub/web/src/nodes/ports.ts";
import { canUpdate, updateWords } from "../../../hub/web/src/nodes/update.ts";
import { nodeView, snapshotOf } from "../../support/snapshot.ts";

const { hub } = snapshotOf();

test("nodes are given the hub's own addresses; the name that the page was opened by is the last resort", () => {
  for (const [changes, hostname, expected] of [
    [{}, "public.example", ["192.0.2.10:4729"]],
    [{ nodeHosts: ["192.0.2.10", "10.0.0.2"], nodePort: 5000 }, "x", ["192.0.2.10:5000", "10.0.0.2:5000"]],
    [{ nodeHosts: [] }, "homeassistant.local", ["homeassistant.local:4729"]],
    [{ nodeHosts: [] }, "localhost", []],
    [{ nodeHosts: [] }, "127.0.0.1", []],
    [{ nodePort: null }, "x", ["192.0.2.10:4729"]],
  ] as const) {
    assert.deepEqual(hubAddresses({ ...hub, ...changes }, hostname), expected, JSON.stringify(changes));
  }
});

test("an update is told from the first piece to its end, and offered where there is one", () => {
  const at = (changes: Partial<ReturnType<typeof nodeView>["update"]>, more = {}) =>
    nodeView({ update: { latest: "0.2.0", phase: null, percent: null, problem: null, ...changes }, ...more });
  for (const [node, words, offered] of [
    [at({ latest: null }), undefined, false],
    [at({}), undefined, true],
    [at({}, { connected: false }), undefined, false],
    [at({ latest: "0.1.0" }), undefined, false],
    [at({ phase: "sending", percent: 37 }), /good 37 Sending 0\.2\.0/, false],
    [at({ phase: "starting", percent: 100 }), /good null .*starts it/, false],
    [at({ phase: "trial" }), /good null .*0\.2\.0 on trial\. After a minute/, false],
    [at({ phase: "done" }, { firmware: "0.2.0" }), /good null Updated to 0\.2\.0/, false],
    [
      at({ phase: "failed", problem: "the node does not answer any more" }),
      /bad null Not updated\. The node does not answer any more\. The node goes on with 0\.1\.0\./,
      true,
    ],
  ] as const) {
    const told = updateWords(node);
    const line = told === undefined ? "" : `${told.tone} ${told.percent} ${told.text}`;
    assert.match(line, words ?? /^$/);
    assert.equal(canUpdate(node), offered, line);
  }
});

const move = (changes: Partial<MoveView>): MoveView => ({
  ...{ node: "020000000001", name: "hall", to: "wifi", network: "Home", hub: "192.0.2.10:4729" },
  ...{ since: 1000, state: "waiting", sign: null, returns: false, ...changes },
});

test("a node's way to another network is told in words, with what to do where it is lost", () => {
  for (const [changes, words] of [
    [{}, /^good “hall” is on its way to “Home” .*it has been 50 seconds/],
    [{ sign: "on_cable" }, /may stay on its cable/],
    [{ network: null }, /on its way to its Wi-Fi/],
    [{ state: "arrived" }, /^good “hall” has arrived: it reports over “Home”/],
    [{ state: "arrived", network: null }, /reports over Wi-Fi/],
    [{ state: "arrived", to: "cable" }, /^good “hall” reports over its cable/],
    [
      { state: "missing" },
      /^bad .*not heard over Wi-Fi .*password may be wrong, or the address 192\.0\.2\.10:4729.*without flashing/,
    ],
    [{ state: "missing", sign: "on_cable" }, /on its cable: give it the Wi-Fi again, or take it back/],
    [
      { state: "missing", sign: "on_air", hub: null },
      /Another node hears it.*Is the address of this hub right/,
    ],
    [{ state: "missing", sign: "refused" }, /its key does not fit\. .*gets a new key/],
    [{ returns: true }, /^good .*goes back to those it had, after about three minutes/],
    [{ state: "missing", returns: true }, /^bad .*neither with its new settings.*trying both in turn/],
    [{ state: "missing", returns: true, sign: "on_air" }, /Another node hears it/],
    [
      { state: "returned", returns: true },
      /^warn “hall” has gone back .*tried “Home” for three.*reports as before.*the password/,
    ],
    [
      { state: "returned", returns: true, network: null },
      /tried the address 192\.0\.2\.10:4729 for .*Check the address/,
    ],
    [{ to: "cable" }, /^good “hall” goes back to its cable/],
    [{ to: "cable", state: "missing" }, /^bad .*Unplug it and plug it in again/],
  ] as const) {
    const { tone, title, advice } = moveWords(move(changes), 1050);
    assert.match(`${tone} ${title} ${advice.join(" ")}`, words, JSON.stringify(changes));
  }
});

test("what a port is for is told in words", () => {
  const port: PortView = {
    ...{ path: "/dev/serial/by-id/stick", label: "Stick", plugged: true, use: "auto", named: false },
    ...{ own: false, state: "untouched", trouble: null, node: null },
  };
  const [wired, wireless] = [
    nodeView({ uplink: "cable", name: "hall" }),
    nodeView({ id: "2", name: "attic", cable: port.path }),
  ];
  for (const [changes, words] of [
    [{}, /^Left alone: it may belong to something else, such as a Zigbee stick\.$/],
    [{ use: "leave" }, /as you said/],
    [{ state: "open" }, /no node has spoken here yet/],
    [{ state: "open", node: wired.id }, /“hall” reports here/],
    [{ state: "open", node: wireless.id }, /“attic” is plugged in here and reports over Wi-Fi/],
    [{ state: "foreign" }, /until it is plugged in again/],
    [{ state: "waiting", trouble: "no permission for it" }, /^No permission for it\.$/],
    [{ state: "waiting" }, /^Waiting for it\.$/],
    [{ state: "opening" }, /Being opened/],
  ] as const) {
    assert.match(portWords({ ...port, ...changes }, [wired, wireless]), words, JSON.stringify(changes));
  }
});

test("a silent node is told by where it is set to report", () => {
  for (const [changes, words] of [
    [{ uplink: "wifi" }, /does its Wi-Fi reach/],
    [{ uplink: "cable", cable: null }, /another cable or port/],
    [{ uplink: "wifi", cable: "/dev/x" }, /Change its Wi-Fi, or take it back to the cable/],
  ] as const) {
    const { tone, advice } = healthOf(nodeView({ connected: false, ...changes }), 1100);
    assert.equal(tone, "bad");
    assert.match(advice.join(" "), words);
  }
});
