import assert from "node:assert/strict";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { micros, type NodeIndex, nodeIndex } from "../../hub/base/units.ts";
import { PortChoices } from "../../hub/edge/links/serial/choices.ts";
import { SerialLinks } from "../../hub/edge/links/serial.ts";
import { createLog } from "../../hub/edge/log.ts";
import { Store } from "../../hub/edge/store.ts";
import { decodeHubMessage } from "../../hub/wire/commands.ts";
import { Deframer, encodeFrame } from "../../hub/wire/frame.ts";
import { plugIn, ptyProgram } from "../support/board/pty.ts";
import { until } from "../support/wait.ts";

const skip = ptyProgram() === undefined ? "python3 is not installed" : false;

interface Bench {
  readonly folder: string;
  readonly messages: Buffer[];
  readonly heard: string[];
  readonly lines: string[];
  links(options: { paths?: string[]; auto?: boolean }): SerialLinks;
}

function bench(t: TestContext): Bench {
  const folder = mkdtempSync(join(tmpdir(), "airwarden-serial-"));
  const messages: Buffer[] = [];
  const heard: string[] = [];
  const lines: string[] = [];
  const log = createLog({ level: "debug", write: (l) => lines.push(l), now: () => 0, prefix: () => "" });
  const names: string[] = [];
  const store = new Store({ folder: undefined, now: micros(0) });
  t.after(() => store.close());
  const choices = new PortChoices(store);
  const end = {
    opened: (link: string): NodeIndex => {
      heard.push(`opened ${link.slice(folder.length + 1)}`);
      if (!names.includes(link)) names.push(link);
      return nodeIndex(names.indexOf(link));
    },
    message: (_: NodeIndex, message: Uint8Array) => messages.push(Buffer.from(message)),
    closed: (node: NodeIndex) => heard.push(`closed ${node}`),
  };
  const links = (options: { paths?: string[]; auto?: boolean }): SerialLinks => {
    const { paths = [], auto = false } = options;
    const details = { ports: undefined, portsChanged: () => undefined };
    const made = new SerialLinks({ paths, auto, end, log, byId: folder, details, choices });
    t.after(() => made.stop());
    return made;
  };
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, messages, heard, lines, links };
}

/** Messages of every length that matters to the stuffing, with zeros in them. */
const samples = [1, 2, 253, 254, 255, 256, 1000].map((length) =>
  Uint8Array.from({ length }, (_, i) => (i * 7) % 256),
);

test("messages come and go over a real terminal, through an unplugged stick", { skip }, async (t) => {
  const { folder, messages, heard, lines, links } = bench(t);
  const path = join(folder, "stick");
  const serial = links({ paths: [path] });
  await serial.start();
  assert.equal(serial.view()[0]?.state, "waiting");
  assert.match(lines[0] ?? "", /is not there: plug the node in/);

  const first = await plugIn(path);
  await until("the port is open", () => serial.view()[0]?.state === "open");
  for (const sample of samples) first.write(encodeFrame(sample));
  await until("all messages are there", () => messages.length === samples.length);
  assert.deepEqual(messages, samples.map(Buffer.from));
  for (const sample of samples) assert.equal(serial.send(nodeIndex(0), sample), true);
  const back: Buffer[] = [];
  const deframer = new Deframer();
  let taken = 0;
  await until("the node has all messages", () => {
    const written = first.written();
    deframer.push(written.subarray(taken), (message) => back.push(Buffer.from(message)));
    taken = written.length;
    return back.length === samples.length;
  });
  assert.deepEqual(back, samples.map(Buffer.from));

  await first.unplug();
  await until("it is noticed", () => heard.at(-1) === "closed 0");
  assert.ok(
    lines.some((line) => line.includes("was unplugged")),
    lines.join("\n"),
  );
  assert.equal(serial.send(nodeIndex(0), new Uint8Array([1])), false);

  const second = await plugIn(path);
  await until("it is open again", () => serial.view()[0]?.state === "open");
  second.write(Uint8Array.from([5, 4, 3, 0]));
  second.write(encodeFrame(new Uint8Array([42])));
  await until("a message comes", () => messages.at(-1)?.equals(Buffer.from([42])) === true);
  assert.deepEqual(heard, ["opened stick", "closed 0", "opened stick"]);
  assert.equal(serial.view()[0]?.damaged, 1);
  await serial.stop();
  await second.unplug();
});

test("a node that plugs itself in is found by its name, other sticks are not touched", {
  skip,
}, async (t) => {
  const { folder, heard, links } = bench(t);
  const serial = links({ auto: true });
  await serial.start();
  const other = await plugIn(join(folder, "usb-1a86_USB_Serial-if00"));
  const node = await plugIn(join(folder, "usb-Espressif_USB_JTAG_serial_debug_unit_00-if00"));
  await until("the node is found", () => serial.view().some((one) => one.state === "open"));
  node.write(encodeFrame(new Uint8Array([1])));
  await until("it speaks", () => heard.length === 1);
  assert.deepEqual(states(serial), ["1a86_USB untouched auto", "Espressif_USB open auto"]);
  await node.unplug();
  await until("it is forgotten", () => states(serial).join() === "1a86_USB untouched auto");
  await serial.stop();
  await other.unplug();
});

/** What each port is doing, and what a person chose for it. */
const states = (serial: SerialLinks): string[] =>
  serial.view().map(({ path, state, use }) => `${/usb-(\w+_USB)/.exec(path)?.[1]} ${state} ${use}`);

test("Zigbee and Thread sticks, also of Espressif's own make, are not touched until a person says so", {
  skip,
}, async (t) => {
  const { folder, heard, links } = bench(t);
  const serial = links({ auto: true });
  await serial.start();
  const sticks = await Promise.all(
    ["Espressif_USB_ZBT-2_00-if00", "Nabu_Casa_USB_ZBT-2-if00", "ITead_USB_Dongle-if00"].map((name) =>
      plugIn(join(folder, `usb-${name}`)),
    ),
  );
  await until("all are shown", () => serial.view().length === 3);
  await pause(5000);
  assert.ok(serial.view().every((one) => one.state === "untouched" && !one.own));
  assert.deepEqual(
    sticks.map((stick) => stick.written().length),
    [0, 0, 0],
  );
  assert.match((await serial.choose(join(folder, "usb-other"), "listen")) ?? "", /not plugged in any more/);
  for (const stick of sticks) t.after(() => stick.unplug());
  const [chosen] = sticks;
  assert.ok(chosen !== undefined);
  assert.equal(await serial.choose(chosen.path, "listen"), undefined);
  await until("it is open", () => serial.view().some((one) => one.state === "open"));
  await until("it is asked who is there", () => chosen.written().length > 0);
  const asked: unknown[] = [];
  new Deframer().push(chosen.written(), (message) => asked.push(decodeHubMessage(message)));
  assert.deepEqual(asked[0], { kind: "welcome", protocol: 1, bootId: 0, time: 0, sequence: 0, surplus: 0 });
  chosen.write(encodeFrame(new Uint8Array([1])));
  await until("it speaks", () => heard.length === 1);

  assert.equal(await serial.choose(chosen.path, "leave"), undefined);
  assert.deepEqual(heard, ["opened usb-Espressif_USB_ZBT-2_00-if00", "closed 0"]);
  await pause(2500);
  assert.ok(serial.view().every((one) => one.state === "untouched"));
  await serial.choose(chosen.path, "listen");
  await serial.stop();
  const again = links({ auto: true });
  await again.start();
  await until("the choice was kept", () => again.view().some((one) => one.state === "open"));
  await again.stop();
});

test("a port that is named in the configuration is not for the page to change", { skip }, async (t) => {
  const { folder, links } = bench(t);
  const path = join(folder, "usb-1a86_USB_Serial-if00");
  const stick = await plugIn(path);
  const other = join(folder, "..", `${basename(folder)}-name`);
  symlinkSync(path, other);
  t.after(() => rmSync(other));
  const serial = links({ paths: [other] });
  await serial.start();
  await until("it is open", () => serial.view()[0]?.state === "open");
  assert.deepEqual(
    serial.view().map((one) => [one.path, one.named]),
    [[other, true]],
  );
  for (const name of [other, path]) {
    assert.match((await serial.choose(name, "leave")) ?? "", /the configuration names this port/);
  }
  await serial.stop();
  await stick.unplug();
});

test("a port that another program has is named as busy, and taken when it is free", { skip }, async (t) => {
  const { folder, lines, links } = bench(t);
  const path = join(folder, "stick");
  const stick = await plugIn(path);
  const owner = links({ paths: [path] });
  await owner.start();
  await until("the first has it", () => owner.view()[0]?.state === "open");
  const second = links({ paths: [path] });
  await second.start();
  await until("it is refused", () => lines.some((line) => line.includes("in use by another program")));
  await owner.stop();
  await until("the second has it", () => second.view()[0]?.state === "open");
  await second.stop();
  await stick.unplug();
});

test("what is no serial port is named so", { skip }, async (t) => {
  const { folder, lines, links } = bench(t);
  const serial = links({ paths: [folder, "/dev/null"] });
  await serial.start();
  await until("both are refused", () => lines.length >= 2);
  assert.deepEqual(
    lines.sort(),
    [
      `/dev/null is not a serial port: name one such as /dev/ttyUSB0`,
      `${folder} is not a serial port: name one such as /dev/ttyUSB0`,
    ].sort(),
  );
});
