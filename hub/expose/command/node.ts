import { type Fields, fieldsOf, textOf } from "../../base/fields.ts";
import type { PageCommand } from "../snapshot/command.ts";
import { SSID } from "./patterns.ts";

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

/** Reads what the page asks about nodes and ports; undefined for anything that is not exactly that. */
export function readNodeCommand(fields: Fields): PageCommand | undefined {
  const { command } = fields;
  if (command === "configure_node") return readConfigure(fields);
  if (command === "change_node") return readChange(fields);
  if (command === "choose_port") {
    const port = textOf(fields["port"], PORT);
    const use = USES.find((one) => one === fields["use"]);
    return port === undefined || use === undefined ? undefined : { command, port, use };
  }
  if (command === "add_node" || command === "remove_node") {
    const name = textOf(fields["name"], NODE_NAME);
    return name === undefined ? undefined : { command, name };
  }
  return readPlain(fields);
}

function readPlain(fields: Fields): PageCommand | undefined {
  const command = NODE_COMMANDS.find((one) => one === fields["command"]);
  const node = textOf(fields["node"], NODE);
  return command === undefined || node === undefined ? undefined : { command, node };
}

function readConfigure(fields: Fields): PageCommand | undefined {
  const node = textOf(fields["node"], NODE);
  const name = textOf(fields["name"], NODE_NAME);
  const ssid = textOf(fields["ssid"], SSID);
  const password = textOf(fields["password"], PASSWORD);
  const hub = textOf(fields["hub"], HUB_ADDRESS);
  if (node === undefined || name === undefined || ssid === undefined) return undefined;
  if (password === undefined || hub === undefined || !isCountry(fields)) return undefined;
  return { command: "configure_node", node, name, ssid, password, hub, ...countryOf(fields) };
}

/** Absent, or as it should be. */
const isCountry = (fields: Fields): boolean =>
  fields["country"] === undefined || textOf(fields["country"], COUNTRY) !== undefined;

function countryOf(fields: Fields): { readonly country?: string } {
  const country = textOf(fields["country"], COUNTRY);
  return country === undefined ? {} : { country };
}

/** Nothing of it may be wrong; what is not there stays as it is. */
function readChange(fields: Fields): PageCommand | undefined {
  const node = textOf(fields["node"], NODE);
  const name = textOf(fields["name"], NODE_NAME);
  const hub = textOf(fields["hub"], HUB_ADDRESS);
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
  const fields = fieldsOf(value);
  const ssid = textOf(fields["ssid"], SSID);
  const password = textOf(fields["password"], PASSWORD);
  return ssid === undefined || password === undefined ? undefined : { ssid, password };
}
