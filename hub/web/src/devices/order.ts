import type { DeviceView, TallyView } from "../../../expose/snapshot.ts";

export type Order = "air" | "traffic" | "name" | "last" | "first";
export type Filter = "all" | "new" | "known";

export const ORDERS: readonly (readonly [Order, string])[] = [
  ["air", "Most air time"],
  ["traffic", "Most traffic"],
  ["name", "Name"],
  ["last", "Last heard"],
  ["first", "Newest"],
];

/** What people call a device: its name, else its maker, else what its address tells. */
export function titleOf(one: DeviceView): string {
  return one.name ?? one.vendor ?? (one.randomized ? "Private address" : "Unknown maker");
}

/** The better of what was counted and what was reconstructed. */
export const octetsOf = (tally: TallyView): number => Math.max(tally.octets, tally.octetsEstimated);

export const airtimeOf = (one: DeviceView): number =>
  [one.up, one.down].reduce(
    (sum, tally) => sum + tally.airtime + tally.airtimeReserved + tally.airtimeEstimated,
    0,
  );

/** The strongest node's, dBm; undefined where none has heard it. */
export const strongest = (one: DeviceView): DeviceView["signals"][number] | undefined =>
  [...one.signals].sort((a, b) => b.rssi - a.rssi)[0];

const COMPARE: Readonly<Record<Order, (a: DeviceView, b: DeviceView) => number>> = {
  air: (a, b) => (b.airtimeShare ?? 0) - (a.airtimeShare ?? 0) || airtimeOf(b) - airtimeOf(a),
  traffic: (a, b) => octetsOf(b.up) + octetsOf(b.down) - octetsOf(a.up) - octetsOf(a.down),
  name: (a, b) => titleOf(a).localeCompare(titleOf(b)),
  last: (a, b) => b.lastSeen - a.lastSeen,
  first: (a, b) => b.firstSeen - a.firstSeen,
};

export interface Choice {
  readonly search: string;
  readonly filter: Filter;
  readonly order: Order;
}

/** The devices that a person asked for, in the order asked for; equals keep to their addresses. */
export function chosen(devices: readonly DeviceView[], { search, filter, order }: Choice): DeviceView[] {
  const wanted = search.trim().toLowerCase();
  return devices
    .filter((one) => filter === "all" || one.known === (filter === "known"))
    .filter((one) =>
      [one.name, one.vendor, one.mac, one.network, one.area].some((text) =>
        text?.toLowerCase().includes(wanted),
      ),
    )
    .sort((a, b) => COMPARE[order](a, b) || a.mac.localeCompare(b.mac));
}
