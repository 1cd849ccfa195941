import type { Dice } from "./dice.ts";
import { airtimeOf, describe, isDecodable } from "./durations.ts";
import type { PhyPlan } from "./plan.ts";
import type { Transmission } from "./transmissions.ts";

export const FRAME = {
  beacon: 0x0080,
  probeRequest: 0x0040,
  probeResponse: 0x0050,
  rts: 0x00b4,
  cts: 0x00c4,
  ack: 0x00d4,
  blockAck: 0x0094,
  blockAckRequest: 0x0084,
  data: 0x0008,
  qosData: 0x0088,
} as const;

export const RETRY = 0x0800;
export const PROTECTED = 0x4000;
export const TO_DS = 0x0100;
export const FROM_DS = 0x0200;

/** What a frame needs to be put on the air; the rest has defaults. */
export interface Draft {
  readonly fc: number;
  readonly length: number;
  readonly phy: PhyPlan;
  readonly a1: number;
  readonly sender: number;
  readonly a2?: number;
  readonly a3?: number;
  readonly duration?: number;
  readonly sequence?: number;
  readonly qos?: number;
  readonly flow?: number;
  readonly first?: boolean;
  readonly tsf?: number;
  readonly ba?: { readonly start: number; readonly top: number; readonly set: number };
  /** PSDU octets when the frame is part of an A-MPDU. */
  readonly psdu?: number;
}

/** One frequency: who sends next begins after what is on the air has ended. Appends to `log`. */
export class Channel {
  readonly frequency: number;
  readonly log: Transmission[] = [];
  now: number;
  private ppdu = 0;

  constructor(frequency: number, start: number) {
    this.frequency = frequency;
    this.now = start;
  }

  /** Begins a PPDU of one frame at `now` and moves `now` to its end. */
  send(draft: Draft): void {
    this.ppdu += 1;
    this.write(draft, airtimeOf(draft.phy, draft.psdu ?? draft.length, this.frequency));
  }

  /** One A-MPDU; every MPDU carries the time of the PPDU. */
  sendAggregate(drafts: readonly Draft[], phy: PhyPlan): void {
    this.ppdu += 1;
    const start = this.now;
    const airtime = airtimeOf(phy, psduOf(drafts.map((draft) => draft.length)), this.frequency);
    for (const draft of drafts) {
      this.now = start;
      this.write(draft, airtime);
    }
  }

  private write(draft: Draft, airtime: number): void {
    this.log.push({
      time: this.now,
      frequency: this.frequency,
      fc: draft.fc,
      duration: draft.duration ?? 0,
      length: draft.length,
      phy: describe(draft.phy, draft.psdu !== undefined),
      a1: draft.a1,
      a2: draft.a2 ?? -1,
      a3: draft.a3 ?? -1,
      sequence: draft.sequence ?? -1,
      qos: draft.qos ?? -1,
      baStart: draft.ba?.start ?? -1,
      baTop: draft.ba?.top ?? -1,
      baSet: draft.ba?.set ?? -1,
      ppduLength: draft.psdu ?? 0,
      airtime,
      ppdu: this.ppdu,
      flow: draft.flow ?? -1,
      first: draft.first ?? false,
      decodable: isDecodable(draft.phy),
      tsf: draft.tsf ?? -1,
      sender: draft.sender,
    });
    this.now += airtime;
  }
}

/** PSDU octets of an A-MPDU: a delimiter of 4 octets before each MPDU, MPDUs padded to 4 (9.7.1). */
export const psduOf = (lengths: readonly number[]): number =>
  lengths.reduce((sum, length) => sum + 4 + Math.ceil(length / 4) * 4, 0);

/** Numbers frames of one transmitter, or of one (transmitter, receiver, TID). */
export class Counter {
  private value: number;

  constructor(dice: Dice) {
    this.value = dice.below(4096);
  }

  take(): number {
    const value = this.value;
    this.value = (value + 1) & 4095;
    return value;
  }
}
