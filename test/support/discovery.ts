import assert from "node:assert/strict";
import {
  hubDiscovery,
  nodeDiscovery,
  retainedPublications,
  watchedDiscovery,
} from "../../hub/expose/discovery/devices.ts";
import type { Publication } from "../../hub/expose/discovery/publication.ts";
import type { Site } from "../../hub/expose/discovery/site.ts";
import type { Snapshot } from "../../hub/expose/snapshot.ts";
import type { Watched, WatchedView } from "../../hub/expose/watched.ts";
import { nodeView, snapshotOf } from "./snapshot.ts";

export const site: Site = { hubId: "3f9a", discoveryPrefix: "homeassistant", version: "0.1.0" };
export const parsed = (payload: string) =>
  JSON.parse(payload) as Record<string, Record<string, Record<string, unknown>>>;

export const camera: WatchedView = {
  id: "9c8ecd000015",
  mac: "9c:8e:cd:00:00:15",
  name: "Door <camera>/#",
  vendor: "Maker",
  area: "Hall",
  linked: true,
  unusual: false,
  muted: false,
  airtimeShare: 0.0123,
  octetsUp: 1_234_567,
  octetsDown: null,
  coverage: 0.987,
  network: "Home",
  lastHeard: 1234,
};
export const there = (publication: Publication | undefined): Publication => {
  assert.ok(publication !== undefined);
  return publication;
};
export const cameraDiscovery = (removed?: ReadonlySet<string>) =>
  there(watchedDiscovery(site, camera, removed));
export const discoveryOfNode = (changes?: Parameters<typeof nodeView>[0]) =>
  there(nodeDiscovery(site, nodeView(changes)));
export const discoveryOfHub = () => hubDiscovery(site, snapshotOf());
/** All devices, with all that they can have. */
export const everyDiscovery = (): Publication[] => [
  hubDiscovery(site, snapshotOf({ hub: { ...snapshotOf().hub, update: { installed: "1", latest: "2" } } })),
  discoveryOfNode({ update: { latest: "0.2.0", phase: null, percent: null, problem: null } }),
  cameraDiscovery(),
];
export const nothingWatched: Watched = {
  devices: [],
  keeps: () => true,
  removed: new Set(),
  isHeld: () => false,
};
/** The state message under a topic that ends so. */
export const stateUnder = (end: string, snapshot: Snapshot, watched = nothingWatched) =>
  JSON.parse(
    there(retainedPublications(site, snapshot, watched).find((one) => one.topic.endsWith(end))).payload,
  ) as Record<string, unknown>;
