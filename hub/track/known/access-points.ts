import { BoundedMap } from "../../base/bounded.ts";
import { HOUR, type Mac, type Micros } from "../../base/units.ts";
import { readBeacon } from "../../radio/fixed.ts";
import { KIND } from "../../radio/frame.ts";
import type { ManagementSighting } from "../../radio/sighting.ts";
import { type Homes, isHidden } from "../homes.ts";
import type { ElementStore } from "./element-store.ts";
import { KnownAccessPoint, type Station } from "./station.ts";

/** Names of home networks that are remembered. Rules name fewer; without rules it is every name heard. */
const MOST_NAMES = 256;
export interface AccessPointOptions {
  readonly capacity: number;
  /** µs without a frame after which an access point that is not home is forgotten. */
  readonly memory: Micros;
  readonly homes: Homes;
  readonly elements: ElementStore;
  /** The access point has just turned out to be home, or no longer is. */
  readonly homeChanged: (accessPoint: KnownAccessPoint) => void;
}

export class AccessPoints {
  readonly #options: AccessPointOptions;
  readonly #known: BoundedMap<Mac, KnownAccessPoint>;
  /** Names of home networks, one character an octet. */
  readonly #homeNames = new BoundedMap<string, true>({ capacity: MOST_NAMES });

  constructor(options: AccessPointOptions) {
    this.#options = options;
    this.#known = new BoundedMap<Mac, KnownAccessPoint>({
      capacity: options.capacity,
      protect: (one) => one.home && one.proven,
      onEvict: (_bssid, one) => detach(one),
    });
  }

  get evicted(): number {
    return this.#known.evicted;
  }

  find(bssid: Mac): KnownAccessPoint | undefined {
    return this.#known.get(bssid);
  }

  /** The name is one of a home network. */
  isHomeName(ssid: Uint8Array): boolean {
    return this.#options.homes.names(ssid) || this.#homeNames.has(nameKey(ssid));
  }

  *shown(): Generator<KnownAccessPoint, void, undefined> {
    for (const one of this.#known.values()) if (one.shown) yield one;
  }

  /** The access point that this station turned out to be. */
  of(station: Station, time: Micros): KnownAccessPoint {
    const known = station.accessPoint;
    if (known !== undefined) return known;
    const made = new KnownAccessPoint(station, time);
    station.accessPoint = made;
    station.role = "access_point";
    this.#known.set(made.bssid, made);
    this.#judge(made);
    return made;
  }

  /** A beacon or probe response that says more than its time. */
  announced(known: KnownAccessPoint, sighting: ManagementSighting): void {
    this.#known.touch(known.bssid);
    this.#name(known, sighting);
    this.#secure(known, sighting);
    if (sighting.bssLoad === undefined) return;
    known.stations = sighting.bssLoad.stations;
    known.utilisation = sighting.bssLoad.utilisation / 255;
  }

  forget(station: Station): void {
    const known = station.accessPoint;
    if (known === undefined) return;
    this.#known.delete(known.bssid);
    detach(known);
  }

  /** The home rules changed. */
  rejudge(): void {
    this.#homeNames.clear();
    for (const one of this.#known.values()) this.#judge(one);
  }

  tick(now: Micros): void {
    for (const one of this.#known.values()) {
      const kept = one.home && one.proven ? HOUR * 24 * 365 : this.#options.memory;
      if (now - one.lastSeen > kept) this.forget(one.station);
    }
  }

  /** A beacon names the network; a probe response only where the beacon hides the name or none was heard. */
  #name(known: KnownAccessPoint, sighting: ManagementSighting): void {
    const ssid = sighting.ssid;
    if (ssid === undefined) return;
    const named = known.ssid !== undefined && !isHidden(known.ssid);
    if (named && (isHidden(ssid) || sighting.kind !== KIND.beacon)) return;
    known.ssid = ssid.slice();
    this.#judge(known);
  }

  /** Probe responses say the same as beacons and serve until one is heard. */
  #secure(known: KnownAccessPoint, sighting: ManagementSighting): void {
    const fromBeacon = sighting.kind === KIND.beacon;
    if (!fromBeacon && known.beaconInterval > 0) return;
    const { fixed, elements: hash } = sighting;
    const stated = readBeacon(fixed);
    const capability = stated?.capability;
    if (stated !== undefined && fromBeacon) known.beaconInterval = stated.interval;
    if (hash === undefined || (hash === known.elements && capability === known.capability)) return;
    const elements = this.#options.elements.find(hash, sighting.kind, capability);
    if (elements === undefined) return;
    known.elements = hash;
    known.capability = capability;
    known.security = elements.security;
  }

  #judge(known: KnownAccessPoint): void {
    const home = this.#options.homes.covers(known.bssid, known.ssid);
    if (home && known.ssid !== undefined && !isHidden(known.ssid)) {
      this.#homeNames.set(nameKey(known.ssid), true);
    }
    if (home === known.home) return;
    known.home = home;
    this.#options.homeChanged(known);
  }
}

const nameKey = (ssid: Uint8Array): string => String.fromCharCode(...ssid);

function detach(known: KnownAccessPoint): void {
  known.station.accessPoint = undefined;
  known.station.role = "unknown";
}
