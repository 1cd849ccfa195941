import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import mqtt from "mqtt";
import { type Mac, mac, micros } from "../../hub/base/units.ts";
import { DEVICES } from "../../hub/demo/cast.ts";
import { Store } from "../../hub/edge/store.ts";
import { WATCHED_ENTITIES } from "../../hub/expose/entities/watched.ts";
import { MOST_WATCHED, watchedId } from "../../hub/expose/watched.ts";
import { formatMac } from "../../hub/radio/mac.ts";
import type { CoreSocket } from "../support/home-assistant/core-socket.ts";
import { Home } from "../support/home-assistant/home.ts";
import { ownDevices, ownEntities, ownReady, ownRegistry } from "../support/home-assistant/own.ts";
import { realHomeAssistant } from "../support/home-assistant/real.ts";

const { root, skip } = realHomeAssistant(import.meta.filename);

const STRANGER = "da:17:4e:00:00:42";
/** With those of the demo, which are on the air, as many as there can be. */
const SILENT = Array.from({ length: MOST_WATCHED - DEVICES.length }, (_, at) => mac(0x240a_c410_0000 + at));
const REMOVED = SILENT.slice(0, 20);
/** Twenty take the places that become free, five are too many. */
const NEWCOMERS = Array.from({ length: 25 }, (_, at) => mac(0x240a_c420_0000 + at));
const MINUTE_MS = 60_000;
/** Home Assistant's recorder stores no more of one state. */
const MOST_OCTETS = 16_384;
/** In a minute of rest: the figures of what is on the air, and what little else there is. */
const FEW_MESSAGES = 30;
const FEW_CHANGES = 20;
const SLOW_MS = 3000;

interface Problem {
  readonly id: string;
  readonly title: string;
}

describe("a home with 300 devices beside a real Home Assistant", { skip, concurrency: 1 }, () => {
  let home: Home;
  let socket: CoreSocket;

  const present = async (): Promise<Set<string>> => {
    const devices = await ownDevices(socket, "dev");
    return new Set(devices.map((one) => one.identifiers.flat().join().slice(-"240ac4100000".length)));
  };
  const eventuallyPresent = (what: string, wanted: ReadonlySet<string>): Promise<void> =>
    home.eventually(
      what,
      async () => {
        const found = await present();
        return found.size === wanted.size && [...wanted].every((id) => found.has(id));
      },
      180,
    );
  const ids = (...groups: (readonly Mac[])[]): Set<string> => new Set(groups.flat().map(watchedId));
  const demo = DEVICES.map((one) => one.mac);
  const problems = async (): Promise<readonly Problem[]> =>
    (await home.snapshot<{ problems: readonly Problem[] }>()).problems;

  const eventuallyTold = (title: string): Promise<void> =>
    home.eventually("the problem to be told", async () =>
      (await problems()).some((one) => one.id === "too_many_devices" && one.title.startsWith(title)),
    );

  before(async () => {
    const now = Date.now() * 1000;
    home = await Home.begin(root);
    const store = new Store({ folder: home.data, now: micros(now) });
    store.saveDevices(
      SILENT.map((one, at) => ({
        ...{ mac: one, name: `Device ${at + 1}`, known: true },
        ...{ since: micros(now - 1e9 + at), lastSeen: micros(now - 1e9) },
      })),
    );
    store.close();
    socket = await home.core.connect();
  });
  after(async () => {
    socket?.close();
    await home?.end();
  });

  test("all of them are in the registry, with all of their entities", async (t) => {
    const began = performance.now();
    await home.startHub();
    await eventuallyPresent("300 devices", ids(SILENT, demo));
    const wanted = MOST_WATCHED * WATCHED_ENTITIES.length;
    await home.eventually(
      "all entities",
      async () =>
        (await ownEntities(socket)).filter((one) => one.unique_id.includes("_dev_")).length === wanted,
      180,
    );
    await home.eventually("their states", () => ownReady(socket), 180);
    t.diagnostic(`${wanted} entities after ${((performance.now() - began) / 1000).toFixed(1)} s`);
    t.diagnostic(
      `the hub: ${home.cost.megabytes.toFixed(0)} MB, ${home.cost.seconds.toFixed(1)} s of processor`,
    );
    assert.equal(
      (await problems()).some((one) => one.id === "too_many_devices"),
      false,
    );
  });

  test("a minute in which nothing happens is a quiet one, and the page answers all the while", async (t) => {
    await home.command({ command: "trust_device", mac: STRANGER, known: true });
    const flooded = async (): Promise<boolean> =>
      (await home.snapshot<{ incidents: { resolvedAt: number | null }[] }>()).incidents.some(
        (one) => one.resolvedAt !== null,
      );
    await home.eventually("the demo's attack to be over", flooded, 120);
    const messages: string[] = [];
    const client = await mqtt.connectAsync(home.broker.url);
    await client.subscribeAsync(["airwarden/#", "homeassistant/#"], { qos: 1 });
    client.on("message", (topic, _payload, { retain }) => retain || messages.push(topic));
    const changes: string[] = [];
    let listening = true;
    await socket.hear("state_changed", (event) => {
      const id = String(event.data["entity_id"]);
      if (listening && id.includes("airwarden")) changes.push(id);
    });
    const before = home.cost.seconds;
    let slowest = 0;
    for (const end = performance.now() + MINUTE_MS; performance.now() < end; ) {
      const asked = performance.now();
      await home.snapshot();
      slowest = Math.max(slowest, performance.now() - asked);
      await pause(500);
    }
    listening = false;
    await client.endAsync();
    t.diagnostic(`${messages.length} messages, ${changes.length} changes of states in a minute`);
    t.diagnostic(
      `${((home.cost.seconds - before) / 0.6).toFixed(0)} % of a processor, ${home.cost.megabytes.toFixed(0)} MB`,
    );
    t.diagnostic(`the page's slowest answer: ${slowest.toFixed(0)} ms`);
    assert.ok(messages.length <= FEW_MESSAGES, messages.join("\n"));
    assert.ok(changes.length <= FEW_CHANGES, changes.join("\n"));
    assert.ok(slowest < SLOW_MS, `${slowest} ms`);
  });

  test("no state is too large for the recorder", async (t) => {
    const states = [...(await socket.states()).values()].filter((one) => one.entity_id.includes("airwarden"));
    const sizes = states.map((one) => Buffer.byteLength(JSON.stringify(one.attributes)));
    t.diagnostic(`largest attributes: ${Math.max(...sizes)} octets`);
    assert.ok(states.length > 2 * MOST_WATCHED && Math.max(...sizes) < MOST_OCTETS / 4);
  });

  test("devices that do not belong to the home any more go, and nothing else does", async () => {
    for (const one of REMOVED) {
      await home.command({ command: "trust_device", mac: formatMac(one), known: false });
    }
    await eventuallyPresent("280 devices", ids(SILENT.slice(REMOVED.length), demo));
    const left = (await ownEntities(socket)).filter((one) => one.unique_id.includes("_dev_"));
    assert.equal(left.length, (MOST_WATCHED - REMOVED.length) * WATCHED_ENTITIES.length);
  });

  test("of more than 300 the same ones are there every time, and the person is told", async () => {
    for (const [at, one] of NEWCOMERS.entries()) {
      await home.command({ command: "name_device", mac: formatMac(one), name: `Newcomer ${at + 1}` });
    }
    const wanted = ids(SILENT.slice(REMOVED.length), demo, NEWCOMERS.slice(0, REMOVED.length));
    await eventuallyPresent("300 devices again", wanted);
    await eventuallyTold("5 devices");
    await home.eventually("their states", () => ownReady(socket), 60);
    const registry = await ownRegistry(socket);
    await home.restart("hub");
    await home.eventually("all to be well", () => ownReady(socket), 60);
    await pause(5000);
    assert.deepEqual(await ownRegistry(socket), registry);
    await eventuallyTold("5 devices");
  });

  test("a place that becomes free goes to the one that waits longest", async () => {
    const [leaving] = SILENT.slice(REMOVED.length);
    assert.ok(leaving !== undefined);
    await home.command({ command: "trust_device", mac: formatMac(leaving), known: false });
    const stay = SILENT.slice(REMOVED.length + 1);
    await eventuallyPresent("the next one", ids(stay, demo, NEWCOMERS.slice(0, REMOVED.length + 1)));
  });
});
