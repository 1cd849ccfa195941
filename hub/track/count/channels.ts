import { BoundedMap } from "../../base/bounded.ts";
import { type Megahertz, type Micros, micros } from "../../base/units.ts";
import type { AccessPoint } from "../model.ts";

/** Channels of all bands are below 100. */
const CHANNELS = 128;
/** BSS Load that is older says little about now. */
const STATED_SPAN = micros(60e6);

/** What is known of the air of one channel, in µs since the hub began to listen, whatever the dwell. */
export interface ChannelAir {
  readonly frequency: Megahertz;
  readonly firstHeard: Micros;
  lastHeard: Micros;
  /** PPDUs decoded, each once, damaged ones too. */
  airtime: number;
  /** Reserved for PPDUs that nobody here decoded. */
  reserved: number;
}

export class Channels {
  readonly #channels = new BoundedMap<Megahertz, ChannelAir>({ capacity: CHANNELS });

  of(frequency: Megahertz, time: Micros): ChannelAir {
    const known = this.#channels.get(frequency);
    if (known !== undefined) return known;
    const made = { frequency, firstHeard: time, lastHeard: time, airtime: 0, reserved: 0 };
    this.#channels.set(frequency, made);
    return made;
  }

  all(): Iterable<ChannelAir> {
    return this.#channels.values();
  }
}

/**
 * Busy share of a channel as its access points state it, 0-1: the median of what those heard lately say, for one of
 * them may be wrong or far away. Undefined where none says anything.
 */
export function statedBusy(
  accessPoints: Iterable<AccessPoint>,
  frequency: Megahertz,
  now: Micros,
): number | undefined {
  const stated: number[] = [];
  for (const one of accessPoints) {
    if (one.frequency !== frequency || one.utilisation === undefined) continue;
    if (now - one.lastSeen <= STATED_SPAN) stated.push(one.utilisation);
  }
  stated.sort((a, b) => a - b);
  return stated[stated.length >> 1];
}
