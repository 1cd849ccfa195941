import type { NodeView } from "../snapshot.ts";
import { DIAGNOSTIC, type EntityRow, onOff, QUIET, roundRate } from "./row.ts";

/** Home Assistant takes 255 characters. */
const MOST_CHANNELS = 40;

/** Where it listened over the last minute: the channel of the moment would be another one with every look. */
function channelsOf({ channel, channels }: NodeView): string | null {
  const heard = channels.map((one) => one.channel).sort((a, b) => a - b);
  if (heard.length > 0) return heard.slice(0, MOST_CHANNELS).join(", ");
  return channel === null ? null : String(channel);
}

export const NODE_ENTITIES: readonly EntityRow<NodeView>[] = [
  {
    key: "connected",
    platform: "binary_sensor",
    name: "Connected",
    traits: { device_class: "connectivity", ...DIAGNOSTIC },
    state: ({ connected }) => onOff(connected),
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
      ...QUIET,
    },
    state: ({ temperature }) => (temperature === null ? null : Math.round(temperature)),
    restless: true,
  },
  {
    key: "identify",
    platform: "button",
    name: "Identify",
    traits: { device_class: "identify", ...DIAGNOSTIC },
    command: "identify",
  },
];
