import { ByteReader } from "../base/bytes.ts";
import { dbm, type Mac, micros } from "../base/units.ts";
import { addressAt, FLAG, type FrameBatch, NO_SEQUENCE } from "./batch.ts";
import { bssidOf } from "./direction.ts";
import { FC, kindOf } from "./frame.ts";
import { BROADCAST } from "./mac.ts";
import type { BssLoad, ChannelSwitch, Eapol, ManagementSighting } from "./sighting.ts";

/** Types of extension TLVs, firmware/PROTOCOL.md, §2.2. */
const TLV = { tsf: 1, elements: 2, fixed: 3, ssid: 4, bssLoad: 5, eapol: 6, channelSwitch: 7 } as const;
/** Most octets of an SSID (IEEE 802.11-2020, 9.4.2.2) and of the fixed fields that a node sends. */
const SSID_OCTETS = 32;
const FIXED_OCTETS = 12;
const NO_OCTETS = new Uint8Array(0);

/** What the TLVs of one extension say; absent, cut short or repeated ones leave the first or nothing. */
interface Extension {
  tsf: number | undefined;
  elements: number | undefined;
  fixed: Uint8Array;
  ssid: Uint8Array | undefined;
  bssLoad: BssLoad | undefined;
  eapol: Eapol | undefined;
  channelSwitch: ChannelSwitch | undefined;
}

/**
 * The sighting of a management or EAPOL frame, from its row and its extension. Total: what is missing or damaged is
 * left out; an address that the frame does not have reads as broadcast. The result shares nothing with the batch and
 * may be kept.
 */
export function readManagement(batch: FrameBatch, row: number): ManagementSighting {
  const fc = batch.fc[row] ?? 0;
  const sequence = batch.sequence[row] ?? NO_SEQUENCE;
  return {
    time: micros(batch.time[row] ?? 0),
    node: batch.node,
    frequency: batch.frequency,
    rssi: dbm(batch.rssi[row] ?? 127),
    kind: kindOf(fc),
    retry: (fc & FC.retry) !== 0,
    protected: (fc & FC.protected) !== 0,
    transmitter: addressOr(batch, batch.a2[row]),
    receiver: addressOr(batch, batch.a1[row]),
    bssid: bssidOf(batch, row) ?? BROADCAST,
    sequence: sequence === NO_SEQUENCE ? undefined : sequence >> 4,
    duration: batch.duration[row] ?? 0,
    length: batch.length[row] ?? 0,
    ...readExtension(extensionOf(batch, row)),
  };
}

function addressOr(batch: FrameBatch, index: number | undefined): Mac {
  return addressAt(batch, index ?? 0xff) ?? BROADCAST;
}

/** The octets of a row's extension, a view; empty where it has none or names octets that are not there. */
function extensionOf(batch: FrameBatch, row: number): Uint8Array {
  const offset = batch.extension[row] ?? -1;
  if (offset < 0 || ((batch.flags[row] ?? 0) & FLAG.extension) === 0) return NO_OCTETS;
  return batch.extensionBytes.subarray(offset, offset + (batch.extensionLength[row] ?? 0));
}

/** Reads TLVs to the end or to the first that is cut; unknown types and lengths too short for their type are skipped. */
function readExtension(octets: Uint8Array): Extension {
  const extension: Extension = {
    tsf: undefined,
    elements: undefined,
    fixed: NO_OCTETS,
    ssid: undefined,
    bssLoad: undefined,
    eapol: undefined,
    channelSwitch: undefined,
  };
  const reader = new ByteReader(octets);
  while (reader.remaining >= 2) {
    const type = reader.u8() ?? 0;
    const value = reader.bytes(reader.u8() ?? 0);
    if (value === undefined) break;
    take(extension, type, value);
  }
  return extension;
}

function take(extension: Extension, type: number, value: Uint8Array): void {
  const reader = new ByteReader(value);
  switch (type) {
    case TLV.tsf:
      extension.tsf ??= reader.u64Number();
      break;
    case TLV.elements:
      extension.elements ??= reader.u32();
      break;
    case TLV.fixed:
      if (extension.fixed.length === 0) extension.fixed = value.slice(0, FIXED_OCTETS);
      break;
    case TLV.ssid:
      extension.ssid ??= value.length <= SSID_OCTETS ? value.slice() : undefined;
      break;
    case TLV.bssLoad:
      extension.bssLoad ??= readBssLoad(reader);
      break;
    case TLV.eapol:
      extension.eapol ??= readEapol(reader);
      break;
    case TLV.channelSwitch:
      extension.channelSwitch ??= readChannelSwitch(reader);
      break;
    default:
  }
}

function readBssLoad(reader: ByteReader): BssLoad | undefined {
  const stations = reader.u16();
  const utilisation = reader.u8();
  return stations === undefined || utilisation === undefined ? undefined : { stations, utilisation };
}

const EAPOL_PMKID = 0x01;
const EAPOL_NONCE = 0x02;

function readEapol(reader: ByteReader): Eapol | undefined {
  const packetType = reader.u8();
  const keyInformation = reader.u16();
  const replayCounter = reader.u64();
  const flags = reader.u8();
  if (packetType === undefined || keyInformation === undefined) return undefined;
  if (replayCounter === undefined || flags === undefined) return undefined;
  return {
    packetType,
    keyInformation,
    replayCounter,
    pmkid: (flags & EAPOL_PMKID) !== 0,
    nonce: (flags & EAPOL_NONCE) !== 0,
  };
}

function readChannelSwitch(reader: ByteReader): ChannelSwitch | undefined {
  const mode = reader.u8();
  const channel = reader.u8();
  const count = reader.u8();
  if (mode === undefined || channel === undefined || count === undefined) return undefined;
  return { mode, channel, count };
}
