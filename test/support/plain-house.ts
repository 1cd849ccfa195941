import { type Mac, type Micros, mac, megahertz, micros } from "../../hub/base/units.ts";
import { emptyTally } from "../../hub/track/count/side.ts";
import type { AccessPoint, Association, Device, House, NodeSignal, Security } from "../../hub/track/model.ts";

const SECURE: Security = { encryption: "wpa2", enterprise: false, pmf: "no", wps: false };

/** A house whose contents a test sets by hand. */
export class PlainHouse implements House {
  now: Micros = micros(0);
  strangers = 0;
  home: (bssid: Mac) => boolean = () => true;
  readonly #devices = new Map<Mac, Device>();
  readonly #accessPoints = new Map<Mac, AccessPoint>();
  readonly #associations: Association[] = [];

  device(address: Mac): Device | undefined {
    return this.#devices.get(address);
  }

  accessPoint(bssid: Mac): AccessPoint | undefined {
    return this.#accessPoints.get(bssid);
  }

  devices(): Iterable<Device> {
    return this.#devices.values();
  }

  accessPoints(): Iterable<AccessPoint> {
    return this.#accessPoints.values();
  }

  associations(): Iterable<Association> {
    return this.#associations;
  }

  isHome(bssid: Mac): boolean {
    return this.home(bssid);
  }

  gateway(): Mac | undefined {
    return undefined;
  }

  addAccessPoint(
    bssid: Mac,
    traits: { ssid?: string; security?: Partial<Security>; signals?: NodeSignal[]; vendor?: string } = {},
  ): AccessPoint {
    const point: AccessPoint = {
      bssid,
      vendor: traits.vendor,
      ssid: traits.ssid === undefined ? undefined : new TextEncoder().encode(traits.ssid),
      frequency: megahertz(2412),
      beaconInterval: 100,
      security: { ...SECURE, ...traits.security },
      stations: undefined,
      utilisation: undefined,
      home: this.home(bssid),
      firstSeen: this.now,
      lastSeen: this.now,
      beacons: 1,
      signals: traits.signals ?? [],
    };
    this.#accessPoints.set(bssid, point);
    return point;
  }

  addDevice(address: Mac, traits: { randomized?: boolean; vendor?: string; home?: boolean } = {}): Device {
    const device: Device = {
      mac: address,
      randomized: traits.randomized ?? false,
      vendor: traits.vendor,
      role: "station",
      firstSeen: this.now,
      lastSeen: this.now,
      up: emptyTally(),
      down: emptyTally(),
      signals: [],
      probe: {
        requests: 0,
        wildcard: 0,
        directed: 0,
        homeNames: new Set(),
        otherNames: 0,
        fingerprint: 0,
        lastRequest: micros(0),
      },
      bssid: undefined,
      home: traits.home ?? false,
      peers: new Map(),
      hidden: { mpdus: 0, octets: 0 },
    };
    this.#devices.set(address, device);
    return device;
  }

  addAssociation(device: Mac, bssid: Mac): Association {
    const association: Association = {
      mac: device,
      bssid,
      since: this.now,
      until: undefined,
      end: undefined,
      reason: undefined,
      confirmed: true,
    };
    this.#associations.push(association);
    return association;
  }
}

/** Locally administered addresses for tests, `nth` 0 to 2^32 - 1. */
export const testMac = (nth: number): Mac => mac(0x0200_0000_0000 + nth);
