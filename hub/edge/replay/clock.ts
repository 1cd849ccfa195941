import { type Micros, micros } from "../../base/units.ts";
import { CAPABILITY, NODE_KIND } from "../../wire/kinds.ts";
import { decodeNodeMessage } from "../../wire/messages.ts";
import { kindOf, nodeTimeOf } from "../../wire/peek.ts";

/** What a node hears reaches the hub about so much later; a batch on a quiet channel, which may wait longer, is late anyway. */
const BATCH_AGE = 20_000;
/** No node has been up for 31 years: such a time is Unix time, also of one that was not heard saying hello. */
const SURELY_UNIX = 1e15;

/**
 * When each message of one recording would have reached the hub. Hub time is the recording's own where the node's
 * clock is Unix time; else node time, from `start` on where that is given. Never runs backwards.
 */
export class RecordingClock {
  /** Hub time of the first message of a node whose clock counts from boot. */
  readonly #start: Micros | undefined;
  #shift = 0;
  #unix = false;
  #bootId: number | undefined;
  #begun = false;
  #arrival = micros(0);

  constructor(start?: Micros) {
    this.#start = start;
  }

  /** The node's clock is Unix time, as far as it has said. */
  get unix(): boolean {
    return this.#unix;
  }

  /** Hub time at which the message arrives; of one without a time, that of the message before it. */
  arrivalOf(message: Uint8Array): Micros {
    if (kindOf(message) === NODE_KIND.hello) this.#greet(message);
    const time = nodeTimeOf(message);
    if (time === undefined) return this.#arrival;
    if (!this.#begun) this.#begin(time);
    this.#arrival = micros(Math.max(this.#arrival, time + this.#shift + BATCH_AGE));
    return this.#arrival;
  }

  #begin(time: Micros): void {
    this.#begun = true;
    this.#unix ||= time >= SURELY_UNIX;
    if (!this.#unix && this.#start !== undefined) this.#shift = this.#start - time;
  }

  /** A node that has started again counts from 0 again: its time goes on where it was. */
  #greet(message: Uint8Array): void {
    const hello = decodeNodeMessage(message);
    if (hello.kind !== "hello") return;
    this.#unix = (hello.capabilities & CAPABILITY.unixTime) !== 0;
    const again = this.#begun && hello.bootId !== this.#bootId && !this.#unix;
    if (again) this.#shift = this.#arrival - hello.clock;
    this.#bootId = hello.bootId;
  }
}
