import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { CoreSocket, DeviceEntry } from "./core-socket.ts";
import { Home } from "./home.ts";
import type { Release } from "./install.ts";
import { ownDevices, ownEntities, ownReady } from "./own.ts";

export interface DeletionOptions {
  readonly release: Release;
  readonly root: string;
  readonly skip: string | false;
}

const LAPTOP = "dev_a4c3f0000018";
const CAMERA = "dev_9c8ecd000015";
const PHONE = "dev_6a3f12000017";
const TELEVISION = "dev_5cc1d7000016";
const HALL = "node_020200000001";
/** Time in which a wrong hub would bring back what was deleted. */
const LULL_MS = 4000;

/** What a person deletes in Home Assistant stays deleted; with the hub running, and while it is away. */
export function deletions({ release, root, skip }: DeletionOptions): void {
  describe(`deletions in a real Home Assistant, ${release}`, { skip, concurrency: 1 }, () => {
    let home: Home;
    let socket: CoreSocket;
    /** Keys of the entities of a device, by the part of its id that is not the hub's. */
    let offered: ReadonlyMap<string, readonly string[]> = new Map();

    /** The part of a unique id behind the hub's id: `airwarden_dev_1f2e3d4c_9c8ecd000015_muted`. */
    const standing = async (): Promise<Map<string, string[]>> => {
      const found = new Map<string, string[]>();
      for (const { unique_id } of await ownEntities(socket)) {
        const [, kind, , rest = ""] = /^airwarden_(\w+?)_([0-9a-f]{8})_(.*)$/.exec(unique_id) ?? [];
        const [, id = "", key = rest] = /^([0-9a-f]{12})_(.*)$/.exec(rest) ?? [];
        const device = id === "" ? "hub" : `${kind}_${id}`;
        found.set(device, [...(found.get(device) ?? []), key].sort());
      }
      return found;
    };
    const keys = async (device: string): Promise<readonly string[]> => (await standing()).get(device) ?? [];
    const without = (device: string, ...gone: string[]): string[] =>
      (offered.get(device) ?? []).filter((key) => !gone.includes(key));
    const entity = async (device: string, key: string) => {
      const [kind, id = ""] = device.split("_");
      const found = (await ownEntities(socket)).find(
        (one) => one.unique_id.includes(`_${kind}_`) && one.unique_id.endsWith(`${id}_${key}`),
      );
      assert.ok(found !== undefined, `${device} ${key}`);
      return found;
    };
    const entry = async (device: string): Promise<DeviceEntry | undefined> => {
      const [kind, id = ""] = device.split("_");
      const devices = await ownDevices(socket, kind === "dev" ? "dev" : kind === "node" ? "node" : "hub");
      return devices.find((one) => one.identifiers.some(([, name]) => name?.endsWith(id)));
    };
    const eventually = (what: string, device: string, wanted: readonly string[]): Promise<void> =>
      home.eventually(what, async () => {
        assert.deepEqual(await keys(device), wanted);
        return true;
      });
    /** Nothing comes back, and nothing else goes. */
    const stays = async (expected: ReadonlyMap<string, readonly string[]>): Promise<void> => {
      await home.eventually("all to be well", () => ownReady(socket), 60);
      await pause(LULL_MS);
      const found = await standing();
      for (const [device, wanted] of expected) assert.deepEqual(found.get(device) ?? [], wanted, device);
    };

    before(async () => {
      home = await Home.begin(root);
      socket = await home.core.connect();
      await home.startHub();
      await home.eventually("the entities of all devices", async () => {
        const found = await standing();
        const devices = [LAPTOP, CAMERA, PHONE, TELEVISION];
        return (
          devices.every((one) => (found.get(one)?.length ?? 0) >= 8) && found.has(HALL) && found.has("hub")
        );
      });
      await home.eventually("their states", () => ownReady(socket));
      offered = await standing();
      // The hub reads the registry a moment after it has changed: nobody deletes what has only just appeared.
      await pause(LULL_MS);
    });
    after(async () => {
      socket?.close();
      await home?.end();
    });

    test("one entity of a device goes, and it alone", async () => {
      await socket.removeEntity(await entity(LAPTOP, "muted"));
      await home.eventually(
        "the hub to see it",
        async () => !(await home.discovery(LAPTOP)).includes("muted"),
      );
      await eventually("the others to be there", LAPTOP, without(LAPTOP, "muted"));
    });

    test("one entity of the hub goes, and it alone", async () => {
      await socket.removeEntity(await entity("hub", "open_incidents"));
      await eventually("the others to be there", "hub", without("hub", "open_incidents"));
      await pause(LULL_MS);
      assert.deepEqual(await keys("hub"), without("hub", "open_incidents"));
    });

    test("a device of the home and a node go as a whole", async () => {
      for (const device of [CAMERA, HALL]) {
        await socket.removeDevice(await entry(device));
        await home.eventually("the hub to see it", async () => (await home.discovery(device)).length === 0);
      }
      await pause(LULL_MS);
      assert.deepEqual([await keys(CAMERA), await keys(HALL)], [[], []]);
    });

    test("the hub comes back: without it nothing would be told", async () => {
      await socket.removeDevice(await entry("hub"));
      await eventually("the hub to be gone", "hub", []);
      await eventually("the hub to be back", "hub", without("hub", "open_incidents"));
    });

    test("all of that stays so over restarts of the hub and of Home Assistant", async () => {
      const expected = new Map([
        ...offered,
        [LAPTOP, without(LAPTOP, "muted")] as const,
        ["hub", without("hub", "open_incidents")] as const,
        ...[CAMERA, HALL].map((device) => [device, []] as const),
      ]);
      await home.restart("hub");
      await stays(expected);
      await home.core.restart();
      socket.close();
      socket = await home.core.connect();
      await stays(expected);
    });

    test("what is deleted while the hub is away stays deleted; of the hub itself nothing does", async () => {
      await home.stopHub();
      await socket.removeEntity(await entity(PHONE, "muted"));
      await socket.removeDevice(await entry(TELEVISION));
      await socket.removeDevice(await entry("hub"));
      await eventually("the hub's device to go", "hub", []);
      const phone = await keys(PHONE);
      assert.equal(phone.includes("muted"), false);
      await home.startHub();
      await eventually("the hub to be back", "hub", without("hub", "open_incidents"));
      await stays(
        new Map([
          [PHONE, phone],
          [TELEVISION, []],
          [CAMERA, []],
        ]),
      );
      await home.restart("hub");
      await stays(
        new Map([
          [PHONE, phone],
          [TELEVISION, []],
          [CAMERA, []],
        ]),
      );
    });

    test("all of it can be had back", async () => {
      await home.publish(`airwarden/${await home.hubId()}/command`, "restore_entities");
      for (const device of offered.keys()) await eventually(`all of ${device}`, device, without(device));
      await home.eventually("all to be well", () => ownReady(socket));
    });

    test("a device that leaves the home and comes again has entities again", async () => {
      const mac = CAMERA.slice("dev_".length).replaceAll(/(?<=..)(?=(?:..)+$)/g, ":");
      await socket.removeDevice(await entry(CAMERA));
      await home.eventually("the hub to see it", async () => (await home.discovery(CAMERA)).length === 0);
      await pause(LULL_MS);
      assert.deepEqual(await keys(CAMERA), []);
      await home.command({ command: "trust_device", mac, known: false });
      await socket.removeEntity(await entity(LAPTOP, "coverage"));
      await home.eventually(
        "the registry to be read",
        async () => !(await home.discovery(LAPTOP)).includes("coverage"),
      );
      await home.command({ command: "trust_device", mac, known: true });
      await eventually("all of the camera", CAMERA, without(CAMERA));
    });
  });
}
