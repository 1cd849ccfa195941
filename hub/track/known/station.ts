import { fromSeconds, type Mac, type Megahertz, type Micros, megahertz } from "../../base/units.ts";
import { isLocal } from "../../radio/mac.ts";
import type {
  AccessPoint,
  Association,
  AssociationEnd,
  Device,
  NodeSignal,
  PeerEdge,
  ProbeBehaviour,
  Role,
  Security,
  Tally,
} from "../model.ts";

/** First receptions from a BSSID before it is shown: one can be a damaged address. */
const SHOWN_AFTER = 2;
/** Frames of an exchange that confirm an association: a single one can be damaged or forged. */
const CONFIRMING_FRAMES = 3;
/** One direction alone confirms when it lasts this long: a burst of forgeries does not. */
const CONFIRMING_SPAN = fromSeconds(2);
const UNKNOWN_SECURITY: Security = { encryption: "unknown", enterprise: false, pmf: "unknown", wps: false };

export const newTally = (): Tally => ({
  frames: 0,
  retries: 0,
  heard: 0,
  reconstructed: 0,
  uncertainty: 0,
  octets: 0,
  octetsEstimated: 0,
  airtime: 0,
  airtimeReserved: 0,
});

const newProbe = (at: Micros): ProbeBehaviour => ({
  requests: 0,
  wildcard: 0,
  directed: 0,
  homeNames: new Set(),
  otherNames: 0,
  fingerprint: 0,
  lastRequest: at,
});

const NO_PEERS: ReadonlyMap<Mac, PeerEdge> = new Map();

/** One individual address as it is counted; shown as a Device from `appeared` on. */
export class Station implements Device {
  readonly mac: Mac;
  readonly randomized: boolean;
  vendor: string | undefined = undefined;
  role: Role = "unknown";
  readonly firstSeen: Micros;
  lastSeen: Micros;
  readonly up: Tally = newTally();
  readonly down: Tally = newTally();
  readonly signals: NodeSignal[] = [];
  readonly probe: ProbeBehaviour;
  bssid: Mac | undefined = undefined;
  home = false;
  peers: ReadonlyMap<Mac, PeerEdge> = NO_PEERS;

  /** Unique while the hub runs. */
  readonly id: number;
  /** Enough frames to be no accident of bit errors. */
  appeared = false;
  /** First receptions with this address as transmitter. */
  sent = 0;
  /** First receptions of data frames with this address as receiver. */
  received = 0;
  /** Data frames that went through this address as a BSSID. */
  asBssid = 0;
  /** Set for the addresses that act as an access point. */
  accessPoint: KnownAccessPoint | undefined = undefined;
  /** The association that is open. */
  joined: Joined | undefined = undefined;
  /** Evidence for another access point, until it is enough. */
  claim: Joined | undefined = undefined;
  /** When it became a home device; infinite while it is none. */
  homeSince = Number.POSITIVE_INFINITY;

  constructor(mac: Mac, id: number, at: Micros) {
    this.mac = mac;
    this.id = id;
    this.randomized = isLocal(mac);
    this.firstSeen = at;
    this.lastSeen = at;
    this.probe = newProbe(at);
  }
}

/** An access point with what the tracker keeps beside what it shows. */
export class KnownAccessPoint implements AccessPoint {
  readonly bssid: Mac;
  readonly firstSeen: Micros;
  readonly signals: NodeSignal[];
  readonly station: Station;
  ssid: Uint8Array | undefined = undefined;
  frequency: Megahertz = megahertz(0);
  beaconInterval = 0;
  security: Security = UNKNOWN_SECURITY;
  stations: number | undefined = undefined;
  utilisation: number | undefined = undefined;
  home = false;
  lastSeen: Micros;
  beacons = 0;
  /** Element block that `security` was read from. */
  elements: number | undefined = undefined;
  capability: number | undefined = undefined;
  /** A device has exchanged data with it: it exists, whatever name it has. */
  proven = false;

  constructor(station: Station, at: Micros) {
    this.station = station;
    this.bssid = station.mac;
    this.signals = station.signals;
    this.firstSeen = at;
    this.lastSeen = at;
  }

  get vendor(): string | undefined {
    return this.station.vendor;
  }

  get shown(): boolean {
    return this.station.sent >= SHOWN_AFTER || this.station.received >= SHOWN_AFTER;
  }
}

export interface Ending {
  readonly time: Micros;
  readonly end: AssociationEnd;
  readonly reason: number | undefined;
}

/** What a station and one access point have exchanged, and the association that follows from it. */
export class Joined {
  readonly accessPoint: KnownAccessPoint;
  readonly first: Micros;
  up = 0;
  down = 0;
  /** The access point has accepted the station: one more frame suffices. */
  accepted = false;
  /** Last frame that only an associated station and its access point exchange. */
  alive: Micros;
  association: Association | undefined = undefined;
  /** Its beginning has been told. */
  announced = false;
  farewell: Ending | undefined = undefined;

  constructor(accessPoint: KnownAccessPoint, at: Micros) {
    this.accessPoint = accessPoint;
    this.first = at;
    this.alive = at;
  }

  get exchanges(): boolean {
    const frames = this.up + this.down;
    if (frames < CONFIRMING_FRAMES) return false;
    return (this.up > 0 && this.down > 0) || this.alive - this.first >= CONFIRMING_SPAN;
  }
}
