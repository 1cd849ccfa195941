import { fromSeconds, type Mac, type Micros, micros } from "../base/units.ts";
import { FLAG, type FrameBatch } from "../radio/batch.ts";
import { kindOf } from "../radio/frame.ts";
import { Cast } from "./cast.ts";
import { type ChannelAir, Channels } from "./count/channels.ts";
import { Exchanges } from "./count/exchanges.ts";
import { type Flow, Links } from "./count/links.ts";
import { Reconstruction } from "./count/reconstruct.ts";
import { Gateways } from "./gateway.ts";
import { type HomeCandidate, homeCandidates } from "./home-learning.ts";
import { type HomeRule, Homes } from "./homes.ts";
import { Identity } from "./identity/identity.ts";
import { AccessPoints } from "./known/access-points.ts";
import { Associations } from "./known/associations.ts";
import { Devices } from "./known/devices.ts";
import { ElementStore } from "./known/element-store.ts";
import { Peers } from "./known/peers.ts";
import type { Place } from "./known/place.ts";
import type { KnownAccessPoint, Station } from "./known/station.ts";
import { type Bounds, limitsOf, type TrackerLimits } from "./limits.ts";
import type { AccessPoint, Association, Device, House, TrackChange } from "./model.ts";
import { Observer, type TakeSighting } from "./observe.ts";
import { newRow, type Row } from "./row.ts";

/** µs of listening before a network is suggested as home: sleeping devices have to show up. */
const HOME_SPAN = fromSeconds(600);
/** µs between looks at who the gateway is. */
const GATEWAY_SPAN = fromSeconds(10);
/** Strangers are looked through this often: there may be 10,000, and they are remembered for minutes. */
const SWEEP_EVERY = fromSeconds(10);

export interface TrackerOptions {
  /** Networks that are home; empty: none, until `setHomes` names some. */
  readonly homes: readonly HomeRule[];
  /** Treat every network heard as home. */
  readonly everyNetworkIsHome: boolean;
  readonly vendorOf: (mac: Mac) => string | undefined;
  readonly limits?: Partial<TrackerLimits>;
}

/** Turns frames, in hub time and with duplicates marked, into what is known of the house. */
export class Tracker implements House {
  /** Changes dropped because nobody took them. */
  changesLost = 0;
  /** Which addresses are one device. */
  readonly identity = new Identity();
  readonly #limits: TrackerLimits;
  readonly #homes = new Homes();
  readonly #elements: ElementStore;
  readonly #devices: Devices;
  readonly #accessPoints: AccessPoints;
  readonly #associations: Associations;
  readonly #links: Links;
  readonly #reconstruction: Reconstruction;
  readonly #peers: Peers;
  readonly #channels = new Channels();
  readonly #gateways = new Gateways();
  readonly #cast: Cast;
  readonly #observer: Observer;
  readonly #row: Row = newRow();
  #changes: TrackChange[] = [];
  #now: Micros = micros(0);
  #learned: Micros = micros(0);
  #swept: Micros = micros(0);

  constructor(options: TrackerOptions) {
    const limits = limitsOf(options.everyNetworkIsHome, options.limits);
    this.#limits = limits;
    this.#homes.set(options.homes, options.everyNetworkIsHome);
    this.#elements = new ElementStore(limits.elementBlocks);
    this.#devices = new Devices(limits, {
      vendorOf: options.vendorOf,
      appeared: (station, time) => this.#change({ kind: "device_appeared", time, mac: station.mac }),
      forgotten: (station) => this.#forget(station),
    });
    this.#accessPoints = new AccessPoints({
      capacity: limits.accessPoints,
      memory: limits.strangerMemory,
      homes: this.#homes,
      elements: this.#elements,
      homeChanged: (accessPoint) => this.#homeChanged(accessPoint),
    });
    this.#associations = new Associations({
      change: (change) => this.#change(change),
      settled: (station, time) => this.#settle(station, time),
      restarted: (station, accessPoint) => this.#links.restart(station, accessPoint),
    });
    this.#links = new Links(limits.links);
    this.#reconstruction = new Reconstruction(this.#links);
    this.#peers = new Peers(limits.edges);
    this.#cast = new Cast(this.#devices);
    this.#observer = new Observer({
      devices: this.#devices,
      accessPoints: this.#accessPoints,
      associations: this.#associations,
      elements: this.#elements,
      peers: this.#peers,
      identity: this.identity,
      exchanges: new Exchanges(),
      reconstruction: this.#reconstruction,
    });
  }

  /** Latest hub time that a frame or a tick told. */
  get now(): Micros {
    return this.#now;
  }

  /** What is in memory, and what had to leave because memory was full. */
  get bounds(): Bounds {
    return {
      addresses: this.#devices.size,
      links: this.#links.size,
      edges: this.#peers.size,
      evicted: {
        addresses: this.#devices.evicted,
        accessPoints: this.#accessPoints.evicted,
        links: this.#links.evicted,
        edges: this.#peers.evicted,
      },
    };
  }

  get strangers(): number {
    return this.#devices.strangers;
  }

  /** Devices that the strangers' addresses in memory seem to be: phones among them change theirs all the time. */
  get strangerDevices(): number {
    // bounded: the strangers in memory
    const seen = new Set<number>();
    let alone = 0;
    for (const station of this.#devices.shown()) {
      if (station.home) continue;
      const borne = this.identity.of(station.mac);
      if (borne === undefined) alone += 1;
      else seen.add(borne.id);
    }
    return alone + seen.size;
  }

  device(mac: Mac): Device | undefined {
    const station = this.#devices.find(mac);
    if (station?.appeared !== true) return undefined;
    this.#reconstruction.settle(station);
    return station;
  }

  accessPoint(bssid: Mac): AccessPoint | undefined {
    const known = this.#accessPoints.find(bssid);
    return known?.shown === true ? known : undefined;
  }

  /** Estimates are brought up to date as they are read. */
  *devices(): Generator<Device, void, undefined> {
    for (const station of this.#devices.shown()) {
      this.#reconstruction.settle(station);
      yield station;
    }
  }

  accessPoints(): Iterable<AccessPoint> {
    return this.#accessPoints.shown();
  }

  associations(): Iterable<Association> {
    return this.#associations.shown();
  }

  /** Where a home device is, undefined for others. */
  placeOf(mac: Mac): Place | undefined {
    return this.#devices.find(mac)?.place;
  }

  /** The air of each channel that was listened to. */
  channels(): Iterable<ChannelAir> {
    return this.#channels.all();
  }

  /** What the counts of devices are made of, flow by flow. */
  flows(): Iterable<Flow> {
    return this.#links.flows();
  }

  isHome(bssid: Mac): boolean {
    return this.#accessPoints.find(bssid)?.home ?? this.#homes.covers(bssid, undefined);
  }

  gateway(bssid: Mac): Mac | undefined {
    const known = this.#accessPoints.find(bssid);
    return known === undefined ? undefined : this.#gateways.of(known);
  }

  /** Networks that may be the home, the likeliest first; empty until the hub has listened for ten minutes. */
  homeCandidates(isOurs: (mac: Mac) => boolean): HomeCandidate[] {
    let first = Number.POSITIVE_INFINITY;
    for (const { firstHeard } of this.#channels.all()) first = Math.min(first, firstHeard);
    if (!(this.#now - first >= HOME_SPAN)) return [];
    return homeCandidates(this.#accessPoints.shown(), this.#associations.confirmed(), isOurs);
  }

  /** Makes a home device of an earlier run known again, before anything of it is heard. */
  recall(mac: Mac, firstSeen: Micros, lastSeen: Micros): void {
    this.#devices.recall(mac, firstSeen, lastSeen);
    this.identity.own(mac);
  }

  /** Replaces the networks that count as home. */
  setHomes(rules: readonly HomeRule[], everyNetworkIsHome: boolean): void {
    this.#homes.set(rules, everyNetworkIsHome);
    this.#accessPoints.rejudge();
  }

  /** Keeps an element block that later frames name by its hash (firmware/PROTOCOL.md, §4). */
  elements(hash: number, subtype: number, block: Uint8Array): void {
    this.#elements.keep(hash, subtype, block);
  }

  /**
   * Takes a batch whose times are hub time and whose `fresh` column is set. `airtime` holds µs on air per row, once per
   * PPDU, NaN or 0 where unknown. `take` gets the management and EAPOL frames, further receptions too.
   */
  sight(batch: FrameBatch, airtime: Float64Array, take: TakeSighting): void {
    const row = this.#row;
    row.node = batch.node;
    row.channel = this.#channels.of(batch.frequency, micros(batch.time[0] ?? 0));
    this.#cast.begin(batch);
    for (let i = 0; i < batch.count; i++) this.#sightRow(batch, airtime[i] ?? Number.NaN, i, take);
  }

  /** Forgets, ends and settles what is due. */
  tick(now: Micros): void {
    if (now > this.#now) this.#now = now;
    this.#accessPoints.tick(now);
    this.#associations.tick(now);
    this.identity.tick(now);
    for (const station of this.#devices.home()) station.place?.tick(now);
    if (now - this.#swept >= SWEEP_EVERY) {
      this.#swept = now;
      this.#devices.tick(now);
    }
    if (now - this.#learned < GATEWAY_SPAN) return;
    this.#learned = now;
    this.#gateways.learn(this);
  }

  /** What changed since the last call, in order. */
  takeChanges(): TrackChange[] {
    const taken = this.#changes;
    this.#changes = [];
    return taken;
  }

  #sightRow(batch: FrameBatch, airtime: number, index: number, take: TakeSighting): void {
    const row = this.#row;
    const { channel } = row;
    const flags = batch.flags[index] ?? FLAG.headerless;
    const fresh = batch.fresh[index] === 1;
    const time = micros(batch.time[index] ?? 0);
    const fc = batch.fc[index] ?? 0;
    row.index = index;
    row.time = time;
    row.fc = fc;
    row.kind = kindOf(fc);
    row.fresh = fresh;
    row.length = batch.length[index] ?? 0;
    row.airtime = Number.isNaN(airtime) ? 0 : airtime;
    if (time > this.#now) this.#now = time;
    if (time > channel.lastHeard) channel.lastHeard = time;
    if ((flags & (FLAG.badFcs | FLAG.headerless)) === 0) {
      this.#cast.assign(batch, row);
      this.#observer.observe(batch, row, take);
    }
    if (fresh) channel.airtime += row.airtime;
  }

  #settle(station: Station, time: Micros): void {
    if (!station.home) this.identity.own(station.mac);
    this.#devices.settle(station, time);
  }

  #change(change: TrackChange): void {
    if (this.#changes.length < this.#limits.changes) this.#changes.push(change);
    else this.changesLost += 1;
  }

  #forget(station: Station): void {
    this.#associations.forget(station);
    this.#accessPoints.forget(station);
    this.#peers.forget(station);
    this.#links.forget(station);
  }

  #homeChanged(accessPoint: KnownAccessPoint): void {
    if (accessPoint.home) this.#associations.announce(accessPoint, this.#now);
    else for (const station of this.#associations.on(accessPoint)) this.#devices.unsettle(station);
  }
}
