import { BoundedMap } from "../base/bounded.ts";
import type { Mac } from "../base/units.ts";
import { BROADCAST, isGroup } from "../radio/mac.ts";
import { isHidden } from "./homes.ts";
import type { AccessPoint, Device, House } from "./model.ts";

/** What a peer is to a device. `host`: on the same network, by wire or not heard itself. */
export type PeerKind = "gateway" | "access_point" | "device" | "host" | "multicast" | "broadcast";

export function peerKind(house: House, device: Device, peer: Mac): PeerKind {
  if (peer === BROADCAST) return "broadcast";
  if (isGroup(peer)) return "multicast";
  if (device.bssid !== undefined && house.gateway(device.bssid) === peer) return "gateway";
  if (house.accessPoint(peer) !== undefined) return "access_point";
  return house.device(peer) === undefined ? "host" : "device";
}

/** Networks whose gateway is remembered. */
const NETWORKS = 256;
/** Octets that the gateway of a network with a single device has carried at least, and their share of all. */
const LONE_OCTETS = 20_000;
const LONE_SHARE = 0.6;

interface Candidate {
  devices: number;
  octets: number;
}

/** Per network, the address that answers for most devices: the way out of the house. */
export class Gateways {
  readonly #byNetwork = new BoundedMap<string, Mac>({ capacity: NETWORKS });

  of(accessPoint: AccessPoint): Mac | undefined {
    return this.#byNetwork.get(networkOf(accessPoint));
  }

  /** Learns from what all devices talk to. */
  learn(house: House): void {
    // bounded: one entry a home device at most, for the length of this call
    const networks = new Map<string, Map<Mac, Candidate>>();
    for (const device of house.devices()) {
      const { bssid } = device;
      const accessPoint = bssid === undefined ? undefined : house.accessPoint(bssid);
      if (!device.home || accessPoint === undefined) continue;
      const network = networkOf(accessPoint);
      // bounded: one entry a home device at most
      const candidates = networks.get(network) ?? new Map<Mac, Candidate>();
      networks.set(network, candidates);
      nominate(candidates, device);
    }
    for (const [network, candidates] of networks) {
      const elected = elect(candidates);
      if (elected !== undefined) this.#byNetwork.set(network, elected);
    }
  }
}

/** Every device speaks for the peer of which it has most octets, group addresses left out. */
function nominate(candidates: Map<Mac, Candidate>, device: Device): void {
  let most: { peer: Mac; octets: number } | undefined;
  let sum = 0;
  for (const { peer, octets } of device.peers.values()) {
    if (isGroup(peer)) continue;
    sum += octets;
    if (most === undefined || octets > most.octets) most = { peer, octets };
  }
  if (most === undefined || most.octets < LONE_SHARE * sum) return;
  const candidate = candidates.get(most.peer) ?? { devices: 0, octets: 0 };
  candidate.devices += 1;
  candidate.octets += most.octets;
  candidates.set(most.peer, candidate);
}

/** Most devices win, then most octets; a single voice counts once it has said enough. */
function elect(candidates: Map<Mac, Candidate>): Mac | undefined {
  let elected: Mac | undefined;
  let best: Candidate = { devices: 0, octets: 0 };
  for (const [peer, candidate] of candidates) {
    const ahead = candidate.devices - best.devices || candidate.octets - best.octets;
    if (ahead <= 0) continue;
    elected = peer;
    best = candidate;
  }
  return best.devices >= 2 || best.octets >= LONE_OCTETS ? elected : undefined;
}

/** Access points with one name share their gateway. */
function networkOf({ bssid, ssid }: AccessPoint): string {
  return ssid === undefined || isHidden(ssid) ? `#${bssid}` : String.fromCharCode(...ssid);
}
