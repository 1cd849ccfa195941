import { HUB_ENTITIES } from "../entities/hub.ts";
import { NODE_ENTITIES } from "../entities/node.ts";
import { type EntityRow, offeredRows, stateOf } from "../entities/row.ts";
import { WATCHED_ENTITIES } from "../entities/watched.ts";
import type { NodeView, Snapshot } from "../snapshot.ts";
import type { Watched, WatchedView } from "../watched.ts";
import { type DeviceCard, discovery, slugOf } from "./component.ts";
import type { Publication } from "./publication.ts";
import {
  commandTopic,
  discoveryTopic,
  hubDeviceId,
  hubStateTopic,
  nodeDeviceId,
  nodeTopic,
  type Site,
  settingTopic,
  topicId,
  watchedDeviceId,
  watchedTopic,
} from "./site.ts";

const NONE: ReadonlySet<string> = new Set();

/** Device discovery of the hub itself: one retained message for all of its entities but those in `removed`. */
export function hubDiscovery(site: Site, snapshot: Snapshot, removed = NONE): Publication {
  const id = hubDeviceId(site);
  const device: DeviceCard = {
    id,
    slug: "airwarden",
    stateTopic: hubStateTopic(site),
    commandTopic: commandTopic(site),
    setTopic: (key) => settingTopic(site, key),
    card: {
      identifiers: [id],
      name: "Airwarden",
      manufacturer: "Airwarden",
      model: "Hub",
      sw_version: site.version,
      ...(site.configurationUrl === undefined ? {} : { configuration_url: site.configurationUrl }),
    },
  };
  return discovery(site, device, left(offeredRows(HUB_ENTITIES, snapshot), id, removed));
}

/** Device discovery of one node, linked to the hub; undefined where the person has deleted all of it. */
export function nodeDiscovery(site: Site, node: NodeView, removed = NONE): Publication | undefined {
  const id = nodeDeviceId(site, node.id);
  const rows = left(offeredRows(NODE_ENTITIES, node), id, removed);
  if (rows.length === 0) return undefined;
  const topic = nodeTopic(site, node.id);
  const device: DeviceCard = {
    id,
    slug: `airwarden_${slugOf(node.name, topicId(node.id))}`,
    stateTopic: topic,
    presence: "{{ 'online' if value_json.connected == 'ON' else 'offline' }}",
    commandTopic: `${topic}/command`,
    setTopic: (key) => `${topic}/${key}/set`,
    card: {
      identifiers: [id],
      name: `Airwarden ${node.name}`,
      manufacturer: "Airwarden",
      model: `Node (${node.chip})`,
      sw_version: node.firmware,
      via_device: hubDeviceId(site),
      ...(node.mac === null ? {} : { connections: [["mac", node.mac]] }),
    },
  };
  return discovery(site, device, rows);
}

/** Device discovery of one device of the home; undefined where the person has deleted all of it. */
export function watchedDiscovery(site: Site, one: WatchedView, removed = NONE): Publication | undefined {
  const id = watchedDeviceId(site, one.id);
  const rows = left(offeredRows(WATCHED_ENTITIES, one), id, removed);
  if (rows.length === 0) return undefined;
  const topic = watchedTopic(site, one.id);
  const device: DeviceCard = {
    id,
    slug: `airwarden_${slugOf(one.name, one.id)}`,
    stateTopic: topic,
    commandTopic: `${topic}/command`,
    setTopic: () => `${topic}/mute`,
    card: {
      identifiers: [id],
      ...(one.linked ? { connections: [["mac", one.mac]] } : {}),
      name: one.name,
      via_device: hubDeviceId(site),
      ...(one.vendor === null ? {} : { manufacturer: one.vendor }),
      ...(one.area === null ? {} : { suggested_area: one.area }),
    },
  };
  return discovery(site, device, rows);
}

/** Rows that the person has not deleted. */
const left = <View>(
  rows: readonly EntityRow<View>[],
  id: string,
  removed: ReadonlySet<string>,
): readonly EntityRow<View>[] =>
  removed.size === 0 ? rows : rows.filter((row) => !removed.has(`${id}_${row.key}`));

/** All that is to stand on the broker, discovery before states. */
export function retainedPublications(site: Site, snapshot: Snapshot, watched: Watched): Publication[] {
  const { devices } = watched;
  const nodes = announced(snapshot);
  return [
    ...discoveries(site, snapshot, watched),
    statePublication(hubStateTopic(site), HUB_ENTITIES, snapshot),
    ...nodes.map((node) => statePublication(nodeTopic(site, node.id), NODE_ENTITIES, node)),
    ...devices.map((one) => statePublication(watchedTopic(site, one.id), WATCHED_ENTITIES, one)),
  ];
}

/** Discovery of all that is not held back; an empty message where the person has deleted all of a node. */
function discoveries(site: Site, snapshot: Snapshot, watched: Watched): Publication[] {
  const { devices, removed, isHeld } = watched;
  const found: Publication[] = [];
  if (!isHeld(hubDeviceId(site))) found.push(hubDiscovery(site, snapshot, removed));
  for (const node of announced(snapshot)) {
    const id = nodeDeviceId(site, node.id);
    if (!isHeld(id)) found.push(nodeDiscovery(site, node, removed) ?? ended(discoveryTopic(site, id)));
  }
  for (const one of devices) {
    if (isHeld(watchedDeviceId(site, one.id))) continue;
    const publication = watchedDiscovery(site, one, removed);
    if (publication !== undefined) found.push(publication);
  }
  return found;
}

const ended = (topic: string): Publication => ({ topic, payload: "", retain: true });

/** A link on which nobody has said hello is no node yet, and may never be one: somebody else's stick. */
const announced = ({ nodes }: Snapshot): NodeView[] => nodes.filter((node) => node.mac !== null);

/** Of a restless measurement only whether there is one is urgent. */
function statePublication<View>(topic: string, rows: readonly EntityRow<View>[], view: View): Publication {
  const state = stateOf(rows, view);
  const restless = new Set(rows.filter((row) => row.restless === true).map((row) => row.key));
  const urgent = Object.entries(state).map(([key, value]) => (restless.has(key) ? value === null : value));
  return { topic, payload: JSON.stringify(state), retain: true, urgent: JSON.stringify(urgent) };
}
