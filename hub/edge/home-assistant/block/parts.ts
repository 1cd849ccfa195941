import type { Mac, Micros } from "../../../base/units.ts";
import type { TopicCommand } from "../../../expose/discovery/topic-command.ts";
import type { BlockEntity } from "../../../expose/snapshot/block.ts";
import type { BlockCommand, PageCommand } from "../../../expose/snapshot/command.ts";
import type { Pipeline } from "../../../pipeline.ts";
import { formatMac, parseMac } from "../../../radio/mac.ts";
import type { HomeAssistant } from "../../home-assistant.ts";
import type { Log } from "../../log.ts";
import type { Store } from "../../store.ts";
import type { Supervisor } from "../../supervisor.ts";
import { Blocking } from "./blocking.ts";
import { blockEntitiesOf } from "./entities.ts";
import { guardedOf, ownInterfaces } from "./guard.ts";
import { blockingHouse } from "./house.ts";

export interface BlockParts {
  readonly pipeline: Pipeline;
  readonly store: Store;
  readonly homeAssistant: HomeAssistant;
  readonly supervisor: Supervisor | undefined;
  readonly log: Log;
  readonly now: () => Micros;
  readonly changed: () => void;
}

export type BlockTopicCommand = Extract<TopicCommand, { command: "block" | "unblock" }>;

const COMMANDS: readonly string[] = ["choose_block", "block_device", "unblock_device", "forget_block"];

export const isBlocking = (command: PageCommand): command is BlockCommand =>
  COMMANDS.includes(command.command);

export function blockingOf(parts: BlockParts): Blocking {
  const { pipeline, store, homeAssistant, supervisor, log, now, changed } = parts;
  const own = ownInterfaces();
  const paired = (): Mac[] => store.nodes.list().flatMap(({ mac }) => (mac === undefined ? [] : [mac]));
  return new Blocking({
    ...{ store, now, changed },
    nameOf: (mac) => pipeline.names.device(mac),
    guarded: () => guardedOf({ pipeline, paired: paired(), host: [...own, ...(supervisor?.macs ?? [])] }),
    house: blockingHouse({ assistant: homeAssistant.assistant, entities: () => homeAssistant.entities }),
    onNotice: (line) => log.info(() => line),
  });
}

/** An automation asks to block what an incident is about, or an address. What fails becomes a notification. */
export async function blockByTopic(
  { command, subject }: BlockTopicCommand,
  blocking: Blocking,
  { pipeline, homeAssistant, log }: BlockParts,
): Promise<void> {
  const incident = pipeline.incidents.all().find(({ id }) => id === subject);
  const about = incident?.subject.kind === "device" ? incident.subject.mac : undefined;
  const mac = about ?? parseMac(subject);
  const by = "an automation";
  const failure =
    mac === undefined
      ? "this alert is about no device"
      : command === "block"
        ? await blocking.block({ mac, incident: incident?.id, despite: false }, by)
        : await blocking.perform({ command: "unblock_device", mac: formatMac(mac) }, by);
  if (failure === undefined) return;
  const name = mac === undefined ? subject : pipeline.names.device(mac);
  log.warn(() => `${command} ${subject}: ${failure}`);
  homeAssistant.tellFailure(`${name} could not be ${command}ed`, failure);
}

/** What "block" could turn in Home Assistant. Rejects while it cannot be asked. */
export async function blockEntities({
  pipeline,
  homeAssistant,
}: BlockParts): Promise<readonly BlockEntity[]> {
  const entities = await homeAssistant.listEntities();
  const owners = new Map<string, string>();
  for (const { mac, home } of pipeline.house.devices()) {
    if (!home) continue;
    for (const id of pipeline.household.of(mac)?.entityIds ?? []) owners.set(id, formatMac(mac));
  }
  return blockEntitiesOf(entities, (id) => owners.get(id));
}
