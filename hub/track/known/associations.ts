import { fromSeconds, type Mac, type Micros } from "../../base/units.ts";
import { isHidden, sameOctets } from "../homes.ts";
import type { Association, TrackChange } from "../model.ts";
import { type Ending, Joined, type KnownAccessPoint, type Station } from "./station.ts";

/** Frames of an exchange belong together up to this distance: a device that sleeps wakes up within minutes. */
const EXCHANGE_SPAN = fromSeconds(600);
/**
 * A farewell counts once the station has been silent towards this access point for so long: stations that are still
 * associated poll, acknowledge or send a Null within their listen interval, seconds at most.
 */
const FAREWELL_SILENCE = fromSeconds(30);
/** Frames that were queued when a farewell was sent still come after it. */
const FAREWELL_GRACE = fromSeconds(0.2);
/** Three times the 5 minutes after which access points drop a silent station (hostapd `ap_max_inactivity`). */
const SILENCE = fromSeconds(900);

export interface AssociationHooks {
  readonly change: (change: TrackChange) => void;
  /** The station, or the access point itself, has exchanged data in a home network. */
  readonly settled: (station: Station, time: Micros) => void;
  /** The access point has accepted the station: both count their frames to one another anew. */
  readonly restarted: (station: Station, accessPoint: Station) => void;
}

/** Which station is on which access point. Times are hub time. */
export class Associations {
  readonly #hooks: AssociationHooks;
  // bounded: a subset of the stations in memory
  readonly #open = new Map<Mac, Station>();

  constructor(hooks: AssociationHooks) {
    this.#hooks = hooks;
  }

  /** Open associations with home access points. */
  *shown(): Generator<Association, void, undefined> {
    for (const { joined } of this.#open.values()) {
      if (joined?.association !== undefined && joined.announced) yield joined.association;
    }
  }

  /** Open associations in which data are exchanged, with access points of any network. */
  *confirmed(): Generator<Association, void, undefined> {
    for (const { joined } of this.#open.values()) {
      if (joined?.association?.confirmed === true) yield joined.association;
    }
  }

  /** A data frame of an association: first reception, no retry, encrypted or on an open network. */
  exchanged(station: Station, accessPoint: KnownAccessPoint, up: boolean, time: Micros): void {
    const open = station.joined;
    const onOpen = open?.accessPoint.bssid === accessPoint.bssid;
    if (onOpen && open?.association?.confirmed === true) {
      alive(open, time, up);
      return;
    }
    const joined = onOpen && open !== undefined ? open : claim(station, accessPoint, time);
    if (up) joined.up += 1;
    else joined.down += 1;
    alive(joined, time, up);
    if (joined !== open && joined.accepted) this.#enter(station, joined, time);
    if (joined.exchanges) this.#confirm(station, joined, time);
  }

  /** Any other frame that only an associated station and its access point exchange. */
  alive(station: Station, bssid: Mac, up: boolean, time: Micros): void {
    const open = station.joined;
    if (open?.accessPoint.bssid === bssid) alive(open, time, up);
  }

  /**
   * A frame of the 4-way handshake in the clear: the station has been accepted before, unheard. Where its association
   * is open it shows nothing, for access points repeat their part to stations that are gone.
   */
  keyed(station: Station, accessPoint: KnownAccessPoint, time: Micros): void {
    if (station.joined?.accessPoint.bssid === accessPoint.bssid) return;
    this.accepted(station, accessPoint, time);
  }

  /** A (re)association response with status 0. */
  accepted(station: Station, accessPoint: KnownAccessPoint, time: Micros): void {
    const open = station.joined;
    if (open?.accessPoint.bssid === accessPoint.bssid) {
      if (open.farewell === undefined) {
        alive(open, time, false);
        return;
      }
      this.#finish(station, open.farewell, time);
    }
    const joined = claim(station, accessPoint, time);
    joined.accepted = true;
    // A station that works elsewhere has to show up here first: one forged response moves nobody.
    if (station.joined?.association?.confirmed !== true) this.#enter(station, joined, time);
  }

  /** The station authenticates anew with this access point: where a farewell was heard, it was true. */
  restarted(station: Station, bssid: Mac, time: Micros): void {
    const open = station.joined;
    if (open?.accessPoint.bssid !== bssid || open.farewell === undefined) return;
    if (time > open.farewell.time) this.#finish(station, open.farewell, time);
  }

  /** A deauthentication or disassociation between the two; it counts once silence or a new start follows. */
  parted(station: Station, bssid: Mac, farewell: Ending): void {
    const open = station.joined;
    if (open?.accessPoint.bssid === bssid) open.farewell ??= farewell;
  }

  /** A farewell of an access point to everybody. */
  partedAll(bssid: Mac, farewell: Ending): void {
    for (const station of this.#open.values()) this.parted(station, bssid, farewell);
  }

  /** Stations with an open association with this access point. */
  *on(accessPoint: KnownAccessPoint): Generator<Station, void, undefined> {
    for (const station of this.#open.values()) {
      if (station.joined?.accessPoint === accessPoint) yield station;
    }
  }

  /** The station leaves memory. */
  forget(station: Station): void {
    const open = station.joined;
    if (open !== undefined) {
      this.#finish(station, { time: open.alive, end: "silent", reason: undefined }, open.alive);
    }
    station.claim = undefined;
  }

  /** The access point turned out to be home: what is open there is told now. */
  announce(accessPoint: KnownAccessPoint, now: Micros): void {
    for (const station of this.on(accessPoint)) {
      const open = station.joined;
      if (open?.association === undefined) continue;
      this.#tell(open, now);
      if (open.association.confirmed) this.#settle(station, open, now);
    }
  }

  tick(now: Micros): void {
    for (const station of this.#open.values()) {
      const open = station.joined;
      if (open === undefined) continue;
      const { farewell } = open;
      if (farewell !== undefined && now - Math.max(farewell.time, open.alive) > FAREWELL_SILENCE) {
        this.#finish(station, farewell, now);
      } else if (now - open.alive > SILENCE) {
        this.#finish(station, { time: open.alive, end: "silent", reason: undefined }, now);
      }
    }
  }

  #enter(station: Station, joined: Joined, time: Micros): void {
    const before = station.joined;
    if (before !== undefined) {
      const end = sameNetwork(before.accessPoint, joined.accessPoint) ? "roamed" : "left";
      this.#finish(station, { time, end, reason: undefined }, time);
    }
    if (joined.accepted) this.#hooks.restarted(station, joined.accessPoint.station);
    joined.association = {
      mac: station.mac,
      bssid: joined.accessPoint.bssid,
      since: joined.first,
      until: undefined,
      end: undefined,
      reason: undefined,
      confirmed: false,
    };
    station.joined = joined;
    station.claim = undefined;
    station.bssid = joined.accessPoint.bssid;
    this.#open.set(station.mac, station);
    if (joined.accessPoint.home) this.#tell(joined, time);
  }

  #confirm(station: Station, joined: Joined, time: Micros): void {
    if (station.joined !== joined) this.#enter(station, joined, time);
    const { association, accessPoint } = joined;
    if (association === undefined || association.confirmed) return;
    association.confirmed = true;
    accessPoint.proven = true;
    if (accessPoint.home) this.#settle(station, joined, time);
  }

  #settle(station: Station, joined: Joined, time: Micros): void {
    const { association, accessPoint } = joined;
    if (association === undefined) return;
    this.#hooks.settled(accessPoint.station, time);
    this.#hooks.settled(station, time);
    this.#hooks.change({ kind: "confirmed", time, association });
  }

  #tell(joined: Joined, time: Micros): void {
    if (joined.announced || joined.association === undefined) return;
    joined.announced = true;
    this.#hooks.change({ kind: "associated", time, association: joined.association });
  }

  #finish(station: Station, ending: Ending, time: Micros): void {
    const open = station.joined;
    this.#open.delete(station.mac);
    station.joined = undefined;
    station.bssid = undefined;
    if (open?.association === undefined) return;
    open.association.until = ending.time;
    open.association.end = ending.end;
    open.association.reason = ending.reason;
    if (open.announced) this.#hooks.change({ kind: "ended", time, association: open.association });
  }
}

/** The evidence that a station gathers towards an access point it is not known to be on. */
function claim(station: Station, accessPoint: KnownAccessPoint, time: Micros): Joined {
  const known = station.claim;
  const same = known?.accessPoint.bssid === accessPoint.bssid && time - known.alive <= EXCHANGE_SPAN;
  if (known !== undefined && same) return known;
  station.claim = new Joined(accessPoint, time);
  return station.claim;
}

/**
 * A station that goes on after a farewell has refused it (protected management frames) or never got it. What the
 * access point sends shows nothing: it may not know that the station has been sent away.
 */
function alive(joined: Joined, time: Micros, up: boolean): void {
  const { farewell } = joined;
  if (farewell !== undefined) {
    if (!up || time <= farewell.time + FAREWELL_GRACE) return;
    joined.farewell = undefined;
  }
  if (time > joined.alive) joined.alive = time;
}

/** Two access points of one extended service set: the same name. */
function sameNetwork(a: KnownAccessPoint, b: KnownAccessPoint): boolean {
  if (a.bssid === b.bssid) return true;
  if (a.ssid === undefined || b.ssid === undefined || isHidden(a.ssid)) return false;
  return sameOctets(a.ssid, b.ssid);
}
