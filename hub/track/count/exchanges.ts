import { type Micros, micros } from "../../base/units.ts";
import { phyAggregated } from "../../radio/airtime/phy.ts";
import type { FrameBatch } from "../../radio/batch.ts";
import { isControl, KIND } from "../../radio/frame.ts";
import type { Station } from "../known/station.ts";
import type { Row } from "../row.ts";
import { Reservation } from "./reservation.ts";

/**
 * µs between the end of a frame and the start of its ACK, with slack for receivers that stamp the end of a frame and
 * others that stamp its start: SIFS 10 or 16 plus an ACK of at most 304 at 1 Mb/s.
 */
const ANSWER_SPAN = 400;
/** Frames that an ACK may answer, but also something else: no measure of how many ACKs are heard. */
const ANSWERED_OTHERWISE = new Set<number>([KIND.psPoll, KIND.blockAckRequest]);
/** ACK policy in bits 5-6 of QoS control; 0 asks for an ACK (IEEE 802.11-2020, Table 9-13). */
const ACK_POLICY = 0x60;
/** Type data with the subtype bit of QoS, and the bits that say so. */
const QOS_DATA = 0x88;
const QOS_BITS = 0x8c;
const NODES = 256;

/** What a node has just heard, for frames that only make sense after it. */
class Moment {
  /** Who sent the last frame that asks for an ACK, and until when the ACK may come. */
  asking: Station | undefined = undefined;
  asked: Station | undefined = undefined;
  askedUntil: Micros = micros(0);
  readonly reservation = new Reservation();
}

/** Puts answers to what they answer: ACKs to frames, CTS to RTS, and the air that these reserve to who uses it. */
export class Exchanges {
  readonly #moments: (Moment | undefined)[] = [];

  /** Any frame with a header, in the order of its node, further receptions too. */
  observe(batch: FrameBatch, row: Row): void {
    const moment = this.#momentOf(row.node);
    if (moment === undefined) return;
    moment.reservation.observe(batch, row);
    if (row.kind === KIND.ack) {
      if (row.receiver !== undefined) answer(moment, row, row.receiver);
    } else ask(moment, batch, row);
  }

  #momentOf(node: number): Moment | undefined {
    const known = this.#moments[node];
    if (known !== undefined || node >= NODES) return known;
    const made = new Moment();
    this.#moments[node] = made;
    return made;
  }
}

function ask(moment: Moment, batch: FrameBatch, row: Row): void {
  const { transmitter } = row;
  moment.asking = undefined;
  if (transmitter === undefined || row.receiver === undefined) return;
  const otherwise = ANSWERED_OTHERWISE.has(row.kind);
  if (!otherwise && !asksForAck(batch, row)) return;
  moment.asking = transmitter;
  moment.asked = row.receiver;
  moment.askedUntil = micros(row.time + row.airtime + ANSWER_SPAN);
  if (row.fresh && !otherwise) transmitter.acks.expected += 1;
}

function answer(moment: Moment, row: Row, receiver: Station): void {
  const matched = moment.asking === receiver && row.time <= moment.askedUntil;
  moment.asking = undefined;
  if (!row.fresh) return;
  if (!matched) {
    receiver.acks.hidden += 1;
    return;
  }
  receiver.acks.matched += 1;
  // The ACK to an access point does not name its sender: only what it answers tells whose overhead it is.
  if (receiver.accessPoint !== undefined) moment.asked?.downward.countAnswer(row.airtime);
}

/** Individually addressed data and management frames do, outside of A-MPDUs and under the normal ACK policy. */
function asksForAck(batch: FrameBatch, row: Row): boolean {
  if (isControl(row.fc) || row.kind === KIND.actionNoAck) return false;
  if (phyAggregated(batch.phy[row.index] ?? 0)) return false;
  return (row.fc & QOS_BITS) !== QOS_DATA || ((batch.qos[row.index] ?? 0) & ACK_POLICY) === 0;
}
