import process from "node:process";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { printableText } from "../../base/text.ts";
import { formatMac } from "../../radio/mac.ts";
import type { Configuration } from "../../wire/commands.ts";
import type { Arguments } from "../cli/command.ts";
import type { StoreCommand } from "../cli/store-command.ts";
import { Failure, UsageFailure } from "../failure.ts";
import { openSerialPort } from "../links/serial/port.ts";
import { dataFolder } from "../options.ts";
import { Store } from "../store.ts";
import { isNodeName, NODE_NAME_OCTETS } from "./naming.ts";
import { type CableNode, nodeOnCable } from "./provision.ts";
import { countryOf, giveWifi } from "./provisioning.ts";

/** Secrets do not go on a command line, which everybody on the machine can read. */
const PASSWORD = "AIRWARDEN_WIFI_PASSWORD";
/** UDP port of a hub that was not told another one. */
const NODE_PORT = 4729;

interface Wish {
  readonly serial: string;
  readonly name: string | undefined;
  readonly country: string | undefined;
  /** Undefined: it reports over the cable. */
  readonly wifi: { readonly ssid: string; readonly hub: string } | undefined;
}

/** `node provision`: tells a node on a cable its name, network, hub and key. */
export async function provisionNode(command: StoreCommand): Promise<void> {
  const { args, environment, output } = command;
  const wish = wishOf(args);
  const password =
    wish.wifi === undefined ? undefined : (environment[PASSWORD] ?? (await askPassword(wish.wifi.ssid)));
  const node = await nodeOnCable({ path: wish.serial, open: openSerialPort });
  try {
    const { hello } = node;
    output.line(
      `${printableText(hello.chip, 16)} ${formatMac(hello.mac)}, firmware ${hello.firmware}, is at ${wish.serial}`,
    );
    await (wish.wifi === undefined
      ? node.configure({ ...named(wish), uplink: "serial" })
      : pairAndConfigure(command, { wish, wifi: wish.wifi, node, password: password ?? "" }));
  } finally {
    await node.close();
  }
  for (const line of whatNext(wish)) output.line(line);
}

interface Handing {
  readonly wish: Wish;
  readonly wifi: NonNullable<Wish["wifi"]>;
  readonly node: CableNode;
  readonly password: string;
}

async function pairAndConfigure(
  { args, environment, now }: StoreCommand,
  { wish, wifi, node, password }: Handing,
): Promise<void> {
  const store = new Store({ folder: dataFolder(args, environment), now });
  try {
    const reached = { mac: node.hello.mac, configure: node.configure };
    await giveWifi(reached, { ...wish, ...wifi, password }, { keys: store.nodes, now });
  } finally {
    store.close();
  }
}

function named(wish: Wish): Configuration {
  return { ...(wish.name === undefined ? {} : { name: wish.name }), ...countryOf(wish) };
}

function whatNext({ wifi, serial }: Wish): string[] {
  if (wifi === undefined)
    return [`It keeps that and restarts: a hub with --serial ${serial} shows it at once.`];
  return [
    "It keeps that and restarts, then:",
    `  1. it joins “${printableText(wifi.ssid, 32)}” within half a minute; if it does not, the password was wrong: do this again`,
    `  2. it reports to ${wifi.hub}, where the hub has to listen: airwarden serve --udp ${portOf(wifi.hub)} --host 0.0.0.0`,
    "  3. the page shows it, and airwarden node list when it was last heard; the cable may go, power may not",
  ];
}

function wishOf(args: Arguments): Wish {
  const wrong = (message: string): UsageFailure => new UsageFailure(message, args.command);
  const serial = args.text("serial");
  if (serial === undefined) throw wrong("node provision needs --serial PATH: the node's port");
  const name = args.text("name");
  if (name !== undefined && !isNodeName(name)) {
    throw wrong(`--name: 1 to ${NODE_NAME_OCTETS} letters, digits or spaces, and no address`);
  }
  const country = args.text("country");
  if (country !== undefined && !/^[A-Z]{2}$/.test(country)) {
    throw wrong(`--country: two capital letters, such as DE, not "${country}"`);
  }
  const ssid = args.text("wifi");
  const hub = args.text("hub");
  if (ssid === undefined) {
    if (hub !== undefined)
      throw wrong("--hub goes with --wifi: over a cable there is no other way to the hub");
    return { serial, name, country, wifi: undefined };
  }
  const octets = new TextEncoder().encode(ssid).length;
  if (octets < 1 || octets > 32) throw wrong("--wifi: a network's name has 1 to 32 octets");
  return { serial, name, country, wifi: { ssid, hub: hubOf(hub, wrong) } };
}

/** `HOST` or `HOST:PORT`, as the node takes it. */
function hubOf(text: string | undefined, wrong: (message: string) => UsageFailure): string {
  if (text === undefined) throw wrong("--wifi needs --hub HOST:PORT: the hub's address as the node sees it");
  const address = /:\d+$/.test(text) ? text : `${text}:${NODE_PORT}`;
  if (/^[\w.-]+:\d{1,5}$/.test(address) && portOf(address) > 0 && portOf(address) < 65_536) return address;
  throw wrong(`--hub: "${text}" is not HOST:PORT`);
}

const portOf = (hub: string): number => Number(hub.slice(hub.lastIndexOf(":") + 1));

/** Asks on the terminal, which shows nothing of what is typed. */
async function askPassword(ssid: string): Promise<string> {
  if (!process.stdin.isTTY) {
    throw new Failure(`there is no terminal to ask for the password on: set ${PASSWORD}`);
  }
  process.stderr.write(`password of “${printableText(ssid, 32)}” (nothing is shown, empty for none): `);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const asked = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  try {
    return await asked.question("");
  } finally {
    asked.close();
    process.stderr.write("\n");
  }
}
