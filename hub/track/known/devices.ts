import { BoundedMap } from "../../base/bounded.ts";
import { HOUR, type Mac, type Micros } from "../../base/units.ts";
import { isGroup } from "../../radio/mac.ts";
import { Place } from "./place.ts";
import { Station } from "./station.ts";

/**
 * First receptions that an address needs as transmitter before it is a device. One frame of 200 passes with a
 * damaged address where the receiver does not check the FCS; the same damage twice is no longer chance.
 */
const SENT_FRAMES = 2;
/** Data frames from an access point to an address that itself was never decoded. */
const RECEIVED_FRAMES = 4;
/** A home device that has been one for this long is not evicted by addresses that have just become one. */
const TENURE = HOUR;

export interface DeviceLimits {
  /** Most home devices. */
  readonly devices: number;
  /** Most other addresses in memory. */
  readonly strangers: number;
  /** µs without a frame after which an address that is no home device is forgotten. */
  readonly strangerMemory: Micros;
}

export interface DeviceHooks {
  readonly vendorOf: (mac: Mac) => string | undefined;
  readonly appeared: (station: Station, time: Micros) => void;
  /** The address leaves memory. */
  readonly forgotten: (station: Station) => void;
}

/** All individual addresses in memory, home devices apart from strangers so that these never push those out. */
export class Devices {
  /** Addresses that were shown and then left memory. */
  forgotten = 0;
  readonly #limits: DeviceLimits;
  readonly #hooks: DeviceHooks;
  readonly #home: BoundedMap<Mac, Station>;
  readonly #strangers: BoundedMap<Mac, Station>;
  #now = 0;
  #nextId = 1;

  constructor(limits: DeviceLimits, hooks: DeviceHooks) {
    this.#limits = limits;
    this.#hooks = hooks;
    this.#home = new BoundedMap<Mac, Station>({
      capacity: limits.devices,
      protect: (station) => this.#now - station.homeSince >= TENURE,
      onEvict: (_mac, station) => this.#forget(station),
    });
    this.#strangers = new BoundedMap<Mac, Station>({
      capacity: limits.strangers,
      onEvict: (_mac, station) => this.#forget(station),
    });
  }

  /** Home devices and strangers that had to leave because memory was full. */
  get evicted(): number {
    return this.#home.evicted + this.#strangers.evicted;
  }

  get size(): number {
    return this.#home.size + this.#strangers.size;
  }

  find(mac: Mac): Station | undefined {
    return this.#home.get(mac) ?? this.#strangers.get(mac);
  }

  /** The station of an address that is on the air, made where there is none; undefined for what is no station. */
  resolve(mac: Mac, time: Micros): Station | undefined {
    const known = this.find(mac);
    if (known !== undefined) {
      (known.home ? this.#home : this.#strangers).touch(mac);
      return known;
    }
    if (mac === 0 || isGroup(mac)) return undefined;
    const station = new Station(mac, this.#nextId++, time);
    this.#strangers.set(mac, station);
    return station;
  }

  /** Counts a first reception towards the appearance of the address. */
  count(station: Station, time: Micros): void {
    if (station.appeared) return;
    if (station.sent >= SENT_FRAMES || station.received >= RECEIVED_FRAMES) this.#appear(station, time);
  }

  /** The address has shown that it belongs to a home network. */
  settle(station: Station, time: Micros): void {
    if (!station.appeared) this.#appear(station, time);
    if (station.home || this.#strangers.get(station.mac) !== station) return;
    this.#strangers.delete(station.mac);
    station.home = true;
    station.homeSince = time;
    station.place ??= new Place(time);
    this.#home.set(station.mac, station);
  }

  /** A home device of an earlier run, heard last at `lastSeen`; one that is in memory stays as it is. */
  recall(mac: Mac, firstSeen: Micros, lastSeen: Micros): void {
    if (this.find(mac) !== undefined || mac === 0 || isGroup(mac)) return;
    const station = new Station(mac, this.#nextId++, firstSeen);
    station.lastSeen = lastSeen;
    station.appeared = true;
    station.role = "station";
    station.vendor = this.#hooks.vendorOf(mac);
    station.home = true;
    station.homeSince = firstSeen;
    station.place = new Place(lastSeen);
    this.#home.set(mac, station);
  }

  /** A network stopped being home, and the device with it. */
  unsettle(station: Station): void {
    if (!station.home) return;
    this.#home.delete(station.mac);
    station.home = false;
    station.homeSince = Number.POSITIVE_INFINITY;
    this.#strangers.set(station.mac, station);
  }

  /** Forgets strangers that have been silent for longer than they are remembered. */
  tick(now: Micros): void {
    this.#now = now;
    for (const station of this.#strangers.values()) {
      if (now - station.lastSeen <= this.#limits.strangerMemory) continue;
      this.#strangers.delete(station.mac);
      this.#forget(station);
    }
  }

  *shown(): Generator<Station, void, undefined> {
    for (const station of this.#home.values()) if (station.appeared) yield station;
    for (const station of this.#strangers.values()) if (station.appeared) yield station;
  }

  /** Home devices, shown or not. */
  home(): Iterable<Station> {
    return this.#home.values();
  }

  /** Addresses that are not home devices: in memory and forgotten ones. */
  get strangers(): number {
    let shown = 0;
    for (const station of this.#strangers.values()) if (station.appeared) shown += 1;
    return this.forgotten + shown;
  }

  #appear(station: Station, time: Micros): void {
    station.appeared = true;
    station.vendor = this.#hooks.vendorOf(station.mac);
    this.#hooks.appeared(station, time);
  }

  #forget(station: Station): void {
    if (station.appeared) this.forgotten += 1;
    this.#hooks.forgotten(station);
  }
}
