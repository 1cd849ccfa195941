import type { Dice } from "./dice.ts";
import { airtimeOf, isLowBand, sifs, slot } from "./durations.ts";
import {
  type Channel,
  type Counter,
  type Draft,
  FRAME,
  FROM_DS,
  PROTECTED,
  psduOf,
  RETRY,
  TO_DS,
} from "./frames.ts";
import { DSSS_1, type FlowPlan, HT_20, OFDM_6, OFDM_24, type PhyPlan } from "./plan.ts";
import { BlockAckWindow } from "./window.ts";

/** Attempts before a transmitter gives an MPDU up. */
const ATTEMPTS = 7;
const LENGTH = { ack: 14, cts: 14, rts: 20, blockAck: 32, blockAckRequest: 24 } as const;

export interface Ends {
  /** Index into the truth's flows. */
  readonly flow: number;
  readonly transmitter: number;
  readonly receiver: number;
  readonly bssid: number;
  readonly station: number;
}

interface Mpdu {
  readonly sequence: number;
  readonly length: number;
  attempts: number;
}

/** One flow: MSDUs that arrive in bursts, sent one by one or aggregated, until answered or given up. */
export class Flow {
  readonly ends: Ends;
  /** Hub time at which it next wants the air. */
  ready: number;
  private readonly plan: FlowPlan;
  private readonly counter: Counter;
  private readonly dice: Dice;
  private readonly window = new BlockAckWindow();
  private readonly open: { readonly from: number; readonly until: number };
  private backlog = 0;
  private pending: Mpdu[] = [];

  constructor(
    plan: FlowPlan,
    ends: Ends,
    parts: { counter: Counter; dice: Dice; start: number; end: number },
  ) {
    this.plan = plan;
    this.ends = ends;
    this.counter = parts.counter;
    this.dice = parts.dice;
    const from = parts.start + (plan.from ?? 0) * 1e6;
    this.open = { from, until: plan.until === undefined ? parts.end : parts.start + plan.until * 1e6 };
    this.ready = from + this.pause();
  }

  private pause(): number {
    return this.dice.exponential(((this.plan.burst ?? 1) / this.plan.rate) * 1e6);
  }

  /** Takes the air once, from `channel.now` on. */
  exchange(channel: Channel): void {
    if (this.backlog === 0 && this.pending.length === 0) this.arrive();
    if (this.plan.group !== undefined) this.sendGroup(channel);
    else if ((this.plan.aggregate ?? 1) > 1) this.sendAggregated(channel);
    else this.sendSingle(channel);
    const idle = this.backlog === 0 && this.pending.length === 0;
    this.ready = channel.now + (idle ? this.pause() : this.dice.below(16) * slot);
    if (idle && this.ready > this.open.until) this.ready = Number.POSITIVE_INFINITY;
  }

  private arrive(): void {
    this.backlog = 1 + Math.round(this.dice.exponential((this.plan.burst ?? 1) - 1));
  }

  private take(): Mpdu {
    this.backlog -= 1;
    const spread = this.dice.between(0.8, 1.2);
    return { sequence: this.counter.take(), length: Math.round(this.plan.size * spread), attempts: 0 };
  }

  private draft(mpdu: Mpdu, answerTime: number): Draft {
    const { plan, ends } = this;
    const way = plan.direction === "up" ? TO_DS : FROM_DS;
    const kind = plan.tid === undefined ? FRAME.data : FRAME.qosData;
    return {
      fc: kind | PROTECTED | way | (mpdu.attempts > 0 ? RETRY : 0),
      length: mpdu.length,
      phy: plan.phy,
      a1: ends.receiver,
      a2: ends.transmitter,
      a3: plan.peer ?? ends.bssid,
      duration: Math.ceil(answerTime),
      sequence: mpdu.sequence << 4,
      ...(plan.tid === undefined ? {} : { qos: plan.tid }),
      flow: ends.flow,
      first: mpdu.attempts === 0,
      sender: ends.transmitter,
    };
  }

  private answerPhy(channel: Channel): PhyPlan {
    if (this.plan.phy.format === DSSS_1.format) return DSSS_1;
    return isLowBand(channel.frequency) && this.plan.phy.format !== HT_20.format ? OFDM_6 : OFDM_24;
  }

  private sendGroup(channel: Channel): void {
    channel.send(this.draft(this.take(), 0));
  }

  /** Data and ACK; the acknowledgement is missing where the receiver missed the frame. */
  private sendSingle(channel: Channel): void {
    const mpdu = this.pending.pop() ?? this.take();
    const phy = this.answerPhy(channel);
    const gap = sifs(channel.frequency);
    const answer = gap + airtimeOf(phy, LENGTH.ack, channel.frequency);
    if (this.plan.rts)
      this.reserve(channel, gap + airtimeOf(this.plan.phy, mpdu.length, channel.frequency) + answer);
    channel.send(this.draft(mpdu, answer));
    mpdu.attempts += 1;
    if (this.dice.chance(this.plan.loss ?? 0)) {
      channel.now += answer;
      if (mpdu.attempts < ATTEMPTS) this.pending.push(mpdu);
      return;
    }
    channel.now += gap;
    channel.send({
      ...this.control(FRAME.ack, LENGTH.ack, phy),
      a1: this.ends.transmitter,
      sender: this.ends.receiver,
    });
  }

  private control(fc: number, length: number, phy: PhyPlan): Draft {
    return { fc, length, phy, a1: -1, sender: -1, flow: this.ends.flow };
  }

  /** RTS and CTS that reserve the air for `rest` µs after the CTS. */
  private reserve(channel: Channel, rest: number): void {
    const { transmitter, receiver } = this.ends;
    const phy = this.answerPhy(channel);
    const gap = sifs(channel.frequency);
    const cts = airtimeOf(phy, LENGTH.cts, channel.frequency);
    const rts = {
      ...this.control(FRAME.rts, LENGTH.rts, phy),
      a1: receiver,
      a2: transmitter,
      sender: transmitter,
    };
    channel.send({ ...rts, duration: Math.ceil(gap + cts + rest) });
    channel.now += gap;
    const answer = { ...this.control(FRAME.cts, LENGTH.cts, phy), a1: transmitter, sender: receiver };
    channel.send({ ...answer, duration: Math.ceil(rest) });
    channel.now += gap;
  }

  private fill(): Mpdu[] {
    const limit = this.plan.aggregate ?? 1;
    while (this.pending.length < limit && this.backlog > 0 && this.fits()) this.pending.push(this.take());
    return this.pending;
  }

  /** No MPDU 64 or more ahead of the oldest one that is still open (10.25.6.7). */
  private fits(): boolean {
    const oldest = this.pending[0];
    const newest = this.pending.at(-1);
    return oldest === undefined || newest === undefined || ((newest.sequence - oldest.sequence) & 4095) < 63;
  }

  private sendAggregated(channel: Channel): void {
    const mpdus = this.fill();
    const phy = this.answerPhy(channel);
    const gap = sifs(channel.frequency);
    const psdu = psduOf(mpdus.map((mpdu) => mpdu.length));
    const answer = gap + airtimeOf(phy, LENGTH.blockAck, channel.frequency);
    if (this.plan.rts)
      this.reserve(channel, gap + airtimeOf(this.plan.phy, psdu, channel.frequency) + answer);
    const drafts = mpdus.map((mpdu) => ({ ...this.draft(mpdu, answer), psdu }));
    channel.sendAggregate(drafts, this.plan.phy);
    channel.now += gap;
    const loss = this.plan.loss ?? 0;
    const missed: Mpdu[] = [];
    for (const mpdu of mpdus) {
      mpdu.attempts += 1;
      if (this.dice.chance(loss)) missed.push(mpdu);
      else this.window.receive(mpdu.sequence);
    }
    this.pending = missed.filter((mpdu) => mpdu.attempts < ATTEMPTS);
    // Nothing received: no BlockAck (10.25.6.5).
    if (missed.length === mpdus.length) channel.now += answer - gap;
    else this.answer(channel, mpdus[0]?.sequence ?? 0, phy);
    if (missed.length !== this.pending.length) this.requestBlockAck(channel, phy);
  }

  private answer(channel: Channel, first: number, phy: PhyPlan): void {
    const { transmitter, receiver } = this.ends;
    const ba = this.window.answer(first, this.plan.habit ?? "first");
    channel.send({
      ...this.control(FRAME.blockAck, LENGTH.blockAck, phy),
      a1: transmitter,
      a2: receiver,
      sender: receiver,
      // Compressed BlockAck (type 2) in bits 1-4, TID in bits 12-15 (9.3.1.8.1).
      qos: 0x0004 | ((this.plan.tid ?? 0) << 12),
      ba,
    });
  }

  /** Given up on an MPDU: tells the receiver to move on (10.25.3). */
  private requestBlockAck(channel: Channel, phy: PhyPlan): void {
    const { transmitter, receiver } = this.ends;
    const start = this.pending[0]?.sequence ?? (this.window.highest + 1) & 4095;
    channel.now += sifs(channel.frequency);
    channel.send({
      ...this.control(FRAME.blockAckRequest, LENGTH.blockAckRequest, phy),
      a1: receiver,
      a2: transmitter,
      sender: transmitter,
      qos: 0x0004 | ((this.plan.tid ?? 0) << 12),
      ba: { start, top: 0, set: 0 },
    });
    channel.now += sifs(channel.frequency);
    this.answer(channel, start, phy);
  }
}
