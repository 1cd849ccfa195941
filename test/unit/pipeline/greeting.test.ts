import assert from "node:assert/strict";
import { test } from "node:test";
import { dbm, mac, micros, SECOND } from "../../../hub/base/units.ts";
import { Pipeline } from "../../../hub/pipeline.ts";
import { decodeHubMessage } from "../../../hub/wire/commands.ts";
import { PROTOCOL } from "../../../hub/wire/kinds.ts";
import { encodeNodeMessage } from "../../../hub/wire/messages.ts";

const START = 1_790_000_000 * SECOND;

const heartbeat = {
  kind: "heartbeat",
  ...{ time: micros(5e6), uptime: 5, received: 0, ringHighWater: 0, heapLowWater: 0, temperature: undefined },
  ...{ drops: { ring: 0, link: 0, thinned: 0, sibling: 0 }, rssi: dbm(-50), degradeStep: 0, safeMode: false },
} as const;

const hello = {
  kind: "hello",
  ...{ protocol: PROTOCOL, firmware: "1.0.0", chip: "demo", mac: mac(0x0200_0000_0001), bootId: 77 },
  ...{ resetReason: 1, capabilities: 0, name: "hall", configuration: 0, clock: micros(6e6) },
} as const;

test("a node that speaks without hello is asked for it, then for its time", () => {
  const pipeline = new Pipeline({
    homes: [],
    everyNetworkIsHome: false,
    vendorOf: () => undefined,
    watchNodes: false,
  });
  const at = (second: number) => micros(START + second * SECOND);
  const commands = (second: number) => {
    pipeline.tick(at(second));
    return pipeline.takeCommands().map(({ message }) => decodeHubMessage(message));
  };
  const node = pipeline.openNode("serial", at(0));
  assert.deepEqual(commands(1), [], "a link that says nothing is left alone");

  pipeline.message(node, encodeNodeMessage(heartbeat, 10), at(1));
  const [asked] = commands(2);
  assert.equal(asked?.kind === "welcome" ? asked.bootId : undefined, 0);
  assert.deepEqual(commands(2.5), [], "at most once a second");

  pipeline.message(node, encodeNodeMessage(hello, 11), at(3));
  const kinds = commands(4).map((command) =>
    command.kind === "welcome" ? `welcome ${command.bootId}` : command.kind,
  );
  assert.deepEqual(kinds, ["welcome 77", "time_request"]);
});
