import type { WatchedView } from "../watched.ts";
import { CONFIG, type EntityRow, onOff, QUIET, roundRate } from "./row.ts";

const MINUTE_SECONDS = 60;
const percent = (share: number | null): number | null => (share === null ? null : Math.round(share * 100));
const megabytes = (octets: number | null): number | null =>
  octets === null ? null : Math.round(octets / 1e5) / 10;

const TRAFFIC = {
  device_class: "data_size",
  state_class: "total_increasing",
  unit_of_measurement: "MB",
  suggested_display_precision: 1,
  ...QUIET,
} as const;

/**
 * Entities of one device of the home. Steps of an estimate: 0.1 MB, one percent, a minute. Finer ones would be rows
 * of noise in the recorder.
 */
export const WATCHED_ENTITIES: readonly EntityRow<WatchedView>[] = [
  {
    key: "unusual",
    platform: "binary_sensor",
    name: "Unusual behaviour",
    traits: { device_class: "problem" },
    state: ({ unusual }) => onOff(unusual),
  },
  {
    key: "muted",
    platform: "switch",
    name: "Mute alerts",
    traits: { icon: "mdi:bell-off-outline", ...CONFIG },
    state: ({ muted }) => onOff(muted),
    settable: true,
  },
  {
    key: "airtime_share",
    platform: "sensor",
    name: "Airtime share",
    traits: {
      state_class: "measurement",
      unit_of_measurement: "%",
      suggested_display_precision: 2,
      icon: "mdi:chart-donut",
      ...QUIET,
    },
    state: ({ airtimeShare }) => (airtimeShare === null ? null : roundRate(airtimeShare * 100)),
    restless: true,
  },
  {
    key: "traffic_up",
    platform: "sensor",
    name: "Estimated traffic up",
    traits: TRAFFIC,
    state: ({ octetsUp }) => megabytes(octetsUp),
    restless: true,
  },
  {
    key: "traffic_down",
    platform: "sensor",
    name: "Estimated traffic down",
    traits: TRAFFIC,
    state: ({ octetsDown }) => megabytes(octetsDown),
    restless: true,
  },
  {
    key: "coverage",
    platform: "sensor",
    name: "Coverage",
    traits: {
      state_class: "measurement",
      unit_of_measurement: "%",
      suggested_display_precision: 0,
      icon: "mdi:ear-hearing",
      ...QUIET,
    },
    state: ({ coverage }) => percent(coverage),
    restless: true,
  },
  {
    key: "network",
    platform: "sensor",
    name: "Network",
    traits: { icon: "mdi:wifi", ...QUIET },
    state: ({ network }) => network,
  },
  {
    key: "last_heard",
    platform: "sensor",
    name: "Last heard",
    traits: { device_class: "timestamp", ...QUIET },
    state: ({ lastHeard }) =>
      lastHeard === null ? null : Math.floor(lastHeard / MINUTE_SECONDS) * MINUTE_SECONDS,
    template:
      "{{ none if value_json.last_heard is none else (value_json.last_heard | as_datetime).isoformat() }}",
    restless: true,
  },
];
