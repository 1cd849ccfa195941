import { dbm } from "../base/units.ts";
import { phyAggregated } from "../radio/airtime/phy.ts";
import { FLAG, type FrameBatch } from "../radio/batch.ts";
import { readManagement } from "../radio/extension.ts";
import { carriesMsdu, isData, isManagement, KIND } from "../radio/frame.ts";
import type { ManagementSighting } from "../radio/sighting.ts";
import { decoded } from "./count/reservation.ts";
import { HIGHEST, hear } from "./known/signals.ts";
import type { KnownAccessPoint, Station } from "./known/station.ts";
import { learn, type Rooms } from "./management.ts";
import { isDownlink, isProtected, isRetry, isUplink, type Row } from "./row.ts";

/** Data frames through an address as BSSID before it counts as an access point: one can be damaged. */
const BSSID_FRAMES = 2;
/** TLV 1, the time stamp, alone: type, length and 8 octets (firmware/PROTOCOL.md, §2.2). */
const ONLY_TSF = 10;

export type TakeSighting = (sighting: ManagementSighting, fresh: boolean) => void;

/** Sends each frame to the rooms that it tells something. */
export class Observer {
  readonly #rooms: Rooms;

  constructor(rooms: Rooms) {
    this.#rooms = rooms;
  }

  observe(batch: FrameBatch, row: Row, take: TakeSighting): void {
    const { transmitter } = row;
    if (transmitter !== undefined) this.#hear(batch, row, transmitter);
    this.#rooms.exchanges.observe(batch, row);
    if (isData(row.fc)) this.#observeData(batch, row, take);
    else if (isManagement(row.fc)) this.#observeManagement(batch, row, take);
    else if (row.fresh) this.#observeControl(batch, row);
  }

  #hear(batch: FrameBatch, row: Row, transmitter: Station): void {
    const rssi = dbm(batch.rssi[row.index] ?? 127);
    hear(transmitter.signals, row.node, rssi, row.time);
    if (rssi < HIGHEST) transmitter.place?.hear(row.node, rssi);
    if (!row.fresh) return;
    transmitter.sent += 1;
    if (row.time > transmitter.lastSeen) transmitter.lastSeen = row.time;
    if (!transmitter.appeared) this.#rooms.devices.count(transmitter, row.time);
    const { accessPoint } = transmitter;
    if (accessPoint === undefined) return;
    if (row.time > accessPoint.lastSeen) accessPoint.lastSeen = row.time;
    accessPoint.frequency = batch.frequency;
  }

  #observeData(batch: FrameBatch, row: Row, take: TakeSighting): void {
    const eapol = ((batch.flags[row.index] ?? 0) & FLAG.extension) !== 0;
    const sighting = eapol ? readManagement(batch, row.index) : undefined;
    if (row.fresh) {
      this.#associate(row, sighting !== undefined);
      this.#count(batch, row);
      if (sighting !== undefined) learn(this.#rooms, row, sighting);
    }
    if (sighting !== undefined) take(sighting, row.fresh);
  }

  /** A frame between a station and its access point, in either direction. */
  #associate(row: Row, eapol: boolean): void {
    const up = isUplink(row.fc);
    if (!up && !isDownlink(row.fc)) return;
    const bssStation = up ? row.receiver : row.transmitter;
    const station = up ? row.transmitter : row.receiver;
    if (bssStation === undefined) return;
    const accessPoint = this.#bss(bssStation, row);
    if (station === undefined || accessPoint === undefined) return;
    if (up && station.role === "unknown") station.role = "station";
    if (eapol) return;
    const { associations } = this.#rooms;
    const encrypted = isProtected(row.fc) || accessPoint.security.encryption === "open";
    if (encrypted && carriesMsdu(row.fc) && !isRetry(row.fc)) {
      associations.exchanged(station, accessPoint, up, row.time);
    } else associations.alive(station, accessPoint.bssid, up, row.time);
  }

  #bss(station: Station, row: Row): KnownAccessPoint | undefined {
    if (station.accessPoint !== undefined) return station.accessPoint;
    station.asBssid += 1;
    return station.asBssid < BSSID_FRAMES ? undefined : this.#rooms.accessPoints.of(station, row.time);
  }

  #observeManagement(batch: FrameBatch, row: Row, take: TakeSighting): void {
    const { kind, transmitter } = row;
    const beacon = kind === KIND.beacon;
    if (row.fresh) this.#countManagement(batch, row);
    if (row.fresh && beacon && transmitter !== undefined) {
      this.#rooms.accessPoints.of(transmitter, row.time).beacons += 1;
    }
    if ((beacon || kind === KIND.probeResponse) && saysNothingNew(batch, row.index)) return;
    const sighting = readManagement(batch, row.index);
    if (row.fresh) learn(this.#rooms, row, sighting);
    if (kind === KIND.probeRequest && transmitter !== undefined) {
      this.#rooms.identity.probed(sighting, transmitter.probe.fingerprint, transmitter.family);
    }
    take(sighting, row.fresh);
  }

  #count(batch: FrameBatch, row: Row): void {
    const { transmitter, receiver } = row;
    const aggregated = phyAggregated(batch.phy[row.index] ?? 0);
    if (transmitter !== undefined) decoded(transmitter, row, aggregated);
    this.#rooms.reconstruction.data(batch, row);
    this.#rooms.peers.observe(batch, row);
    const octets = ppduOctets(batch, row);
    const sent = isDownlink(row.fc) ? transmitter?.downward : transmitter?.upward;
    const received = isUplink(row.fc) ? receiver?.upward : receiver?.downward;
    const retry = isRetry(row.fc);
    sent?.countData(retry, row.airtime, octets);
    received?.countData(retry, row.airtime, octets);
    if (receiver === undefined) return;
    receiver.received += 1;
    if (row.time > receiver.lastSeen) receiver.lastSeen = row.time;
    if (!receiver.appeared) this.#rooms.devices.count(receiver, row.time);
  }

  /** Management frames go down when their transmitter is the BSSID that they name in address 3. */
  #countManagement(batch: FrameBatch, row: Row): void {
    this.#rooms.reconstruction.management(batch, row);
    const { transmitter, receiver } = row;
    const a3 = batch.a3[row.index];
    const down = a3 === batch.a2[row.index];
    const retry = isRetry(row.fc);
    (down ? transmitter?.downward : transmitter?.upward)?.count(retry, row.airtime);
    (a3 === batch.a1[row.index] ? receiver?.upward : receiver?.downward)?.count(retry, row.airtime);
  }

  #observeControl(batch: FrameBatch, row: Row): void {
    const { kind, transmitter, receiver } = row;
    if (receiver === undefined) return;
    if (kind === KIND.blockAck || kind === KIND.blockAckRequest) {
      this.#rooms.reconstruction.window(batch, row);
    }
    // ACK, CTS and BlockAck answer what the receiver sent: its overhead. The rest is the transmitter's own.
    const answer = kind === KIND.ack || kind === KIND.cts || kind === KIND.blockAck;
    const owner = answer ? receiver : transmitter;
    const other = answer ? transmitter : receiver;
    const down = owner?.accessPoint !== undefined;
    if (owner !== undefined) (down ? owner.down : owner.up).airtime += row.airtime;
    if (other !== undefined) (down ? other.down : other.up).airtime += row.airtime;
    if (transmitter !== undefined) this.#associateByControl(row, transmitter, receiver);
  }

  /**
   * BlockAcks, RTS and PS-Poll name both ends; stations exchange them only with their access point. A BlockAck answers
   * data that only an association can have, also where no node decodes a single frame of it.
   */
  #associateByControl(row: Row, transmitter: Station, receiver: Station): void {
    const up = receiver.accessPoint !== undefined;
    const accessPoint = up ? receiver.accessPoint : transmitter.accessPoint;
    // Between two access points (a bridge, a printer with a network of its own) only data says who is whose.
    if (accessPoint === undefined || (up && transmitter.accessPoint !== undefined)) return;
    const station = up ? transmitter : receiver;
    const { associations } = this.#rooms;
    if (row.kind === KIND.blockAck) associations.exchanged(station, accessPoint, up, row.time);
    else associations.alive(station, accessPoint.bssid, up, row.time);
  }
}

/** Octets that the airtime of a row stands for: of the whole PPDU where they are known, once. */
function ppduOctets(batch: FrameBatch, row: Row): number {
  if (row.airtime === 0) return 0;
  return Math.max(batch.ppduLength[row.index] ?? 0, row.length);
}

/** The frame states nothing but its time, or nothing at all. */
function saysNothingNew(batch: FrameBatch, row: number): boolean {
  const offset = batch.extension[row] ?? -1;
  if (offset < 0) return true;
  return batch.extensionBytes[offset] === 1 && (batch.extensionLength[row] ?? 0) <= ONLY_TSF;
}
