import type { EntityRow } from "./entities.ts";
import {
  HUB_ENTITIES,
  hubState,
  NODE_ENTITIES,
  nodeState,
  WATCHED_ENTITIES,
  watchedState,
} from "./entities.ts";
import type { IncidentView, NodeView, Snapshot } from "./snapshot.ts";
import type { Watched, WatchedView } from "./watched.ts";

/** Where this hub speaks: the persistent hub id is in every topic and id, so that two hubs share a broker. */
export interface Site {
  /** 4-32 characters of [a-z0-9]. */
  readonly hubId: string;
  readonly discoveryPrefix: string;
  readonly version: string;
  /** Address of the page as Home Assistant's device page links to it. */
  readonly configurationUrl?: string | undefined;
}

export interface Publication {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  /** What must be told at once; while it stays the same, the rest of the payload may wait. */
  readonly urgent?: string;
}

const SUPPORT = "https://github.com/airwarden/airwarden";

export const baseTopic = (site: Pick<Site, "hubId">): string => `airwarden/${site.hubId}`;
export const statusTopic = (site: Site): string => `${baseTopic(site)}/status`;
export const commandTopic = (site: Pick<Site, "hubId">): string => `${baseTopic(site)}/command`;
export const alertTopic = (site: Site): string => `${baseTopic(site)}/alert`;
const hubStateTopic = (site: Site): string => `${baseTopic(site)}/state`;
export const watchedTopic = (site: Site, id: string): string => `${baseTopic(site)}/device/${id}`;
const nodeTopic = (site: Site, node: NodeView): string => `${baseTopic(site)}/node/${topicId(node.id)}`;

/** Topic levels and ids hold nothing that a stranger or a person chose freely: [a-zA-Z0-9_-] only. */
export const topicId = (text: string): string => text.replaceAll(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64);

const NONE: ReadonlySet<string> = new Set();

export const hubDeviceId = (site: Site): string => `airwarden_hub_${site.hubId}`;
const watchedDeviceId = (site: Site, id: string): string => `airwarden_dev_${site.hubId}_${id}`;

interface DeviceCard {
  readonly id: string;
  readonly slug: string;
  readonly stateTopic: string;
  readonly commandTopic: string;
  readonly card: Readonly<Record<string, unknown>>;
}

/** Device discovery of the hub itself: one retained message for all of its entities but those in `removed`. */
export function hubDiscovery(site: Site, removed = NONE): Publication {
  const id = hubDeviceId(site);
  const device: DeviceCard = {
    id,
    slug: "airwarden",
    stateTopic: hubStateTopic(site),
    commandTopic: commandTopic(site),
    card: {
      identifiers: [id],
      name: "Airwarden",
      manufacturer: "Airwarden",
      model: "Hub",
      sw_version: site.version,
      ...(site.configurationUrl === undefined ? {} : { configuration_url: site.configurationUrl }),
    },
  };
  return discovery(site, device, without(HUB_ENTITIES, id, removed));
}

/** Device discovery of one node, linked to the hub. */
export function nodeDiscovery(site: Site, node: NodeView, removed = NONE): Publication {
  const id = `airwarden_node_${site.hubId}_${topicId(node.id)}`;
  const device: DeviceCard = {
    id,
    slug: `airwarden_${slugOf(node.name, topicId(node.id))}`,
    stateTopic: nodeTopic(site, node),
    commandTopic: `${nodeTopic(site, node)}/command`,
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
  return discovery(site, device, without(NODE_ENTITIES, id, removed));
}

/** Device discovery of one device of the home; undefined where the person has deleted all of it. */
export function watchedDiscovery(site: Site, one: WatchedView, removed = NONE): Publication | undefined {
  const id = watchedDeviceId(site, one.id);
  const rows = without(WATCHED_ENTITIES, id, removed);
  if (rows.length === 0) return undefined;
  const device: DeviceCard = {
    id,
    slug: `airwarden_${slugOf(one.name, one.id)}`,
    stateTopic: watchedTopic(site, one.id),
    commandTopic: `${watchedTopic(site, one.id)}/mute`,
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

const without = (
  rows: readonly EntityRow[],
  id: string,
  removed: ReadonlySet<string>,
): readonly EntityRow[] =>
  removed.size === 0 ? rows : rows.filter((row) => !removed.has(`${id}_${row.key}`));

/** Part of an entity id, from a name that may hold anything. */
function slugOf(name: string, otherwise: string): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  return slug === "" ? otherwise.toLowerCase().replaceAll(/[^a-z0-9]/g, "_") : slug.slice(0, 64);
}

function discovery(site: Site, device: DeviceCard, rows: readonly EntityRow[]): Publication {
  const components = Object.fromEntries(rows.map((row) => [row.key, component(site, device, row)]));
  const payload = {
    device: device.card,
    origin: { name: "Airwarden", sw_version: site.version, support_url: SUPPORT },
    qos: 1,
    components,
  };
  return { topic: discoveryTopic(site, device.id), payload: JSON.stringify(payload), retain: true };
}

export const discoveryTopic = (site: Site, id: string): string =>
  `${site.discoveryPrefix}/device/${id}/config`;

function component(site: Site, device: DeviceCard, row: EntityRow): Record<string, unknown> {
  return {
    platform: row.platform,
    unique_id: `${device.id}_${row.key}`,
    default_entity_id: `${row.platform}.${device.slug}_${row.key}`,
    name: row.name,
    ...row.traits,
    ...topics(site, device, row),
  };
}

function topics(site: Site, device: DeviceCard, row: EntityRow): Record<string, unknown> {
  const availability = [{ topic: statusTopic(site) }];
  if (row.platform === "event") return { state_topic: alertTopic(site) };
  if (row.command !== undefined) {
    return { availability, command_topic: device.commandTopic, payload_press: row.command };
  }
  const template = { value_template: row.template ?? `{{ value_json.${row.key} }}` };
  if (row.platform === "switch") {
    return { availability, state_topic: device.stateTopic, command_topic: device.commandTopic, ...template };
  }
  const attributes =
    row.key === "problem"
      ? {
          json_attributes_topic: device.stateTopic,
          json_attributes_template: "{{ {'titles': value_json.titles} | tojson }}",
        }
      : {};
  return { availability, state_topic: device.stateTopic, ...template, ...attributes };
}

/** All that is to stand on the broker, discovery before states. */
export function retainedPublications(site: Site, snapshot: Snapshot, watched: Watched): Publication[] {
  const { devices, removed } = watched;
  return [
    hubDiscovery(site, removed),
    ...snapshot.nodes.map((node) => nodeDiscovery(site, node, removed)),
    ...devices.map((one) => watchedDiscovery(site, one, removed)).filter((one) => one !== undefined),
    ...statePublications(site, snapshot),
    ...devices.map((one) => watchedPublication(site, one)),
  ];
}

/** Retained states of the hub and of every node. */
export function statePublications(site: Site, snapshot: Snapshot): Publication[] {
  return [
    { topic: hubStateTopic(site), payload: JSON.stringify(hubState(snapshot)), retain: true },
    ...snapshot.nodes.map((node) => ({
      topic: nodeTopic(site, node),
      payload: JSON.stringify(nodeState(node)),
      retain: true,
    })),
  ];
}

function watchedPublication(site: Site, one: WatchedView): Publication {
  const payload = JSON.stringify(watchedState(one));
  const urgent = `${one.unusual} ${one.muted} ${one.lastHeard === null}`;
  return { topic: watchedTopic(site, one.id), payload, retain: true, urgent };
}

/** Id of the device of the home in a topic of this hub, of discovery or of its state; undefined in any other topic. */
export function watchedIdIn(site: Site, topic: string): string | undefined {
  const [states, ids] = [watchedTopic(site, ""), watchedDeviceId(site, "")];
  const discovered = discoveredId(site, topic);
  if (discovered?.startsWith(ids)) return discovered.slice(ids.length);
  return topic.startsWith(states) ? topic.slice(states.length) : undefined;
}

/** Id of one of this hub's devices in a discovery topic; undefined in topics of others. */
export function discoveredId(site: Site, topic: string): string | undefined {
  const id = /\/device\/(airwarden_(?:hub|node|dev)_([a-z0-9]+)(?:_[a-zA-Z0-9_-]+)?)\/config$/.exec(topic);
  return id?.[2] === site.hubId && topic.startsWith(`${site.discoveryPrefix}/`) ? id[1] : undefined;
}

/** The alert as an event: never retained, or every restart would tell it again. */
export function alertPublication(
  site: Site,
  incident: IncidentView,
  type: string = incident.kind,
): Publication {
  return {
    topic: alertTopic(site),
    payload: JSON.stringify(alertFields(site, incident, type)),
    retain: false,
  };
}

/**
 * The fields of an alert, the same on MQTT and on Home Assistant's own bus. Times are seconds since the epoch; what a
 * person answers goes to `command_topic`, as `acknowledge`, `this_is_normal` or `snooze` and the incident's id.
 */
export function alertFields(
  site: Pick<Site, "hubId" | "configurationUrl">,
  incident: IncidentView,
  type: string,
): Record<string, unknown> {
  return {
    event_type: type,
    incident_id: incident.id,
    severity: incident.severity,
    tier: incident.tier,
    title: incident.title.slice(0, 255),
    message: incident.message.slice(0, 1000),
    subject: incident.subject,
    raised_at: incident.raisedAt,
    command_topic: commandTopic(site),
    url: site.configurationUrl ?? null,
    evidence: incident.evidence,
  };
}

export type TopicCommand =
  | { readonly command: "acknowledge_all" }
  | { readonly command: "test_alert" }
  | { readonly command: "restore_entities" }
  | { readonly command: "mute_device"; readonly mac: string; readonly muted: boolean }
  | { readonly command: "acknowledge" | "this_is_normal"; readonly incident: string }
  | { readonly command: "snooze"; readonly incident: string; readonly seconds: number }
  | { readonly command: "identify_node"; readonly node: string };

const HUB_COMMANDS = ["acknowledge_all", "test_alert", "restore_entities"] as const;
const QUIET_FOR = 86_400;

/** Reads a command that arrived on one of our command topics; undefined for anything else. */
export function readCommand(site: Site, topic: string, payload: string): TopicCommand | undefined {
  if (topic === commandTopic(site)) return readHubCommand(payload);
  const base = baseTopic(site);
  const node = new RegExp(`^${base}/node/([a-zA-Z0-9_-]{1,64})/command$`).exec(topic)?.[1];
  if (node !== undefined) return payload === "identify" ? { command: "identify_node", node } : undefined;
  const device = new RegExp(`^${base}/device/([0-9a-f]{12})/mute$`).exec(topic)?.[1];
  if (device === undefined || (payload !== "ON" && payload !== "OFF")) return undefined;
  const mac = device.replaceAll(/(?<=..)(?=(?:..)+$)/g, ":");
  return { command: "mute_device", mac, muted: payload === "ON" };
}

/** Plain words, or a verb and the id of an incident: actions of notifications send these. */
function readHubCommand(payload: string): TopicCommand | undefined {
  const plain = HUB_COMMANDS.find((command) => command === payload);
  if (plain !== undefined) return { command: plain };
  const [, verb, incident = ""] =
    /^(acknowledge|this_is_normal|snooze) ([A-Za-z0-9_.:-]{1,120})$/.exec(payload) ?? [];
  if (verb === "acknowledge" || verb === "this_is_normal") return { command: verb, incident };
  return verb === "snooze" ? { command: "snooze", incident, seconds: QUIET_FOR } : undefined;
}
