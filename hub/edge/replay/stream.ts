import type { Micros } from "../../base/units.ts";
import { Deframer } from "../../wire/frame.ts";
import type { RecordingClock } from "./clock.ts";

/** Octets of a file or of a process, in pieces, as far as the reader asks; `return` lets go of it. */
export type Octets = AsyncIterator<Uint8Array, void, undefined>;

/** The messages of one recording in order, each with the hub time at which it arrives; read ahead by one piece. */
export class MessageStream {
  readonly #octets: Octets;
  readonly #clock: RecordingClock;
  readonly #deframer = new Deframer();
  #messages: Uint8Array[] = [];
  #arrivals: Micros[] = [];
  #at = 0;

  constructor(octets: Octets, clock: RecordingClock) {
    this.#octets = octets;
    this.#clock = clock;
  }

  /** Arrival of the next message; undefined until `fill` has brought one. */
  get next(): Micros | undefined {
    return this.#arrivals[this.#at];
  }

  get damaged(): number {
    return this.#deframer.damaged;
  }

  /** Whole messages so far, taken or not. */
  get messages(): number {
    return this.#deframer.messages;
  }

  /** The next message; undefined until `fill` has brought one. */
  take(): Uint8Array | undefined {
    const message = this.#messages[this.#at];
    if (message !== undefined) this.#at += 1;
    return message;
  }

  /** Reads on until there is a next message; false at the end. */
  async fill(): Promise<boolean> {
    while (this.next === undefined) {
      const piece = await this.#octets.next();
      if (piece.done === true) return false;
      this.#messages = [];
      this.#arrivals = [];
      this.#at = 0;
      this.#deframer.push(piece.value, (message) => {
        this.#messages.push(message.slice());
        this.#arrivals.push(this.#clock.arrivalOf(message));
      });
    }
    return true;
  }

  async close(): Promise<void> {
    await this.#octets.return?.();
  }
}
