import { isPushesADay } from "../../alert/budget.ts";
import { baseTopic, commandTopic, type Site, settingTopic } from "./site.ts";

export type TopicCommand =
  | { readonly command: "acknowledge_all" }
  | { readonly command: "test_alert" }
  | { readonly command: "restore_entities" }
  | { readonly command: "mute_device"; readonly mac: string; readonly muted: boolean }
  | { readonly command: "acknowledge" | "this_is_normal"; readonly incident: string }
  | { readonly command: "snooze"; readonly incident: string; readonly seconds: number }
  /** An incident's id, or an address. */
  | { readonly command: "block"; readonly subject: string }
  | { readonly command: "unblock"; readonly subject: string }
  | { readonly command: "set_learning"; readonly on: boolean }
  | { readonly command: "set_alert_budget"; readonly perDay: number }
  | { readonly command: NodeCommand; readonly node: string };

type NodeCommand = (typeof NODE_COMMANDS)[keyof typeof NODE_COMMANDS];

const HUB_COMMANDS = ["acknowledge_all", "test_alert", "restore_entities"] as const;
/** Words of a node's buttons. */
const NODE_COMMANDS = {
  identify: "identify_node",
  restart: "restart_node",
  update: "update_node",
} as const;
const QUIET_FOR = 86_400;
/** A whole number as Home Assistant writes it. */
const WHOLE = /^\d{1,3}(\.0)?$/;

/** Topics that `readCommand` reads, as patterns to subscribe to. */
export const commandPatterns = (site: Site): string[] => [
  commandTopic(site),
  settingTopic(site, "+"),
  `${baseTopic(site)}/node/+/command`,
  `${baseTopic(site)}/device/+/mute`,
];

/** Reads a command that arrived on one of our command topics; undefined for anything else. */
export function readCommand(site: Site, topic: string, payload: string): TopicCommand | undefined {
  if (topic === commandTopic(site)) return readHubCommand(payload);
  if (topic === settingTopic(site, "learning")) return readLearning(payload);
  if (topic === settingTopic(site, "alert_budget")) return readBudget(payload);
  const base = baseTopic(site);
  const node = new RegExp(`^${base}/node/([a-zA-Z0-9_-]{1,64})/command$`).exec(topic)?.[1];
  if (node !== undefined) return readNodeCommand(node, payload);
  const device = new RegExp(`^${base}/device/([0-9a-f]{12})/mute$`).exec(topic)?.[1];
  const muted = switched(payload);
  if (device === undefined || muted === undefined) return undefined;
  return { command: "mute_device", mac: device.replaceAll(/(?<=..)(?=(?:..)+$)/g, ":"), muted };
}

/** Undefined for all that no switch sends. */
const switched = (payload: string): boolean | undefined =>
  payload === "ON" ? true : payload === "OFF" ? false : undefined;

function readLearning(payload: string): TopicCommand | undefined {
  const on = switched(payload);
  return on === undefined ? undefined : { command: "set_learning", on };
}

function readBudget(payload: string): TopicCommand | undefined {
  const perDay = Number(payload);
  return WHOLE.test(payload) && isPushesADay(perDay) ? { command: "set_alert_budget", perDay } : undefined;
}

function readNodeCommand(node: string, payload: string): TopicCommand | undefined {
  for (const [word, command] of Object.entries(NODE_COMMANDS)) if (word === payload) return { command, node };
  return undefined;
}

/** Plain words, or a verb and the id of an incident: actions of notifications send these. */
function readHubCommand(payload: string): TopicCommand | undefined {
  const plain = HUB_COMMANDS.find((command) => command === payload);
  if (plain !== undefined) return { command: plain };
  const [, verb, incident = ""] =
    /^(acknowledge|this_is_normal|snooze|block|unblock) ([A-Za-z0-9_.:-]{1,120})$/.exec(payload) ?? [];
  if (verb === "acknowledge" || verb === "this_is_normal") return { command: verb, incident };
  if (verb === "block" || verb === "unblock") return { command: verb, subject: incident };
  return verb === "snooze" ? { command: "snooze", incident, seconds: QUIET_FOR } : undefined;
}
