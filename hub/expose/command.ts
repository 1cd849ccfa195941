import { isPushesADay } from "../alert/budget.ts";
import { isEntityId } from "../house/domains.ts";
import { isChoice, ROLES } from "../house/home.ts";
import { readBlockCommand } from "./command/block.ts";
import type { PageCommand } from "./snapshot.ts";

const INCIDENT = /^[A-Za-z0-9_.:-]{1,120}$/;
/** Of a detector and its subject; a muted device is unmuted where it was muted. */
const IDENTITY = /^(?!mute\.)[a-z0-9_.-]{1,80}$/;
const NODE = /^[\w:.-]{1,64}$/;
const NODE_NAME = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,32}$/u;
/** A passphrase, or 64 digits of the key itself (IEEE 802.11-2020, J.4.1); nothing for an open network. */
const PASSWORD = /^([\x20-\x7e]{8,63}|[0-9a-fA-F]{64})?$/;
/** A host name or address, and a port; as much as a node keeps. */
const HUB_ADDRESS = /^(?=.{3,96}$)[A-Za-z0-9._-]+:[1-9]\d{0,4}$/;
/** ISO 3166-1 alpha-2. */
const COUNTRY = /^[A-Z]{2}$/;
/** A serial port by any of its names. */
const PORT = /^\/[\w.:+,@/-]{1,250}$/;
const USES = ["listen", "leave", "auto"] as const;
const NODE_COMMANDS = [
  ...(["identify_node", "update_node", "restart_node", "use_cable"] as const),
  ...(["reset_node", "forget_node", "dismiss_move"] as const),
];
const ADDRESS = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;
/** The name of a network as the page shows it. */
const SSID = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,32}$/u;
/** Addresses that are joined at once. */
const MOST_MERGED = 16;
const MONTH_SECONDS = 31 * 86_400;

type Fields = Readonly<Record<string, unknown>>;

const text = (fields: Fields, key: string, pattern: RegExp): string | undefined => {
  const value = fields[key];
  return typeof value === "string" && pattern.test(value) ? value : undefined;
};

/** Reads what the page sent; undefined for anything that is not exactly a command of the page. */
export function readPageCommand(body: unknown): PageCommand | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const fields = body as Fields;
  const command = fields["command"];
  if (command === "acknowledge_all" || command === "test_alert") return { command };
  if (command === "acknowledge" || command === "this_is_normal" || command === "snooze") {
    return readIncidentCommand(command, fields);
  }
  if (command === "name_device" || command === "trust_device") return readDeviceCommand(command, fields);
  if (command === "merge_devices") return readMerge(fields);
  if (command === "split_device") {
    const mac = text(fields, "mac", ADDRESS);
    return mac === undefined ? undefined : { command, mac };
  }
  if (command === "choose_home") {
    const ssid = text(fields, "ssid", SSID);
    return ssid === undefined ? undefined : { command, ssid };
  }
  if (command === "undo_normal") {
    const identity = text(fields, "identity", IDENTITY);
    return identity === undefined ? undefined : { command, identity };
  }
  if (command === "set_learning" || command === "set_alert_budget") return readSetting(command, fields);
  if (command === "assign_entity" || command === "choose_entity") return readEntity(command, fields);
  if (command === "configure_node") return readConfigure(fields);
  if (command === "change_node") return readChange(fields);
  if (command === "choose_port") {
    const port = text(fields, "port", PORT);
    const use = USES.find((one) => one === fields["use"]);
    return port === undefined || use === undefined ? undefined : { command, port, use };
  }
  if (command === "add_node" || command === "remove_node") {
    const name = text(fields, "name", NODE_NAME);
    return name === undefined ? undefined : { command, name };
  }
  return readNodeCommand(fields) ?? readBlockCommand(fields);
}

function readNodeCommand(fields: Fields): PageCommand | undefined {
  const command = NODE_COMMANDS.find((one) => one === fields["command"]);
  const node = text(fields, "node", NODE);
  return command === undefined || node === undefined ? undefined : { command, node };
}

function readIncidentCommand(
  command: "acknowledge" | "this_is_normal" | "snooze",
  fields: Fields,
): PageCommand | undefined {
  const incident = text(fields, "incident", INCIDENT);
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
  const mac = text(fields, "mac", ADDRESS);
  const valid = typeof entity === "string" && isEntityId(entity) && typeof belongs === "boolean";
  return mac === undefined || !valid ? undefined : { command, mac, entity, belongs };
}

function readConfigure(fields: Fields): PageCommand | undefined {
  const node = text(fields, "node", NODE);
  const name = text(fields, "name", NODE_NAME);
  const ssid = text(fields, "ssid", SSID);
  const password = text(fields, "password", PASSWORD);
  const hub = text(fields, "hub", HUB_ADDRESS);
  if (node === undefined || name === undefined || ssid === undefined) return undefined;
  if (password === undefined || hub === undefined || !isCountry(fields)) return undefined;
  return { command: "configure_node", node, name, ssid, password, hub, ...countryOf(fields) };
}

/** Absent, or as it should be. */
const isCountry = (fields: Fields): boolean =>
  fields["country"] === undefined || text(fields, "country", COUNTRY) !== undefined;

function countryOf(fields: Fields): { readonly country?: string } {
  const country = text(fields, "country", COUNTRY);
  return country === undefined ? {} : { country };
}

/** Nothing of it may be wrong; what is not there stays as it is. */
function readChange(fields: Fields): PageCommand | undefined {
  const node = text(fields, "node", NODE);
  const name = text(fields, "name", NODE_NAME);
  const hub = text(fields, "hub", HUB_ADDRESS);
  const network = networkOf(fields["network"]);
  const wrong =
    (fields["name"] !== undefined && name === undefined) ||
    (fields["hub"] !== undefined && hub === undefined) ||
    (fields["network"] !== undefined && network === undefined) ||
    !isCountry(fields);
  if (node === undefined || wrong) return undefined;
  return {
    ...{ command: "change_node", node },
    ...(name === undefined ? {} : { name }),
    ...(network === undefined ? {} : { network }),
    ...(hub === undefined ? {} : { hub }),
    ...countryOf(fields),
  };
}

function networkOf(value: unknown): { readonly ssid: string; readonly password: string } | undefined {
  const fields = typeof value === "object" && value !== null ? (value as Fields) : {};
  const ssid = text(fields, "ssid", SSID);
  const password = text(fields, "password", PASSWORD);
  return ssid === undefined || password === undefined ? undefined : { ssid, password };
}

function readSetting(command: "set_learning" | "set_alert_budget", fields: Fields): PageCommand | undefined {
  const { on, perDay } = fields as { readonly on?: unknown; readonly perDay?: unknown };
  if (command === "set_learning") return typeof on === "boolean" ? { command, on } : undefined;
  return typeof perDay === "number" && isPushesADay(perDay) ? { command, perDay } : undefined;
}

function readMerge(fields: Fields): PageCommand | undefined {
  const macs = fields["macs"];
  if (!Array.isArray(macs) || macs.length < 2 || macs.length > MOST_MERGED) return undefined;
  const valid = macs.filter((mac) => typeof mac === "string" && ADDRESS.test(mac));
  return valid.length === macs.length ? { command: "merge_devices", macs: valid } : undefined;
}

function readDeviceCommand(command: "name_device" | "trust_device", fields: Fields): PageCommand | undefined {
  const mac = text(fields, "mac", ADDRESS);
  if (mac === undefined) return undefined;
  if (command === "trust_device") {
    return typeof fields["known"] === "boolean" ? { command, mac, known: fields["known"] } : undefined;
  }
  const name = text(fields, "name", /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{0,60}$/u);
  return name === undefined ? undefined : { command, mac, name: name.trim() };
}
