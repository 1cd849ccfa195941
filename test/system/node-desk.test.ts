import assert from "node:assert/strict";
import { join } from "node:path";
import { before, type TestContext, test } from "node:test";
import type { PageCommand } from "../../hub/expose/snapshot/command.ts";
import type { NodeView, Snapshot } from "../../hub/expose/snapshot.ts";
import { freePort, NETWORK, powered, type VirtualNode, virtualProgram } from "../support/board/virtual.ts";
import { commanded, eventually, MAC, NODE } from "../support/board/virtual-home.ts";
import { type Serving, serving } from "../support/hub.ts";
import { findCargo } from "../support/prepare.ts";
import { folderFor, run } from "../support/program.ts";

const skip = findCargo() === undefined ? "no Rust toolchain: the virtual node" : false;

let program = "";
before(() => {
  program = virtualProgram() ?? "";
});

/** A hub with a serial port and a UDP port, and a board that is plugged into it. */
class Desk {
  readonly folder: string;
  readonly tty: string;
  readonly port: number;
  readonly #t: TestContext;

  constructor(t: TestContext, port: number) {
    this.#t = t;
    this.folder = folderFor(t);
    this.tty = join(this.folder, "ttyNODE");
    this.port = port;
  }

  get hubAddress(): string {
    return `127.0.0.1:${this.port}`;
  }

  power(...words: string[]): VirtualNode {
    const usual = ["--flash", join(this.folder, "flash"), "--serial", this.tty, "--rate", "50"];
    const network = ["--network", `${NETWORK.ssid}:${NETWORK.psk}`];
    return powered(this.#t, program, [...usual, ...network, ...words]);
  }

  hub(): Promise<Serving> {
    const links = ["--serial", this.tty, "--udp", String(this.port)];
    return serving(this.#t, [...links, "--data", join(this.folder, "data")]);
  }

  /** Names of the nodes that have a key. */
  async keys(): Promise<string[]> {
    const { stdout } = await run(["node", "list", "--json", "--data", join(this.folder, "data")]);
    return stdout.split("\n").flatMap((line) => /"name":"([^"]+)"/.exec(line)?.[1] ?? []);
  }
}

const ask = async (hub: Serving, command: PageCommand): Promise<string> =>
  (await commanded(hub, command)) ?? "done";

const shown = (hub: Serving, what: string, holds: (snapshot: Snapshot) => boolean): Promise<Snapshot> =>
  eventually(hub, what, (snapshot) => (holds(snapshot) ? snapshot : undefined));

const node = ({ nodes }: Snapshot): NodeView | undefined => nodes.find((one) => one.mac === MAC);
const wifi = (desk: Desk, password: string = NETWORK.psk): PageCommand => ({
  ...{ command: "configure_node", node: NODE, name: "kitchen", ssid: NETWORK.ssid, password },
  hub: desk.hubAddress,
});

test("the page's board goes over to Wi-Fi, is renamed there, and comes back to its cable", {
  skip,
}, async (t) => {
  const desk = new Desk(t, await freePort());
  const hub = await desk.hub();
  desk.power();
  await shown(hub, "it is on its cable", (one) => node(one)?.connected === true);
  const bad: PageCommand = { ...wifi(desk), ssid: "ä".repeat(17) } as PageCommand;
  assert.match(await ask(hub, bad), /the node does not take this: an SSID has at most 32 octets/);
  assert.deepEqual(await desk.keys(), [], "a node that refused has no key");

  assert.equal(await ask(hub, wifi(desk)), "done");
  const arrived = await shown(hub, "it arrives", ({ moves }) => moves[0]?.state === "arrived");
  const { name, link, cable, problem } = node(arrived) ?? {};
  assert.deepEqual([name, link, cable, problem], ["kitchen", `udp:${MAC}`, desk.tty, null]);
  assert.deepEqual(await desk.keys(), ["kitchen"]);

  assert.equal(await ask(hub, { command: "change_node", node: NODE, name: "pantry" }), "done");
  await shown(hub, "it has its name, and is on Wi-Fi again", (one) => {
    const { name: called, connected, link: over } = node(one) ?? {};
    return called === "pantry" && connected === true && over === `udp:${MAC}`;
  });
  assert.deepEqual(await desk.keys(), ["pantry"]);

  assert.equal(await ask(hub, { command: "use_cable", node: NODE }), "done");
  const back = await shown(hub, "it is back", ({ moves: [move] }) => {
    return move?.state === "arrived" && move.to === "cable";
  });
  assert.deepEqual([node(back)?.link, node(back)?.connected], [desk.tty, true]);
  assert.equal((await hub.end()).code, 0);
  assert.doesNotMatch(hub.stderr(), /correct horse|[0-9a-f]{64}/);
});

test("a wrong password strands nobody: the board is found on its cable, and set up again", {
  skip,
}, async (t) => {
  const desk = new Desk(t, await freePort());
  const hub = await desk.hub();
  const board = desk.power();
  await shown(hub, "it is on its cable", (one) => node(one)?.connected === true);
  assert.equal(await ask(hub, wifi(desk, "wrong horse")), "done");
  await board.says("start ");
  await board.says("start ", 30_000);
  const lost = await shown(hub, "it is known to be on its cable alone", (one) => {
    return node(one)?.problem !== null && one.moves[0]?.sign === "on_cable";
  });
  assert.match(node(lost)?.problem ?? "", /set to report over Wi-Fi, and is not heard there/);
  assert.equal(node(lost)?.connected, false);

  await board.pull();
  await shown(hub, "it is unplugged", (one) => node(one)?.cable === null);
  desk.power();
  await shown(hub, "plugged in again it is asked who it is", (one) => node(one)?.cable === desk.tty);
  const network = { ssid: NETWORK.ssid, password: NETWORK.psk };
  assert.equal(await ask(hub, { command: "change_node", node: NODE, network }), "done");
  const there = await shown(hub, "it arrives", ({ moves }) => moves[0]?.state === "arrived");
  assert.equal(node(there)?.connected, true);
  assert.equal((await hub.end()).code, 0);
});

test("a board on Wi-Fi alone is given another hub's port, forgets all when told, and is parted with", {
  skip,
}, async (t) => {
  const desk = new Desk(t, await freePort());
  const hub = await desk.hub();
  const board = desk.power();
  await shown(hub, "it is on its cable", (one) => node(one)?.connected === true);
  assert.equal(await ask(hub, wifi(desk)), "done");
  await shown(hub, "it arrives", ({ moves }) => moves[0]?.state === "arrived");
  await board.pull();
  await shown(hub, "it is unplugged", (one) => node(one)?.cable === null);
  const elsewhere = powered(t, program, [
    ...["--flash", join(desk.folder, "flash"), "--rate", "50"],
    ...["--network", `${NETWORK.ssid}:${NETWORK.psk}`],
  ]);
  await shown(hub, "it is heard without a cable", (one) => node(one)?.connected === true);
  assert.match(await ask(hub, { command: "use_cable", node: NODE }), /plug the node into the computer/);
  assert.match(await ask(hub, { command: "forget_node", node: NODE }), /unplug it or take its power first/);

  const change: PageCommand = { command: "change_node", node: NODE, hub: `localhost:${desk.port}` };
  assert.equal(await ask(hub, change), "done");
  await shown(hub, "it reports there", ({ moves: [move] }) => {
    return move?.state === "arrived" && move.hub === `localhost:${desk.port}`;
  });

  assert.equal(await ask(hub, { command: "reset_node", node: NODE }), "done");
  assert.deepEqual(await desk.keys(), []);
  for (const _ of ["power", "another hub", "all erased"]) await elsewhere.says("start ", 30_000);
  await elsewhere.pull();
  await shown(hub, "it is silent", (one) => node(one)?.connected === false);
  assert.equal(await ask(hub, { command: "forget_node", node: NODE }), "done");
  await shown(hub, "it is shown no more", (one) => one.nodes.length === 0);
  assert.equal((await hub.end()).code, 0);
});
