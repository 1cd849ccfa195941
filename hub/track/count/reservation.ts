import { sifs } from "../../radio/airtime/reservation.ts";
import type { FrameBatch } from "../../radio/batch.ts";
import { KIND } from "../../radio/frame.ts";
import type { AirUse, Station } from "../known/station.ts";
import type { Row } from "../row.ts";
import { Spans } from "./spans.ts";

/**
 * The longest reservation that is believed, in µs: a TXOP of at most 255 · 32 (9.4.2.28), or a PPDU of 5,484 with its
 * answer. Longer ones are mistakes or attacks and nobody's airtime.
 */
const LONGEST = 10_000;
/** Shorter than the shortest preamble and a symbol: no PPDU is in it. */
const SHORTEST = 24;

/** The air that one exchange reserves, as one node hears it, and how much of it went to PPDUs it did not decode. */
export class Reservation {
  /** Who sends what the air is reserved for. */
  #owner: Station | undefined = undefined;
  #peer: Station | undefined = undefined;
  #start = 0;
  #end = 0;
  /** µs within that are decoded frames, or the gaps between frames. */
  #used = 0;
  /** First reception of what reserves: another node's reservation of the same air counts otherwise. */
  #counts = false;
  /** Nothing but an RTS was heard; it reserves nothing when nobody answers. */
  #asked = false;

  /** Any frame with a header, in the order of its node. */
  observe(batch: FrameBatch, row: Row): void {
    const { kind } = row;
    if (this.#owner !== undefined) this.#continue(batch, row);
    if (this.#owner !== undefined) return;
    if (kind === KIND.rts) this.#ask(batch, row);
    else if (kind === KIND.cts) this.#begin(batch, row, undefined);
    // The Duration of an answer is what is left of its receiver's TXOP.
    else if (kind === KIND.blockAck || kind === KIND.ack) this.#begin(batch, row, row.transmitter);
  }

  /** An RTS, until it is answered: its CTS takes about as long as itself. */
  #ask(batch: FrameBatch, row: Row): void {
    const duration = batch.duration[row.index] ?? 0;
    if (duration > LONGEST || row.transmitter === undefined) return;
    const gap = sifs(batch.frequency);
    const end = row.time + row.airtime;
    this.#owner = row.transmitter;
    this.#peer = row.receiver;
    this.#start = end + gap + row.airtime;
    this.#end = end + duration;
    this.#used = gap;
    this.#counts = row.fresh;
    this.#asked = true;
  }

  /** The receiver of a CTS, ACK or BlockAck has the air for the frame's Duration. */
  #begin(batch: FrameBatch, row: Row, peer: Station | undefined): void {
    const duration = batch.duration[row.index] ?? 0;
    const gap = sifs(batch.frequency);
    if (duration <= 2 * gap || duration > LONGEST || row.receiver === undefined) return;
    this.#owner = row.receiver;
    this.#peer = peer;
    this.#start = row.time + row.airtime;
    this.#end = this.#start + duration;
    this.#used = gap;
    this.#counts = row.fresh;
    this.#asked = false;
  }

  #continue(batch: FrameBatch, row: Row): void {
    const { kind, time, transmitter, receiver } = row;
    const owner = this.#owner;
    if (kind === KIND.cts && this.#asked && receiver === owner) {
      // A CTS does not name its sender; what it answers tells whose overhead it is beside its receiver's.
      if (row.fresh && owner?.accessPoint !== undefined && this.#peer !== undefined) {
        this.#peer.down.airtime += row.airtime;
      }
      this.#begin(batch, row, this.#peer);
      return;
    }
    const ours = transmitter === owner || receiver === owner;
    if (time >= this.#end || !ours || kind === KIND.rts || kind === KIND.cts || kind === KIND.cfEnd) {
      this.#close(Math.min(time, this.#end), row);
      return;
    }
    this.#asked = false;
    this.#peer ??= transmitter === owner ? receiver : transmitter;
    if (row.airtime > 0) this.#used += row.airtime + sifs(batch.frequency);
    const answer = kind === KIND.ack || kind === KIND.blockAck;
    if (answer && receiver === owner) this.#shorten(batch, row);
  }

  /** An answer says how much of the TXOP is left. */
  #shorten(batch: FrameBatch, row: Row): void {
    const rest = batch.duration[row.index] ?? 0;
    this.#end = Math.min(row.time + row.airtime + rest, this.#start + LONGEST);
    if (rest === 0) this.#close(this.#end, row);
  }

  #close(until: number, row: Row): void {
    const owner = this.#owner;
    this.#owner = undefined;
    const hidden = until - this.#start - this.#used;
    if (owner === undefined || this.#asked || !this.#counts || hidden < SHORTEST) return;
    const air = airOf(owner);
    // Another node may have decoded what this one did not: its airtime is counted already.
    const elsewhere = isShared(owner) ? air.decoded.elsewhere(this.#start, until, row.node) : 0;
    const rest = hidden - elsewhere;
    if (rest < SHORTEST) return;
    air.reserved.push(this.#start, until, rest, row.node);
    row.channel.reserved += rest;
    reserve(owner, this.#peer, rest);
  }
}

/** More than one node hears the station: only then can two of them tell of the same air. */
const isShared = (station: Station): boolean => station.signals.length > 1;

function airOf(station: Station): AirUse {
  station.air ??= { reserved: new Spans(), decoded: new Spans() };
  return station.air;
}

/**
 * A PPDU of this station was decoded. What was counted as reserved for it is taken back. Of an A-MPDU every node decodes
 * other MPDUs: the airtime of the row becomes 0 where another node has told of the same PPDU.
 */
export function decoded(station: Station, row: Row, aggregated: boolean): void {
  if (row.airtime === 0 || !isShared(station)) return;
  const air = airOf(station);
  const { time, airtime } = row;
  if (aggregated && air.decoded.elsewhere(time - airtime / 2, time + airtime / 2, row.node) > 0) {
    row.airtime = 0;
    return;
  }
  air.decoded.push(row.time, row.time, row.airtime, row.node);
  if (row.time >= air.reserved.latest) return;
  const twice = air.reserved.take(row.time, row.airtime);
  if (twice === 0) return;
  row.channel.reserved -= twice;
  reserve(station, row.receiver, -twice);
}

function reserve(owner: Station, peer: Station | undefined, span: number): void {
  const down = owner.accessPoint !== undefined;
  (down ? owner.down : owner.up).airtimeReserved += span;
  if (peer === undefined) return;
  (down || peer.accessPoint === undefined ? peer.down : peer.up).airtimeReserved += span;
}
