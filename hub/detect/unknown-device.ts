import { BoundedMap } from "../base/bounded.ts";
import { printable } from "../base/text.ts";
import { type Mac, MINUTE, type Micros, micros, SECOND } from "../base/units.ts";
import { formatMac } from "../radio/mac.ts";
import type { Association, House } from "../track/model.ts";
import type { Detector } from "./detector.ts";
import type { Finding } from "./finding.ts";
import type { KnownDevices } from "./known-devices.ts";

/** Long enough that a neighbour's wrong tap or a delivery's phone is gone; short enough to matter. */
const STAY = micros(5 * MINUTE);
/** Who comes back within this has not left: phones sleep, and roam between the home's access points. */
const RETURN = micros(15 * MINUTE);
/** Associations are looked through this often; a stay is measured in minutes. */
const LOOK_EVERY = micros(10 * SECOND);
/** Strangers on the home's own networks at a time. They have the password, so they are few. */
const CAPACITY = 1024;
const SSID_CHARACTERS = 32;

interface Stay {
  readonly since: Micros;
  bssid: Mac;
  lastPresent: Micros;
}

export interface UnknownDeviceOptions {
  readonly known: KnownDevices;
  readonly stayFor?: Micros;
}

/**
 * A device that nobody knows joins one of the home's networks, exchanges protected data on it, and stays. While the
 * hub learns, such devices are adopted as the home's own. Reported for as long as it is there and not known.
 */
export function createUnknownDevice(options: UnknownDeviceOptions): Detector {
  const { known, stayFor = STAY } = options;
  const stays = new BoundedMap<Mac, Stay>({ capacity: CAPACITY });
  let looked = micros(Number.NEGATIVE_INFINITY);

  const present = (association: Association, now: Micros): void => {
    const { mac, bssid, since } = association;
    if (known.has(mac)) return;
    const stay = stays.get(mac);
    // Who was told of is for the person to judge, not for learning.
    const told = stay !== undefined && stay.lastPresent - stay.since >= stayFor;
    if (known.learning(now) && !told) {
      known.adopt(mac, now);
      // Whom a person has turned away stays a stranger.
      if (known.has(mac)) return;
    }
    if (stay === undefined) stays.set(mac, { since, bssid, lastPresent: now });
    else {
      stay.bssid = bssid;
      stay.lastPresent = now;
    }
  };

  const look = (now: Micros, house: House): void => {
    looked = now;
    known.learning(now);
    for (const association of house.associations()) {
      const here = association.until === undefined && association.confirmed;
      if (here && house.isHome(association.bssid)) present(association, now);
    }
    for (const [mac, stay] of stays) {
      if (known.has(mac) || now - stay.lastPresent > RETURN) stays.delete(mac);
    }
  };

  return {
    kind: "unknown_device",
    observe() {},
    change() {},
    tick(now, house) {
      if (now - looked >= LOOK_EVERY || now < looked) look(now, house);
      const findings: Finding[] = [];
      for (const [mac, stay] of stays) {
        const heard = house.device(mac)?.lastSeen ?? stay.lastPresent;
        // Heard at both ends of the stay: silence in between is sleep, silence at the end may be a departure.
        if (heard - stay.since < stayFor || known.has(mac)) continue;
        findings.push(findingOf(mac, stay, now, house));
      }
      return findings;
    },
  };
}

function findingOf(mac: Mac, stay: Stay, now: Micros, house: House): Finding {
  const device = house.device(mac);
  const ssid = house.accessPoint(stay.bssid)?.ssid;
  const levels = device?.signals.map((signal) => signal.rssi).filter((rssi) => rssi < 0) ?? [];
  return {
    kind: "unknown_device",
    subject: { kind: "device", mac },
    time: now,
    since: stay.since,
    severity: "warning",
    evidence: {
      observed: Math.floor((stay.lastPresent - stay.since) / MINUTE),
      expected: 0,
      unit: "minutes",
      bssid: formatMac(stay.bssid),
      network: ssid === undefined || ssid.length === 0 ? null : printable(ssid, SSID_CHARACTERS),
      vendor: device?.vendor ?? null,
      randomized: device?.randomized ?? false,
      rssi_dbm: levels.length === 0 ? null : Math.round(Math.max(...levels)),
    },
  };
}
