import { MOST_PUSHES_A_DAY } from "../../alert/budget.ts";
import { NODE_REFUSED } from "../problems.ts";
import type { IncidentView, Snapshot } from "../snapshot.ts";
import { CONFIG, DIAGNOSTIC, type EntityRow, onOff, QUIET, roundRate, updateTemplate } from "./row.ts";

/** Kinds of incidents as event types of the alert entity; stable for ever, automations name them. */
export const ALERT_TYPES = ["deauth_flood", "unknown_device", "node_silent", "test"] as const;

const CHANGES = "https://github.com/airwarden/airwarden/blob/main/addon/CHANGELOG.md";
const MOST_TITLES = 10;
const TITLE_CHARACTERS = 200;

const unseen = ({ incidents }: Snapshot): IncidentView[] =>
  incidents.filter((one) => one.resolvedAt === null && !one.acknowledged);

export const HUB_ENTITIES: readonly EntityRow<Snapshot>[] = [
  {
    key: "alert",
    platform: "event",
    name: "Alert",
    traits: { icon: "mdi:shield-alert", event_types: ALERT_TYPES },
  },
  {
    key: "problem",
    platform: "binary_sensor",
    name: "Problem",
    traits: { device_class: "problem" },
    state: (snapshot) => onOff(unseen(snapshot).length > 0),
    attributes: (snapshot) => ({
      titles: unseen(snapshot)
        .slice(0, MOST_TITLES)
        .map((one) => one.title.slice(0, TITLE_CHARACTERS)),
    }),
  },
  {
    key: "open_incidents",
    platform: "sensor",
    name: "Open incidents",
    traits: { state_class: "measurement", icon: "mdi:alert-circle-outline" },
    state: (snapshot) => unseen(snapshot).length,
  },
  {
    key: "setup_problem",
    platform: "binary_sensor",
    name: "Setup problem",
    traits: { device_class: "problem", ...DIAGNOSTIC },
    state: ({ setupProblems }) => onOff(setupProblems.length > 0),
    attributes: ({ setupProblems }) => ({ problems: setupProblems.map((one) => ({ ...one })) }),
  },
  {
    key: "node_refused",
    platform: "binary_sensor",
    name: "Node refused",
    traits: { device_class: "problem", icon: "mdi:key-alert-outline", ...DIAGNOSTIC },
    state: ({ setupProblems }) => onOff(setupProblems.some((one) => one.id.startsWith(NODE_REFUSED))),
  },
  {
    key: "hub_update",
    platform: "update",
    name: "Hub update",
    traits: { ...DIAGNOSTIC },
    state: ({ hub, version }) => ({
      title: "Airwarden",
      installed_version: hub.update?.installed ?? version,
      latest_version: hub.update?.latest ?? version,
      release_url: CHANGES,
    }),
    template: updateTemplate("hub_update"),
    // Only the Supervisor knows what could be installed.
    offered: ({ hub }) => hub.update !== null,
  },
  {
    key: "home_devices",
    platform: "sensor",
    name: "Devices at home",
    traits: { state_class: "measurement", icon: "mdi:devices" },
    state: ({ devices }) => devices.filter((one) => one.home).length,
  },
  {
    key: "nodes_connected",
    platform: "sensor",
    name: "Nodes connected",
    traits: { state_class: "measurement", icon: "mdi:access-point", ...DIAGNOSTIC },
    state: ({ nodes }) => nodes.filter((one) => one.connected).length,
  },
  {
    key: "frames_per_second",
    platform: "sensor",
    name: "Frames heard",
    traits: { state_class: "measurement", unit_of_measurement: "frames/s", ...QUIET },
    state: ({ hub }) => roundRate(hub.framesPerSecond),
    restless: true,
  },
  {
    key: "learning_progress",
    platform: "sensor",
    name: "Learning progress",
    traits: { unit_of_measurement: "%", icon: "mdi:school-outline", ...DIAGNOSTIC },
    state: ({ hub }) => Math.floor(hub.learning.progress * 100),
  },
  {
    key: "learning",
    platform: "switch",
    name: "Learning",
    traits: { icon: "mdi:school", ...CONFIG },
    state: ({ hub }) => onOff(hub.learning.active),
    settable: true,
  },
  {
    key: "alert_budget",
    platform: "number",
    name: "Alert budget",
    traits: {
      icon: "mdi:bell-cog-outline",
      unit_of_measurement: "alerts/day",
      ...{ min: 0, max: MOST_PUSHES_A_DAY, step: 1, mode: "box" },
      ...CONFIG,
    },
    state: ({ hub }) => hub.alertBudget.perDay,
    settable: true,
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
    traits: { icon: "mdi:restore", ...QUIET },
    command: "restore_entities",
  },
];
