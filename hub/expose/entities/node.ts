import type { NodeView } from "../snapshot.ts";
import {
  CONFIG,
  DIAGNOSTIC,
  type EntityRow,
  onOff,
  QUIET,
  roundRate,
  type StateValue,
  updateTemplate,
} from "./row.ts";

/** Home Assistant takes 255 characters. */
const MOST_CHANNELS = 40;

/** Where it listened over the last minute: the channel of the moment would be another one with every look. */
function channelsOf({ channel, channels }: NodeView): string | null {
  const heard = channels.map((one) => one.channel).sort((a, b) => a - b);
  if (heard.length > 0) return heard.slice(0, MOST_CHANNELS).join(", ");
  return channel === null ? null : String(channel);
}

/** Home Assistant shows as much of a summary. */
const SUMMARY_CHARACTERS = 255;

function firmwareOf({ firmware, update }: NodeView): StateValue {
  const { latest, phase, percent, problem } = update;
  const runs = phase === "sending" || phase === "starting" || phase === "trial";
  const failed = phase === "failed" && problem !== null && latest !== firmware;
  return {
    title: "Airwarden node",
    installed_version: firmware,
    latest_version: latest ?? firmware,
    in_progress: runs,
    update_percentage: phase === "sending" ? percent : null,
    // Home Assistant keeps what it is not told anew.
    release_summary: failed ? `The last update failed: ${problem}`.slice(0, SUMMARY_CHARACTERS) : "",
  };
}

export const NODE_ENTITIES: readonly EntityRow<NodeView>[] = [
  {
    key: "connected",
    platform: "binary_sensor",
    name: "Connected",
    traits: { device_class: "connectivity", ...DIAGNOSTIC },
    state: ({ connected }) => onOff(connected),
    lasting: true,
  },
  {
    key: "frames_per_second",
    platform: "sensor",
    name: "Frames heard",
    traits: { state_class: "measurement", unit_of_measurement: "frames/s", ...DIAGNOSTIC },
    state: ({ framesPerSecond }) => roundRate(framesPerSecond),
    restless: true,
  },
  {
    key: "dropped",
    platform: "sensor",
    name: "Frames dropped",
    traits: { state_class: "total_increasing", ...QUIET },
    state: ({ dropped }) => dropped,
    restless: true,
  },
  {
    key: "channel",
    platform: "sensor",
    name: "Channels",
    traits: { icon: "mdi:radio-tower", ...DIAGNOSTIC },
    state: channelsOf,
  },
  {
    key: "temperature",
    platform: "sensor",
    name: "Temperature",
    traits: {
      device_class: "temperature",
      state_class: "measurement",
      unit_of_measurement: "°C",
      suggested_display_precision: 0,
      ...QUIET,
    },
    state: ({ temperature }) => (temperature === null ? null : Math.round(temperature)),
    restless: true,
  },
  {
    key: "problem",
    platform: "binary_sensor",
    name: "Problem",
    traits: { device_class: "problem", ...DIAGNOSTIC },
    state: ({ problem }) => onOff(problem !== null),
    attributes: ({ problem }) => ({ reason: problem }),
    lasting: true,
  },
  {
    key: "firmware",
    platform: "update",
    name: "Firmware",
    traits: { device_class: "firmware", ...CONFIG },
    state: firmwareOf,
    template: updateTemplate("firmware"),
    command: "update",
    offered: ({ update }) => update.latest !== null,
  },
  {
    key: "restart",
    platform: "button",
    name: "Restart",
    traits: { device_class: "restart", ...CONFIG },
    command: "restart",
    offered: ({ restartable }) => restartable,
  },
  {
    key: "identify",
    platform: "button",
    name: "Identify",
    traits: { device_class: "identify", ...DIAGNOSTIC },
    command: "identify",
  },
];
