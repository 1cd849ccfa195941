import { existsSync } from "node:fs";
import { join } from "node:path";
import { toHex } from "../../base/bytes.ts";
import { printableText } from "../../base/text.ts";
import { type Mac, type Micros, toSeconds } from "../../base/units.ts";
import { formatMac, isGroup, parseMac } from "../../radio/mac.ts";
import { isNodeName, makeNodeKey, NODE_NAME_OCTETS } from "../care/naming.ts";
import { Failure, UsageFailure } from "../failure.ts";
import { dataFolder } from "../options.ts";
import type { PairedNode } from "../store/node-table.ts";
import { STORE_FILE, Store } from "../store.ts";
import type { Arguments } from "./command.ts";
import type { StoreCommand } from "./store-command.ts";
import { alignedTable } from "./table.ts";

/** `node add`: makes a key, keeps it, shows it once with what to do with it. */
export async function addNode(command: StoreCommand): Promise<void> {
  const { args, output, now } = command;
  const name = nameOf(args);
  const address = addressOf(args);
  const key = makeNodeKey();
  withStore(command, (store) => {
    store.nodes.add({ name, key, addedAt: now, ...(address === undefined ? {} : { mac: address }) });
  });
  const from = address === undefined ? "" : ` --mac ${formatMac(address)}`;
  output.write(
    `${[
      `${name} may report now. Its key, shown only this once:`,
      "",
      `    ${toHex(key)}`,
      "",
      "A board: give it this key when you flash it or set it up over USB.",
      "A Linux computer with a monitor-mode stick: put the key in a file only you can read, then run there",
      "",
      `    airwarden-node --interface wlan1 --output udp HUB:4729 --key-file FILE --name ${quoted(name)}${from}`,
      "",
      "The hub listens where it was started with --udp 4729 --host 0.0.0.0; a running hub knows the key already.",
    ].join("\n")}\n`,
  );
}

/** `node list`: names and addresses, never keys. */
export async function listNodes(command: StoreCommand): Promise<void> {
  const { args, output } = command;
  const nodes = withStore(command, (store) => store.nodes.list());
  if (args.on("json")) {
    for (const node of nodes) output.line(JSON.stringify(nodeLine(node)));
    return;
  }
  if (nodes.length === 0) {
    output.line("no node has a key yet: airwarden node add NAME");
    return;
  }
  const columns = [{ title: "NAME" }, { title: "ADDRESS" }, { title: "ADDED" }, { title: "LAST HEARD" }];
  const rows = nodes.map((node) => [
    node.name,
    node.mac === undefined ? "not yet known" : formatMac(node.mac),
    dayOf(node.addedAt),
    node.lastHeard === undefined ? "never" : dayOf(node.lastHeard),
  ]);
  for (const line of alignedTable(columns, rows)) output.line(line);
}

/** `node remove`: by name or address. */
export async function removeNode(command: StoreCommand): Promise<void> {
  const word = command.args.positionals[0] ?? "";
  const address = parseMac(word);
  const removed = withStore(command, (store) => {
    const nodes = store.nodes.list();
    const node =
      nodes.find((one) => one.name === word) ??
      nodes.find((one) => address !== undefined && one.mac === address);
    if (node === undefined) throw new Failure(`no node is called "${word}": ${namesOf(nodes)}`);
    store.nodes.remove(node.name);
    return node.name;
  });
  command.output.line(`${removed} is forgotten: what it sends is refused from now on`);
}

function nameOf(args: Arguments): string {
  const name = (args.positionals[0] ?? "").trim();
  if (isNodeName(name)) return name;
  throw new UsageFailure(
    `"${printableText(name, NODE_NAME_OCTETS + 1)}" is not a name: 1 to ${NODE_NAME_OCTETS} letters, digits or spaces, and no address`,
    args.command,
  );
}

function addressOf(args: Arguments): Mac | undefined {
  const text = args.text("mac");
  if (text === undefined) return undefined;
  const address = parseMac(text);
  if (address !== undefined && address !== 0 && !isGroup(address)) return address;
  throw new UsageFailure(
    `--mac: "${text}" is not a device's address, such as aa:bb:cc:dd:ee:ff`,
    args.command,
  );
}

/** Opens the store for as long as `use` takes; a hub may be running on it. */
function withStore<T>(command: StoreCommand, use: (store: Store) => T): T {
  const folder = dataFolder(command.args, command.environment);
  const reads = command.args.command !== "node add";
  if (reads && !existsSync(join(folder, STORE_FILE))) {
    throw new Failure(`${folder} holds no data of a hub: name its folder with --data`);
  }
  const store = new Store({ folder, now: command.now });
  try {
    return use(store);
  } finally {
    store.close();
  }
}

const namesOf = (nodes: readonly PairedNode[]): string =>
  nodes.length === 0 ? "none has a key" : `there are ${nodes.map((node) => node.name).join(", ")}`;

const nodeLine = (node: PairedNode): Readonly<Record<string, string | number | null>> => ({
  type: "node",
  name: node.name,
  mac: node.mac === undefined ? null : formatMac(node.mac),
  added_at: toSeconds(node.addedAt),
  last_heard: node.lastHeard === undefined ? null : toSeconds(node.lastHeard),
});

/** `2026-03-01 12:00` in local time. */
function dayOf(time: Micros): string {
  const date = new Date(time / 1000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** As a shell reads it as one word. */
const quoted = (text: string): string =>
  /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
