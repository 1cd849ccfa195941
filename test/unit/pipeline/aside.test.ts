import assert from "node:assert/strict";
import { test } from "node:test";
import { dbm, MINUTE, mac, micros, SECOND } from "../../../hub/base/units.ts";
import { type NodeSources, nodeViews } from "../../../hub/expose/view/node.ts";
import { Pipeline } from "../../../hub/pipeline.ts";
import { decodeHubMessage } from "../../../hub/wire/commands.ts";
import { CAPABILITY, PROTOCOL } from "../../../hub/wire/kinds.ts";
import { encodeNodeMessage } from "../../../hub/wire/messages.ts";

const START = 1_790_000_000 * SECOND;
const CABLE = "/dev/serial/by-id/usb-Espressif_USB_JTAG_serial_debug_unit_00-if00";
const WIFI = "udp:02:00:00:00:00:01";
const at = (second: number) => micros(START + second * SECOND);

const heartbeat = (second: number) =>
  ({
    kind: "heartbeat",
    ...{ time: micros(second * SECOND), uptime: second, received: 0, ringHighWater: 0, heapLowWater: 0 },
    ...{ drops: { ring: 0, link: 0, thinned: 0, sibling: 0 }, rssi: dbm(-50), degradeStep: 0 },
    ...{ temperature: undefined, safeMode: false },
  }) as const;

const hello = (bootId: number, capabilities: number, name = "hall", chip = "esp32c6") =>
  ({
    kind: "hello",
    ...{ protocol: PROTOCOL, firmware: "1.0.0", chip, mac: mac(0x0200_0000_0001), bootId },
    ...{ resetReason: 1, capabilities, name, configuration: 0, clock: micros(6e6) },
  }) as const;

function home() {
  const pipeline = new Pipeline({
    ...{ homes: [], everyNetworkIsHome: false, vendorOf: () => undefined, watchNodes: true },
  });
  return {
    pipeline,
    said: (second: number) => {
      pipeline.tick(at(second));
      return pipeline.takeCommands().map(({ node, message }) => `${node} ${decodeHubMessage(message).kind}`);
    },
    views: (second: number) =>
      nodeViews({
        ...{ nodes: pipeline.nodes, now: at(second), protocol: PROTOCOL, framesPerSecond: () => 0 },
        isOpen: (record) => pipeline.isOpen(record.index),
        clockOf: () => ({ source: "none", error: Number.POSITIVE_INFINITY }),
        updateOf: () => ({ latest: null, phase: null, percent: null, problem: null }),
      } satisfies NodeSources),
  };
}

test("a node that only answers on its cable is neither greeted without end, nor asked, nor missed there", () => {
  const { pipeline, said, views } = home();
  const cable = pipeline.openNode(CABLE, at(0));
  pipeline.message(cable, encodeNodeMessage(hello(1, 0), 0), at(0));
  assert.deepEqual(said(1), []);
  const [stranded] = views(1);
  assert.deepEqual([stranded?.connected, stranded?.cable, stranded?.uplink], [false, CABLE, "wifi"]);
  assert.match(stranded?.problem ?? "", /set to report over Wi-Fi, and is not heard there/);

  const wifi = pipeline.openNode(WIFI, at(2));
  pipeline.message(wifi, encodeNodeMessage(hello(1, 0), 0), at(2));
  pipeline.message(cable, encodeNodeMessage(hello(1, 0), 1), at(3));
  assert.deepEqual(said(3), [`${wifi} welcome`, `${wifi} time_request`]);
  const [both] = views(4);
  assert.deepEqual([both?.connected, both?.cable, both?.link, both?.problem], [true, CABLE, WIFI, null]);
  pipeline.closeNode(cable);
  assert.equal(views(5)[0]?.cable, null);
  for (let second = 5; second < 400; second += 5) {
    pipeline.message(wifi, encodeNodeMessage(heartbeat(second), second), at(second));
    pipeline.tick(at(second));
  }
  assert.deepEqual(pipeline.takeIncidents(), []);
});

test("a node that went over to Wi-Fi, and got a name, is not missed on its cable", () => {
  const { pipeline, views } = home();
  const cable = pipeline.openNode(CABLE, at(0));
  pipeline.message(cable, encodeNodeMessage(hello(1, CAPABILITY.canHop, ""), 0), at(0));
  const wifi = pipeline.openNode(WIFI, at(30));
  pipeline.message(wifi, encodeNodeMessage(hello(2, 0), 0), at(30));
  for (let second = 30; second < 400; second += 5) {
    pipeline.message(wifi, encodeNodeMessage(heartbeat(second), second), at(second));
    pipeline.tick(at(second));
  }
  assert.deepEqual(pipeline.takeIncidents(), []);
  assert.deepEqual(
    views(400).map((one) => [one.name, one.link]),
    [["hall", WIFI]],
  );
  pipeline.tick(micros(at(400) + 3 * MINUTE));
  const [raised] = pipeline.takeIncidents();
  assert.deepEqual(raised?.incident.evidence["nodes"], ["hall"], "where it reports it is missed");
});

test("a node of another kind, or one that hops, reports over its cable", () => {
  for (const [capabilities, chip] of [
    [CAPABILITY.canHop, "esp32c6"],
    [0, "linux"],
    [0, "demo"],
  ] as const) {
    const { pipeline, said, views } = home();
    const cable = pipeline.openNode(CABLE, at(0));
    pipeline.message(cable, encodeNodeMessage(hello(1, capabilities, "hall", chip), 0), at(0));
    assert.deepEqual(said(0), [`${cable} welcome`, `${cable} time_request`], chip);
    assert.equal(views(0)[0]?.connected, true, chip);
  }
});

test("a forgotten node is shown and missed again once it is heard again", () => {
  const { pipeline, views } = home();
  const wifi = pipeline.openNode(WIFI, at(0));
  pipeline.message(wifi, encodeNodeMessage(hello(1, 0), 0), at(0));
  pipeline.closeNode(wifi);
  for (const record of pipeline.nodes.of(mac(0x0200_0000_0001))) record.forgotten = true;
  assert.deepEqual(views(1), []);
  pipeline.tick(at(600));
  assert.deepEqual(pipeline.takeIncidents(), []);
  pipeline.openNode(WIFI, at(700));
  pipeline.message(wifi, encodeNodeMessage(heartbeat(700), 9), at(700));
  assert.equal(views(700)[0]?.connected, true);
});
