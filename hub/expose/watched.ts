import type { Names } from "../alert/names.ts";
import { printableText } from "../base/text.ts";
import type { Mac } from "../base/units.ts";
import type { KnownDevice } from "../detect/known-devices.ts";
import type { HouseholdDevice } from "../house/registry.ts";
import { formatMac, isLocal } from "../radio/mac.ts";
import type { DeviceView, Snapshot } from "./snapshot.ts";

/** A device of the home as Home Assistant shows it. Figures are null while it has not been heard in this run. */
export interface WatchedView {
  /** Its address without colons: id in topics and unique ids, for ever. */
  readonly id: string;
  readonly mac: string;
  readonly name: string;
  readonly vendor: string | null;
  readonly area: string | null;
  /** Home Assistant may link it to other entries of the same address. */
  readonly linked: boolean;
  /** An incident about it is open. */
  readonly unusual: boolean;
  readonly muted: boolean;
  readonly airtimeShare: number | null;
  /** Octets since the hub began to hear it, estimated for what was not decoded. */
  readonly octetsUp: number | null;
  readonly octetsDown: number | null;
  readonly coverage: number | null;
  readonly network: string | null;
  readonly lastHeard: number | null;
}

/** Devices with entities of their own, and what is not to be published. */
export interface Watched {
  readonly devices: readonly WatchedView[];
  /** The home still has it, though it may have no entities now. */
  readonly knows: (id: string) => boolean;
  /** Unique ids of entities that the person deleted in Home Assistant. */
  readonly removed: ReadonlySet<string>;
}

export interface WatchedSources {
  readonly known: Iterable<KnownDevice>;
  readonly names: Names;
  readonly household: (mac: Mac) => HouseholdDevice | undefined;
  readonly isMuted: (mac: Mac) => boolean;
}

/** More devices than this make Home Assistant slow; those with a name come first. */
const MOST_WATCHED = 300;
const VENDOR_CHARACTERS = 60;

export const watchedId = (mac: Mac): string => formatMac(mac).replaceAll(":", "");

/**
 * Entities are for what a person can recognise: known devices with a name, and known ones whose address stays. A
 * phone that makes up addresses gets some once it has a name. Strangers never do.
 */
export function watchedViews(snapshot: Snapshot, sources: WatchedSources): WatchedView[] {
  const heard = new Map(snapshot.devices.map((device) => [device.mac, device]));
  const open = snapshot.incidents.filter((one) => one.resolvedAt === null);
  const unusual = new Set(open.map((one) => one.subject.mac));
  const named: WatchedView[] = [];
  const nameless: WatchedView[] = [];
  for (const { mac, known } of sources.known) {
    if (!known) continue;
    const nickname = sources.names.nickname(mac);
    const text = formatMac(mac);
    if (nickname === undefined && isLocal(mac)) continue;
    const device = heard.get(text);
    if (nickname === undefined && device === undefined) continue;
    const view = { ...figures(device), name: nickname ?? withoutName(sources.names, mac) };
    (nickname === undefined ? nameless : named).push({
      id: watchedId(mac),
      mac: text,
      area: sources.household(mac)?.area ?? null,
      linked: sources.household(mac)?.brokered !== true,
      unusual: unusual.has(text),
      muted: sources.isMuted(mac),
      ...view,
    });
  }
  return [...named, ...nameless].slice(0, MOST_WATCHED);
}

/** Two devices of one maker must not have one name. */
const withoutName = (names: Names, mac: Mac): string => `${names.device(mac)} ${formatMac(mac).slice(-5)}`;

function figures(device: DeviceView | undefined) {
  if (device === undefined) {
    return {
      ...{ vendor: null, airtimeShare: null, octetsUp: null, octetsDown: null },
      ...{ coverage: null, network: null, lastHeard: null },
    };
  }
  return {
    vendor: device.vendor === null ? null : printableText(device.vendor, VENDOR_CHARACTERS),
    airtimeShare: device.airtimeShare,
    octetsUp: device.up.octetsEstimated,
    octetsDown: device.down.octetsEstimated,
    coverage: device.coverage,
    network: device.network,
    lastHeard: device.lastSeen,
  };
}
