import { fromSeconds, type Mac, type Megahertz, type Micros, megahertz } from "../../base/units.ts";
import { isLocal } from "../../radio/mac.ts";
import { SequenceLine } from "../count/line.ts";
import { Side } from "../count/side.ts";
import type { Spans } from "../count/spans.ts";
import type {
  AccessPoint,
  Association,
  AssociationEnd,
  Device,
  Direction,
  NodeSignal,
  PeerEdge,
  ProbeBehaviour,
  Role,
  Security,
  Tally,
} from "../model.ts";
import type { Place } from "./place.ts";

/** First receptions from a BSSID before it is shown: one can be a damaged address. */
const SHOWN_AFTER = 2;
/** Frames of an exchange that confirm an association: a single one can be damaged or forged. */
const CONFIRMING_FRAMES = 3;
/** One direction alone confirms when it lasts this long: a burst of forgeries does not. */
const CONFIRMING_SPAN = fromSeconds(2);
const UNKNOWN_SECURITY: Security = { encryption: "unknown", enterprise: false, pmf: "unknown", wps: false };

/** ACKs addressed to one transmitter. */
export interface AckCount {
  /** Frames heard that ask for an ACK, and those of them whose ACK was heard. */
  expected: number;
  matched: number;
  /** ACKs for frames that were not heard, since its sequence numbers were last seen. */
  hidden: number;
  /** MPDUs counted ahead, from ACKs, that later steps of the sequence numbers contain. */
  credit: number;
}

/** Air that was reserved for a station's PPDUs, and PPDUs of it that were decoded. */
export interface AirUse {
  readonly reserved: Spans;
  readonly decoded: Spans;
}

const newProbe = (at: Micros): ProbeBehaviour => ({
  requests: 0,
  wildcard: 0,
  directed: 0,
  homeNames: new Set(),
  otherNames: 0,
  fingerprint: 0,
  lastRequest: at,
});

/** A TID is four bits; 8-15 name traffic streams (IEEE 802.11-2020, 9.2.4.5.2). */
const TIDS = 16;

export class Edge implements PeerEdge {
  readonly peer: Mac;
  readonly firstSeen: Micros;
  lastSeen: Micros;
  mpdus = 0;
  octets = 0;

  constructor(peer: Mac, at: Micros) {
    this.peer = peer;
    this.firstSeen = at;
    this.lastSeen = at;
  }
}

/** One individual address as it is counted; shown as a Device from `appeared` on. */
export class Station implements Device {
  readonly mac: Mac;
  readonly randomized: boolean;
  vendor: string | undefined = undefined;
  role: Role = "unknown";
  readonly firstSeen: Micros;
  lastSeen: Micros;
  readonly upward = new Side();
  readonly downward = new Side();
  readonly up: Tally = this.upward.tally;
  readonly down: Tally = this.downward.tally;
  readonly signals: NodeSignal[] = [];
  readonly probe: ProbeBehaviour;
  /** Family of its probe requests (radio/fingerprint.ts), 0 while unknown. */
  family = 0;
  bssid: Mac | undefined = undefined;
  home = false;
  // bounded: known/peers.ts keeps at most 256 edges a station
  readonly edges = new Map<Mac, Edge>();
  readonly peers: ReadonlyMap<Mac, PeerEdge> = this.edges;
  readonly hidden = { mpdus: 0, octets: 0 };

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
  /** Sends or gets QoS data: its data frames have counters of their own. */
  qos = false;
  /**
   * The counter of its management, group-addressed and non-QoS frames (IEEE 802.11-2020, 10.3.2.14.2): beacons too.
   * Progress there tells of no receiver.
   */
  readonly shared = new SequenceLine();
  /** Links used last, as transmitter and as receiver. */
  linkOut: Link | undefined = undefined;
  linkIn: Link | undefined = undefined;
  /** All its links, either way. */
  links: Set<Link> | undefined = undefined;
  readonly acks: AckCount = { expected: 0, matched: 0, hidden: 0, credit: 0 };
  /** Where it is: of home devices only. */
  place: Place | undefined = undefined;
  lastEdge: Edge | undefined = undefined;
  /** Set once air was reserved for it. */
  air: AirUse | undefined = undefined;
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

/** What one station sends to one other: one line of sequence numbers a TID. */
export class Link {
  readonly transmitter: Station;
  readonly receiver: Station;
  /** BlockAcks and BlockAckReqs taken as evidence, and MPDUs that their bitmaps acknowledge. */
  blockAcks = 0;
  acknowledged = 0;
  /** Whether frames go up or down as their own header said; undefined while only answers were heard. */
  way: Direction | "direct" | undefined = undefined;
  readonly #lines: (SequenceLine | undefined)[] = [];

  constructor(transmitter: Station, receiver: Station) {
    this.transmitter = transmitter;
    this.receiver = receiver;
  }

  line(tid: number): SequenceLine {
    const place = tid & (TIDS - 1);
    let line = this.#lines[place];
    if (line === undefined) {
      line = new SequenceLine();
      this.#lines[place] = line;
    }
    return line;
  }

  /** The lines that exist, by TID. */
  *lines(): Generator<[number, SequenceLine], void, undefined> {
    for (let tid = 0; tid < this.#lines.length; tid++) {
      const line = this.#lines[tid];
      if (line !== undefined) yield [tid, line];
    }
  }

  /** The only line there is, where a frame does not say its TID. */
  get onlyLine(): SequenceLine | undefined {
    const lines = [...this.lines()];
    return lines.length === 1 ? lines[0]?.[1] : undefined;
  }

  restart(): void {
    for (const [, line] of this.lines()) line.restart();
  }
}
