import type { NodeView, Snapshot } from "./snapshot.ts";
import type { WatchedView } from "./watched.ts";

/** One entity as Home Assistant's MQTT discovery describes it, and how its state is read from the state topic. */
export interface EntityRow {
  readonly key: string;
  readonly platform: "event" | "binary_sensor" | "sensor" | "button" | "switch";
  readonly name: string | null;
  /** Home Assistant keys as they stand in the payload: device_class, unit_of_measurement, icon, … */
  readonly traits: Readonly<Record<string, string | boolean | number | readonly string[]>>;
  /** Command published by a button, undefined for entities with a state. */
  readonly command?: string;
  /** How the state is read where it is not simply the value of the key. */
  readonly template?: string;
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
  {
    key: "restore_entities",
    platform: "button",
    name: "Restore deleted entities",
    traits: { icon: "mdi:restore", enabled_by_default: false, ...DIAGNOSTIC },
    command: "restore_entities",
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

const QUIET = { enabled_by_default: false, ...DIAGNOSTIC } as const;

/** Entities of one device of the home. What changes all the time is off until somebody wants it. */
export const WATCHED_ENTITIES: readonly EntityRow[] = [
  {
    key: "unusual",
    platform: "binary_sensor",
    name: "Unusual behaviour",
    traits: { device_class: "problem" },
  },
  {
    key: "muted",
    platform: "switch",
    name: "Mute alerts",
    traits: { icon: "mdi:bell-off-outline", entity_category: "config" },
  },
  {
    key: "airtime_share",
    platform: "sensor",
    name: "Airtime share",
    traits: { state_class: "measurement", unit_of_measurement: "%", icon: "mdi:chart-donut", ...QUIET },
  },
  {
    key: "traffic_up",
    platform: "sensor",
    name: "Estimated traffic up",
    traits: {
      device_class: "data_size",
      state_class: "total_increasing",
      unit_of_measurement: "MB",
      ...QUIET,
    },
  },
  {
    key: "traffic_down",
    platform: "sensor",
    name: "Estimated traffic down",
    traits: {
      device_class: "data_size",
      state_class: "total_increasing",
      unit_of_measurement: "MB",
      ...QUIET,
    },
  },
  {
    key: "coverage",
    platform: "sensor",
    name: "Coverage",
    traits: { state_class: "measurement", unit_of_measurement: "%", icon: "mdi:ear-hearing", ...QUIET },
  },
  { key: "network", platform: "sensor", name: "Network", traits: { icon: "mdi:wifi", ...QUIET } },
  {
    key: "last_heard",
    platform: "sensor",
    name: "Last heard",
    traits: { device_class: "timestamp", ...QUIET },
    template:
      "{{ none if value_json.last_heard is none else (value_json.last_heard | as_datetime).isoformat() }}",
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

/** Steps of an estimate: 0.1 MB, one percent, a minute. Finer ones would be rows of noise in the recorder. */
export function watchedState(device: WatchedView): StateFields {
  const percent = (share: number | null): number | null => (share === null ? null : Math.round(share * 100));
  const megabytes = (octets: number | null): number | null =>
    octets === null ? null : Math.round(octets / 1e5) / 10;
  return {
    unusual: device.unusual ? "ON" : "OFF",
    muted: device.muted ? "ON" : "OFF",
    airtime_share: device.airtimeShare === null ? null : roundRate(device.airtimeShare * 100),
    traffic_up: megabytes(device.octetsUp),
    traffic_down: megabytes(device.octetsDown),
    coverage: percent(device.coverage),
    network: device.network,
    last_heard: device.lastHeard === null ? null : Math.floor(device.lastHeard / 60) * 60,
  };
}

/** Two significant digits: the trend stays, the noise of the last digit does not reach the recorder. */
export function roundRate(value: number): number {
  return value === 0 ? 0 : Number(value.toPrecision(2));
}
