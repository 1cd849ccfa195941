import { toHex } from "../../base/bytes.ts";
import type { Mac, Micros, NodeIndex } from "../../base/units.ts";
import type { CommandAnswer, NodeCommand, PageCommand } from "../../expose/snapshot/command.ts";
import { nodeId } from "../../expose/view/node.ts";
import type { NodeRecord } from "../../intake/node.ts";
import type { Nodes } from "../../intake/nodes.ts";
import type { Configuration, HubCommand } from "../../wire/commands.ts";
import { Failure } from "../failure.ts";
import type { NodeTable } from "../store/node-table.ts";
import { StoreFailure } from "../store/store-failure.ts";
import type { Moves } from "./moves.ts";
import { isNodeName, makeNodeKey, NODE_NAME_OCTETS } from "./naming.ts";
import { countryOf, giveWifi, nameTaken } from "./provisioning.ts";

/** Commands about what nodes are told and which of them belong here. */
export type DeskCommand = Exclude<NodeCommand, { command: "choose_port" }>;
type Of<C extends DeskCommand["command"]> = Extract<DeskCommand, { command: C }>;

const COMMANDS: ReadonlySet<string> = new Set<DeskCommand["command"]>([
  ...(["add_node", "remove_node", "configure_node", "change_node"] as const),
  ...(["use_cable", "reset_node", "forget_node", "dismiss_move"] as const),
]);

export const isForDesk = (command: PageCommand): command is DeskCommand => COMMANDS.has(command.command);

export interface DeskOptions {
  readonly keys: Pick<NodeTable, "add" | "remove" | "list" | "replace" | "rename">;
  readonly nodes: Pick<Nodes, "all" | "reporting">;
  readonly isOpen: (node: NodeIndex) => boolean;
  /** A node has been heard so lately that it counts as there. */
  readonly isHeard: (record: NodeRecord) => boolean;
  /** Resolves when the node has done it; throws Failure in words where it does not. */
  readonly ask: (node: NodeIndex, command: HubCommand) => Promise<void>;
  readonly isUpdating: (node: NodeIndex) => boolean;
  readonly moves: Pick<Moves, "boots" | "begin" | "end">;
  readonly now: () => Micros;
}

interface Found {
  readonly record: NodeRecord;
  readonly mac: Mac;
}

/** Where a person tells nodes what to be. Every answer is the node's own: done, or why not. */
export class NodeDesk {
  readonly #options: DeskOptions;
  /** Nodes that are being told something: two changes at once would leave nobody knowing which one holds. */
  readonly #busy = new Set<Mac>();

  constructor(options: DeskOptions) {
    this.#options = options;
  }

  async answer(command: DeskCommand): Promise<CommandAnswer> {
    try {
      const reveal = await this.#do(command);
      return reveal === undefined ? { ok: true } : { ok: true, reveal };
    } catch (error) {
      if (!(error instanceof Failure) && !(error instanceof StoreFailure)) throw error;
      return { ok: false, error: error.message };
    }
  }

  async #do(command: DeskCommand): Promise<string | undefined> {
    switch (command.command) {
      case "add_node":
        return this.#add(nameOf(command.name));
      case "remove_node":
        return this.#remove(command.name.trim());
      case "configure_node":
        return await this.#alone(command.node, "cable", (found) => this.#giveWifi(command, found));
      case "change_node":
        return await this.#alone(command.node, "any", (found) => this.#change(command, found));
      case "use_cable":
        return await this.#alone(command.node, "cable", (found) => this.#useCable(found));
      case "reset_node":
        return await this.#alone(command.node, "any", (found) => this.#reset(found));
      case "forget_node":
        return this.#forget(command.node);
      case "dismiss_move":
        for (const { hello } of this.#links(command.node)) if (hello) this.#options.moves.end(hello.mac);
        return undefined;
    }
  }

  #add(name: string): string {
    const key = makeNodeKey();
    try {
      this.#options.keys.add({ name, key, addedAt: this.#options.now() });
    } catch (error) {
      if (!(error instanceof StoreFailure) || error.problem !== "taken") throw error;
      throw new Failure(`“${name}” has a key already: remove it first`, { cause: error });
    }
    return toHex(key);
  }

  #remove(name: string): undefined {
    if (!this.#options.keys.remove(name)) throw new Failure(`no node is called “${name}”`);
  }

  /** Over its cable alone: there a node takes a key from whoever holds it, and nobody else can read it. */
  async #giveWifi(command: Of<"configure_node">, { record, mac }: Found): Promise<undefined> {
    const { keys, now, ask, moves } = this.#options;
    const { ssid, password, hub, country } = command;
    const reached = {
      mac,
      configure: (settings: Configuration) => ask(record.index, { kind: "configure", settings }),
    };
    const wish = { name: nameOf(command.name), country, ssid, password, hub };
    const boots = moves.boots(mac);
    const name = await giveWifi(reached, wish, { keys, now: now() });
    moves.begin({ mac, name, to: "wifi", network: ssid, hub, returns: false }, boots);
  }

  async #change(command: Of<"change_node">, { record, mac }: Found): Promise<undefined> {
    const { keys, ask, moves } = this.#options;
    const { network, hub, country } = command;
    const name = command.name === undefined ? undefined : nameOf(command.name);
    const taken = keys.list().some((one) => one.name === name && one.mac !== mac);
    if (name !== undefined && taken) throw new Failure(nameTaken(name));
    const settings = {
      ...(name === undefined ? {} : { name }),
      ...(network === undefined ? {} : { ssid: network.ssid, psk: network.password }),
      ...(hub === undefined ? {} : { hub }),
      ...countryOf({ country }),
    };
    const boots = moves.boots(mac);
    if (Object.keys(settings).length === 0) throw new Failure("nothing was to be changed");
    await ask(record.index, { kind: "configure", settings });
    if (name !== undefined) keys.rename(mac, name);
    if (!this.#isWireless(command.node) || (network === undefined && hub === undefined)) return undefined;
    const called = name ?? (record.name || "the node");
    const where = { to: "wifi", network: network?.ssid ?? null, hub: hub ?? null } as const;
    moves.begin({ mac, name: called, ...where, returns: record.link.startsWith("udp:") }, boots);
    return undefined;
  }

  async #useCable({ record, mac }: Found): Promise<undefined> {
    if (!record.aside && !this.#isWireless(nodeId(record))) {
      throw new Failure("this node reports over its cable already");
    }
    const { ask, moves } = this.#options;
    const boots = moves.boots(mac);
    await ask(record.index, { kind: "configure", settings: { uplink: "serial" } });
    const name = record.name || "the node";
    moves.begin({ mac, name, to: "cable", network: null, hub: null, returns: false }, boots);
  }

  async #reset({ record, mac }: Found): Promise<undefined> {
    const { keys, ask, moves } = this.#options;
    await ask(record.index, { kind: "factory_reset" });
    const paired = keys.list().find((one) => one.mac === mac);
    if (paired !== undefined) keys.remove(paired.name);
    moves.end(mac);
  }

  #forget(id: string): undefined {
    const { keys, isHeard, moves } = this.#options;
    const links = this.#links(id);
    if (links.length === 0) throw new Failure("this node is not known");
    if (links.some(isHeard)) {
      throw new Failure("this node is there: unplug it or take its power first, else it is back at once");
    }
    for (const record of links) {
      record.forgotten = true;
      if (record.hello !== undefined) moves.end(record.hello.mac);
      const paired = keys.list().find((one) => one.mac !== undefined && one.mac === record.hello?.mac);
      if (paired !== undefined) keys.remove(paired.name);
    }
  }

  /** One thing at a time with a node that is there. */
  async #alone<T>(id: string, over: "cable" | "any", act: (found: Found) => Promise<T>): Promise<T> {
    const found = this.#find(id, over);
    const { mac, record } = found;
    if (this.#busy.has(mac)) throw new Failure("this node is being told something already: wait a moment");
    if (this.#options.isUpdating(record.index))
      throw new Failure("this node is being updated: wait until that is done");
    this.#busy.add(mac);
    try {
      return await act(found);
    } finally {
      this.#busy.delete(mac);
    }
  }

  /** The cable is surer than the air; it is chosen where there is one. */
  #find(id: string, over: "cable" | "any"): Found {
    const open = this.#links(id).filter((record) => this.#options.isOpen(record.index));
    const cable = open.find((record) => record.link.startsWith("/"));
    const record = cable ?? open[0];
    if (record?.hello === undefined) throw new Failure("this node is not connected now");
    if (over === "cable" && cable === undefined) {
      throw new Failure("plug the node into the computer that Airwarden runs on first");
    }
    return { record, mac: record.hello.mac };
  }

  #isWireless(id: string): boolean {
    const reporting = this.#options.nodes.reporting().find((record) => nodeId(record) === id);
    return reporting !== undefined && (reporting.aside || reporting.link.startsWith("udp:"));
  }

  #links(id: string): NodeRecord[] {
    return this.#options.nodes.all().filter((record) => !record.forgotten && nodeId(record) === id);
  }
}

function nameOf(text: string): string {
  const name = text.trim();
  if (isNodeName(name)) return name;
  throw new Failure(`a name has 1 to ${NODE_NAME_OCTETS} letters, digits or spaces`);
}
