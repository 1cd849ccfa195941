import { HOUR, type Megahertz, type Micros, type NodeIndex } from "../../base/units.ts";
import type { NodeRecord } from "../../intake/node.ts";
import { type Band, frequencyOf } from "../../radio/channel.ts";
import type { AccessPoint } from "../../track/model.ts";
import type { HubCommand, PlanEntry } from "../../wire/commands.ts";
import { CAPABILITY, RESULT } from "../../wire/kinds.ts";
import type { CommandResult } from "../../wire/records/bodies.ts";

export interface PlansOptions {
  readonly nodes: () => readonly NodeRecord[];
  readonly accessPoints: () => Iterable<AccessPoint>;
  readonly isOpen: (node: NodeIndex) => boolean;
  /** Gives the command's number, undefined where it cannot be sent now. */
  readonly command: (node: NodeIndex, command: HubCommand) => number | undefined;
  readonly now: () => Micros;
}

/** Two beacon intervals and a change of channel, ms: what the nodes take by themselves. */
const DWELL_MS = 250;
/** An access point that was not heard for longer may have moved. */
const HEARD_WITHIN = HOUR;
/** All channels of the home together get so many times the dwells of all others: three quarters of the time. */
const HOME_TIMES = 3;
const MOST_WEIGHT = 255;

const channels = (band: Band, first: number, last: number, step: number): Megahertz[] =>
  Array.from({ length: (last - first) / step + 1 }, (_, i) => frequencyOf(first + i * step, band)).filter(
    (one) => one !== undefined,
  );
/** What a node that hops hears, by band (firmware/esp32, chip). */
const LOW = channels("2.4", 1, 13, 1);
const HIGH = [...channels("5", 36, 64, 4), ...channels("5", 100, 144, 4), ...channels("5", 149, 165, 4)];

/** What a node was told last. */
interface Told {
  readonly bootId: number;
  /** Channels of the home, as text. */
  readonly home: string;
  readonly narrow: boolean;
  readonly command: number | undefined;
}

/**
 * Tells boards that are free to change the channel where the home is: there they listen most of the time, on the
 * other channels now and then. Without that they choose the busiest channels, which may be the neighbours'.
 */
export class Plans {
  readonly #options: PlansOptions;
  /** By node: at most as many as the hub has nodes. */
  readonly #told = new Map<NodeIndex, Told>();

  constructor(options: PlansOptions) {
    this.#options = options;
  }

  /** Tells what has changed; call it once a second. */
  tick(): void {
    for (const record of this.#options.nodes()) {
      const { hello, index } = record;
      if (hello === undefined || !this.#options.isOpen(index) || !follows(record)) continue;
      const home = this.#home(record).join();
      const told = this.#told.get(index);
      const known = told?.bootId === hello.bootId ? told.home : "";
      if (home !== known) this.#tell(record, false);
    }
  }

  /** What became of a command: a plan with channels that this board does not hear is made of those of the home alone. */
  hear(node: NodeIndex, result: CommandResult): void {
    const told = this.#told.get(node);
    if (told === undefined || told.command !== result.command || told.narrow) return;
    const record = this.#options.nodes().find((one) => one.index === node);
    if (record !== undefined && result.code !== RESULT.done) this.#tell(record, true);
  }

  #tell(record: NodeRecord, narrow: boolean): void {
    const home = this.#home(record);
    const entries = narrow ? home.map((frequency) => ({ frequency, weight: 1 })) : planOf(record, home);
    const command = this.#options.command(record.index, { kind: "plan", entries, dwell: DWELL_MS });
    if (command === undefined) return;
    const bootId = record.hello?.bootId ?? 0;
    this.#told.set(record.index, { bootId, home: home.join(), narrow, command });
  }

  /** Channels of the home that this board hears. */
  #home(record: NodeRecord): Megahertz[] {
    const { accessPoints, now } = this.#options;
    const since = now() - HEARD_WITHIN;
    const heard = new Set(heardBy(record));
    const found = new Set<Megahertz>();
    for (const { home, frequency, lastSeen } of accessPoints()) {
      if (home && heard.has(frequency) && lastSeen >= since) found.add(frequency);
    }
    return [...found].sort((a, b) => a - b);
  }
}

/** A board that is free to hop; a Linux computer listens where its command line says. */
const follows = ({ hello, understood, aside }: NodeRecord): boolean =>
  understood &&
  !aside &&
  hello?.chip.startsWith("esp32") === true &&
  (hello.capabilities & CAPABILITY.canHop) !== 0;

const heardBy = ({ hello }: NodeRecord): readonly Megahertz[] =>
  ((hello?.capabilities ?? 0) & CAPABILITY.fiveGigahertz) === 0 ? LOW : [...LOW, ...HIGH];

/** Without a home the choice is the node's. */
function planOf(record: NodeRecord, home: readonly Megahertz[]): PlanEntry[] {
  if (home.length === 0) return [];
  const all = heardBy(record);
  const weight = Math.min(MOST_WEIGHT, Math.ceil((HOME_TIMES * (all.length - home.length)) / home.length));
  return all.map((frequency) => ({ frequency, weight: home.includes(frequency) ? weight : 1 }));
}
