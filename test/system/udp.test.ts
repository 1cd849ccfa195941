import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { type Mac, mac, type NodeIndex, nodeIndex } from "../../hub/base/units.ts";
import { type NodeBoot, type NodeKeys, UdpLink } from "../../hub/edge/links/udp.ts";
import { createLog } from "../../hub/edge/log.ts";
import { StoreFailure } from "../../hub/edge/store/store-failure.ts";
import { Opener, Sealer } from "../../hub/wire/seal.ts";
import { until } from "../support/wait.ts";

const KITCHEN = mac(0x02_00_00_00_00_01);
const ATTIC = mac(0x02_00_00_00_00_02);
const keyOf = (seed: number): Uint8Array => new Uint8Array(32).fill(seed);

/** Keys in memory, with the promises of the store. */
class Keys implements NodeKeys {
  readonly keys = new Map<Mac, Uint8Array>();
  readonly floors = new Map<Mac, number>();
  readonly counters = new Map<string, number>();
  unbound: Uint8Array[] = [];

  keyOf(nodeId: Mac): Uint8Array | undefined {
    return this.keys.get(nodeId);
  }
  bootFloorOf(nodeId: Mac): number {
    return this.floors.get(nodeId) ?? 0;
  }
  booted({ nodeId, bootId }: NodeBoot): void {
    this.floors.set(nodeId, bootId);
  }
  reserveCounters({ nodeId, bootId }: NodeBoot, count: number): number {
    const boot = `${nodeId} ${bootId}`;
    const first = this.counters.get(boot) ?? 0;
    this.counters.set(boot, first + count);
    return first;
  }
  adopt(nodeId: Mac, opens: (key: Uint8Array) => boolean): Uint8Array | undefined {
    const key = this.unbound.find(opens);
    if (key !== undefined) this.keys.set(nodeId, key);
    return key;
  }
}

interface Bench {
  readonly link: UdpLink;
  readonly keys: Keys;
  readonly heard: string[];
  readonly lines: string[];
  readonly clock: { now: number };
  /** Sends datagrams one after another from one socket of its own. */
  readonly node: Socket;
  send(datagram: Uint8Array | undefined): void;
}

async function bench(t: TestContext, keys = new Keys()): Promise<Bench> {
  const heard: string[] = [];
  const lines: string[] = [];
  const clock = { now: 1000 };
  const log = createLog({ level: "debug", write: (l) => lines.push(l), now: () => 0, prefix: () => "" });
  const names: string[] = [];
  const end = {
    opened: (link: string): NodeIndex => {
      heard.push(`opened ${link}`);
      return nodeIndex(names.push(link) - 1);
    },
    message: (node: NodeIndex, message: Uint8Array) => heard.push(`${node}: ${message.join(" ")}`),
    closed: (node: NodeIndex) => heard.push(`closed ${node}`),
  };
  const link = new UdpLink({ host: "127.0.0.1", port: 0, end, log, keys, now: () => clock.now });
  await link.start();
  const node = createSocket("udp4");
  node.bind(0, "127.0.0.1");
  await once(node, "listening");
  t.after(async () => {
    node.close();
    await link.stop();
  });
  const send = (datagram: Uint8Array | undefined): void => {
    assert.ok(datagram);
    node.send(datagram, link.port ?? 0, "127.0.0.1");
  };
  return { link, keys, heard, lines, clock, node, send };
}

const sealer = (nodeId: Mac, key: Uint8Array, bootId = 1): Sealer =>
  new Sealer({ key, nodeId, bootId, sender: "node" });

test("sealed messages go both ways, each under its own node", async (t) => {
  const { link, keys, heard, node, send } = await bench(t);
  keys.keys.set(KITCHEN, keyOf(1)).set(ATTIC, keyOf(2));
  send(sealer(KITCHEN, keyOf(1)).seal(new Uint8Array([1, 2])));
  send(sealer(ATTIC, keyOf(2)).seal(new Uint8Array([3])));
  await until("both are heard", () => heard.length === 4);
  assert.deepEqual(heard, ["opened udp:02:00:00:00:00:01", "0: 1 2", "opened udp:02:00:00:00:00:02", "1: 3"]);

  const opener = new Opener({ keyOf: () => keyOf(1), bootFloorOf: () => 0, sender: "hub" });
  const answer = once(node, "message");
  assert.equal(link.send(nodeIndex(0), new Uint8Array([9, 9])), true);
  const opened = opener.open((await answer)[0]);
  assert.deepEqual(opened.ok && [...opened.message], [9, 9]);
  assert.equal(link.send(nodeIndex(5), new Uint8Array([9])), false);
  assert.equal(link.send(nodeIndex(0), new Uint8Array(1400)), false);
  assert.equal(link.counters.unsent, 1);
});

test("what cannot be opened is counted by its cause and answered by nothing", async (t) => {
  const { link, keys, heard, lines, node, send } = await bench(t);
  keys.keys.set(KITCHEN, keyOf(1));
  keys.floors.set(KITCHEN, 5);
  let answers = 0;
  node.on("message", () => answers++);
  const good = sealer(KITCHEN, keyOf(1), 5).seal(new Uint8Array([1]));
  send(good);
  send(good);
  send(sealer(KITCHEN, keyOf(1), 4).seal(new Uint8Array([2])));
  send(sealer(KITCHEN, keyOf(3), 5).seal(new Uint8Array([3])));
  send(sealer(ATTIC, keyOf(1), 5).seal(new Uint8Array([4])));
  send(new Uint8Array([0x41, 0x57]));
  const future = sealer(KITCHEN, keyOf(1), 5).seal(new Uint8Array([5]));
  if (future !== undefined) future[2] = 2;
  send(future);
  const { refused } = link.counters;
  await until("all are counted", () => Object.values(refused).reduce((sum, one) => sum + one, 0) === 6);
  assert.deepEqual(refused, { unknown_node: 1, wrong_key: 1, replay: 2, version: 1, short: 1 });
  assert.deepEqual(heard, ["opened udp:02:00:00:00:00:01", "0: 1"]);
  assert.equal(answers, 0);
  assert.ok(
    lines.some((line) => line.includes("airwarden node add NAME --mac 02:00:00:00:00:02")),
    lines.join(),
  );
  assert.ok(
    lines.some((line) => line.includes("with a key that does not fit")),
    lines.join(),
  );
  assert.deepEqual(
    link.refused(),
    [],
    "a node that is heard, and one without a key, are not refused nodes, and neither is a stray datagram",
  );
});

test("a paired node that knocks with a wrong key is told of until it is heard, one that was never paired is not", async (t) => {
  const { link, keys, clock, send } = await bench(t);
  keys.keys.set(KITCHEN, keyOf(1));
  const knock = async (nodeId: Mac): Promise<void> => {
    const count = () => link.counters.refused.wrong_key + link.counters.refused.unknown_node;
    const before = count();
    send(sealer(nodeId, keyOf(3)).seal(new Uint8Array([1])));
    await until("it is refused", () => count() === before + 1);
  };
  for (const at of [1000, 3000, 7000]) {
    clock.now = at;
    await knock(KITCHEN);
    await knock(ATTIC);
  }
  assert.deepEqual(link.refused(), [{ nodeId: KITCHEN, address: "127.0.0.1", cause: "wrong_key" }]);
  send(sealer(KITCHEN, keyOf(1)).seal(new Uint8Array([1])));
  await until("it is heard", () => link.counters.opened === 1);
  assert.deepEqual(link.refused(), []);
});

test("a node that starts anew keeps its place and never meets a counter of the hub twice", async (t) => {
  const keys = new Keys();
  keys.keys.set(KITCHEN, keyOf(1));
  const counters: number[] = [];
  const listen = (socket: Socket) =>
    socket.on("message", (datagram) =>
      counters.push(datagram.readUInt32LE(12) * 1e6 + datagram.readUInt32LE(16)),
    );
  const first = await bench(t, keys);
  listen(first.node);
  first.send(sealer(KITCHEN, keyOf(1), 1).seal(new Uint8Array([1])));
  await until("it is heard", () => first.heard.length === 2);
  for (let sent = 100; sent <= 300; sent += 100) {
    for (let i = 0; i < 100; i++) first.link.send(nodeIndex(0), new Uint8Array([i]));
    await until("the node has them", () => counters.length === sent);
  }
  first.send(sealer(KITCHEN, keyOf(1), 2).seal(new Uint8Array([2])));
  await until("it is heard again", () => first.heard.length === 3);
  assert.deepEqual(first.heard.slice(1), ["0: 1", "0: 2"]);
  assert.equal(keys.floors.get(KITCHEN), 2);
  first.link.send(nodeIndex(0), new Uint8Array([1]));
  await until("the node has them", () => counters.length === 301);
  await first.link.stop();

  const second = await bench(t, keys);
  listen(second.node);
  second.send(sealer(KITCHEN, keyOf(1), 2).seal(new Uint8Array([3])));
  await until("the new hub hears it", () => second.heard.length === 2);
  second.link.send(nodeIndex(0), new Uint8Array([1]));
  await until("the node has it", () => counters.length === 302);
  assert.equal(new Set(counters).size, counters.length);
});

test("a node with another key is heard and answered under that one at once, whatever its boot id", async (t) => {
  const { link, keys, heard, node, send } = await bench(t);
  keys.keys.set(KITCHEN, keyOf(1));
  send(sealer(KITCHEN, keyOf(1), 7).seal(new Uint8Array([1])));
  await until("it is heard", () => heard.length === 2);
  for (const [seed, bootId] of [
    [2, 7],
    [3, 1],
  ] as const) {
    keys.keys.set(KITCHEN, keyOf(seed));
    keys.floors.delete(KITCHEN);
    const before = heard.length;
    send(sealer(KITCHEN, keyOf(seed), bootId).seal(new Uint8Array([seed])));
    await until("it is heard again", () => heard.length > before);
    assert.equal(heard.at(-1), `0: ${seed}`);
    assert.equal(keys.floors.get(KITCHEN), bootId);
    const answer = once(node, "message");
    link.send(nodeIndex(0), new Uint8Array([9]));
    const opener = new Opener({ keyOf: () => keyOf(seed), bootFloorOf: () => 0, sender: "hub" });
    const opened = opener.open((await answer)[0]);
    assert.deepEqual(opened.ok && [opened.bootId, ...opened.message], [bootId, 9]);
  }
});

test("a key without an address becomes that of the first node that has it", async (t) => {
  const { keys, heard, send } = await bench(t);
  keys.unbound = [keyOf(8), keyOf(9)];
  send(sealer(ATTIC, keyOf(7)).seal(new Uint8Array([1])));
  send(sealer(KITCHEN, keyOf(9)).seal(new Uint8Array([2])));
  await until("it is heard", () => heard.length === 2);
  assert.equal(keys.keys.get(KITCHEN)?.[0], 9);
  assert.equal(keys.keys.has(ATTIC), false);
});

test("a flood of forged datagrams is dropped unopened, the node is still heard", async (t) => {
  const { link, keys, heard, clock, send } = await bench(t);
  keys.keys.set(KITCHEN, keyOf(1));
  const forged = sealer(KITCHEN, keyOf(2)).seal(new Uint8Array(1000));
  for (let i = 0; i < 300; i++) send(forged);
  await until("they have come", () => link.counters.refused.wrong_key + link.counters.throttled === 300);
  assert.equal(link.counters.refused.wrong_key, 100);
  assert.deepEqual(heard, []);
  clock.now += 1000;
  send(sealer(KITCHEN, keyOf(1)).seal(new Uint8Array([1])));
  await until("the node is heard", () => heard.length === 2);
});

test("a node that falls silent is closed, and opened again when it speaks", async (t) => {
  t.mock.timers.enable({ apis: ["setInterval"] });
  const { keys, heard, clock, send } = await bench(t);
  keys.keys.set(KITCHEN, keyOf(1));
  const node = sealer(KITCHEN, keyOf(1));
  send(node.seal(new Uint8Array([1])));
  await until("it is heard", () => heard.length === 2);
  clock.now += 59_000;
  t.mock.timers.tick(5000);
  assert.equal(heard.length, 2);
  clock.now += 1000;
  t.mock.timers.tick(5000);
  assert.equal(heard.at(-1), "closed 0");
  send(node.seal(new Uint8Array([2])));
  await until("it is heard again", () => heard.length === 5);
});

test("a node that can be sent nothing for want of counters is heard all the same", async (t) => {
  const { link, keys, heard, lines, send } = await bench(t);
  keys.keys.set(KITCHEN, keyOf(1));
  keys.reserveCounters = () => {
    throw new StoreFailure("full", "the disk is full");
  };
  send(sealer(KITCHEN, keyOf(1)).seal(new Uint8Array([1])));
  await until("it is heard", () => heard.length === 2);
  assert.equal(link.send(nodeIndex(0), new Uint8Array([1])), false);
  assert.match(lines.at(-1) ?? "", /nothing can be sent to node 02:00:00:00:00:01: the disk is full/);
});

test("a port that is taken says whose fault it may be and what to do", async (t) => {
  const { link, keys } = await bench(t);
  const end = { opened: () => nodeIndex(0), message: () => {}, closed: () => {} };
  const log = createLog({ level: "error", write: () => {}, now: () => 0, prefix: () => "" });
  const port = link.port ?? 0;
  const second = new UdpLink({ host: "127.0.0.1", port, end, log, keys, now: () => 0 });
  await assert.rejects(second.start(), {
    name: "Failure",
    message: `UDP port ${port} is in use by another program, perhaps another hub: stop that one or choose another with --udp`,
  });
  await second.stop();
  const elsewhere = new UdpLink({ host: "192.0.2.1", port: 0, end, log, keys, now: () => 0 });
  await assert.rejects(elsewhere.start(), /192\.0\.2\.1 is not an address of this machine/);
});
