import { dbm, micros } from "../base/units.ts";
import { decodeHubMessage } from "../wire/commands.ts";
import type { ElementBlock } from "../wire/elements.ts";
import { FrameEncoder } from "../wire/encoder.ts";
import { encodeFrame } from "../wire/frame.ts";
import { CAPABILITY, PROTOCOL, RESET_REASON, RESULT } from "../wire/kinds.ts";
import { encodeNodeMessage } from "../wire/messages.ts";
import type { NodeBody } from "../wire/records/bodies.ts";
import type { Listener } from "./air.ts";
import { type DemoNodePlan, HOME, powerAt } from "./cast.ts";
import type { Dice } from "./dice.ts";
import type { Transmission } from "./frames.ts";

const SECOND = 1e6;
/** A batch goes when it is this old (firmware/PROTOCOL.md, 5). */
const BATCH_AGE = 100_000;
const NOISE = -95;
/** Half of the frames are lost where signal and noise are 6 dB apart, nearly none above 12. */
const EDGE = 6;

/** A node of the demo: hears what its place and chance let it, and speaks the real wire, clock errors and all. */
export class DemoNode implements Listener {
  readonly plan: DemoNodePlan;
  /** Octets of its serial link. */
  readonly #link: (octets: Uint8Array) => void;
  readonly #dice: Dice;
  readonly #encoder: FrameEncoder;
  #bootId: number;
  #resetReason: number = RESET_REASON.powerOn;
  /** µs of the demo's clock at the latest start. */
  #startedAt: number;
  readonly #taught = new Set<number>();
  #sequence = 0;
  #batchSince = 0;
  #beat = 0;
  #frames = 0;
  #heard = 0;
  #now = 0;

  constructor(plan: DemoNodePlan, parts: { dice: Dice; link: (octets: Uint8Array) => void }) {
    this.plan = plan;
    this.#link = parts.link;
    this.#dice = parts.dice;
    this.#bootId = parts.dice.whole(1, 2 ** 31);
    this.#startedAt = -plan.bootedBefore;
    this.#encoder = new FrameEncoder({ sequence: () => this.#next() });
  }

  start(): void {
    this.#hello();
  }

  hear(transmission: Transmission): void {
    this.#now = transmission.at;
    const power = powerAt(transmission.from, this.plan.place) + 2 * this.#dice.bell();
    if (transmission.undecodable === true || power - NOISE < EDGE + 3 * this.#dice.bell()) return;
    const row = {
      ...transmission.row,
      time: this.#clock(transmission.at),
      rssi: Math.max(-120, Math.min(-10, Math.round(power))),
      noise: NOISE,
    };
    this.#heard += 1;
    this.#frames += 1;
    if (this.#encoder.rows === 0) this.#batchSince = transmission.at;
    if (this.#encoder.add(row)) return;
    this.#flush();
    this.#batchSince = transmission.at;
    this.#encoder.add(row);
  }

  learn(subtype: number, block: ElementBlock): void {
    if (this.#taught.has(block.hash)) return;
    this.#taught.add(block.hash);
    if (this.#taught.size > 500) this.#taught.clear();
    this.#say({ kind: "elements", hash: block.hash, subtype, blocks: block.blocks });
  }

  /** Sends what is due at `now`. */
  advance(now: number): void {
    this.#now = now;
    if (this.#encoder.rows > 0 && now - this.#batchSince >= BATCH_AGE) this.#flush();
    if (now - this.#beat < SECOND) return;
    this.#flush();
    this.#reportDwell(now);
    this.#reportHealth(now);
    this.#beat = now;
    this.#frames = 0;
  }

  /** A message of the hub. */
  receive(message: Uint8Array): void {
    const command = decodeHubMessage(message);
    if (command.kind === "restart") this.#restart(command.sequence);
    if (command.kind !== "time_request") return;
    const clock = this.#clock(this.#now);
    this.#say({ kind: "time_reply", token: command.token, arrived: clock, sent: micros(clock + 40) });
  }

  #restart(command: number): void {
    this.#flush();
    this.#say({ kind: "result", command, code: RESULT.done, text: "" });
    this.#bootId += 1;
    this.#resetReason = RESET_REASON.software;
    this.#startedAt = this.#now;
    this.#sequence = 0;
    this.#beat = this.#now;
    [this.#frames, this.#heard] = [0, 0];
    this.#taught.clear();
    this.#hello();
  }

  #clock(at: number) {
    return micros(Math.round((at - this.#startedAt) * (1 + this.plan.ppm * 1e-6)));
  }

  #next(): number {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) >>> 0;
    return sequence;
  }

  #say(body: NodeBody): void {
    this.#link(encodeFrame(encodeNodeMessage(body, this.#next())));
  }

  #flush(): void {
    const message = this.#encoder.take();
    if (message !== undefined) this.#link(encodeFrame(message));
  }

  #hello(): void {
    this.#say({
      kind: "hello",
      protocol: PROTOCOL,
      firmware: "demo",
      chip: this.plan.chip,
      mac: this.plan.mac,
      bootId: this.#bootId,
      resetReason: this.#resetReason,
      capabilities: CAPABILITY.blockAckBitmaps,
      name: this.plan.name,
      configuration: 0,
      clock: this.#clock(this.#now),
    });
  }

  #reportDwell(now: number): void {
    const listened = micros(now - this.#beat);
    const start = this.#clock(this.#beat);
    const frames = this.#frames;
    this.#say({ kind: "dwell", frequency: HOME.frequency, start, listened, frames, undecodable: 0 });
  }

  #reportHealth(now: number): void {
    this.#say({
      kind: "heartbeat",
      time: this.#clock(now),
      uptime: Math.floor((now - this.#startedAt) / SECOND),
      received: this.#heard,
      drops: { ring: 0, link: 0, thinned: 0, sibling: 0 },
      ringHighWater: 12,
      heapLowWater: 61_000,
      temperature: Math.round(41 + this.#dice.bell()),
      rssi: dbm(-48),
      degradeStep: 0,
      safeMode: false,
    });
  }
}
