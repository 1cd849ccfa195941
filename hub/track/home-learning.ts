import { BoundedMap } from "../base/bounded.ts";
import type { Mac } from "../base/units.ts";
import { isHidden } from "./homes.ts";
import type { AccessPoint, Association } from "./model.ts";

/** Devices that exchange protected data in a network before it may be somebody's home: a guest's phone is one. */
const LEAST_DEVICES = 2;
/** Networks that are compared; more names than this on the air are not all somebody's home. */
const MOST_NETWORKS = 256;

/** A network that may be the home. */
export interface HomeCandidate {
  readonly ssid: Uint8Array;
  /** Devices that exchange data in it now. */
  readonly devices: number;
  /** Of those, devices that the household says are its own. */
  readonly ours: number;
  /** Median over the nodes of its loudest access point at each, dBm. */
  readonly rssi: number;
}

interface Network {
  readonly ssid: Uint8Array;
  readonly loudest: Map<number, number>;
  // bounded: a subset of the devices in memory
  readonly devices: Set<Mac>;
}

/**
 * Networks that may be the home, the likeliest first: with most devices of the household, then the loudest at the
 * nodes, which stand in the home. Only networks with a name, heard, and with at least two devices that exchange data.
 * A suggestion for a person: the neighbour behind a thin wall can be louder.
 */
export function homeCandidates(
  accessPoints: Iterable<AccessPoint>,
  confirmed: Iterable<Association>,
  isOurs: (mac: Mac) => boolean,
): HomeCandidate[] {
  const networks = new BoundedMap<string, Network>({ capacity: MOST_NETWORKS });
  // bounded: access points of the networks above
  const byBssid = new Map<Mac, Network>();
  for (const { bssid, ssid, signals } of accessPoints) {
    if (ssid === undefined || isHidden(ssid)) continue;
    const key = String.fromCharCode(...ssid);
    const network = networks.get(key) ?? { ssid, loudest: new Map(), devices: new Set() };
    networks.set(key, network);
    byBssid.set(bssid, network);
    for (const { node, rssi } of signals) {
      network.loudest.set(node, Math.max(rssi, network.loudest.get(node) ?? Number.NEGATIVE_INFINITY));
    }
  }
  for (const { mac, bssid } of confirmed) byBssid.get(bssid)?.devices.add(mac);
  return [...networks.values()]
    .filter(({ devices, loudest }) => devices.size >= LEAST_DEVICES && loudest.size > 0)
    .map(({ ssid, devices, loudest }) => ({
      ssid,
      devices: devices.size,
      ours: [...devices].filter(isOurs).length,
      rssi: median([...loudest.values()]),
    }))
    .sort((a, b) => b.ours - a.ours || b.rssi - a.rssi);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NEGATIVE_INFINITY;
}
