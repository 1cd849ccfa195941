import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { cpSync, readdirSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import mqtt from "mqtt";
import { mac, micros } from "../../hub/base/units.ts";
import { MIGRATIONS } from "../../hub/edge/store/schema.ts";
import { STORE_FILE } from "../../hub/edge/store.ts";
import type { Snapshot } from "../../hub/expose/snapshot.ts";
import { PROTOCOL } from "../../hub/wire/kinds.ts";
import { encodeNodeMessage } from "../../hub/wire/messages.ts";
import { Sealer } from "../../hub/wire/seal.ts";
import type { StandInSupervisor } from "../support/home-assistant/supervisor.ts";
import { ADMIN, appConfig, imageInNamespace, Machine, supervisorUp } from "../support/image/app.ts";
import type { AssembledImage } from "../support/image/assemble.ts";
import { type Broker, mosquitto } from "../support/mosquitto.ts";
import { program } from "../support/prepare.ts";
import { ROOT } from "../support/program.ts";
import { until } from "../support/wait.ts";

const found = imageInNamespace(import.meta.filename);
const { skip } = found;

function imageOf(): AssembledImage {
  return found.skip === false ? found.image : assert.fail(found.skip);
}
const skipBroker = skip || program("mosquitto") !== undefined ? skip : "mosquitto is not installed";

const SAMPLES = join(ROOT, "test/unit/store/samples");
/** Of the node that every sample holds: address and key, and the highest start that it was heard in. */
const HALL = { nodeId: mac(0x02_00_00_00_00_30), key: Uint8Array.from({ length: 32 }, (_, i) => i) };
const FLOOR = 7;

function sampleOnto(machine: Machine, sample: string): void {
  const database = new DatabaseSync(join(machine.container.data, STORE_FILE));
  database.exec(readFileSync(join(SAMPLES, sample), "utf8"));
  database.close();
}

async function supervisorFor(t: TestContext): Promise<StandInSupervisor> {
  const supervisor = await supervisorUp();
  t.after(() => supervisor.stop());
  return supervisor;
}

function machineFor(t: TestContext, name: string): Machine {
  const machine = new Machine(imageOf(), name);
  t.after(() => machine.end("SIGKILL"));
  return machine;
}

/** Waits until the page shows what it should. */
async function shown(
  supervisor: StandInSupervisor,
  what: string,
  holds: (snapshot: Snapshot) => boolean,
): Promise<Snapshot> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const response = await supervisor.open("api/snapshot", ADMIN);
    if (response.ok) {
      const snapshot = (await response.json()) as Snapshot;
      if (holds(snapshot)) return snapshot;
    }
    await pause(100);
  }
  return assert.fail(`waited in vain for ${what}`);
}

for (const sample of readdirSync(SAMPLES)) {
  test(`the app goes on from the data of a release with ${sample}`, { skip }, async (t) => {
    const supervisor = await supervisorFor(t);
    const machine = machineFor(t, sample);
    sampleOnto(machine, sample);
    await machine.start();
    const { paired, quiets } = await shown(supervisor, "the page", () => true);
    assert.deepEqual(paired.map((node) => node.name).toSorted(), ["attic", "hall"]);
    assert.ok(quiets.some((quiet) => quiet.identity === "deauth_flood.ap-020000000002"));
    assert.equal(await machine.end(), 0, machine.said);
    const store = new DatabaseSync(join(machine.container.data, STORE_FILE), { readOnly: true });
    assert.equal(store.prepare("PRAGMA user_version").get()?.["user_version"], MIGRATIONS.length);
    const names = store.prepare("SELECT name FROM devices WHERE name IS NOT NULL").all();
    assert.deepEqual(
      names.map((row) => row["name"]),
      ["Phone"],
    );
    store.close();
  });
}

/** Retained discovery messages: the topics, and the ids of all entities in them. */
async function discovered({ url }: Broker): Promise<string[]> {
  const client = await mqtt.connectAsync(url);
  const ids = new Set<string>();
  client.on("message", (topic, payload) => {
    ids.add(topic);
    for (const match of String(payload).matchAll(
      /"(?:unique_id|uniq_id|identifiers|ids)":(?:\[)?"([^"]+)"/g,
    )) {
      ids.add(match[1] ?? "");
    }
  });
  await client.subscribeAsync("homeassistant/#");
  await until("entities are there", () => ids.size > 5, 60_000);
  await pause(2000);
  await client.endAsync();
  return [...ids].toSorted();
}

/** The node in the hall, as its datagrams: what it sends, and what the hub has sent to it. */
class Hall {
  /** Start and counter of each datagram of the hub: never the same twice. */
  readonly nonces: string[] = [];
  readonly #socket: Socket;
  #sealer: Sealer;
  #sequence = 0;
  bootId: number;

  private constructor(socket: Socket, bootId: number) {
    this.#socket = socket;
    this.bootId = bootId;
    this.#sealer = new Sealer({ ...HALL, bootId, sender: "node" });
    socket.on("message", (datagram) =>
      this.nonces.push(`${datagram.readUInt32LE(12)} ${datagram.readUInt32LE(16)}`),
    );
  }

  static async plugged(t: TestContext, bootId: number): Promise<Hall> {
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    t.after(() => socket.close());
    return new Hall(socket, bootId);
  }

  restart(): void {
    this.bootId += 1;
    this.#sealer = new Sealer({ ...HALL, bootId: this.bootId, sender: "node" });
  }

  hello(): void {
    const body = { protocol: PROTOCOL, firmware: "0.1.0", chip: "esp32c3", mac: HALL.nodeId, name: "hall" };
    const rest = { bootId: this.bootId, resetReason: 1, capabilities: 0, configuration: 0 };
    const message = { kind: "hello", ...body, ...rest, clock: micros(this.#sequence * 1e6) } as const;
    const datagram = this.#sealer.seal(encodeNodeMessage(message, this.#sequence++));
    assert.ok(datagram);
    this.send(datagram);
  }

  send(datagram: Uint8Array): void {
    this.#socket.send(datagram, 4729, "127.0.0.1");
  }

  /** Says hello until the hub has answered. */
  async answered(): Promise<void> {
    const before = this.nonces.length;
    for (let attempt = 0; attempt < 30; attempt++) {
      this.hello();
      await pause(500);
      if (this.nonces.length > before) return;
    }
    assert.fail("the hub does not answer the node");
  }
}

/** What a backup of the app takes from the first machine, on the second. */
function carry(from: Machine, to: Machine): string[] {
  // Patterns are matched from the right, and a folder that is left out is left out whole.
  const filter = (path: string): boolean =>
    !appConfig.backup_exclude.some((pattern) => matchesGlob(path, `**/${pattern}`));
  cpSync(from.container.data, to.container.data, { recursive: true, filter });
  return readdirSync(to.container.data, { recursive: true, encoding: "utf8" });
}

test("a backup restored on another machine: the same entities, the same nodes, nothing repeated", {
  skip: skipBroker,
}, async (t) => {
  const supervisor = await supervisorFor(t);
  const [broker, second] = [await mosquitto(), await mosquitto()];
  for (const one of [broker, second]) {
    t.after(() => one.remove());
    await one.start();
  }
  supervisor.broker = { port: broker.port, username: "airwarden", password: "" };
  const [old, fresh] = [machineFor(t, "old"), machineFor(t, "fresh")];
  sampleOnto(old, "schema-1.sql");
  await old.start();
  const hall = await Hall.plugged(t, FLOOR + 1);
  await hall.answered();
  await shown(supervisor, "the node", ({ nodes }) => nodes.some((node) => node.connected));
  const before = await discovered(broker);
  assert.equal((await old.backupPre()).code, 0);
  // The hub goes on after the backup, the node starts anew and is heard: no backup knows of this.
  hall.restart();
  await hall.answered();
  await old.end("SIGKILL");

  assert.deepEqual(carry(old, fresh).toSorted(), ["airwarden.backup", "cache", "options.json"]);
  supervisor.broker = { port: second.port, username: "airwarden", password: "" };
  await fresh.start();
  await until("the backup is found", () => fresh.said.includes("going on from the backup"));
  await until("it listens", () => fresh.said.includes("listening for nodes on UDP port 4729"));

  const refused = (): number => fresh.said.split("sends old datagrams").length - 1;
  const recorded = new Sealer({ ...HALL, bootId: FLOOR, sender: "node" }).seal(new Uint8Array([0x90]));
  assert.ok(recorded);
  hall.send(recorded);
  await until("an older start is refused", () => refused() === 1);
  await hall.answered();
  const { paired, nodes } = await shown(supervisor, "the node", (page) =>
    page.nodes.some((node) => node.connected),
  );
  assert.deepEqual(paired.map((node) => node.name).toSorted(), ["attic", "hall"], "nobody paired anything");
  assert.equal(nodes.filter((node) => node.connected).length, 1);
  assert.deepEqual(await discovered(second), before, "Home Assistant sees the same entities");
  assert.equal(new Set(hall.nonces).size, hall.nonces.length, "no counter of the hub comes twice");
  assert.ok(
    hall.nonces.filter((nonce) => nonce.startsWith("9 ")).length >= 2,
    "this start was answered by both",
  );
  assert.equal(await fresh.end(), 0, fresh.said);
});
