import assert from "node:assert/strict";
import { test } from "node:test";
import { mac, micros, SECOND } from "../../../../hub/base/units.ts";
import { NodeCare } from "../../../../hub/edge/care/node-care.ts";
import { createLog } from "../../../../hub/edge/log.ts";
import { Store } from "../../../../hub/edge/store.ts";
import { Pipeline } from "../../../../hub/pipeline.ts";
import { decodeHubMessage, type HubMessage } from "../../../../hub/wire/commands.ts";
import { PROTOCOL, RESET_REASON } from "../../../../hub/wire/kinds.ts";
import { encodeNodeMessage } from "../../../../hub/wire/messages.ts";

const NOW = micros(1_790_000_000 * SECOND);

/** A hub that has heard one node of this chip; `sent` is what left for it. */
function desk(chip: string) {
  const pipeline = new Pipeline({
    ...{ homes: [], everyNetworkIsHome: false, vendorOf: () => undefined, watchNodes: false },
  });
  const sent: HubMessage[] = [];
  const care = new NodeCare({
    pipeline,
    firmware: "/nowhere",
    keys: new Store({ folder: undefined, now: NOW }).nodes,
    isRefused: () => false,
    now: () => NOW,
    log: createLog({ level: "error", write: () => undefined, now: () => 0, prefix: () => "" }),
    send: () => {
      for (const { message } of pipeline.takeCommands()) {
        const command = decodeHubMessage(message);
        if (command.kind !== "damage") sent.push(command);
      }
    },
  });
  const node = pipeline.openNode("serial", NOW);
  const hello = {
    kind: "hello",
    ...{ protocol: PROTOCOL, firmware: "1.0.0", chip, mac: mac(0x0200_0000_0001), bootId: 77 },
    ...{ resetReason: 1, capabilities: 0, name: "hall", configuration: 0, clock: micros(6e6) },
  } as const;
  pipeline.message(node, encodeNodeMessage(hello, 0), NOW);
  pipeline.takeCommands();
  return { pipeline, care, node, sent };
}

test("a board is told at once to start anew", () => {
  const { care, node, sent } = desk("esp32c6");
  assert.equal(care.restart(node), undefined);
  const [command] = sent;
  assert.equal(command?.kind === "restart" ? command.reason : undefined, RESET_REASON.software);
  assert.equal(sent.length, 1);
});

test("what cannot be restarted from here is said in words, and nothing is sent", () => {
  const program = desk("linux");
  assert.match(program.care.restart(program.node) ?? "", /on the computer that it runs on/);
  const gone = desk("esp32c6");
  gone.pipeline.closeNode(gone.node);
  assert.match(gone.care.restart(gone.node) ?? "", /not connected now/);
  assert.deepEqual([program.sent, gone.sent], [[], []]);
});
