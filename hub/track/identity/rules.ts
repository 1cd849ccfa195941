import { fromSeconds, type Micros } from "../../base/units.ts";

/** What identities are judged by. Odds are natural logarithms: 1 to 20 is -3. */
export interface IdentityRules {
  /** µs of silence that end a burst: a scan comes back to near channels within a second. */
  readonly pause: Micros;
  /** µs after the last frame of a burst within which the next address of the same scan begins. */
  readonly chain: Micros;
  /** dB within which two addresses of one scan are heard at a node. */
  readonly chainLevel: number;
  /** Odds that a burst is of a further device of the same kind. */
  readonly newcomer: number;
  /** Readings of an unknown device that are mixed into every pattern: the fewer, the surer after few bursts. */
  readonly unknown: number;
  /** Bursts that a pattern remembers: a phone is carried about. */
  readonly memory: number;
  /** Odds of a burst while another address of the same device is on the air. */
  readonly overlap: number;
  /** A device that is silent for so many of its intervals, while another appeared, has moved and is that other. */
  readonly intervals: number;
  /** Odds from which on a burst of another kind of the same family is taken for a device of it … */
  readonly kin: number;
  /** … when no other device is as near. */
  readonly margin: number;
}

/**
 * Fitted to labelled recordings of phones. Neighbouring values do about as well, but `kin` below 3 joins different
 * models of one maker that lie side by side, and `pause` below 0.8 s takes what is heard of a scan on neighbouring
 * channels for a device farther away.
 */
export const RULES: IdentityRules = {
  pause: fromSeconds(1),
  chain: fromSeconds(0.1),
  chainLevel: 10,
  newcomer: -2,
  unknown: 1,
  memory: 15,
  overlap: -1,
  intervals: 8,
  kin: 4,
  margin: 2,
};
