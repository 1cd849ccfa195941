import { KIND } from "../radio/frame.ts";
import { type ElementBlock, packElements } from "../wire/elements.ts";
import type { DemoNetwork } from "./cast.ts";

const element = (id: number, ...octets: number[]): number[] => [id, octets.length, ...octets];
const octetsOf = (text: string): number[] => [...new TextEncoder().encode(text)];

const RATES = element(1, 0x82, 0x84, 0x8b, 0x96, 0x0c, 0x12, 0x18, 0x24);
const EXTENDED_RATES = element(50, 0x30, 0x48, 0x60, 0x6c);
/** CCMP, pre-shared key and SAE, protected management frames possible (IEEE 802.11-2020, 9.4.2.24). */
const RSN = element(
  48,
  ...[1, 0, 0, 0x0f, 0xac, 4, 1, 0, 0, 0x0f, 0xac, 4],
  ...[2, 0, 0, 0x0f, 0xac, 2, 0, 0x0f, 0xac, 8, 0x80, 0],
);
const HT_CAPABILITIES = element(45, 0x2c, 0x01, 0x1b, 0xff, ...new Array<number>(22).fill(0));
const WMM = element(221, 0x00, 0x50, 0xf2, 2, 1, 1, 0x80, 0, 3, 0xa4, 0, 0);
const EXTENDED_CAPABILITIES = element(127, 0x04, 0, 0x08, 0, 0, 0, 0, 0x40);

/** Elements of an access point's beacons. */
export function beaconElements(network: DemoNetwork): ElementBlock {
  const elements = [
    ...element(0, ...octetsOf(network.ssid)),
    ...RATES,
    ...element(3, 6),
    ...(network.open === true ? [] : RSN),
    ...EXTENDED_RATES,
    ...HT_CAPABILITIES,
    ...element(61, 6, 0, ...new Array<number>(20).fill(0)),
    ...WMM,
  ];
  return packElements(KIND.beacon & 0x0f, Uint8Array.from(elements));
}

/** Elements of a station's probe or association request; `model` makes models differ. */
export function stationElements(kind: number, model: number): ElementBlock {
  const elements = [
    ...RATES,
    ...EXTENDED_RATES,
    ...element(45, 0x2d + (model & 0x0f), 0x01, 0x17, 0xff, ...new Array<number>(22).fill(0)),
    ...EXTENDED_CAPABILITIES,
    ...element(221, 0x00, 0x17, 0xf2, 10, model & 0xff),
  ];
  return packElements(kind & 0x0f, Uint8Array.from(elements));
}

export const ssidOf = (network: DemoNetwork): Uint8Array => new TextEncoder().encode(network.ssid);
