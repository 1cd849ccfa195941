import type { EntityRow } from "./entities.ts";
import { HUB_ENTITIES, hubState, NODE_ENTITIES, nodeState } from "./entities.ts";
import type { IncidentView, NodeView, Snapshot } from "./snapshot.ts";

/** Where this hub speaks: the persistent hub id is in every topic and id, so that two hubs share a broker. */
export interface Site {
  /** 4-32 characters of [a-z0-9]. */
  readonly hubId: string;
  readonly discoveryPrefix: string;
  readonly version: string;
  /** Address of the page as Home Assistant's device page links to it. */
  readonly configurationUrl?: string;
}

export interface Publication {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
}

const SUPPORT = "https://github.com/airwarden/airwarden";

export const baseTopic = (site: Site): string => `airwarden/${site.hubId}`;
export const statusTopic = (site: Site): string => `${baseTopic(site)}/status`;
export const commandTopic = (site: Site): string => `${baseTopic(site)}/command`;
export const alertTopic = (site: Site): string => `${baseTopic(site)}/alert`;
const hubStateTopic = (site: Site): string => `${baseTopic(site)}/state`;
const nodeTopic = (site: Site, node: NodeView): string => `${baseTopic(site)}/node/${topicId(node.id)}`;

/** Topic levels and ids hold nothing that a stranger or a person chose freely: [a-zA-Z0-9_-] only. */
export const topicId = (text: string): string => text.replaceAll(/[^a-zA-Z0-9_-]/g, "_").slice(0, 64);

interface DeviceCard {
  readonly id: string;
  readonly slug: string;
  readonly stateTopic: string;
  readonly commandTopic: string;
  readonly card: Readonly<Record<string, unknown>>;
}

/** Device discovery of the hub itself: one retained message for all of its entities. */
export function hubDiscovery(site: Site): Publication {
  const id = `airwarden_hub_${site.hubId}`;
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
  return discovery(site, device, HUB_ENTITIES);
}

/** Device discovery of one node, linked to the hub. */
export function nodeDiscovery(site: Site, node: NodeView): Publication {
  const id = `airwarden_node_${site.hubId}_${topicId(node.id)}`;
  const device: DeviceCard = {
    id,
    slug: `airwarden_${topicId(node.name).toLowerCase()}`,
    stateTopic: nodeTopic(site, node),
    commandTopic: `${nodeTopic(site, node)}/command`,
    card: {
      identifiers: [id],
      name: `Airwarden ${node.name}`,
      manufacturer: "Airwarden",
      model: `Node (${node.chip})`,
      sw_version: node.firmware,
      via_device: `airwarden_hub_${site.hubId}`,
      ...(node.mac === null ? {} : { connections: [["mac", node.mac]] }),
    },
  };
  return discovery(site, device, NODE_ENTITIES);
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
  const template = { value_template: `{{ value_json.${row.key} }}` };
  const attributes =
    row.key === "problem"
      ? {
          json_attributes_topic: device.stateTopic,
          json_attributes_template: "{{ {'titles': value_json.titles} | tojson }}",
        }
      : {};
  return { availability, state_topic: device.stateTopic, ...template, ...attributes };
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

/** The alert as an event: never retained, or every restart would tell it again. */
export function alertPublication(
  site: Site,
  incident: IncidentView,
  type: string = incident.kind,
): Publication {
  return { topic: alertTopic(site), payload: JSON.stringify(alertFields(incident, type)), retain: false };
}

/** The fields of an alert, the same on MQTT and on Home Assistant's own bus. Times are seconds since the epoch. */
export function alertFields(incident: IncidentView, type: string): Record<string, unknown> {
  return {
    event_type: type,
    incident_id: incident.id,
    severity: incident.severity,
    tier: incident.tier,
    title: incident.title.slice(0, 255),
    message: incident.message.slice(0, 1000),
    subject: incident.subject,
    raised_at: incident.raisedAt,
    evidence: incident.evidence,
  };
}

export type TopicCommand =
  | { readonly command: "acknowledge_all" }
  | { readonly command: "test_alert" }
  | { readonly command: "acknowledge"; readonly incident: string }
  | { readonly command: "identify_node"; readonly node: string };

/** Reads a command that arrived on one of our command topics; undefined for anything else. */
export function readCommand(site: Site, topic: string, payload: string): TopicCommand | undefined {
  if (topic === commandTopic(site)) {
    if (payload === "acknowledge_all" || payload === "test_alert") return { command: payload };
    const incident = /^acknowledge ([A-Za-z0-9_.:-]{1,120})$/.exec(payload)?.[1];
    return incident === undefined ? undefined : { command: "acknowledge", incident };
  }
  const node = new RegExp(`^${baseTopic(site)}/node/([a-zA-Z0-9_-]{1,64})/command$`).exec(topic)?.[1];
  return node !== undefined && payload === "identify" ? { command: "identify_node", node } : undefined;
}
