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
  /** What stands on the broker for this device stays there, though the device may not be among those now. */
  readonly keeps: (id: string) => boolean;
  /** Unique ids of entities that the person deleted in Home Assistant. */
  readonly removed: ReadonlySet<string>;
  /** Not to be announced yet: what became of the device's entities in Home Assistant is being asked. */
  readonly isHeld: (deviceId: string) => boolean;
}

export interface WatchedSources {
  readonly known: Iterable<KnownDevice>;
  readonly names: Names;
  readonly household: (mac: Mac) => HouseholdDevice | undefined;
  readonly isMuted: (mac: Mac) => boolean;
  /** The person deleted all of its entities in Home Assistant. */
  readonly isDeleted: (id: string) => boolean;
  /** Ids of devices that have entities already: where there are too many devices, these keep them. */
  readonly standing: ReadonlySet<string>;
  /** Home Assistant has told its names: a device that has one takes the place of one that has none. */
  readonly settled: boolean;
}

export interface WatchedChoice {
  readonly devices: readonly WatchedView[];
  /** Devices that would have entities if there were not too many. */
  readonly left: number;
}

/** More devices than this make Home Assistant slow; those with a name come first. */
export const MOST_WATCHED = 300;
const VENDOR_CHARACTERS = 60;

export const watchedId = (mac: Mac): string => formatMac(mac).replaceAll(":", "");

interface Candidate {
  readonly mac: Mac;
  readonly id: string;
  readonly since: number;
  readonly nickname: string | undefined;
  readonly heard: DeviceView | undefined;
}

/**
 * Entities are for what a person can recognise: known devices with a name, and known ones whose address stays. A
 * phone that makes up addresses gets some once it has a name. Strangers never do.
 */
export function chooseWatched(snapshot: Snapshot, sources: WatchedSources): WatchedChoice {
  const open = snapshot.incidents.filter((one) => one.resolvedAt === null);
  const unusual = new Set(open.map((one) => one.subject.mac));
  const { names, household, isMuted } = sources;
  const candidates = candidatesOf(snapshot, sources);
  const chosen = candidates.length > MOST_WATCHED ? firstOf(candidates, sources) : candidates;
  const devices = chosen.map(({ mac, id, nickname, heard }) => ({
    id,
    mac: formatMac(mac),
    name: nickname ?? withoutName(names, mac),
    area: household(mac)?.area ?? null,
    linked: household(mac)?.brokered !== true,
    unusual: unusual.has(formatMac(mac)),
    muted: isMuted(mac),
    ...figures(heard),
  }));
  return { devices, left: candidates.length - chosen.length };
}

function candidatesOf(snapshot: Snapshot, { known, names, isDeleted }: WatchedSources): Candidate[] {
  const views = new Map(snapshot.devices.map((device) => [device.mac, device]));
  const candidates: Candidate[] = [];
  for (const { mac, known: isKnown, since } of known) {
    if (!isKnown) continue;
    const nickname = names.nickname(mac);
    const heard = views.get(formatMac(mac));
    if (nickname === undefined && (isLocal(mac) || heard === undefined)) continue;
    const id = watchedId(mac);
    if (!isDeleted(id)) candidates.push({ mac, id, since, nickname, heard });
  }
  return candidates;
}

/** The same ones every time, whatever order they were heard in: who has entities keeps them, who came first is first. */
function firstOf(candidates: readonly Candidate[], { standing, settled }: WatchedSources): Candidate[] {
  const rank = ({ id, nickname }: Candidate): number => {
    const [stands, named] = [standing.has(id), nickname !== undefined];
    if (settled) return (named ? 0 : 2) + (stands ? 0 : 1);
    return stands ? 0 : named ? 1 : 2;
  };
  return candidates
    .map((one) => ({ one, rank: rank(one) }))
    .sort((a, b) => a.rank - b.rank || a.one.since - b.one.since || a.one.mac - b.one.mac)
    .slice(0, MOST_WATCHED)
    .map(({ one }) => one);
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
