import { Dice } from "./dice.ts";
import {
  type AirPlan,
  DSSS_1,
  type FlowPlan,
  HE_80,
  type HearingPlan,
  HT_20,
  type NodePlan,
  OFDM_24,
  type StationPlan,
} from "./plan.ts";

/** How an ESP32 hears a modern home: hardly any data, nearly all answers. */
export const ESP32_HEARING: HearingPlan = { data: 0.05, control: 0.95, management: 0.95 };
/** A node that decodes most of what it can decode at all. */
export const GOOD_HEARING: HearingPlan = { data: 0.9, control: 0.9, management: 0.9 };

export const CHANNEL_1 = 2412;
export const CHANNEL_6 = 2437;
export const CHANNEL_11 = 2462;

/** Locally administered addresses that belong to nobody. */
export const stationMac = (number: number): number => 0x0211_2200_0000 + number;
export const accessPointMac = (number: number): number => 0x0233_4400_0000 + number * 256;

/** A phone or laptop: two streams of 802.11ax that no node decodes, answered by BlockAcks. */
export const modernFlows = (rate: number): FlowPlan[] => [
  {
    direction: "down",
    tid: 0,
    rate,
    burst: 24,
    size: 1500,
    phy: HE_80,
    aggregate: 32,
    rts: true,
    loss: 0.05,
  },
  {
    direction: "up",
    tid: 0,
    rate: rate / 4,
    burst: 8,
    size: 400,
    phy: HE_80,
    aggregate: 16,
    loss: 0.05,
    habit: "highest",
  },
];

/** A plug, bulb or sensor: single frames, each with its ACK. */
export const smallFlows = (rate: number, phy = HT_20): FlowPlan[] => [
  { direction: "up", tid: 0, rate, burst: 2, size: 180, phy, loss: 0.08 },
  { direction: "down", tid: 0, rate: rate / 2, burst: 2, size: 150, phy, loss: 0.05 },
];

/** A camera: a steady stream of HT frames upwards, aggregated. */
export const cameraFlows = (rate: number): FlowPlan[] => [
  { direction: "up", tid: 5, rate, burst: 12, size: 1400, phy: HT_20, aggregate: 12, rts: true, loss: 0.06 },
  { direction: "down", tid: 0, rate: rate / 10, burst: 2, size: 120, phy: HT_20, loss: 0.04 },
];

/** A home on one channel (and a neighbour on it): modern, small and old devices together; about 500 frames/s. */
export function homePlan(seed: number, nodes: readonly NodePlan[], seconds = 60, scale = 1): AirPlan {
  const dice = new Dice(seed, 1);
  const stations: StationPlan[] = [
    { mac: stationMac(1), network: 0, flows: modernFlows(150 * scale), probes: 0.2 },
    { mac: stationMac(2), network: 0, flows: modernFlows(40 * scale) },
    { mac: stationMac(3), network: 0, flows: cameraFlows(60 * scale) },
    { mac: stationMac(4), network: 0, flows: smallFlows(4 * scale, DSSS_1) },
    { mac: stationMac(20), network: 1, flows: modernFlows(30 * scale), probes: 0.3 },
  ];
  for (let i = 5; i < 12; i++) {
    stations.push({ mac: stationMac(i), network: 0, flows: smallFlows(dice.between(0.5, 8) * scale) });
  }
  const mdns: FlowPlan = {
    direction: "down",
    rate: 2,
    burst: 2,
    size: 220,
    phy: OFDM_24,
    group: 0x0100_5e00_00fb,
  };
  stations.push({ mac: stationMac(12), network: 0, flows: [mdns] });
  return {
    seed,
    seconds,
    networks: [
      { bssid: accessPointMac(1), frequency: CHANNEL_6, ppm: dice.between(-20, 20) },
      { bssid: accessPointMac(2), frequency: CHANNEL_6, ppm: dice.between(-20, 20) },
    ],
    stations,
    nodes,
  };
}

/** `count` nodes on one channel with clocks that are wrong each in its own way. */
export function fixedNodes(seed: number, count: number, hearing = ESP32_HEARING): NodePlan[] {
  const dice = new Dice(seed, 2);
  return Array.from({ length: count }, () => ({
    frequencies: [CHANNEL_6],
    hearing,
    clock: { offset: dice.below(3_000_000_000), ppm: dice.between(-40, 40), jitter: 2 },
    link: { delay: 1_000, jitter: 1_500 },
  }));
}
