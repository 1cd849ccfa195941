import assert from "node:assert/strict";
import { mock, type TestContext, test } from "node:test";
import { type NodeIndex, nodeIndex } from "../../../../hub/base/units.ts";
import { SerialLink } from "../../../../hub/edge/links/serial/link.ts";
import { type OpenPort, type PortEnd, serialFailure } from "../../../../hub/edge/links/serial/port.ts";
import { createLog } from "../../../../hub/edge/log.ts";
import { encodeFrame } from "../../../../hub/wire/frame.ts";

/** A serial port on a bench: plugged, unplugged and spoken through by hand. */
function bench(t: TestContext, found = false) {
  mock.timers.enable({ apis: ["setTimeout"] });
  t.after(() => mock.timers.reset());
  const state = {
    there: true,
    error: undefined as Error | undefined,
    opens: 0,
    closes: 0,
    end: undefined as PortEnd | undefined,
    sent: [] as Uint8Array[],
    lines: [] as string[],
    heard: [] as string[],
  };
  const open: OpenPort = async (path, end) => {
    state.opens += 1;
    if (state.error !== undefined) throw serialFailure(path, state.error);
    state.end = end;
    return {
      write: (bytes) => state.sent.push(bytes) > 0,
      close: async () => {
        state.closes += 1;
      },
    };
  };
  const log = createLog({ level: "info", write: (l) => state.lines.push(l), now: () => 0, prefix: () => "" });
  const end = {
    opened: (link: string): NodeIndex => {
      state.heard.push(`open ${link}`);
      return nodeIndex(7);
    },
    message: (node: NodeIndex, message: Uint8Array) => state.heard.push(`${node}: ${message.join(" ")}`),
    closed: (node: NodeIndex) => state.heard.push(`closed ${node}`),
  };
  const exists = () => state.there;
  const link = new SerialLink({ path: "/dev/x", found, end, log, open, chance: () => 0, exists });
  return { state, link };
}

/** Lets promises run to their next wait. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await Promise.resolve();
};

test("a node is there from its first whole message on", async (t) => {
  const { state, link } = bench(t);
  link.poll();
  await settle();
  assert.equal(link.state, "open");
  assert.equal(link.node, undefined);
  const frame = encodeFrame(new Uint8Array([1, 2, 3]));
  state.end?.bytes(frame.subarray(0, 4));
  assert.deepEqual(state.heard, []);
  state.end?.bytes(frame.subarray(4));
  assert.deepEqual(state.heard, ["open /dev/x", "7: 1 2 3"]);
  assert.equal(link.send(new Uint8Array([9])), true);
  assert.deepEqual(state.sent, [encodeFrame(new Uint8Array([9]))]);
});

test("a lost port is opened again, and half a frame from before is forgotten", async (t) => {
  const { state, link } = bench(t);
  link.poll();
  await settle();
  const frame = encodeFrame(new Uint8Array([1, 2, 3]));
  state.end?.bytes(frame);
  state.end?.bytes(frame.subarray(0, 3));
  state.end?.lost(serialFailure("/dev/x", new Error("disconnected")));
  assert.equal(state.heard.at(-1), "closed 7");
  assert.equal(link.send(new Uint8Array([1])), false);
  assert.match(state.lines.at(-1) ?? "", /unplugged/);
  mock.timers.tick(600);
  await settle();
  state.end?.bytes(frame);
  assert.deepEqual(state.heard.slice(-2), ["open /dev/x", "7: 1 2 3"]);
  assert.equal(link.damaged, 0);
});

test("waits between tries grow to half a minute, and start short again once a node spoke", async (t) => {
  const { state, link } = bench(t);
  state.error = new Error("Error Resource temporarily unavailable Cannot lock port");
  link.poll();
  await settle();
  for (const wait of [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
    const { opens } = state;
    link.poll();
    mock.timers.tick(wait - 1);
    await settle();
    assert.equal(state.opens, opens, `tried before ${wait} ms`);
    mock.timers.tick(1);
    await settle();
    assert.equal(state.opens, opens + 1, `not tried after ${wait} ms`);
  }
  assert.equal(state.lines.filter((line) => line.includes("in use by another program")).length, 1);
  state.error = undefined;
  mock.timers.tick(30_000);
  await settle();
  state.end?.bytes(encodeFrame(new Uint8Array([1])));
  state.end?.lost(serialFailure("/dev/x", new Error("disconnected")));
  const { opens } = state;
  mock.timers.tick(500);
  await settle();
  assert.equal(state.opens, opens + 1);
});

test("a path that is not there is waited for without opening it", async (t) => {
  const { state, link } = bench(t);
  state.there = false;
  for (let i = 0; i < 5; i++) link.poll();
  await settle();
  assert.equal(state.opens, 0);
  assert.deepEqual(state.lines, ["/dev/x is not there: plug the node in"]);
  assert.equal(link.trouble?.trouble, "not_there");
  state.there = true;
  link.poll();
  await settle();
  assert.equal(link.state, "open");
  assert.equal(link.trouble, undefined);
});

test("a port that was found and stays silent is let go until it is plugged in again", async (t) => {
  const { state, link } = bench(t, true);
  link.poll();
  await settle();
  state.end?.bytes(new Uint8Array([1, 2, 3, 0, 4, 5, 0]));
  mock.timers.tick(30_000);
  await settle();
  assert.equal(link.state, "foreign");
  assert.equal(state.closes, 1);
  link.poll();
  await settle();
  assert.equal(state.opens, 1);
  state.there = false;
  link.poll();
  state.there = true;
  link.poll();
  await settle();
  assert.equal(state.opens, 2);
});

test("a port that a person named stays open through silence", async (t) => {
  const { state, link } = bench(t);
  link.poll();
  await settle();
  mock.timers.tick(60_000);
  await settle();
  assert.equal(link.state, "open");
  assert.match(state.lines.at(-1) ?? "", /no node speaks there/);
});

test("stopping while the port is being opened closes it and calls nobody", async (t) => {
  const { state, link } = bench(t);
  link.poll();
  await link.stop();
  await settle();
  assert.equal(state.closes, 1);
  assert.equal(link.state, "stopped");
  state.end?.bytes(encodeFrame(new Uint8Array([1])));
  state.end?.lost(serialFailure("/dev/x", new Error("disconnected")));
  mock.timers.tick(60_000);
  await settle();
  assert.deepEqual(state.heard, []);
  assert.equal(state.opens, 1);
});

const words: readonly [string, string, RegExp][] = [
  ["Error: No such file or directory, cannot open /dev/x", "not_there", /plug the node in/],
  ["Error: Permission denied, cannot open /dev/x", "permission", /group dialout/],
  ["Error Resource temporarily unavailable Cannot lock port", "busy", /close that one/],
  ["Error: Device or resource busy, cannot open /dev/x", "busy", /another program/],
  ["Error: Is a directory, cannot open /dev/x", "not_serial", /not a serial port/],
  ["Error: Inappropriate ioctl for device setting custom baud rate", "not_serial", /not a serial port/],
  ["Error: No such device or address, cannot open /dev/x", "unplugged", /comes back/],
  ["Error: Input/output error", "unplugged", /comes back/],
  ["Error: something new", "other", /cannot be used: Error: something new/],
];

test("a port that went away while it was written to was unplugged", () => {
  for (const code of ["EIO", "ENXIO", "ENODEV", "EBADF"]) {
    const failure = serialFailure("/dev/x", Object.assign(new Error("write failed"), { code }));
    assert.equal(failure.trouble, "unplugged", code);
    assert.match(failure.message, /was unplugged/);
  }
});

for (const [said, trouble, advice] of words) {
  test(`the system's words are understood: ${said}`, () => {
    const failure = serialFailure("/dev/x", new Error(said));
    assert.equal(failure.trouble, trouble);
    assert.match(failure.message, advice);
    assert.match(failure.message, /\/dev\/x/);
  });
}
