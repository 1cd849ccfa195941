import { BoundedMap } from "../../base/bounded.ts";
import { type Mac, mac } from "../../base/units.ts";
import { type FrameBatch, NO_ADDRESS } from "../../radio/batch.ts";
import { carriesMsdu } from "../../radio/frame.ts";
import { isDownlink, isRetry, isUplink, type Row } from "../row.ts";
import { Edge, type Station } from "./station.ts";

/** Peers of one device: a home has fewer hosts; a device that talks to more names is scanning or forged. */
const MOST_PEERS = 256;
/** QoS control, bit 7: an A-MSDU, whose MSDUs name their destinations inside the encryption (9.2.4.5.9). */
const AMSDU = 0x80;
const QOS = 0x80;

/** Who talks to whom, by the final addresses that data headers name in the clear (IEEE 802.11-2020, Table 9-30). */
export class Peers {
  /** Edges in order of use, each with the station that has it. */
  readonly #edges: BoundedMap<Edge, Station>;

  constructor(capacity: number) {
    this.#edges = new BoundedMap({
      capacity,
      onEvict: (edge, station) => drop(station, edge),
    });
  }

  get size(): number {
    return this.#edges.size;
  }

  get evicted(): number {
    return this.#edges.evicted;
  }

  /** A data frame, first reception. Only home devices have peers. */
  observe(batch: FrameBatch, row: Row): void {
    if (!carriesMsdu(row.fc) || isRetry(row.fc)) return;
    const station = isDownlink(row.fc) ? row.receiver : row.transmitter;
    if (station === undefined || !station.home || station.accessPoint !== undefined) return;
    if ((row.fc & QOS) !== 0 && ((batch.qos[row.index] ?? 0) & AMSDU) !== 0) {
      station.hidden.mpdus += 1;
      station.hidden.octets += row.length;
      return;
    }
    const direct = !isDownlink(row.fc) && !isUplink(row.fc) && batch.a4[row.index] === NO_ADDRESS;
    const index = (direct ? batch.a1[row.index] : batch.a3[row.index]) ?? NO_ADDRESS;
    if (index === NO_ADDRESS) return;
    this.#count(station, mac(batch.addresses[index] ?? 0), row);
  }

  /** The station leaves memory. */
  forget(station: Station): void {
    for (const edge of station.edges.values()) this.#edges.delete(edge);
    station.edges.clear();
    station.lastEdge = undefined;
  }

  #count(station: Station, peer: Mac, row: Row): void {
    let edge = station.lastEdge;
    if (edge?.peer !== peer) {
      edge = station.edges.get(peer) ?? this.#add(station, peer, row);
      this.#edges.touch(edge);
      station.lastEdge = edge;
    }
    edge.mpdus += 1;
    edge.octets += row.length;
    if (row.time > edge.lastSeen) edge.lastSeen = row.time;
  }

  #add(station: Station, peer: Mac, row: Row): Edge {
    if (station.edges.size >= MOST_PEERS) {
      const oldest = oldestOf(station);
      if (oldest !== undefined) {
        this.#edges.delete(oldest);
        drop(station, oldest);
      }
    }
    const edge = new Edge(peer, row.time);
    station.edges.set(peer, edge);
    this.#edges.set(edge, station);
    return edge;
  }
}

function drop(station: Station, edge: Edge): void {
  station.edges.delete(edge.peer);
  if (station.lastEdge === edge) station.lastEdge = undefined;
}

function oldestOf(station: Station): Edge | undefined {
  let oldest: Edge | undefined;
  for (const edge of station.edges.values()) {
    if (oldest === undefined || edge.lastSeen < oldest.lastSeen) oldest = edge;
  }
  return oldest;
}
