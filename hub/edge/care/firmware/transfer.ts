import { type Micros, micros, SECOND } from "../../../base/units.ts";
import type { NodeHeartbeat, NodeHello } from "../../../intake/node.ts";
import { CHUNK_OCTETS, type HubCommand } from "../../../wire/commands.ts";
import { RESULT } from "../../../wire/kinds.ts";
import type { CommandResult } from "../../../wire/records/bodies.ts";
import type { Firmware } from "./release.ts";

/** Sending the image, waiting for the node to start it, waiting for it to prove itself, over. */
export type UpdatePhase = "sending" | "starting" | "trial" | "done" | "failed";

/** Gives the sequence number of the command, undefined where it could not be sent now. */
export type SendCommand = (command: HubCommand) => number | undefined;

/** A command without a result is sent again: datagrams get lost. A node writes a sector in a tenth of this. */
const REPEAT = micros(2 * SECOND);
/** A node without power for so long is given up; it keeps its old firmware. */
const PATIENCE = micros(180 * SECOND);
/** A node that starts anew again and again forgets the image each time. */
const MOST_BEGINNINGS = 5;
/** The new firmware counts as healthy when the node has run for so long, s (firmware/core, boot). */
const HEALTHY_UPTIME = 60;
/** Three trials of five minutes, and a start each. */
const TRIAL_PATIENCE = micros(1200 * SECOND);

/** An update of one node (firmware/PROTOCOL.md, 1): one piece at a time, each answered before the next. */
export class Transfer {
  readonly #firmware: Firmware;
  readonly #send: SendCommand;
  readonly #bootId: number;
  #phase: UpdatePhase = "sending";
  #problem: string | undefined;
  #command: HubCommand;
  #awaited: number | undefined;
  #offset = 0;
  #beginnings = 1;
  /** The node has said that the image is whole and that it starts it. */
  #taken = false;
  #lastBoot: number;
  #sentAt: Micros;
  /** When the node last did something for it. */
  #movedAt: Micros;

  /** Begins. `bootId` is the boot of the node that takes the image. */
  constructor(firmware: Firmware, bootId: number, { send, now }: { send: SendCommand; now: Micros }) {
    this.#firmware = firmware;
    this.#bootId = bootId;
    this.#lastBoot = bootId;
    this.#send = send;
    this.#command = this.#begin();
    this.#sentAt = now;
    this.#movedAt = now;
    this.#say(this.#command, now);
  }

  get phase(): UpdatePhase {
    return this.#phase;
  }

  get version(): string {
    return this.#firmware.version;
  }

  /** 0 to 100. */
  get percent(): number {
    if (this.#phase !== "sending") return 100;
    return Math.floor((100 * this.#offset) / this.#firmware.image.length);
  }

  /** Why it failed, as the end of a sentence. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get over(): boolean {
    return this.#phase === "done" || this.#phase === "failed";
  }

  /** A result of the node; those of other commands are passed over. */
  hear(result: CommandResult, now: Micros): void {
    if (this.#phase !== "sending" || result.command !== this.#awaited) return;
    this.#movedAt = now;
    const expected = expectedOf(result.text);
    if (result.code === RESULT.done && this.#command.kind === "update_end") {
      this.#awaited = undefined;
      this.#taken = true;
      this.#phase = "starting";
      return;
    }
    if (result.code === RESULT.done || (result.code === RESULT.notNow && expected !== undefined)) {
      this.#offset = expected ?? this.#after();
      this.#say(this.#next(), now);
      return;
    }
    const forgotten = result.code === RESULT.notNow && this.#command.kind !== "update_begin";
    if (!forgotten) this.#fail(refusal(result));
    // A repeated end meets a node that has answered the first one already: it is about to start the image.
    else if (this.#command.kind === "update_end") this.#phase = "starting";
    else this.#beginAnew(now);
  }

  /** Looks at what the node says of itself; call it once a second. */
  look(hello: NodeHello | undefined, heartbeat: NodeHeartbeat | undefined, now: Micros): void {
    if (hello !== undefined && hello.bootId !== this.#bootId) this.#lookAtBoot(hello, heartbeat, now);
    if (this.#phase === "sending") this.#repeat(now);
    const patience = this.#phase === "trial" ? TRIAL_PATIENCE : PATIENCE;
    if (!this.over && now - this.#movedAt > patience) {
      this.#fail(
        this.#phase === "sending" ? "the node does not answer any more" : "the node did not come back",
      );
    }
  }

  #lookAtBoot(hello: NodeHello, heartbeat: NodeHeartbeat | undefined, now: Micros): void {
    const runs = hello.firmware === this.#firmware.version;
    const anew = hello.bootId !== this.#lastBoot;
    this.#lastBoot = hello.bootId;
    if (!runs && (this.#phase === "sending" || (this.#phase === "starting" && !this.#taken))) {
      // It lost its power in the middle, runs its old firmware and has forgotten what it had of the image.
      if (!anew && this.#phase === "sending") return;
      this.#phase = "sending";
      this.#beginAnew(now);
      return;
    }
    if (!runs) this.#fail(this.#phase === "trial" ? FELL_BACK : NOT_STARTED);
    else if (this.#phase === "trial") {
      if ((heartbeat?.uptime ?? 0) >= HEALTHY_UPTIME) this.#phase = "done";
    } else {
      this.#phase = "trial";
      this.#movedAt = now;
    }
  }

  #repeat(now: Micros): void {
    if (now - this.#sentAt >= REPEAT) this.#say(this.#command, now);
  }

  #beginAnew(now: Micros): void {
    this.#taken = false;
    this.#beginnings += 1;
    if (this.#beginnings > MOST_BEGINNINGS) this.#fail("the node starts anew again and again");
    else this.#say(this.#begin(), now);
  }

  #begin(): HubCommand {
    const { image, sha256, signature, version } = this.#firmware;
    this.#offset = 0;
    return { kind: "update_begin", size: image.length, sha256, signature, version };
  }

  #next(): HubCommand {
    const { image } = this.#firmware;
    const offset = this.#offset;
    if (offset >= image.length) return { kind: "update_end" };
    return { kind: "update_chunk", offset, bytes: image.subarray(offset, offset + CHUNK_OCTETS) };
  }

  #after(): number {
    return this.#command.kind === "update_chunk" ? this.#command.offset + this.#command.bytes.length : 0;
  }

  #say(command: HubCommand, now: Micros): void {
    this.#command = command;
    this.#awaited = this.#send(command);
    this.#sentAt = now;
  }

  #fail(problem: string): void {
    this.#phase = "failed";
    this.#problem = problem;
  }
}

const NOT_STARTED = "the node went on with its old firmware: try again";
const FELL_BACK = "the new firmware did not last, the node runs its old one again";

/** The offset that the text of a result ends in. */
function expectedOf(text: string): number | undefined {
  const digits = /expected (\d{1,10})$/.exec(text)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function refusal({ code, text }: CommandResult): string {
  const why = text === "" ? "" : `: ${text}`;
  switch (code) {
    case RESULT.verificationFailed:
      return `the node refuses the image${why}`;
    case RESULT.storageFailed:
      return `the node's flash does not keep the image${why}`;
    case RESULT.unknownCommand:
      return "this node cannot be updated over its link";
    default:
      return `the node refuses the update${why}`;
  }
}
