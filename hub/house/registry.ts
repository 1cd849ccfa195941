import { BoundedMap } from "../base/bounded.ts";
import { printableText } from "../base/text.ts";
import type { Mac } from "../base/units.ts";

/** A device of Home Assistant's registry, as far as the hub needs it. One physical device may have several. */
export interface RegistryDevice {
  readonly id: string;
  /** What its integration calls it. */
  readonly name: string | undefined;
  /** What the household calls it. */
  readonly nameByUser: string | undefined;
  readonly areaId: string | undefined;
  /** Addresses among its connections and identifiers. */
  readonly macs: readonly Mac[];
  /** A part of another device, which has the addresses. */
  readonly parentId: string | undefined;
  /** Airwarden alone made it: its name only echoes what is known here. */
  readonly ours: boolean;
  /** Another product made it over MQTT: with an address in common, Home Assistant would make it one with ours. */
  readonly brokered: boolean;
  /** Address of the device that this entry of ours stands for. */
  readonly watches: Mac | undefined;
}

export interface RegistryEntity {
  readonly entityId: string;
  readonly uniqueId: string;
  readonly platform: string;
  readonly deviceId: string | undefined;
  readonly areaId: string | undefined;
  /** What the household or its integration calls it; undefined: as its device. */
  readonly name?: string | undefined;
  /** `config` or `diagnostic`: a setting or a figure beside what the device is for. */
  readonly category?: string | undefined;
}

export interface RegistryArea {
  readonly id: string;
  readonly name: string;
}

/** Name of an address outside the registries: from a DHCP lease or a tracker of a router. The device chose it. */
export interface HostName {
  readonly mac: Mac;
  readonly name: string;
  /** Entity that tracks it. */
  readonly entityId?: string;
}

/** All that Home Assistant told, as plain tables. */
export interface HouseRegistry {
  readonly devices: readonly RegistryDevice[];
  readonly entities: readonly RegistryEntity[];
  readonly areas: readonly RegistryArea[];
  readonly hostNames: readonly HostName[];
}

/** What the household knows about the device with one address. */
export interface HouseholdDevice {
  readonly mac: Mac;
  readonly name: string | undefined;
  readonly area: string | undefined;
  /** The registry has it; otherwise only a lease or a tracker does. */
  readonly registered: boolean;
  readonly brokered: boolean;
  readonly entityIds: readonly string[];
}

/** A large home has some hundred Wi-Fi devices; host names come from whoever asks for a lease. */
const CAPACITY = 2000;
const NAME_CHARACTERS = 60;
const MOST_ENTITIES = 100;

interface Gathered {
  nameByUser: string | undefined;
  areaName: string | undefined;
  name: string | undefined;
  area: string | undefined;
  hostName: string | undefined;
  registered: boolean;
  brokered: boolean;
  readonly entityIds: Set<string>;
}

/**
 * Joins the registries by address. A name that the household gave wins, then that of an entry which stands in a room,
 * then any other entry's, then the host name. Parts of a device count to the device.
 */
export function householdOf(registry: HouseRegistry): BoundedMap<Mac, HouseholdDevice> {
  const gathered = new BoundedMap<Mac, Gathered>({
    capacity: CAPACITY,
    protect: (device) => device.registered,
  });
  const at = (mac: Mac): Gathered => {
    const known = gathered.get(mac);
    if (known !== undefined) return known;
    const fresh = blank();
    gathered.set(mac, fresh);
    return fresh;
  };
  const macs = addressesByDevice(registry.devices);
  const areas = new Map(registry.areas.map((area) => [area.id, clean(area.name)]));
  for (const device of registry.devices) {
    for (const mac of device.macs) takeDevice(at(mac), device, areas.get(device.areaId ?? ""));
  }
  for (const entity of registry.entities) {
    for (const mac of macs.get(entity.deviceId ?? "") ?? []) takeEntity(at(mac), entity, areas);
  }
  for (const host of registry.hostNames) takeHostName(at(host.mac), host);
  const household = new BoundedMap<Mac, HouseholdDevice>({ capacity: CAPACITY });
  for (const [mac, one] of gathered.entries()) household.set(mac, settled(mac, one));
  return household;
}

const blank = (): Gathered => ({
  nameByUser: undefined,
  areaName: undefined,
  name: undefined,
  area: undefined,
  hostName: undefined,
  registered: false,
  brokered: false,
  entityIds: new Set(),
});

const clean = (text: string | undefined): string | undefined =>
  printableText(text?.trim() ?? "", NAME_CHARACTERS) || undefined;

/** Addresses of every device, those of its parent where it has none. */
function addressesByDevice(devices: readonly RegistryDevice[]): Map<string, readonly Mac[]> {
  const own = new Map(devices.map((device) => [device.id, device.macs]));
  return new Map(
    devices.map((device) => {
      const parents = device.macs.length === 0 ? own.get(device.parentId ?? "") : undefined;
      return [device.id, parents ?? device.macs];
    }),
  );
}

function takeDevice(into: Gathered, device: RegistryDevice, area: string | undefined): void {
  into.registered ||= !device.ours;
  into.brokered ||= device.brokered;
  into.nameByUser ??= device.ours ? undefined : clean(device.nameByUser);
  into.area ??= area;
  if (device.ours) return;
  const name = clean(device.name);
  if (area !== undefined) into.areaName ??= name;
  into.name ??= name;
}

function takeEntity(
  into: Gathered,
  entity: RegistryEntity,
  areas: ReadonlyMap<string, string | undefined>,
): void {
  into.area ??= areas.get(entity.areaId ?? "");
  if (into.entityIds.size < MOST_ENTITIES) into.entityIds.add(entity.entityId);
}

function takeHostName(into: Gathered, host: HostName): void {
  into.hostName ??= clean(host.name);
  if (host.entityId !== undefined) into.entityIds.add(host.entityId);
}

function settled(mac: Mac, one: Gathered): HouseholdDevice {
  return {
    mac,
    name: one.nameByUser ?? one.areaName ?? one.name ?? one.hostName,
    area: one.area,
    registered: one.registered,
    brokered: one.brokered,
    entityIds: [...one.entityIds],
  };
}
