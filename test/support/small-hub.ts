import type { TestContext } from "node:test";
import { decode, encode } from "@msgpack/msgpack";
import { type Micros, micros, type NodeIndex } from "../../hub/base/units.ts";
import { NodeCare } from "../../hub/edge/care/node-care.ts";
import { UdpLink } from "../../hub/edge/links/udp.ts";
import { linkEnd } from "../../hub/edge/links.ts";
import { createLog } from "../../hub/edge/log.ts";
import { Store } from "../../hub/edge/store.ts";
import type { NodeRecord } from "../../hub/intake/node.ts";
import { Pipeline } from "../../hub/pipeline.ts";
import { parseMac } from "../../hub/radio/mac.ts";
import type { HubCommand } from "../../hub/wire/commands.ts";
import { HUB_KIND, PROTOCOL } from "../../hub/wire/kinds.ts";
import type { CommandResult } from "../../hub/wire/records/bodies.ts";
import { until } from "./wait.ts";

/** A kind of command that no node of this version knows. */
export const LATER_KIND = Math.max(...Object.values(HUB_KIND)) + 10;

/** A hub without a page: the real parts from the datagram to the pipeline, and what they are told in a test's hand. */
export interface SmallHub {
  readonly pipeline: Pipeline;
  /** The node of this address, undefined until it was heard. */
  node(mac: string): NodeRecord | undefined;
  /** Sends a command and waits for what the node says to it. */
  ask(node: NodeIndex, command: HubCommand): Promise<CommandResult>;
  /** The same with a command that the hub itself never sends. */
  askRaw(node: NodeIndex, kind: number, ...elements: readonly unknown[]): Promise<CommandResult>;
  update(node: NodeIndex): string | undefined;
  log(): string;
}

export interface SmallHubOptions {
  readonly data: string;
  readonly firmware: string;
  readonly port: number;
  /** Speaks the next version of the protocol: all that it says has more in it than nodes know. */
  readonly later?: boolean;
}

const now = (): Micros => micros((performance.timeOrigin + performance.now()) * 1000);

export async function smallHub(t: TestContext, options: SmallHubOptions): Promise<SmallHub> {
  const { data, firmware, port, later = false } = options;
  const lines: string[] = [];
  const log = createLog({ level: "debug", write: (l) => lines.push(l), now: () => 0, prefix: () => "" });
  const store = new Store({ folder: data, now: now() });
  const pipeline = new Pipeline({
    ...{ homes: [], everyNetworkIsHome: false, vendorOf: () => undefined, watchNodes: false },
    protocol: later ? PROTOCOL + 1 : PROTOCOL,
  });
  const end = linkEnd(pipeline, now);
  const keys = store.nodes;
  const link = new UdpLink({ host: "127.0.0.1", port, end, log, keys, now: () => performance.now() });
  const send = (): void => {
    for (const { node, message } of pipeline.takeCommands())
      link.send(node, later ? grown(message) : message);
  };
  const care = new NodeCare({ pipeline, firmware, keys, isRefused: () => false, now, log, send });
  const results: CommandResult[] = [];
  const heed = pipeline.onResult;
  pipeline.onResult = (node, result) => {
    results.push(result);
    heed?.(node, result);
  };
  await link.start();
  const timer = setInterval(() => {
    pipeline.tick(now());
    care.tick();
    send();
  }, 200);
  t.after(async () => {
    clearInterval(timer);
    await link.stop();
    store.close();
  });
  const answer = (what: string, number: number | undefined): Promise<CommandResult> =>
    until(`the node answers ${what}`, () => results.find(({ command }) => command === number));
  return {
    pipeline,
    node: (mac) => pipeline.nodes.all().find((record) => record.hello?.mac === parseMac(mac)),
    ask: (node, command) => {
      const number = pipeline.command(node, command);
      send();
      return answer(command.kind, number);
    },
    askRaw: (node, kind, ...elements) => {
      const number = 4_000_000 + results.length;
      link.send(node, encode([kind, number, ...elements]));
      return answer(`a command of kind ${kind}`, number);
    },
    update: (node) => care.update(node),
    log: () => lines.join("\n"),
  };
}

/** The same message with two elements more, a key more in its map and a value more in each inner list. */
function grown(message: Uint8Array): Uint8Array {
  const [kind, sequence, ...elements] = decode(message) as unknown[];
  return encode([kind, sequence, ...elements.map(grow), { later: [1] }, -1]);
}

function grow(element: unknown): unknown {
  if (Array.isArray(element)) return element.map((one) => (Array.isArray(one) ? [...one, 7] : one));
  if (typeof element !== "object" || element === null || element instanceof Uint8Array) return element;
  return { later: { deeper: true }, ...element };
}
