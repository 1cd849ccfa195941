import { networkInterfaces } from "node:os";
import type { Mac } from "../../../base/units.ts";
import type { GuardedView } from "../../../expose/snapshot/block.ts";
import type { Pipeline } from "../../../pipeline.ts";
import { formatMac, parseMac } from "../../../radio/mac.ts";

export interface GuardSources {
  readonly pipeline: Pick<Pipeline, "nodes" | "house">;
  /** Nodes that have a key. */
  readonly paired: Iterable<Mac>;
  /** Interfaces of the machine that Home Assistant runs on, as far as they are known. */
  readonly host: Iterable<Mac>;
}

/** More access points than a home has. */
const MOST = 100;

/**
 * Devices without which Airwarden, Home Assistant or the whole home would be cut off: nodes, access points, the way
 * out, the machine itself.
 */
export function guardedOf({ pipeline, paired, host }: GuardSources): GuardedView[] {
  // bounded: nodes are paired by hand, access points are cut off below
  const guarded = new Map<Mac, GuardedView["why"]>();
  for (const mac of host) guarded.set(mac, "host");
  for (const mac of paired) guarded.set(mac, "node");
  for (const { hello } of pipeline.nodes.all()) if (hello !== undefined) guarded.set(hello.mac, "node");
  for (const { bssid, home } of pipeline.house.accessPoints()) {
    if (guarded.size >= MOST) break;
    if (!home) continue;
    guarded.set(bssid, "access_point");
    const gateway = pipeline.house.gateway(bssid);
    if (gateway !== undefined) guarded.set(gateway, "gateway");
  }
  return [...guarded].map(([mac, why]) => ({ mac: formatMac(mac), why }));
}

/** Interfaces of the machine that the hub runs on. */
export function ownInterfaces(): Mac[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const macs = all.filter((one) => !one.internal).map(({ mac }) => parseMac(mac));
  return [...new Set(macs.filter((mac) => mac !== undefined && mac !== 0))] as Mac[];
}
