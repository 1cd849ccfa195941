import { baseTopic, commandTopic, type Site } from "./site.ts";

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
