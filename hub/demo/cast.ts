import { type Mac, type Megahertz, mac, megahertz } from "../base/units.ts";

/** Metres in the flat: x from the street, y from the hall. */
export interface Place {
  readonly x: number;
  readonly y: number;
}

/** How a device uses the air; talkers.ts gives each its rhythm. */
export type Habit = "plug" | "sensor" | "camera" | "modern" | "television";

export interface DemoDevice {
  readonly name: string;
  readonly mac: Mac;
  readonly habit: Habit;
  readonly place: Place;
  /** Scans for the home network by name. */
  readonly probes?: boolean;
}

export interface DemoNetwork {
  readonly ssid: string;
  readonly bssid: Mac;
  readonly frequency: Megahertz;
  readonly place: Place;
  readonly open?: boolean;
}

export const HOME: DemoNetwork = {
  ssid: "Sunflower",
  bssid: mac(0x3810_d500_0001),
  frequency: megahertz(2437),
  place: { x: 5, y: 4 },
};

export const NEIGHBOURS: readonly DemoNetwork[] = [
  { ssid: "Cornflower", bssid: mac(0x2c91_ab00_0001), frequency: megahertz(2437), place: { x: 14, y: 9 } },
  {
    ssid: "Cafe Guest",
    bssid: mac(0xf492_bf00_0001),
    frequency: megahertz(2437),
    place: { x: -9, y: 2 },
    open: true,
  },
];

/** The home's own devices. Makers are real prefixes, the rest of each address is invented. */
export const DEVICES: readonly DemoDevice[] = [
  { name: "Coffee machine plug", mac: mac(0x240a_c400_0011), habit: "plug", place: { x: 7, y: 2 } },
  { name: "Hall light", mac: mac(0x240a_c400_0012), habit: "plug", place: { x: 1, y: 3 } },
  { name: "Washing machine plug", mac: mac(0x8caa_b500_0013), habit: "plug", place: { x: 8, y: 6 } },
  { name: "Window sensor", mac: mac(0x8caa_b500_0014), habit: "sensor", place: { x: 9, y: 1 } },
  { name: "Door camera", mac: mac(0x9c8e_cd00_0015), habit: "camera", place: { x: 0, y: 4 } },
  { name: "Television", mac: mac(0x5cc1_d700_0016), habit: "television", place: { x: 6, y: 7 } },
  { name: "Phone", mac: mac(0x6a3f_1200_0017), habit: "modern", place: { x: 5, y: 6 }, probes: true },
  { name: "Laptop", mac: mac(0xa4c3_f000_0018), habit: "modern", place: { x: 3, y: 7 } },
];

/** Who joins after a while and stays: on the network, but not of the home. */
export const STRANGER: DemoDevice = {
  name: "",
  mac: mac(0xda17_4e00_0042),
  habit: "modern",
  place: { x: -3, y: 5 },
};

/** Where the attacker stands: outside, near the front door. */
export const ATTACKER: Place = { x: -4, y: 3 };

export interface DemoNodePlan {
  readonly name: string;
  readonly chip: string;
  readonly mac: Mac;
  readonly place: Place;
  /** Its clock counts from boot, so many µs before the demo began, and so much too fast. */
  readonly bootedBefore: number;
  readonly ppm: number;
}

export const NODES: readonly DemoNodePlan[] = [
  {
    name: "hall",
    chip: "demo",
    mac: mac(0x0202_0000_0001),
    place: { x: 1, y: 4 },
    bootedBefore: 5_321e6,
    ppm: 12,
  },
  {
    name: "living room",
    chip: "demo",
    mac: mac(0x0202_0000_0002),
    place: { x: 6, y: 6 },
    bootedBefore: 77_003e6,
    ppm: -21,
  },
];

/** Received power in dBm over the log-distance model with 20 dBm sent and one wall every four metres. */
export function powerAt(from: Place, to: Place): number {
  const distance = Math.max(0.5, Math.hypot(from.x - to.x, from.y - to.y));
  return 20 - 46 - 28 * Math.log10(distance) - 3 * Math.floor(distance / 4);
}
