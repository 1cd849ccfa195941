import { once } from "node:events";
import type { Writable } from "node:stream";
import { causeOf, Failure, systemCode } from "../failure.ts";

/** Octets gathered before the stream is asked to take them. */
const BATCH = 64 * 1024;

/**
 * Text to a stream, in batches, no faster than its reader. A reader that goes away (`head`) ends the output without
 * complaint: `closed` is then true and what is written is dropped. Any other trouble is thrown by `flush`.
 */
export class Output {
  readonly #stream: Writable;
  #pending: string[] = [];
  #length = 0;
  #closed = false;
  #trouble: unknown;

  constructor(stream: Writable) {
    this.#stream = stream;
    stream.on("error", (error: unknown) => {
      this.#closed = true;
      if (systemCode(error) !== "EPIPE") this.#trouble = error;
    });
  }

  /** Nobody reads any more: the work can stop. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Enough has been gathered that `flush` should be awaited. */
  get full(): boolean {
    return this.#length >= BATCH;
  }

  write(text: string): void {
    if (this.#closed) return;
    this.#pending.push(text);
    this.#length += text.length;
  }

  line(text: string): void {
    this.write(`${text}\n`);
  }

  /** Hands everything over and waits while the stream is full; throws Failure when it cannot be written. */
  async flush(): Promise<void> {
    const text = this.#pending.join("");
    this.#pending = [];
    this.#length = 0;
    if (text !== "" && !this.#closed && !this.#stream.write(text)) await this.#drained();
    this.#check();
  }

  /** Flushes and waits until the system has taken everything. */
  async finish(): Promise<void> {
    await this.flush();
    if (this.#closed) return;
    await new Promise<void>((resolve) => this.#stream.write("", () => resolve()));
    // The stream reports a failed write after the write's own callback.
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.#check();
  }

  async #drained(): Promise<void> {
    try {
      await once(this.#stream, "drain");
    } catch (error) {
      // `once` throws what the stream's own listener above has already noted.
      if (!this.#closed) throw error;
    }
  }

  #check(): void {
    if (this.#trouble === undefined) return;
    throw new Failure(`the output cannot be written: ${causeOf(this.#trouble)}`, { cause: this.#trouble });
  }
}
