import { overheadMicros, ppduAirtime } from "../airtime.ts";
import { addressAt, FLAG, type FrameBatch, NO_ADDRESS } from "../batch.ts";
import { bandOf } from "../channel.ts";
import { KIND, kindOf, TYPE, typeOf } from "../frame.ts";
import { isGroup } from "../mac.ts";
import { htModulation, MODULATIONS, type Modulation } from "./modulation.ts";
import { FORMAT, phyFormat, phyRate, phyShortPreamble } from "./phy.ts";

/** Octets of control frames with FCS (IEEE 802.11-2020, 9.3.1); BlockAck with the usual compressed bitmap of 64. */
export const CONTROL_OCTETS = {
  ack: 14,
  cts: 14,
  rts: 20,
  psPoll: 20,
  cfEnd: 20,
  blockAckRequest: 24,
  blockAck: 32,
} as const;

/** Slot times in µs: ERP and OFDM, and where an 802.11b station is associated (Tables 17-21, 18-5, 16-4). */
export const SLOT = { short: 9, long: 20 } as const;

/** Short interframe space in µs (Tables 16-4, 17-21, 18-5, 19-25): 10 in 2.4 GHz, 16 above. */
export const sifs = (frequency: number): number => (bandOf(frequency) === "2.4" ? 10 : 16);

/** DCF interframe space in µs (10.3.7): SIFS and two slots. */
export const difs = (frequency: number, slot: number = SLOT.short): number => sifs(frequency) + 2 * slot;

/** Longest that a Duration field can reserve; larger values are an AID or fixed (Table 9-9). */
const LONGEST_NAV = 32_767;

/** µs that a Duration/ID field reserves after the end of its frame; 0 where it is no duration (PS-Poll). */
export const navMicros = (duration: number): number => (duration <= LONGEST_NAV ? duration : 0);

/** Non-HT reference rates in 500 kb/s by N_BPSCS and R (Table 10-10). */
function referenceRate(modulation: Modulation): number {
  const { bits, rate } = modulation;
  if (bits <= 1) return 12;
  if (bits <= 2) return rate > 0.5 ? 36 : 24;
  if (bits <= 4) return rate > 0.5 ? 72 : 48;
  return rate > 0.7 || bits > 6 ? 108 : 96;
}

/** Mandatory rates in 500 kb/s, highest first, that every basic rate set may be taken to hold (17.2.3, 16.2.3). */
const OFDM_BASIC = [48, 24, 12] as const;
const DSSS_BASIC = [22, 11, 4, 2] as const;

/**
 * PHY descriptor of the ACK, CTS or BlockAck that answers a frame sent with `phy`: the highest mandatory rate not
 * above its own (10.6.6.5.2), in its own modulation class; 6 Mb/s OFDM for what is unknown. A network whose basic
 * rates are others answers otherwise, by at most some tens of µs.
 */
export function responsePhy(phy: number): number {
  const format = phyFormat(phy);
  if (format === FORMAT.dsss) {
    const rate = DSSS_BASIC.find((basic) => basic <= phyRate(phy)) ?? 2;
    const short = phyShortPreamble(phy) ? 1 << 22 : 0;
    return FORMAT.dsss | (rate << 4) | short;
  }
  const rate = format === FORMAT.ofdm ? phyRate(phy) : modulatedRate(phy);
  return FORMAT.ofdm | ((OFDM_BASIC.find((basic) => basic <= rate) ?? 12) << 4);
}

function modulatedRate(phy: number): number {
  const format = phyFormat(phy);
  if (format === FORMAT.unknown) return 12;
  const mcs = phyRate(phy);
  if (format !== FORMAT.ht && format !== FORMAT.htGreenfield) {
    const modulation = MODULATIONS[mcs];
    return modulation === undefined ? 12 : referenceRate(modulation);
  }
  const modulation = htModulation(mcs);
  if (modulation === undefined) return 12;
  return referenceRate({ ...modulation, bits: modulation.bits / modulation.streams });
}

/** TXTIME in µs of the answer to a frame sent with `phy`, without the SIFS before it. */
export function responseMicros(phy: number, octets: number, frequency: number): number {
  const answer = responsePhy(phy);
  return ppduAirtime(answer, octets) + overheadMicros(answer, octets, frequency);
}

/** Ack policy in bits 5-6 of QoS control: 1 no ack, 3 block ack (Table 9-12). */
const NO_ACK = 1;
const BLOCK_ACK = 3;

/** Whether the receiver of a data or management frame answers after a SIFS. */
function isAnswered(batch: FrameBatch, row: number): boolean {
  const fc = batch.fc[row] ?? 0;
  const receiver = addressAt(batch, batch.a1[row] ?? NO_ADDRESS);
  if (receiver === undefined || isGroup(receiver)) return false;
  if (kindOf(fc) < KIND.qosData) return kindOf(fc) !== KIND.actionNoAck;
  const policy = ((batch.qos[row] ?? 0) >> 5) & 3;
  return policy !== NO_ACK && policy !== BLOCK_ACK;
}

/**
 * µs of PPDUs still to come that the Duration field of this frame announces: what it reserves, less the interframe
 * spaces and control responses that belong to the announced exchange (9.2.5). For an RTS or CTS the data PPDU that
 * follows, for data with an acknowledgement what else the transmitter holds the air for, for an ACK or BlockAck the
 * rest of the burst. RTS, CTS and the PPDU itself announce the same air: whoever adds up counts one of them.
 * 0 where nothing is announced, and for headerless rows.
 */
export function announcedMicros(batch: FrameBatch, row: number): number {
  if (((batch.flags[row] ?? 0) & FLAG.headerless) !== 0) return 0;
  const fc = batch.fc[row] ?? 0;
  const nav = navMicros(batch.duration[row] ?? 0);
  if (nav === 0) return 0;
  const space = sifs(batch.frequency);
  const phy = batch.phy[row] ?? 0;
  const closing = space + responseMicros(phy, CONTROL_OCTETS.blockAck, batch.frequency);
  switch (kindOf(fc)) {
    case KIND.rts: {
      const clear = responseMicros(phy, CONTROL_OCTETS.cts, batch.frequency);
      return Math.max(0, nav - 2 * space - clear - closing);
    }
    case KIND.cts:
    case KIND.ack:
    case KIND.blockAck:
      return Math.max(0, nav - space - closing);
    case KIND.blockAckRequest:
      return Math.max(0, nav - closing);
    default:
      return afterAnswer(batch, row, nav);
  }
}

/** µs of an OFDM ACK at 54 Mb/s: in less than an interframe space and this nothing can follow. */
const SHORTEST_PPDU = 24;

/** Data and management: the answer alone is the usual reservation, a further MPDU makes it longer. */
function afterAnswer(batch: FrameBatch, row: number, nav: number): number {
  const type = typeOf(batch.fc[row] ?? 0);
  if (type !== TYPE.data && type !== TYPE.management) return 0;
  const space = sifs(batch.frequency);
  const answer = space + responseMicros(batch.phy[row] ?? 0, CONTROL_OCTETS.blockAck, batch.frequency);
  const rest = isAnswered(batch, row) ? nav - answer : nav;
  return rest > space + SHORTEST_PPDU ? rest - space : 0;
}
