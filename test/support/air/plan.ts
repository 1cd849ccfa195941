import { FORMAT, WIDTH } from "../../../hub/radio/airtime/phy.ts";

/** How a frame is modulated: FORMAT and WIDTH of radio/phy.ts; rate in 500 kb/s (DSSS, OFDM) or MCS. */
export interface PhyPlan {
  readonly format: number;
  readonly rate: number;
  readonly width?: number;
  readonly streams?: number;
}

export const DSSS_1: PhyPlan = { format: FORMAT.dsss, rate: 2 };
export const OFDM_6: PhyPlan = { format: FORMAT.ofdm, rate: 12 };
export const OFDM_24: PhyPlan = { format: FORMAT.ofdm, rate: 48 };
export const HT_20: PhyPlan = { format: FORMAT.ht, rate: 7 };
/** No ESP32 decodes this: two streams, 80 MHz, 802.11ax. */
export const HE_80: PhyPlan = { format: FORMAT.heSu, rate: 9, width: WIDTH.mhz80, streams: 2 };

export interface NetworkPlan {
  readonly bssid: number;
  readonly frequency: number;
  /** Error of the access point's TSF oscillator. */
  readonly ppm?: number;
  /** Seconds from the start at which it restarts: its TSF begins again at 0. */
  readonly restarts?: readonly number[];
  readonly beaconPhy?: PhyPlan;
}

/** MSDUs from one station to one receiver in one traffic class. One flow per (transmitter, receiver, TID). */
export interface FlowPlan {
  readonly direction: "up" | "down";
  /** 0-7; undefined: a data frame without QoS, numbered by the transmitter's shared counter. */
  readonly tid?: number;
  /** MSDUs a second on average. */
  readonly rate: number;
  /** Mean MSDUs that arrive together. */
  readonly burst?: number;
  /** Octets of the MPDU, header and FCS included. */
  readonly size: number;
  readonly phy: PhyPlan;
  /** Most MPDUs in one PPDU; 1: no A-MPDU, each MPDU answered by an ACK. */
  readonly aggregate?: number;
  readonly rts?: boolean;
  /** Share of MPDUs that the receiver misses, so that they are sent again. */
  readonly loss?: number;
  /** Window start of the receiver's BlockAcks: first MPDU of the A-MPDU, or highest received minus 63. */
  readonly habit?: "first" | "highest";
  /** Final destination (address 3 upwards) or source (downwards); the access point itself by default. */
  readonly peer?: number;
  /** Downwards: sent once to this group address instead of to the station. */
  readonly group?: number;
  /** Seconds from the start; outside of it the flow is silent. */
  readonly from?: number;
  readonly until?: number;
}

export interface StationPlan {
  readonly mac: number;
  /** Index into `networks`. */
  readonly network: number;
  readonly flows: readonly FlowPlan[];
  /** Broadcast probe requests a second, each answered by the access point of its network. */
  readonly probes?: number;
}

export interface HearingPlan {
  /** Probability that the node decodes a frame of a PHY it can decode at all. */
  readonly data: number;
  /** ACK, BlockAck, BlockAckReq, RTS, CTS. */
  readonly control: number;
  readonly management: number;
}

export interface ClockPlan {
  /** Node time at the start of the simulation, µs. Ignored with `unixTime`. */
  readonly offset?: number;
  /** Frequency error in parts per million. */
  readonly ppm?: number;
  /** Standard deviation of a timestamp, µs. */
  readonly jitter?: number;
  readonly unixTime?: boolean;
  /** The node hands out its 32-bit counter without unwrapping it: node time steps back by 2^32 µs. */
  readonly wraps?: boolean;
}

export interface LinkPlan {
  /** Least one-way delay, µs. */
  readonly delay?: number;
  /** Mean of the exponential part on top, µs. */
  readonly jitter?: number;
  /** Share of messages lost. */
  readonly loss?: number;
  /** A batch is sent when its first row is this old, µs; or when it is full. */
  readonly flush?: number;
  /** Seconds from the start: what is sent meanwhile arrives when the stall ends. */
  readonly stalls?: readonly { readonly from: number; readonly until: number }[];
}

export interface NodePlan {
  /** One frequency: it stays there. Several: it hops in this order. */
  readonly frequencies: readonly number[];
  /** µs on one frequency of the hop. */
  readonly dwell?: number;
  readonly hearing: HearingPlan;
  readonly clock?: ClockPlan;
  readonly link?: LinkPlan;
  /** Sends dwell messages (default true). */
  readonly statesDwell?: boolean;
  /** Seconds between time requests of the hub after the first eight, which are a second apart. 0: none. Default 20. */
  readonly timeRequests?: number;
  /** Seconds from the start at which it restarts: deaf for 1.5 s, clock and sequence begin again. */
  readonly reboots?: readonly number[];
  /** Share of hellos that are lost after a reboot. */
  readonly helloLost?: boolean;
}

export interface AirPlan {
  readonly seed: number;
  readonly seconds: number;
  /** Hub time of the start, µs since the Unix epoch. */
  readonly start?: number;
  readonly networks: readonly NetworkPlan[];
  readonly stations: readonly StationPlan[];
  readonly nodes: readonly NodePlan[];
}

export const DEFAULT_START = 1_790_000_000_000_000;
