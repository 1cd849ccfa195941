import type { Dbm, Mac, Megahertz, Micros, NodeIndex } from "../base/units.ts";
import type { Security } from "../radio/elements/security.ts";

export type { Security };

/** Towards the access point, or from it. */
export type Direction = "up" | "down";

/** What was counted in one direction. `reconstructed` is never below `heard`. */
export interface Tally {
  /** Frames decoded, retries included. */
  frames: number;
  retries: number;
  /** MPDUs with their own sequence number that were heard, retries once. */
  heard: number;
  /** MPDUs that must have been sent, from sequence and BlockAck progress. */
  reconstructed: number;
  /** One standard deviation of `reconstructed`, in MPDUs. */
  uncertainty: number;
  /** Octets of the heard MPDUs, FCS included. */
  octets: number;
  /** Octets estimated for all of `reconstructed` from the device's own heard sizes. */
  octetsEstimated: number;
  /** µs on air, PPDUs counted once. */
  airtime: number;
  /** µs reserved by RTS, CTS and Duration for PPDUs nobody here decoded. */
  airtimeReserved: number;
  /** µs estimated for what was neither decoded nor in reserved air, at the device's own pace. */
  airtimeEstimated: number;
}

export interface NodeSignal {
  readonly node: NodeIndex;
  rssi: Dbm;
  frames: number;
  lastHeard: Micros;
}

/** Probe requests of a device; names only of the home's own networks, the rest as a count. */
export interface ProbeBehaviour {
  requests: number;
  wildcard: number;
  directed: number;
  /** Home SSIDs asked for by name. */
  readonly homeNames: Set<string>;
  /** Other names asked for: counted, not kept. */
  otherNames: number;
  /** Element fingerprint, 0 while unknown. */
  fingerprint: number;
  lastRequest: Micros;
}

export type Role = "station" | "access_point" | "unknown";

/** One transmitter as the hub knows it; several addresses of one physical device are joined by track/identity. */
export interface Device {
  readonly mac: Mac;
  readonly randomized: boolean;
  readonly vendor: string | undefined;
  role: Role;
  readonly firstSeen: Micros;
  lastSeen: Micros;
  readonly up: Tally;
  readonly down: Tally;
  readonly signals: NodeSignal[];
  readonly probe: ProbeBehaviour;
  /** BSSID it is associated with as far as heard, undefined when it is not. */
  bssid: Mac | undefined;
  /** Belongs to a home network: it has exchanged protected data with one of its access points. */
  home: boolean;
  /** Frames of other devices to or from it, by peer; bounded. */
  readonly peers: ReadonlyMap<Mac, PeerEdge>;
  /** Frames whose destination is not in the clear: several MSDUs in one (A-MSDU). They are in no edge. */
  readonly hidden: { mpdus: number; octets: number };
}

export interface PeerEdge {
  readonly peer: Mac;
  mpdus: number;
  octets: number;
  readonly firstSeen: Micros;
  lastSeen: Micros;
}

export interface AccessPoint {
  readonly bssid: Mac;
  readonly vendor: string | undefined;
  /** SSID octets; empty for a hidden one, undefined while not heard. */
  ssid: Uint8Array | undefined;
  frequency: Megahertz;
  /** Beacon interval in time units of 1,024 µs. */
  beaconInterval: number;
  security: Security;
  stations: number | undefined;
  /** 0-1, as the access point states it in BSS Load. */
  utilisation: number | undefined;
  home: boolean;
  readonly firstSeen: Micros;
  lastSeen: Micros;
  beacons: number;
  readonly signals: NodeSignal[];
}

export type AssociationEnd = "left" | "deauthenticated" | "disassociated" | "roamed" | "silent";

export interface Association {
  readonly mac: Mac;
  readonly bssid: Mac;
  readonly since: Micros;
  until: Micros | undefined;
  end: AssociationEnd | undefined;
  reason: number | undefined;
  /** Seen to exchange protected data: the join worked. */
  confirmed: boolean;
}

/** Something that happened in track/ that detectors and the association log want to know, in order. */
export type TrackChange =
  | { readonly kind: "device_appeared"; readonly time: Micros; readonly mac: Mac }
  | { readonly kind: "associated"; readonly time: Micros; readonly association: Association }
  | { readonly kind: "confirmed"; readonly time: Micros; readonly association: Association }
  | { readonly kind: "ended"; readonly time: Micros; readonly association: Association };

/** Read side of track/: what detectors, expose/ and the page may ask. Never mutate through it. */
export interface House {
  readonly now: Micros;
  device(mac: Mac): Device | undefined;
  accessPoint(bssid: Mac): AccessPoint | undefined;
  devices(): Iterable<Device>;
  accessPoints(): Iterable<AccessPoint>;
  associations(): Iterable<Association>;
  /** The BSSID belongs to a network that was chosen or learned as home. */
  isHome(bssid: Mac): boolean;
  /** Where traffic leaves this access point's network; undefined until learned. */
  gateway(bssid: Mac): Mac | undefined;
  /** Addresses counted but not recorded: neighbours and evicted strangers. */
  readonly strangers: number;
}
