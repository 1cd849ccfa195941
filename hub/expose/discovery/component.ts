import { attributesKey, type EntityRow } from "../entities/row.ts";
import type { Publication } from "./publication.ts";
import { alertTopic, discoveryTopic, type Site, statusTopic } from "./site.ts";

const SUPPORT = "https://github.com/airwarden/airwarden";

/** A device as Home Assistant shows it, and where its entities speak. */
export interface DeviceCard {
  readonly id: string;
  /** Part of the ids of its entities at their first registration. */
  readonly slug: string;
  readonly stateTopic: string;
  /** Reads from the state whether the device is there; undefined where that is not asked. */
  readonly presence?: string;
  /** Takes the words of buttons. */
  readonly commandTopic: string;
  /** Takes what a person chooses for one entity. */
  readonly setTopic: (key: string) => string;
  readonly card: Readonly<Record<string, unknown>>;
}

/** One retained message describes a device and all of its entities. */
export function discovery<View>(
  site: Site,
  device: DeviceCard,
  rows: readonly EntityRow<View>[],
): Publication {
  const components = Object.fromEntries(rows.map((row) => [row.key, component(site, device, row)]));
  const payload = {
    device: device.card,
    origin: { name: "Airwarden", sw_version: site.version, support_url: SUPPORT },
    qos: 1,
    components,
  };
  return { topic: discoveryTopic(site, device.id), payload: JSON.stringify(payload), retain: true };
}

function component<View>(site: Site, device: DeviceCard, row: EntityRow<View>): Record<string, unknown> {
  return {
    platform: row.platform,
    unique_id: `${device.id}_${row.key}`,
    default_entity_id: `${row.platform}.${device.slug}_${row.key}`,
    name: row.name,
    ...row.traits,
    ...topics(site, device, row),
  };
}

/** An event has no availability: it would come back from "unavailable" and set off automations. */
function topics<View>(site: Site, device: DeviceCard, row: EntityRow<View>): Record<string, unknown> {
  const { stateTopic: state_topic } = device;
  if (row.platform === "event") return { state_topic: alertTopic(site) };
  const value_template = row.template ?? `{{ value_json.${row.key} }}`;
  return {
    ...availabilityOf(site, device, row),
    ...(row.state === undefined ? {} : { state_topic, value_template }),
    ...(row.command === undefined ? {} : { command_topic: device.commandTopic, ...wordOf(row, row.command) }),
    ...(row.settable === undefined ? {} : { command_topic: device.setTopic(row.key) }),
    ...(row.attributes === undefined ? {} : attributes(state_topic, row.key)),
  };
}

/** The hub runs, and the device is there. */
function availabilityOf<View>(site: Site, device: DeviceCard, row: EntityRow<View>): Record<string, unknown> {
  const hub = { topic: statusTopic(site) };
  if (device.presence === undefined || row.lasting === true) return { availability: [hub] };
  const own = { topic: device.stateTopic, value_template: device.presence };
  return { availability: [hub, own], availability_mode: "all" };
}

const wordOf = <View>(row: EntityRow<View>, word: string): Record<string, string> =>
  row.platform === "update" ? { payload_install: word } : { payload_press: word };

const attributes = (topic: string, key: string): Record<string, string> => ({
  json_attributes_topic: topic,
  json_attributes_template: `{{ value_json.${attributesKey(key)} | tojson }}`,
});

/** Part of an entity id, from a name that may hold anything. */
export function slugOf(name: string, otherwise: string): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  return slug === "" ? otherwise.toLowerCase().replaceAll(/[^a-z0-9]/g, "_") : slug.slice(0, 64);
}
