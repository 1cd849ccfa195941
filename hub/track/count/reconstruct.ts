import { FLAG, type FrameBatch, NO_SEQUENCE } from "../../radio/batch.ts";
import { carriesMsdu, KIND } from "../../radio/frame.ts";
import type { Link, Station } from "../known/station.ts";
import { isDownlink, isRetry, isUplink, type Row } from "../row.ts";
import type { SequenceLine } from "./line.ts";
import type { Links } from "./links.ts";
import type { Side } from "./side.ts";

/** Subtype bit of data frames with a QoS control field. */
const QOS = 0x80;
/** BA type in bits 1-4 of BA and BAR control (IEEE 802.11-2020, Table 9-28): variants with one TID in bits 12-15. */
const ONE_TID = new Set([0, 1, 2]);
/** GCR and GLK-GCR: they name no receiver's flow. */
const GROUP = new Set([6, 10]);
/** A window that starts at the first MPDU of the A-MPDU has room left; one that ends at the newest is full. */
const FULL_WINDOW = 64;
/** What nodes beside an access point hear of the ACKs, and in how many frames the own experience outweighs it. */
const ACK_SHARE = 0.95;
const ACK_PRIOR = 10;
/** Variance of an MPDU counted from an ACK: it may have been a Null or a PS-Poll that carried nothing. */
const ACK_DOUBT = 0.25;

/** Counts MPDUs, heard and not, from sequence numbers, BlockAcks and ACKs, into the tallies of both ends. */
export class Reconstruction {
  readonly #links: Links;
  /** The line at hand as it was before the frame. */
  #progress = 0;
  #variance = 0;

  constructor(links: Links) {
    this.#links = links;
  }

  /** A data frame, first reception. */
  data(batch: FrameBatch, row: Row): void {
    const { transmitter, receiver } = row;
    const control = batch.sequence[row.index] ?? NO_SEQUENCE;
    if (transmitter === undefined || control === NO_SEQUENCE) return;
    const qos = (row.fc & QOS) !== 0;
    // A QoS Null may carry any number (IEEE 802.11-2020, 10.3.2.14.2).
    if (qos && !carriesMsdu(row.fc)) return;
    const sequence = control >> 4;
    if (!qos || receiver === undefined) {
      this.#shared(row, transmitter, sequence);
      return;
    }
    const link = this.#links.between(transmitter, receiver);
    transmitter.qos = true;
    link.way = wayOf(row.fc);
    const line = link.line(batch.qos[row.index] ?? 0);
    this.#mark(line);
    const acknowledged = Math.round(answered(transmitter));
    line.see(sequence, row.time, 1 + acknowledged, acknowledged);
    const heard = line.hear(sequence, isRetry(row.fc));
    this.#credit(link, line);
    if (!heard) return;
    sentSide(link).hear(row.length, true);
    receivedSide(link).hear(row.length, true);
  }

  /** A management frame, first reception. */
  management(batch: FrameBatch, row: Row): void {
    const control = batch.sequence[row.index] ?? NO_SEQUENCE;
    if (row.transmitter === undefined || control === NO_SEQUENCE) return;
    this.#shared(row, row.transmitter, control >> 4);
  }

  /** A BlockAck or BlockAckReq, first reception: where the window of the flow it names stands. */
  window(batch: FrameBatch, row: Row): void {
    if (((batch.flags[row.index] ?? 0) & FLAG.blockAck) === 0) return;
    const answer = row.kind === KIND.blockAck;
    const transmitter = answer ? row.receiver : row.transmitter;
    const receiver = answer ? row.transmitter : row.receiver;
    if (transmitter === undefined || receiver === undefined) return;
    const link = this.#links.between(transmitter, receiver);
    const line = lineOf(link, batch.qos[row.index] ?? 0);
    if (line === undefined) return;
    // Both habits of the window start put the newest MPDU received at its highest bit.
    const top = batch.baTop[row.index] ?? 0;
    const newest = ((batch.baStart[row.index] ?? 0) + top - 1) & 4095;
    this.#mark(line);
    line.see(newest, row.time, top > 0 && top < FULL_WINDOW ? top : 1);
    link.blockAcks += 1;
    link.acknowledged += Math.min(batch.baSet[row.index] ?? 0, line.progress - this.#progress);
    transmitter.qos = true;
    this.#credit(link, line);
  }

  /** Brings the estimates of one station up to date. */
  settle(station: Station): void {
    if (station.acks.hidden > 0) countAcks(station);
    station.upward.settle();
    station.downward.settle();
  }

  #mark(line: SequenceLine): void {
    this.#progress = line.progress;
    this.#variance = line.variance;
  }

  /** Adds what a frame moved its line to both ends, less what ACKs have counted in advance. */
  #credit(link: Link, line: SequenceLine): void {
    numbered(link.transmitter);
    const mpdus = line.progress - this.#progress;
    const variance = line.variance - this.#variance;
    if (mpdus === 0 && variance === 0) return;
    const counted = mpdus - redeem(link.transmitter, mpdus);
    sentSide(link).add(counted, variance, line.step);
    receivedSide(link).add(counted, variance, line.step);
  }

  /** A frame of the shared counter: progress belongs to the transmitter, a receiver gets what was heard. */
  #shared(row: Row, transmitter: Station, sequence: number): void {
    // The data of a station without QoS is what its ACKs are for, mostly.
    const data = carriesMsdu(row.fc) && !transmitter.qos;
    const line = transmitter.shared;
    this.#mark(line);
    const acknowledged = data ? Math.round(answered(transmitter)) : 0;
    line.see(sequence, row.time, 1 + acknowledged, acknowledged);
    const heard = line.hear(sequence, isRetry(row.fc));
    let mpdus = line.progress - this.#progress;
    if (data) {
      numbered(transmitter);
      mpdus -= redeem(transmitter, mpdus);
    }
    const sent = transmitter.accessPoint === undefined ? transmitter.upward : transmitter.downward;
    const variance = line.variance - this.#variance;
    const other = transmitter.qos || transmitter.accessPoint !== undefined;
    if (other) sent.addOther(mpdus, variance);
    else sent.add(mpdus, variance, line.step);
    if (!heard) return;
    sent.hear(row.length, !other);
    const { receiver } = row;
    if (receiver === undefined) return;
    const received = receiver.accessPoint === undefined ? receiver.downward : receiver.upward;
    received.addOther(1, 0);
    received.hear(row.length, false);
  }
}

/** The station's sequence numbers were seen: ACKs before that stand for nothing more. */
function numbered(station: Station): void {
  station.acks.hidden = 0;
}

/** MPDUs of `mpdus` that ACKs have counted before. */
function redeem(station: Station, mpdus: number): number {
  const { acks } = station;
  const advance = Math.min(acks.credit, mpdus);
  acks.credit -= advance;
  return advance;
}

/** Share of the ACKs for this station that is heard. */
const ackShare = (station: Station): number =>
  (station.acks.matched + ACK_SHARE * ACK_PRIOR) / (station.acks.expected + ACK_PRIOR);

/** MPDUs that ACKs show since its sequence numbers were last seen. ACKs to an access point do not say from whom. */
const answered = (station: Station): number =>
  station.acks.hidden === 0 || station.accessPoint !== undefined
    ? 0
    : station.acks.hidden / ackShare(station);

/** ACKs stand in until sequence numbers are seen again. */
function countAcks(station: Station): void {
  const { acks } = station;
  const mpdus = Math.round(answered(station)) - acks.credit;
  if (mpdus <= 0) return;
  acks.credit += mpdus;
  station.upward.add(mpdus, mpdus * ACK_DOUBT, 1);
  station.joined?.accessPoint.station.upward.add(mpdus, mpdus * ACK_DOUBT, 1);
}

function wayOf(fc: number): Link["way"] {
  if (isUplink(fc)) return "up";
  return isDownlink(fc) ? "down" : "direct";
}

/** By the headers of the link's data frames, else by which end is an access point. */
function sentSide(link: Link): Side {
  const { way, transmitter } = link;
  const down = way === "down" || (way === undefined && transmitter.accessPoint !== undefined);
  return down ? transmitter.downward : transmitter.upward;
}

function receivedSide(link: Link): Side {
  const { way, receiver } = link;
  const up = way === "up" || (way === undefined && receiver.accessPoint !== undefined);
  return up ? receiver.upward : receiver.downward;
}

function lineOf(link: Link, control: number): SequenceLine | undefined {
  const type = (control >> 1) & 0x0f;
  if (ONE_TID.has(type)) return link.line(control >> 12);
  return GROUP.has(type) ? undefined : link.onlyLine;
}
