import { type Mac, micros, type NodeIndex } from "../base/units.ts";
import type { Link, LinkEnd } from "../edge/links/link.ts";
import { type HomeRule, homeRule } from "../track/homes.ts";
import { Deframer } from "../wire/frame.ts";
import { DEVICES, HOME } from "./cast.ts";
import { DemoHome, SCRIPT } from "./home.ts";

const SEED = 20_260_301;
const TURN_MS = 50;
/** A machine that slept plays on from where it is; it does not make up for hours at once. */
const MOST_AT_ONCE = 2e6;

/** The demo home as a link of the hub: its nodes speak over serial lines that exist in memory only. */
export class DemoLink implements Link {
  readonly #end: LinkEnd;
  readonly #home: DemoHome;
  readonly #deframers: Deframer[];
  readonly #now: () => number;
  #nodes: NodeIndex[] = [];
  #timer: NodeJS.Timeout | undefined;
  #played = 0;
  #last = 0;

  /** `now` in ms, never backwards. */
  constructor(end: LinkEnd, now: () => number, seed = SEED) {
    this.#end = end;
    this.#now = now;
    this.#home = new DemoHome(seed, (node, octets) => this.#hear(node, octets));
    this.#deframers = this.#home.nodes.map(() => new Deframer());
  }

  async start(): Promise<void> {
    this.#nodes = this.#home.nodes.map((node) => this.#end.opened(`demo ${node.plan.name}`));
    this.#home.start();
    this.#last = this.#now();
    this.#timer = setInterval(() => this.#turn(), TURN_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const node of this.#nodes) this.#end.closed(node);
  }

  send(node: NodeIndex, message: Uint8Array): boolean {
    const at = this.#nodes.indexOf(node);
    this.#home.nodes[at]?.receive(message);
    return at >= 0;
  }

  /** Home Assistant asked devices for something: those of the demo answer by radio as real ones do. */
  call(macs: readonly Mac[]): void {
    for (const mac of macs) this.#home.call(mac);
  }

  #turn(): void {
    const now = this.#now();
    this.#played += Math.min(MOST_AT_ONCE, (now - this.#last) * 1000);
    this.#last = now;
    this.#home.advance(micros(this.#played));
  }

  #hear(at: number, octets: Uint8Array): void {
    const node = this.#nodes[at];
    if (node === undefined) return;
    this.#deframers[at]?.push(octets, (message) => this.#end.message(node, message));
  }
}

/** The demo's home network, and its short patience: a day of learning would be too long to watch. */
export function demoSettings(homes: readonly HomeRule[]) {
  return {
    homes: homes.length > 0 ? homes : [homeRule(HOME.ssid)],
    known: { learnFor: micros(SCRIPT.learning) },
    unknownStay: micros(SCRIPT.strangerStay),
  };
}

/** What people call the devices of the demo home. */
export const demoNames = () => DEVICES.map(({ mac, name }) => ({ mac, name }));
