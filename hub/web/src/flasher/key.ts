import { fromHex } from "../../../base/bytes.ts";
import { micros } from "../../../base/units.ts";
import { formatMac } from "../../../radio/mac.ts";
import { encodeHubMessage, type HubCommand } from "../../../wire/commands.ts";
import { Deframer, encodeFrame } from "../../../wire/frame.ts";
import { PROTOCOL, RESULT } from "../../../wire/kinds.ts";
import { decodeNodeMessage } from "../../../wire/messages.ts";
import type { NodeBody } from "../../../wire/records/bodies.ts";

/** A board that has just been restarted says hello within this, ms. */
const HELLO_MS = 20_000;
const RESULT_MS = 10_000;
/** A question that came while it was starting is lost. */
const ASK_EVERY_MS = 1000;

/** The board does not take what it is told; the message says it to a person. */
export class KeyError extends Error {
  override readonly name = "KeyError";
}

/** What a node needs to report over Wi-Fi besides the network that it has joined. */
export interface KeyOfNode {
  readonly name: string;
  /** 64 hexadecimal digits. */
  readonly key: string;
  /** `host:port` of the hub, as the node sees it. */
  readonly hub: string;
}

type Wanted<K extends NodeBody["kind"]> = Extract<NodeBody, { kind: K }>;

/** The node at an open port, over the framed link of firmware/PROTOCOL.md, 5. */
export class BoardLink {
  /** Its address; empty until it has said hello. */
  address = "";
  readonly #port: SerialPort;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #deframer = new Deframer();
  #sequence = 0;
  #heard: (body: NodeBody) => void = () => undefined;

  private constructor(port: SerialPort, readable: ReadableStream<Uint8Array>) {
    this.#port = port;
    this.#reader = readable.getReader();
  }

  /** Asks who is there until the node says hello; throws KeyError where it does not. */
  static async meet(port: SerialPort): Promise<BoardLink> {
    if (port.readable === null) throw new KeyError("The port is closed: choose it again.");
    const link = new BoardLink(port, port.readable);
    void link.#read();
    const ask = (): unknown => link.#say({ kind: "welcome", protocol: PROTOCOL, bootId: 0, time: micros(0) });
    const repeated = setInterval(ask, ASK_EVERY_MS);
    try {
      const hello = link.#next("hello", HELLO_MS, () => true);
      ask();
      link.address = formatMac((await hello).mac);
      return link;
    } catch (cause) {
      await link.close();
      throw cause;
    } finally {
      clearInterval(repeated);
    }
  }

  /** The node keeps it, and restarts half a second later; throws KeyError in its words where it does not. */
  async give({ name, key: digits, hub }: KeyOfNode): Promise<void> {
    const key = fromHex(digits);
    if (key === undefined) throw new KeyError("A key has 64 digits and letters from a to f.");
    const sequence = this.#sequence;
    const result = this.#next("result", RESULT_MS, (body) => body.command === sequence);
    await this.#say({ kind: "configure", settings: { name, key, hub, uplink: "wifi" } });
    const { code, text } = await result;
    if (code !== RESULT.done) throw new KeyError(`The board does not take it: ${text || `code ${code}`}.`);
  }

  async close(): Promise<void> {
    await this.#reader.cancel().catch(() => undefined);
  }

  async #read(): Promise<void> {
    try {
      for (;;) {
        const { value, done } = await this.#reader.read();
        if (done) return;
        this.#deframer.push(value, (octets) => {
          const message = decodeNodeMessage(octets);
          if (message.kind !== "damage" && message.kind !== "unknown") this.#heard(message);
        });
      }
    } catch {
      // The board is gone: whoever waits for an answer of it is told when the time is up.
    } finally {
      this.#reader.releaseLock();
    }
  }

  async #say(command: HubCommand): Promise<void> {
    const octets = encodeFrame(encodeHubMessage(command, this.#sequence++));
    const writer = this.#port.writable?.getWriter();
    await writer?.write(octets).catch(() => undefined);
    writer?.releaseLock();
  }

  #next<K extends NodeBody["kind"]>(
    kind: K,
    milliseconds: number,
    wants: (body: Wanted<K>) => boolean,
  ): Promise<Wanted<K>> {
    const is = (body: NodeBody): body is Wanted<K> => body.kind === kind;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new KeyError("The board does not answer. Press its RESET button and try again.")),
        milliseconds,
      );
      this.#heard = (body) => {
        if (!is(body) || !wants(body)) return;
        clearTimeout(timer);
        resolve(body);
      };
    });
  }
}
