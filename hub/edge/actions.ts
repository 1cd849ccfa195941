import { type Micros, micros, type NodeIndex, SECOND } from "../base/units.ts";
import type { TopicCommand } from "../expose/discovery/topic-command.ts";
import type { BlockCommand, NodeCommand, PageCommand } from "../expose/snapshot/command.ts";
import type { IncidentView } from "../expose/snapshot.ts";
import { nodeId } from "../expose/view/node.ts";
import type { Pipeline } from "../pipeline.ts";
import { parseMac } from "../radio/mac.ts";
import {
  assignEntity,
  chooseEntity,
  chooseHome,
  mergeDevices,
  setLearning,
  splitDevice,
} from "./actions/decide.ts";

const IDENTIFY_SECONDS = 10;

export interface ActionOptions {
  readonly pipeline: Pipeline;
  readonly now: () => Micros;
  /** Sends an alert through all outputs without there being an incident. */
  readonly tellTest: (incident: IncidentView) => void;
  /** Entities that a person deleted in Home Assistant come back. */
  readonly restoreEntities: () => void;
  /** Begins to give a node the firmware of this hub. */
  readonly updateNode: (node: NodeIndex) => string | undefined;
  readonly restartNode: (node: NodeIndex) => string | undefined;
  /** Home Assistant has such an entity, also where its registry has not. */
  readonly hasEntity: (entityId: string) => boolean;
  /** Which entities count has changed. */
  readonly entitiesChosen: () => void;
}

/** All that the pipeline is asked to do; nodes, their ports and blocking are answered elsewhere. */
export type Action =
  | Exclude<PageCommand, NodeCommand | BlockCommand>
  | Exclude<TopicCommand, { readonly command: "block" | "unblock" }>;

/** Does what a person asked for on the page or through Home Assistant. Gives a sentence where it cannot be done. */
export function act(command: Action, options: ActionOptions): string | undefined {
  const { pipeline, now } = options;
  const time = now();
  switch (command.command) {
    case "acknowledge":
      return settle(pipeline, pipeline.incidents.acknowledge(command.incident, time));
    case "acknowledge_all":
      pipeline.note(pipeline.incidents.acknowledgeAll(time));
      return undefined;
    case "this_is_normal":
      return settle(pipeline, pipeline.incidents.quiet(command.incident, undefined, time));
    case "snooze": {
      const until = micros(time + command.seconds * SECOND);
      return settle(pipeline, pipeline.incidents.quiet(command.incident, until, time));
    }
    case "undo_normal":
      return pipeline.incidents.feedback.undo(command.identity) ? undefined : "this was taken back already";
    case "name_device":
    case "trust_device":
      return actOnDevice(command, pipeline, time);
    case "merge_devices":
      return mergeDevices(command.macs, pipeline, time);
    case "split_device":
      return splitDevice(command.mac, pipeline);
    case "choose_home":
      return chooseHome(command.ssid, pipeline, time);
    case "identify_node":
      return withNode(command.node, pipeline, (node) => identify(node, pipeline));
    case "update_node":
      return withNode(command.node, pipeline, options.updateNode);
    case "restart_node":
      return withNode(command.node, pipeline, options.restartNode);
    case "mute_device":
      return mute(command, pipeline, time);
    case "set_learning":
      return setLearning(command.on, pipeline, time);
    case "set_alert_budget":
      pipeline.incidents.budget.perDay = command.perDay;
      return undefined;
    case "assign_entity":
    case "choose_entity":
      return actOnEntity(command, options);
    case "restore_entities":
      options.restoreEntities();
      return undefined;
    case "test_alert":
      options.tellTest(testIncident(time));
      return undefined;
  }
}

function actOnEntity(
  command: Extract<PageCommand, { command: "assign_entity" | "choose_entity" }>,
  { pipeline, hasEntity, entitiesChosen }: ActionOptions,
): string | undefined {
  const failure =
    command.command === "assign_entity"
      ? assignEntity(command, pipeline, hasEntity)
      : chooseEntity(command, pipeline, hasEntity);
  if (failure === undefined) entitiesChosen();
  return failure;
}

type Settled = ReturnType<Pipeline["incidents"]["acknowledge"]>;

function settle(pipeline: Pipeline, change: Settled): string | undefined {
  pipeline.note([change]);
  return change === undefined ? "this incident is already over" : undefined;
}

function actOnDevice(
  command: Extract<PageCommand, { command: "name_device" | "trust_device" }>,
  pipeline: Pipeline,
  time: Micros,
): string | undefined {
  const mac = parseMac(command.mac);
  if (mac === undefined) return "this is no address of a device";
  if (command.command === "name_device") pipeline.known.name(mac, command.name, time);
  else pipeline.known.trust(mac, command.known, time);
  if (pipeline.known.has(mac)) {
    pipeline.note([pipeline.incidents.resolveNow("unknown_device", { kind: "device", mac }, time)]);
  }
  return undefined;
}

function mute(
  command: Extract<TopicCommand, { command: "mute_device" }>,
  pipeline: Pipeline,
  time: Micros,
): string | undefined {
  const mac = parseMac(command.mac);
  if (mac === undefined) return "this is no address of a device";
  pipeline.note(pipeline.incidents.mute({ kind: "device", mac }, command.muted, time));
  return undefined;
}

type OnNode = (node: NodeIndex) => string | undefined;

/** Over the link that it reports over, else over any that it is on. */
function withNode(id: string, pipeline: Pipeline, act: OnNode): string | undefined {
  const reporting = pipeline.nodes.reporting().find((record) => nodeId(record) === id);
  if (reporting === undefined) return "this node is not known";
  const { hello } = reporting;
  const links = hello === undefined ? [] : pipeline.nodes.of(hello.mac);
  const open = [reporting, ...links].find((record) => pipeline.isOpen(record.index));
  return act((open ?? reporting).index);
}

function identify(node: NodeIndex, pipeline: Pipeline): string | undefined {
  if (!pipeline.isOpen(node)) return "this node is not connected now";
  pipeline.command(node, { kind: "identify", seconds: IDENTIFY_SECONDS });
  return undefined;
}

function testIncident(time: Micros): IncidentView {
  const seconds = time / SECOND;
  return {
    id: `test-${Math.floor(seconds)}`,
    kind: "test",
    severity: "info",
    tier: "push",
    subject: { kind: "air" },
    raisedAt: seconds,
    updatedAt: seconds,
    resolvedAt: seconds,
    acknowledged: true,
    title: "Test alert from Airwarden",
    message: "Somebody pressed the test button. If you read this where you expected it, your alerts arrive.",
    evidence: { observed: 1, expected: 0, unit: "test" },
  };
}
