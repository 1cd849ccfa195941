import { isPushesADay } from "../alert/budget.ts";
import { type Fields, fieldsOf, listOf, textOf } from "../base/fields.ts";
import { isEntityId } from "../house/domains.ts";
import { isChoice, ROLES } from "../house/home.ts";
import { readBlockCommand } from "./command/block.ts";
import { readNodeCommand } from "./command/node.ts";
import { ADDRESS, INCIDENT, SSID } from "./command/patterns.ts";
import type { PageCommand } from "./snapshot/command.ts";

/** Of a detector and its subject; a muted device is unmuted where it was muted. */
const IDENTITY = /^(?!mute\.)[a-z0-9_.-]{1,80}$/;
/** Addresses that are joined at once. */
const MOST_MERGED = 16;
const MONTH_SECONDS = 31 * 86_400;

/** Reads what the page sent; undefined for anything that is not exactly a command of the page. */
export function readPageCommand(body: unknown): PageCommand | undefined {
  const fields = fieldsOf(body);
  const command = fields["command"];
  if (command === "acknowledge_all" || command === "test_alert" || command === "restore_entities") {
    return { command };
  }
  if (command === "acknowledge" || command === "this_is_normal" || command === "snooze") {
    return readIncidentCommand(command, fields);
  }
  if (command === "name_device" || command === "trust_device") return readDeviceCommand(command, fields);
  if (command === "merge_devices") return readMerge(fields);
  if (command === "split_device") {
    const mac = textOf(fields["mac"], ADDRESS);
    return mac === undefined ? undefined : { command, mac };
  }
  if (command === "choose_home") {
    const ssid = textOf(fields["ssid"], SSID);
    return ssid === undefined ? undefined : { command, ssid };
  }
  if (command === "undo_normal") {
    const identity = textOf(fields["identity"], IDENTITY);
    return identity === undefined ? undefined : { command, identity };
  }
  if (command === "set_learning" || command === "set_alert_budget") return readSetting(command, fields);
  if (command === "assign_entity" || command === "choose_entity") return readEntity(command, fields);
  return readNodeCommand(fields) ?? readBlockCommand(fields);
}

function readIncidentCommand(
  command: "acknowledge" | "this_is_normal" | "snooze",
  fields: Fields,
): PageCommand | undefined {
  const incident = textOf(fields["incident"], INCIDENT);
  if (incident === undefined) return undefined;
  if (command !== "snooze") return { command, incident };
  const seconds = fields["seconds"];
  const valid = typeof seconds === "number" && seconds >= 60 && seconds <= MONTH_SECONDS;
  return valid ? { command, incident, seconds } : undefined;
}

function readEntity(command: "assign_entity" | "choose_entity", fields: Fields): PageCommand | undefined {
  const { entity, belongs, choice } = fields;
  if (command === "choose_entity") {
    const role = ROLES.find((one) => one === fields["role"]);
    const valid = role !== undefined && typeof choice === "string" && isChoice(choice);
    return valid ? { command, role, choice } : undefined;
  }
  const mac = textOf(fields["mac"], ADDRESS);
  const valid = typeof entity === "string" && isEntityId(entity) && typeof belongs === "boolean";
  return mac === undefined || !valid ? undefined : { command, mac, entity, belongs };
}

function readSetting(command: "set_learning" | "set_alert_budget", fields: Fields): PageCommand | undefined {
  const { on, perDay } = fields;
  if (command === "set_learning") return typeof on === "boolean" ? { command, on } : undefined;
  return typeof perDay === "number" && isPushesADay(perDay) ? { command, perDay } : undefined;
}

function readMerge(fields: Fields): PageCommand | undefined {
  const macs = listOf(fields["macs"]);
  if (macs.length < 2 || macs.length > MOST_MERGED) return undefined;
  const valid = macs.map((mac) => textOf(mac, ADDRESS)).filter((mac) => mac !== undefined);
  return valid.length === macs.length ? { command: "merge_devices", macs: valid } : undefined;
}

function readDeviceCommand(command: "name_device" | "trust_device", fields: Fields): PageCommand | undefined {
  const mac = textOf(fields["mac"], ADDRESS);
  if (mac === undefined) return undefined;
  if (command === "trust_device") {
    return typeof fields["known"] === "boolean" ? { command, mac, known: fields["known"] } : undefined;
  }
  const name = textOf(fields["name"], /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{0,60}$/u);
  return name === undefined ? undefined : { command, mac, name: name.trim() };
}
