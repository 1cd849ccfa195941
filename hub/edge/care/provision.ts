import { micros } from "../../base/units.ts";
import type { NodeHello } from "../../intake/node.ts";
import { type Configuration, encodeHubMessage, type HubCommand } from "../../wire/commands.ts";
import { Deframer, encodeFrame } from "../../wire/frame.ts";
import { PROTOCOL } from "../../wire/kinds.ts";
import { decodeNodeMessage } from "../../wire/messages.ts";
import type { CommandResult, NodeBody } from "../../wire/records/bodies.ts";
import { Failure } from "../failure.ts";
import { type OpenPort, type Port, SerialFailure } from "../links/serial/port.ts";
import { refusalOf } from "./replies.ts";

/** A node on a cable, asked directly: no hub in between. */
export interface CableNode {
  readonly hello: NodeHello;
  /** Gives it settings; throws Failure in the node's words where it does not take them. */
  configure(settings: Configuration): Promise<void>;
  close(): Promise<void>;
}

export interface CableOptions {
  readonly path: string;
  readonly open: OpenPort;
}

/** The node answers at once; a board that has just been opened may be starting. */
const HELLO_MS = 15_000;
const RESULT_MS = 10_000;
/** A question that came while it was starting is lost. */
const ASK_EVERY_MS = 1000;

interface Wait {
  readonly wants: (body: NodeBody) => boolean;
  readonly found: (body: NodeBody) => void;
}

/** Opens a port and asks who is there; throws Failure where it cannot be opened or no node answers. */
export async function nodeOnCable({ path, open }: CableOptions): Promise<CableNode> {
  const talk = new Talk(path);
  const port = await opened(path, open, talk);
  talk.port = port;
  try {
    const hello = await talk.greet();
    return {
      hello,
      configure: async (settings) => judge(await talk.configure(settings)),
      close: () => port.close(),
    };
  } catch (error) {
    await port.close();
    throw error;
  }
}

async function opened(path: string, open: OpenPort, talk: Talk): Promise<Port> {
  try {
    return await open(path, {
      bytes: (chunk) => talk.take(chunk),
      lost: (failure) => talk.lose(new Failure(failure.message, { cause: failure })),
    });
  } catch (error) {
    if (!(error instanceof SerialFailure)) throw error;
    throw new Failure(error.message, { cause: error });
  }
}

function judge(result: CommandResult): void {
  const refusal = refusalOf(result);
  if (refusal !== undefined) throw new Failure(refusal);
}

/** Questions over the cable and their answers, one at a time. */
class Talk {
  port: Port | undefined;
  readonly #path: string;
  readonly #deframer = new Deframer();
  #sequence = 0;
  #wait: Wait | undefined;
  #lost: ((failure: Failure) => void) | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  take(chunk: Uint8Array): void {
    this.#deframer.push(chunk, (octets) => {
      const message = decodeNodeMessage(octets);
      if (message.kind === "damage" || message.kind === "unknown") return;
      if (this.#wait?.wants(message) === true) this.#wait.found(message);
    });
  }

  lose(failure: Failure): void {
    this.#lost?.(failure);
  }

  /** A welcome to nobody is answered with hello on every link. */
  async greet(): Promise<NodeHello> {
    const ask = (): unknown => this.#say({ kind: "welcome", protocol: PROTOCOL, bootId: 0, time: micros(0) });
    const repeated = setInterval(ask, ASK_EVERY_MS);
    try {
      ask();
      const body = await this.#answer((one) => one.kind === "hello", {
        milliseconds: HELLO_MS,
        silence: `no Airwarden node answers at ${this.#path}: is it flashed? press its reset button and try again`,
      });
      if (body.kind !== "hello") throw new Error("a hello was waited for");
      return body;
    } finally {
      clearInterval(repeated);
    }
  }

  async configure(settings: Configuration): Promise<CommandResult> {
    const command = this.#say({ kind: "configure", settings });
    const body = await this.#answer((one) => one.kind === "result" && one.command === command, {
      milliseconds: RESULT_MS,
      silence: "the node has not said whether it keeps the settings: try again",
    });
    if (body.kind !== "result") throw new Error("a result was waited for");
    return body;
  }

  #say(command: HubCommand): number {
    const sequence = this.#sequence++;
    this.port?.write(encodeFrame(encodeHubMessage(command, sequence)));
    return sequence;
  }

  #answer(wants: Wait["wants"], limit: { milliseconds: number; silence: string }): Promise<NodeBody> {
    return new Promise<NodeBody>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Failure(limit.silence)), limit.milliseconds);
      const over = (): void => {
        clearTimeout(timer);
        this.#wait = undefined;
        this.#lost = undefined;
      };
      this.#lost = (failure) => {
        over();
        reject(failure);
      };
      this.#wait = {
        wants,
        found: (body) => {
          over();
          resolve(body);
        },
      };
    });
  }
}
