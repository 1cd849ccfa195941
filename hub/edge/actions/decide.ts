import { printable } from "../../base/text.ts";
import type { Micros } from "../../base/units.ts";
import type { PageCommand } from "../../expose/snapshot/command.ts";
import { MOST_OF_ONE } from "../../house/mapping.ts";
import type { Pipeline } from "../../pipeline.ts";
import { parseMac } from "../../radio/mac.ts";

const SSID_CHARACTERS = 32;

/**
 * A person says that addresses are one device: what is known of one holds for all. A sentence where it cannot be done.
 */
export function mergeDevices(macs: readonly string[], pipeline: Pipeline, time: Micros): string | undefined {
  const parsed = macs.map(parseMac).filter((mac) => mac !== undefined);
  const [first, ...others] = new Set(parsed);
  if (first === undefined || others.length === 0 || parsed.length !== macs.length) {
    return "name two addresses of devices";
  }
  const { identity, known } = pipeline;
  identity.join(parsed);
  const all = identity.joinedByHand(first);
  if (!all.some((mac) => known.has(mac))) return undefined;
  const name = all.map((mac) => known.nameOf(mac)).find((one) => one !== undefined);
  for (const mac of all) {
    if (name !== undefined && known.nameOf(mac) === undefined) known.name(mac, name, time);
    else if (!known.has(mac)) known.trust(mac, true, time);
    pipeline.note([pipeline.incidents.resolveNow("unknown_device", { kind: "device", mac }, time)]);
  }
  return undefined;
}

/** A person says that an address is a device of its own. */
export function splitDevice(text: string, pipeline: Pipeline): string | undefined {
  const mac = parseMac(text);
  if (mac === undefined) return "this is no address of a device";
  pipeline.identity.part(mac);
  return undefined;
}

/** A person says which network is the home's, by its name as it is shown. What is in it is learned from now on. */
export function chooseHome(name: string, pipeline: Pipeline, time: Micros): string | undefined {
  for (const { ssid } of pipeline.house.accessPoints()) {
    if (ssid === undefined || printable(ssid, SSID_CHARACTERS) !== name) continue;
    if (!pipeline.chooseHome(ssid)) return "the configuration says which network is yours: change it there";
    pipeline.known.learnAnew(time);
    return undefined;
  }
  return `no network "${name}" is heard now`;
}

/** A person begins a learning phase anew, or ends the one that runs; asked for what is so already, nothing happens. */
export function setLearning(on: boolean, { known }: Pipeline, time: Micros): undefined {
  if (on === known.learning(time)) return;
  if (on) known.learnAnew(time);
  else known.endLearning(time);
}

/** A person says whether an entity is of a device. */
export function assignEntity(
  { mac: address, entity, belongs }: Extract<PageCommand, { command: "assign_entity" }>,
  { household }: Pipeline,
  isThere: (entityId: string) => boolean,
): string | undefined {
  const mac = parseMac(address);
  if (mac === undefined) return "this is no address of a device";
  const { mapping } = household;
  if (belongs && !mapping.knows(entity) && !isThere(entity)) {
    return `Home Assistant has no entity "${entity}"`;
  }
  if (belongs && mapping.of(mac).length >= MOST_OF_ONE) return "this device has too many entities already";
  mapping.correct({ mac, entityId: entity, belongs });
  return undefined;
}

/** A person says which entity tells who is home, whether the alarm is armed, or that guests are there. */
export function chooseEntity(
  { role, choice }: Extract<PageCommand, { command: "choose_entity" }>,
  { household, context }: Pipeline,
  isThere: (entityId: string) => boolean,
): string | undefined {
  const chosen = choice.includes(".");
  if (chosen && !household.mapping.knows(choice) && !isThere(choice)) {
    return `Home Assistant has no entity "${choice}"`;
  }
  context.choose(role, choice);
  return undefined;
}
