import type { Names } from "../alert/names.ts";
import { type Micros, toSeconds } from "../base/units.ts";
import { formatMac } from "../radio/mac.ts";
import { type PeerKind, peerKind } from "../track/gateway.ts";
import type { Association, Device, House, PeerEdge, TrackChange } from "../track/model.ts";

/** Lines of the log of associations and edges: the home's devices only, described field by field in SCHEMA.md. */
export type LogLine = AssociationLine | EdgeLine;

export interface AssociationLine {
  readonly type: "association";
  readonly time: number;
  readonly change: "associated" | "confirmed" | "ended";
  readonly mac: string;
  readonly name: string | null;
  readonly bssid: string;
  readonly ssid: string | null;
  readonly since: number;
  readonly until: number | null;
  readonly end: string | null;
  readonly reason: number | null;
}

export interface EdgeLine {
  readonly type: "edge";
  readonly time: number;
  readonly since: number;
  readonly mac: string;
  readonly name: string | null;
  readonly peer: string;
  readonly peer_kind: PeerKind;
  readonly bssid: string | null;
  readonly frames: number;
  readonly bytes: number;
  readonly first_seen: number;
  readonly last_seen: number;
}

type AssociationChange = Extract<TrackChange, { readonly association: Association }>;

export function associationLine(
  { kind, time, association }: AssociationChange,
  names: Names,
): AssociationLine {
  const { mac, bssid, since, until, end, reason } = association;
  return {
    type: "association",
    time: toSeconds(time),
    change: kind,
    mac: formatMac(mac),
    name: names.nickname(mac) ?? null,
    bssid: formatMac(bssid),
    ssid: names.network(bssid) ?? null,
    since: toSeconds(since),
    until: until === undefined ? null : toSeconds(until),
    end: end ?? null,
    reason: reason ?? null,
  };
}

/** What passed over one edge within a span. */
export interface EdgeTraffic {
  readonly device: Device;
  readonly edge: PeerEdge;
  readonly from: Micros;
  readonly to: Micros;
  readonly mpdus: number;
  readonly octets: number;
}

export function edgeLine(traffic: EdgeTraffic, house: House, names: Names): EdgeLine {
  const { device, edge, from, to, mpdus, octets } = traffic;
  return {
    type: "edge",
    time: toSeconds(to),
    since: toSeconds(from),
    mac: formatMac(device.mac),
    name: names.nickname(device.mac) ?? null,
    peer: formatMac(edge.peer),
    peer_kind: peerKind(house, device, edge.peer),
    bssid: device.bssid === undefined ? null : formatMac(device.bssid),
    frames: mpdus,
    bytes: octets,
    first_seen: toSeconds(edge.firstSeen),
    last_seen: toSeconds(edge.lastSeen),
  };
}
