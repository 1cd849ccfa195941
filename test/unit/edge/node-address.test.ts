import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeAddress } from "../../../hub/edge/links/udp/address.ts";

const app = { slug: "x", version: undefined, latest: undefined, updateAvailable: false };
const own = () => ["192.0.2.7", "192.0.2.8"];

test("where nodes find the hub: the host's address and port inside the app, this machine's outside", () => {
  for (const [udp, supervisor, expected] of [
    [undefined, undefined, { nodePort: null, nodeHosts: [], nodeProblem: "off" }],
    [["0.0.0.0", 4729], undefined, { nodePort: 4729, nodeHosts: own(), nodeProblem: null }],
    [["::", 4729], undefined, { nodePort: 4729, nodeHosts: own(), nodeProblem: null }],
    [["192.0.2.8", 5000], undefined, { nodePort: 5000, nodeHosts: ["192.0.2.8"], nodeProblem: null }],
    [
      ["127.0.0.1", 4729],
      undefined,
      { nodePort: 4729, nodeHosts: ["127.0.0.1"], nodeProblem: "this_machine" },
    ],
    [
      ["0.0.0.0", 4729],
      { app: undefined, addresses: undefined },
      { nodePort: 4729, nodeHosts: [], nodeProblem: null },
    ],
    [
      ["0.0.0.0", 4729],
      { app: { ...app, nodePort: 14_729 }, addresses: ["198.51.100.4"] },
      { nodePort: 14_729, nodeHosts: ["198.51.100.4"], nodeProblem: null },
    ],
    [
      ["0.0.0.0", 4729],
      { app: { ...app, nodePort: undefined }, addresses: ["198.51.100.4"] },
      { nodePort: null, nodeHosts: ["198.51.100.4"], nodeProblem: "closed" },
    ],
  ] as const) {
    const listening = udp === undefined ? undefined : { host: udp[0], port: udp[1] };
    assert.deepEqual(
      nodeAddress({ udp: listening, supervisor, own }),
      expected,
      JSON.stringify([udp, supervisor]),
    );
  }
});
