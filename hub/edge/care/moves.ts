import { type Mac, MINUTE, type Micros, micros, SECOND, toSeconds } from "../../base/units.ts";
import type { MoveView } from "../../expose/view/move.ts";
import { nodeIdOf } from "../../expose/view/node.ts";
import type { NodeRecord } from "../../intake/node.ts";
import { CAPABILITY } from "../../wire/kinds.ts";

/** A node restarts in seconds and joins a network in half a minute; its access point may be busy. */
const MISSING_AFTER = micros(2 * MINUTE);
/** One that was told over the air tries for three minutes, and comes back from there (firmware/PROTOCOL.md, 1). */
const RETURNED_AFTER = micros(6 * MINUTE);
/** One that has arrived is shown until a person has had time to read it. */
const SHOWN_AFTER_ARRIVAL = micros(10 * MINUTE);
/** A move nobody looks after is over: the node is shown as silent. */
const SHOWN_AT_MOST = micros(24 * 60 * MINUTE);
/** A node that reports over Wi-Fi from now on says so on its cable when it is asked. */
const ASK_EVERY = micros(5 * SECOND);

export interface Move {
  readonly mac: Mac;
  readonly name: string;
  readonly to: "wifi" | "cable";
  readonly network: string | null;
  readonly hub: string | null;
  /** It was told over the air, so it goes back by itself where that does not work. */
  readonly returns: boolean;
}

export interface MovesOptions {
  /** All links of a node. */
  readonly links: (mac: Mac) => readonly NodeRecord[];
  readonly isOpen: (record: NodeRecord) => boolean;
  /** A node knocks and is refused, or was two minutes ago. */
  readonly isRefused: (mac: Mac) => boolean;
  /** When any node last heard it on the air. */
  readonly onAirAt: (mac: Mac) => Micros | undefined;
  /** Asks on a cable who is there. */
  readonly ask: (record: NodeRecord) => void;
  readonly now: () => Micros;
}

interface Going {
  readonly move: Move;
  readonly since: Micros;
  /** Its starts that were known when it was told. */
  readonly boots: ReadonlySet<number>;
  askedAt: Micros;
  arrivedAt: Micros | undefined;
  /** It is heard, with the settings that it had before. */
  returned: boolean;
}

/** Nodes that were told to report another way: on their way, there, or missing. */
export class Moves {
  readonly #options: MovesOptions;
  /** By node, so at most as many as the hub has. */
  readonly #going = new Map<Mac, Going>();

  constructor(options: MovesOptions) {
    this.#options = options;
  }

  /** Starts of a node that are known; look before it is told, for it may be quicker than its answer. */
  boots(mac: Mac): ReadonlySet<number> {
    const links = this.#options.links(mac);
    return new Set(links.flatMap(({ hello }) => (hello === undefined ? [] : [hello.bootId])));
  }

  /** The node has taken its settings and restarts; another start than those of before is its arrival. */
  begin(move: Move, boots: ReadonlySet<number>): void {
    const since = this.#options.now();
    const going = { move, since, boots, askedAt: since, arrivedAt: undefined, returned: false };
    this.#going.set(move.mac, going);
  }

  end(mac: Mac): void {
    this.#going.delete(mac);
  }

  /** Call it once a second. */
  tick(): void {
    const now = this.#options.now();
    for (const [mac, going] of this.#going) {
      if (going.arrivedAt === undefined && !going.returned) this.#look(going, now);
      const told = going.arrivedAt !== undefined && now - going.arrivedAt > SHOWN_AFTER_ARRIVAL;
      if (told || now - going.since > SHOWN_AT_MOST) this.#going.delete(mac);
    }
  }

  #look(going: Going, now: Micros): void {
    const there = this.#heardAnew(going);
    if (there === undefined) this.#ask(going, now);
    // Its word of that holds for one start: from the next one on it is a node like all others.
    else if (wentBack(there)) going.returned = true;
    else going.arrivedAt = now;
  }

  views(): MoveView[] {
    return [...this.#going.values()].map((going) => this.#view(going));
  }

  #view(going: Going): MoveView {
    const { move, since, arrivedAt, returned } = going;
    const missing = this.#options.now() - since > (move.returns ? RETURNED_AFTER : MISSING_AFTER);
    return {
      node: nodeIdOf(move.mac),
      ...{ name: move.name, to: move.to, network: move.network, hub: move.hub },
      since: toSeconds(since),
      returns: move.returns,
      state: returned ? "returned" : arrivedAt !== undefined ? "arrived" : missing ? "missing" : "waiting",
      sign: arrivedAt === undefined && !returned ? this.#sign(going, missing) : null,
    };
  }

  #sign({ move, since }: Going, missing: boolean): MoveView["sign"] {
    const { isRefused, onAirAt } = this.#options;
    const onAir = onAirAt(move.mac);
    // Before that it may have been refused with the key that it had.
    if (missing && isRefused(move.mac)) return "refused";
    if (move.to === "wifi" && onAir !== undefined && onAir > since + ASK_EVERY) return "on_air";
    return this.#cable(move.mac) === undefined ? null : "on_cable";
  }

  /** The link that it reports over, as it was told or as before, since it has restarted. */
  #heardAnew({ move, boots }: Going): NodeRecord | undefined {
    return this.#options.links(move.mac).find((record) => {
      const there = move.to === "wifi" ? record.link.startsWith("udp:") : record.link.startsWith("/");
      const anew = record.hello !== undefined && !boots.has(record.hello.bootId);
      return there && anew && !record.aside && this.#options.isOpen(record);
    });
  }

  #ask(going: Going, now: Micros): void {
    const cable = this.#cable(going.move.mac);
    const known = cable?.hello !== undefined && !going.boots.has(cable.hello.bootId);
    if (cable === undefined || known || now - going.askedAt < ASK_EVERY) return;
    going.askedAt = now;
    this.#options.ask(cable);
  }

  #cable(mac: Mac): NodeRecord | undefined {
    const { links, isOpen } = this.#options;
    return links(mac).find((record) => record.link.startsWith("/") && isOpen(record));
  }
}

const wentBack = ({ hello }: NodeRecord): boolean => ((hello?.capabilities ?? 0) & CAPABILITY.wentBack) !== 0;
