import type { NodeView, Snapshot } from "./snapshot.ts";

/** One entity as Home Assistant's MQTT discovery describes it, and how its state is read from the state topic. */
export interface EntityRow {
  readonly key: string;
  readonly platform: "event" | "binary_sensor" | "sensor" | "button";
  readonly name: string | null;
  /** Home Assistant keys as they stand in the payload: device_class, unit_of_measurement, icon, … */
  readonly traits: Readonly<Record<string, string | boolean | number | readonly string[]>>;
  /** Command published by a button, undefined for entities with a state. */
  readonly command?: string;
}

const DIAGNOSTIC = { entity_category: "diagnostic" } as const;

/** Kinds of incidents as event types of the alert entity; stable for ever, automations name them. */
export const ALERT_TYPES = ["deauth_flood", "unknown_device", "node_silent", "test"] as const;

export const HUB_ENTITIES: readonly EntityRow[] = [
  {
    key: "alert",
    platform: "event",
    name: "Alert",
    traits: { icon: "mdi:shield-alert", event_types: ALERT_TYPES },
  },
  { key: "problem", platform: "binary_sensor", name: "Problem", traits: { device_class: "problem" } },
  {
    key: "open_incidents",
    platform: "sensor",
    name: "Open incidents",
    traits: { state_class: "measurement", icon: "mdi:alert-circle-outline" },
  },
  {
    key: "home_devices",
    platform: "sensor",
    name: "Devices at home",
    traits: { state_class: "measurement", icon: "mdi:devices" },
  },
  {
    key: "nodes_connected",
    platform: "sensor",
    name: "Nodes connected",
    traits: { state_class: "measurement", icon: "mdi:access-point", ...DIAGNOSTIC },
  },
  {
    key: "frames_per_second",
    platform: "sensor",
    name: "Frames heard",
    traits: {
      state_class: "measurement",
      unit_of_measurement: "frames/s",
      enabled_by_default: false,
      ...DIAGNOSTIC,
    },
  },
  {
    key: "learning_progress",
    platform: "sensor",
    name: "Learning progress",
    traits: { unit_of_measurement: "%", icon: "mdi:school-outline", ...DIAGNOSTIC },
  },
  {
    key: "acknowledge_all",
    platform: "button",
    name: "Acknowledge all",
    traits: { icon: "mdi:check-all" },
    command: "acknowledge_all",
  },
  {
    key: "test_alert",
    platform: "button",
    name: "Test alert",
    traits: { icon: "mdi:bell-ring-outline", ...DIAGNOSTIC },
    command: "test_alert",
  },
];

export const NODE_ENTITIES: readonly EntityRow[] = [
  {
    key: "connected",
    platform: "binary_sensor",
    name: "Connected",
    traits: { device_class: "connectivity", ...DIAGNOSTIC },
  },
  {
    key: "frames_per_second",
    platform: "sensor",
    name: "Frames heard",
    traits: { state_class: "measurement", unit_of_measurement: "frames/s", ...DIAGNOSTIC },
  },
  {
    key: "dropped",
    platform: "sensor",
    name: "Frames dropped",
    traits: { state_class: "total_increasing", enabled_by_default: false, ...DIAGNOSTIC },
  },
  { key: "channel", platform: "sensor", name: "Channel", traits: { icon: "mdi:radio-tower", ...DIAGNOSTIC } },
  {
    key: "temperature",
    platform: "sensor",
    name: "Temperature",
    traits: {
      device_class: "temperature",
      state_class: "measurement",
      unit_of_measurement: "°C",
      enabled_by_default: false,
      ...DIAGNOSTIC,
    },
  },
  {
    key: "identify",
    platform: "button",
    name: "Identify",
    traits: { device_class: "identify", ...DIAGNOSTIC },
    command: "identify",
  },
];

type StateFields = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/**
 * State of the hub entities by key. Rates are rounded so that a quiet home writes few rows into the recorder.
 * `titles` are the open incidents, newest first, at most ten.
 */
export function hubState(snapshot: Snapshot): StateFields {
  const open = snapshot.incidents.filter((one) => one.resolvedAt === null && !one.acknowledged);
  return {
    problem: open.length > 0 ? "ON" : "OFF",
    open_incidents: open.length,
    home_devices: snapshot.devices.filter((one) => one.home).length,
    nodes_connected: snapshot.nodes.filter((one) => one.connected).length,
    frames_per_second: roundRate(snapshot.hub.framesPerSecond),
    learning_progress: Math.floor(snapshot.hub.learning.progress * 100),
    titles: open.slice(0, 10).map((one) => one.title.slice(0, 200)),
  };
}

export function nodeState(node: NodeView): StateFields {
  return {
    connected: node.connected ? "ON" : "OFF",
    frames_per_second: roundRate(node.framesPerSecond),
    dropped: node.dropped,
    channel: node.channel,
    temperature: node.temperature === null ? null : Math.round(node.temperature),
  };
}

/** Two significant digits: the trend stays, the noise of the last digit does not reach the recorder. */
export function roundRate(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(2));
}
