import type { Mac } from "../base/units.ts";
import { Air } from "./air.ts";
import { DEVICES, HOME, NEIGHBOURS, NODES, STRANGER } from "./cast.ts";
import { Dice } from "./dice.ts";
import { Counter } from "./frames.ts";
import { DemoNode } from "./node.ts";
import { Answer, Flood, Join, Upload } from "./scenes.ts";
import { Beacons, Chatter, type Joining, Scanner } from "./talkers.ts";

const SECOND = 1e6;
const MINUTE = 60 * SECOND;

/** When things happen in the demo, µs since it began. */
export const SCRIPT = {
  /** The hub learns the home so long; then the stranger may come. */
  learning: 20 * SECOND,
  stranger: 30 * SECOND,
  /** How long a stranger stays before it is told: a minute here, five in a home. */
  strangerStay: MINUTE,
  flood: { first: 25 * SECOND, lasts: 8 * SECOND, every: 5 * MINUTE },
} as const;

/** How far time moves at once: nodes and talkers take turns in between. */
const STEP = 20_000;

/** A small flat with its devices, a stranger, an attacker and two nodes. The same seed plays the same. */
export class DemoHome {
  readonly nodes: readonly DemoNode[];
  readonly #air: Air;
  readonly #joinings: ReadonlyMap<Mac, Joining>;
  #now = 0;

  /** `link` takes the octets of a node's serial link. */
  constructor(seed: number, link: (node: number, octets: Uint8Array) => void) {
    const dice = new Dice(seed);
    this.nodes = NODES.map(
      (plan, at) => new DemoNode(plan, { dice: new Dice(seed + at + 1), link: (octets) => link(at, octets) }),
    );
    this.#air = new Air(this.nodes);
    const joining = (device: (typeof DEVICES)[number]): Joining => ({
      device,
      dice,
      up: new Counter(dice.whole(0, 4095)),
      down: new Counter(dice.whole(0, 4095)),
    });
    for (const network of [HOME, ...NEIGHBOURS]) {
      const counter = new Counter(dice.whole(0, 4095));
      const stations = (): number => (network === HOME ? DEVICES.length : 3);
      this.#air.enter(new Beacons(network, { counter, dice, stations }));
    }
    this.#joinings = new Map(DEVICES.map((device) => [device.mac, joining(device)]));
    for (const [, joined] of this.#joinings) {
      const { device } = joined;
      this.#air.enter(new Chatter(joined, SECOND));
      if (device.probes === true) this.#air.enter(new Scanner(dice, device));
    }
    this.#air.enter(new Scanner(dice));
    this.#air.enter(new Flood(dice, SCRIPT.flood));
    this.#air.enter(new Join(joining(STRANGER), SCRIPT.stranger));
  }

  start(): void {
    for (const node of this.nodes) node.start();
  }

  /** A device of the home is asked for something over the network, and answers; others know nothing of it. */
  call(mac: Mac): void {
    const joining = this.#joinings.get(mac);
    if (joining !== undefined) this.#air.enter(new Answer(joining, this.#now));
  }

  /** A device begins to send as much as it can, for so many µs. */
  burst(mac: Mac, lasts: number): void {
    const joining = this.#joinings.get(mac);
    if (joining !== undefined)
      this.#air.enter(new Upload(joining, { from: this.#now, until: this.#now + lasts }));
  }

  /** Plays until `time`, µs since the demo began. */
  advance(time: number): void {
    while (this.#now < time) {
      this.#now = Math.min(time, this.#now + STEP);
      this.#air.advance(this.#now);
      for (const node of this.nodes) node.advance(this.#now);
    }
  }
}
