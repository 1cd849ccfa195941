import { micros, type NodeIndex } from "../../../base/units.ts";
import { encodeHubMessage } from "../../../wire/commands.ts";
import { Deframer, encodeFrame } from "../../../wire/frame.ts";
import { PROTOCOL } from "../../../wire/kinds.ts";
import type { Log } from "../../log.ts";
import type { LinkEnd } from "../link.ts";
import { type OpenPort, type Port, SerialFailure } from "./port.ts";
import { type RetryPolicy, retryDelays } from "./retry.ts";

const RETRY: RetryPolicy = { first: 500, most: 30_000, factor: 2, spread: 0.2 };

/** A node says something at least every few seconds; a port without a whole message for so long has no node. */
const SILENCE_MS = 30_000;
/** A node that reports over Wi-Fi says nothing here before it is asked; one that reports here has spoken by now. */
const ASK_EVERY_MS = 2000;
/** A welcome to nobody is answered with hello on every link (firmware/PROTOCOL.md, 1). */
const WHO_IS_THERE = encodeFrame(
  encodeHubMessage({ kind: "welcome", protocol: PROTOCOL, bootId: 0, time: micros(0) }, 0),
);

export interface SerialLinkOptions {
  readonly path: string;
  /** Found by the hub, not named by a person: let go when no node speaks there. */
  readonly found: boolean;
  readonly end: LinkEnd;
  readonly log: Log;
  readonly open: OpenPort;
  readonly chance: () => number;
  /** The path leads somewhere now. */
  readonly exists: (path: string) => boolean;
}

export type SerialState = "waiting" | "opening" | "open" | "foreign" | "stopped";

/** One serial path with at most one node on it: opened, kept open, opened again. */
export class SerialLink {
  readonly path: string;
  readonly #options: SerialLinkOptions;
  readonly #deframer = new Deframer();
  #state: SerialState = "waiting";
  #trouble: SerialFailure | undefined;
  #port: Port | undefined;
  #node: NodeIndex | undefined;
  #timer: NodeJS.Timeout | undefined;
  #asking: NodeJS.Timeout | undefined;
  #delays: Generator<number, never, undefined>;

  constructor(options: SerialLinkOptions) {
    this.path = options.path;
    this.#options = options;
    this.#delays = retryDelays(RETRY, options.chance);
  }

  get state(): SerialState {
    return this.#state;
  }

  /** Why it is not open, undefined while it is. */
  get trouble(): SerialFailure | undefined {
    return this.#trouble;
  }

  get node(): NodeIndex | undefined {
    return this.#node;
  }

  /** Frames of the link that did not arrive whole, since the start. */
  get damaged(): number {
    return this.#deframer.damaged;
  }

  /** Opens the port when it is there and its turn has come. Call it again every other second. */
  poll(): void {
    const there = this.#options.exists(this.path);
    if (this.#state === "foreign" && !there) this.#state = "waiting";
    if (this.#state !== "waiting" || this.#timer !== undefined) return;
    if (there) void this.#open();
    else this.#fail(new SerialFailure("not_there", `${this.path} is not there: plug the node in`, undefined));
  }

  /** False while nothing is open or too much waits to be sent. */
  send(message: Uint8Array): boolean {
    return this.#port?.write(encodeFrame(message)) ?? false;
  }

  async stop(): Promise<void> {
    const port = this.#port;
    this.#state = "stopped";
    this.#forget();
    await port?.close();
  }

  async #open(): Promise<void> {
    this.#state = "opening";
    this.#deframer.reset();
    try {
      const port = await this.#options.open(this.path, {
        bytes: (chunk) => this.#bytes(chunk),
        lost: (failure) => this.#lost(failure),
      });
      if (this.#state === "opening") this.#opened(port);
      else await port.close();
    } catch (error) {
      if (!(error instanceof SerialFailure)) throw error;
      if (this.#state === "opening") this.#retryLater(error);
    }
  }

  #opened(port: Port): void {
    this.#state = "open";
    this.#port = port;
    this.#trouble = undefined;
    this.#options.log.info(() => `${this.path}: open`);
    this.#timer = setTimeout(() => void this.#silent(), SILENCE_MS);
    this.#asking = setTimeout(() => this.#ask(), ASK_EVERY_MS);
  }

  #ask(): void {
    this.#port?.write(WHO_IS_THERE);
    this.#asking = setTimeout(() => this.#ask(), ASK_EVERY_MS);
  }

  #bytes(chunk: Uint8Array): void {
    if (this.#state !== "open") return;
    this.#deframer.push(chunk, (message) => {
      const node = this.#node ?? this.#adopt();
      this.#options.end.message(node, message);
    });
  }

  /** The first whole message: a node speaks here. */
  #adopt(): NodeIndex {
    clearTimeout(this.#asking);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#delays = retryDelays(RETRY, this.#options.chance);
    const node = this.#options.end.opened(this.path);
    this.#node = node;
    return node;
  }

  async #silent(): Promise<void> {
    this.#timer = undefined;
    const { found, log } = this.#options;
    if (!found) {
      log.warn(() => `${this.path}: open, but no node speaks there: is it flashed? press its reset button`);
      return;
    }
    log.info(() => `${this.path}: no Airwarden node, left alone until it is plugged in again`);
    const port = this.#port;
    this.#state = "foreign";
    this.#forget();
    await port?.close();
  }

  #lost(failure: SerialFailure): void {
    if (this.#state !== "open") return;
    this.#forget();
    this.#retryLater(failure);
  }

  #retryLater(failure: SerialFailure): void {
    this.#fail(failure);
    this.#state = "waiting";
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.poll();
    }, this.#delays.next().value);
  }

  #fail(failure: SerialFailure): void {
    const news = this.#trouble?.trouble !== failure.trouble;
    // After "was unplugged" nobody needs to hear that it is not there.
    const known = failure.trouble === "not_there" && this.#trouble?.trouble === "unplugged";
    if (news && !known) this.#options.log.warn(() => failure.message);
    if (!known) this.#trouble = failure;
  }

  /** Lets go of port and node without closing the port. */
  #forget(): void {
    clearTimeout(this.#asking);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#port = undefined;
    const node = this.#node;
    this.#node = undefined;
    if (node !== undefined) this.#options.end.closed(node);
  }
}
