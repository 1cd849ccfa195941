import { ByteReader, ByteWriter } from "../base/bytes.ts";
import { crc32Continue } from "../base/hash.ts";
import { KIND } from "../radio/frame.ts";

/** Most octets of a block (firmware/PROTOCOL.md, 4). */
const BLOCK_OCTETS = 600;
/** Octets kept of one element, of a vendor's known to matter, and of another vendor's. */
const KEPT = 64;
const KEPT_KNOWN = 160;
const KEPT_VENDOR = 5;

/** Element ids, IEEE 802.11-2020, Table 9-92. */
const ID = {
  ssid: 0,
  dsss: 3,
  tim: 5,
  bssLoad: 11,
  channelSwitch: 37,
  quiet: 40,
  extendedSwitch: 60,
  vendor: 221,
  extended: 255,
};
const LEFT_OUT: readonly number[] = [ID.ssid, ID.tim, ID.bssLoad];
/** In the block, but not in the hash: they change from frame to frame without meaning. */
const RESTLESS: readonly number[] = [ID.channelSwitch, ID.extendedSwitch, ID.quiet];
/** So do the FILS request parameters: first octet of an extended element (IEEE 802.11-2020, 9.4.2.178). */
const FILS_REQUEST = 2;

/** What a node says of the elements of one management frame. */
export interface ElementBlock {
  readonly hash: number;
  /** `id · length · kept · octets`… */
  readonly blocks: Uint8Array;
}

/**
 * Hash and block of the elements of a management frame: `elements` is its body behind the fixed fields. The block ends
 * before the first element that does not fit; the hash covers all.
 */
export function packElements(subtype: number, elements: Uint8Array): ElementBlock {
  const reader = new ByteReader(elements);
  const block = new ByteWriter(BLOCK_OCTETS);
  let full = false;
  let hash = crc32Continue(0, Uint8Array.of(subtype));
  while (reader.remaining >= 2) {
    const id = reader.u8() ?? 0;
    const length = reader.u8() ?? 0;
    const body = reader.bytes(length) ?? reader.rest();
    if (LEFT_OUT.includes(id) || (id === ID.dsss && subtype === KIND.probeRequest)) continue;
    const kept = body.subarray(0, keptOctets(id, body));
    if (!isRestless(id, body)) {
      const hashed = id === ID.vendor && !isKnownVendor(body) ? kept : body;
      hash = crc32Continue(crc32Continue(hash, Uint8Array.of(id, length)), hashed);
    }
    full ||= block.length + 3 + kept.length > BLOCK_OCTETS;
    if (!full) block.u8(id).u8(length).u8(kept.length).bytes(kept);
  }
  return { hash, blocks: block.copy() };
}

function isRestless(id: number, body: Uint8Array): boolean {
  return RESTLESS.includes(id) || (id === ID.extended && body[0] === FILS_REQUEST);
}

function keptOctets(id: number, body: Uint8Array): number {
  if (id !== ID.vendor) return KEPT;
  return isKnownVendor(body) ? KEPT_KNOWN : KEPT_VENDOR;
}

/** 00:50:f2: WPA, WMM, WPS. */
const isKnownVendor = (body: Uint8Array): boolean => body[0] === 0x00 && body[1] === 0x50 && body[2] === 0xf2;
