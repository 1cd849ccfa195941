import { ByteWriter } from "../../base/bytes.ts";
import type { BssLoad, ChannelSwitch, Eapol } from "../../radio/sighting.ts";

/** Types of TLV (firmware/PROTOCOL.md, 2.2); radio/extension.ts reads them. */
const TLV = {
  tsf: 1,
  elements: 2,
  fixed: 3,
  ssid: 4,
  bssLoad: 5,
  eapol: 6,
  channelSwitch: 7,
  tim: 8,
} as const;
/** Longest values of fixed fields and SSID. */
const FIXED_OCTETS = 12;
const SSID_OCTETS = 32;
/** All TLVs at their longest. */
const CAPACITY = 92;

/** What a node reads in a management or EAPOL frame for the record of it. */
export interface ExtensionFields {
  readonly tsf?: bigint;
  /** Hash of an element block. */
  readonly elements?: number;
  /** As on the air; cut to 12 octets. */
  readonly fixed?: Uint8Array;
  /** Cut to 32 octets. */
  readonly ssid?: Uint8Array;
  readonly bssLoad?: BssLoad;
  readonly eapol?: Eapol;
  readonly channelSwitch?: ChannelSwitch;
  /** DTIM count and period. */
  readonly tim?: { readonly count: number; readonly period: number };
}

/** The extension of a record: its TLVs in order of their types; empty where there is nothing to say. */
export function encodeExtension(fields: ExtensionFields): Uint8Array {
  const { tsf, elements, bssLoad, eapol, channelSwitch, tim } = fields;
  const w = new ByteWriter(CAPACITY);
  if (tsf !== undefined) w.u8(TLV.tsf).u8(8).u64(tsf);
  if (elements !== undefined) w.u8(TLV.elements).u8(4).u32(elements);
  if (fields.fixed !== undefined) octets(w, TLV.fixed, fields.fixed.subarray(0, FIXED_OCTETS));
  if (fields.ssid !== undefined) octets(w, TLV.ssid, fields.ssid.subarray(0, SSID_OCTETS));
  if (bssLoad !== undefined) w.u8(TLV.bssLoad).u8(3).u16(bssLoad.stations).u8(bssLoad.utilisation);
  if (eapol !== undefined) {
    const flags = (eapol.pmkid ? 1 : 0) | (eapol.nonce ? 2 : 0);
    w.u8(TLV.eapol).u8(12).u8(eapol.packetType).u16(eapol.keyInformation).u64(eapol.replayCounter).u8(flags);
  }
  if (channelSwitch !== undefined) {
    const { mode, channel, count } = channelSwitch;
    w.u8(TLV.channelSwitch).u8(3).u8(mode).u8(channel).u8(count);
  }
  if (tim !== undefined) w.u8(TLV.tim).u8(2).u8(tim.count).u8(tim.period);
  return w.copy();
}

function octets(w: ByteWriter, type: number, value: Uint8Array): void {
  w.u8(type).u8(value.length).bytes(value);
}
