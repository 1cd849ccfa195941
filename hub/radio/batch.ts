import {
  type Dbm,
  dbm,
  type Mac,
  type Megahertz,
  megahertz,
  type NodeIndex,
  nodeIndex,
} from "../base/units.ts";

/** Address column value: this frame has no such address. */
export const NO_ADDRESS = 0xff;
/** Sequence column value: this frame carries no sequence control field. */
export const NO_SEQUENCE = 0xffff;
/** QoS column value: this frame carries no QoS control field. */
export const NO_QOS = 0xffff;

/**
 * Bits of the `flags` column: the low four are those of the wire record's flags, the others those of its head's form
 * (firmware/PROTOCOL.md, 2.1).
 */
export const FLAG = {
  badFcs: 0x01,
  extension: 0x02,
  /** A further MPDU of the A-MPDU that the previous MPDU of this transmitter belongs to. */
  ppduContinues: 0x04,
  ppduLength: 0x08,
  /** No MAC header could be read: only time, length, PHY and RSSI hold. */
  headerless: 0x10,
  fourthAddress: 0x20,
  blockAck: 0x40,
} as const;

/**
 * Frames that one node heard on one channel, as columns of `count` rows. The columns belong to the decoder and
 * are valid until its next call; whoever keeps something copies it. `time` is µs in the node's clock until
 * intake/align has rewritten it, in place, to hub time.
 */
export interface FrameBatch {
  node: NodeIndex;
  frequency: Megahertz;
  /** Noise floor, 0 where the receiver does not say. */
  noise: Dbm;
  /** Frames lost in the node since its boot, all causes. */
  dropped: number;
  /** One of `thinned` frames was sent (1: all of them). */
  thinned: number;
  count: number;
  readonly time: Float64Array;
  readonly fc: Uint16Array;
  readonly flags: Uint8Array;
  /** Duration/ID field as received. */
  readonly duration: Uint16Array;
  /** Octets of the MPDU including its FCS. */
  readonly length: Uint16Array;
  /** PHY descriptor, see radio/phy.ts. */
  readonly phy: Uint32Array;
  /** dBm; 127 where the receiver does not say. */
  readonly rssi: Int8Array;
  /** Rows of `addresses`, or NO_ADDRESS. Address 1 is the receiver, address 2 the transmitter. */
  readonly a1: Uint8Array;
  readonly a2: Uint8Array;
  readonly a3: Uint8Array;
  readonly a4: Uint8Array;
  readonly addresses: Float64Array;
  addressCount: number;
  /** Sequence control: fragment in bits 0-3, sequence number in bits 4-15; or NO_SEQUENCE. */
  readonly sequence: Uint16Array;
  /** QoS control field, or for BlockAck and BlockAckReq the BA/BAR control field; or NO_QOS. */
  readonly qos: Uint16Array;
  /** Octets of the whole PPDU's PSDU where flags has ppduLength, else 0. */
  readonly ppduLength: Uint16Array;
  /** BlockAck/BlockAckReq: starting sequence number. */
  readonly baStart: Uint16Array;
  /** BlockAck: 1 + highest set bit of the bitmap (0: empty). */
  readonly baTop: Uint16Array;
  /** BlockAck: number of bits set. */
  readonly baSet: Uint16Array;
  /** Offset of the row's extension in `extensionBytes`, or -1. */
  readonly extension: Int32Array;
  readonly extensionLength: Uint16Array;
  extensionBytes: Uint8Array;
  /** Written by intake/merge: 1 for the first reception of a frame, 0 for another node's reception of it. */
  readonly fresh: Uint8Array;
}

/** Most rows one batch can hold: a 1,400-byte datagram or a 4,096-byte serial message is always below it. */
export const BATCH_ROWS = 1024;
/** Most addresses one batch can hold (an index is one octet, 255 means none). */
export const BATCH_ADDRESSES = 255;

export const addressAt = (batch: FrameBatch, index: number): Mac | undefined =>
  index === NO_ADDRESS ? undefined : (batch.addresses[index] as Mac | undefined);

/** An empty batch with room for BATCH_ROWS rows and BATCH_ADDRESSES addresses; whoever makes it refills it. */
export function createBatch(): FrameBatch {
  const u8 = (): Uint8Array => new Uint8Array(BATCH_ROWS);
  const u16 = (): Uint16Array => new Uint16Array(BATCH_ROWS);
  return {
    node: nodeIndex(0),
    frequency: megahertz(0),
    noise: dbm(0),
    dropped: 0,
    thinned: 1,
    count: 0,
    time: new Float64Array(BATCH_ROWS),
    fc: u16(),
    flags: u8(),
    duration: u16(),
    length: u16(),
    phy: new Uint32Array(BATCH_ROWS),
    rssi: new Int8Array(BATCH_ROWS),
    a1: u8(),
    a2: u8(),
    a3: u8(),
    a4: u8(),
    addresses: new Float64Array(BATCH_ADDRESSES),
    addressCount: 0,
    sequence: u16(),
    qos: u16(),
    ppduLength: u16(),
    baStart: u16(),
    baTop: u16(),
    baSet: u16(),
    extension: new Int32Array(BATCH_ROWS),
    extensionLength: u16(),
    extensionBytes: new Uint8Array(0),
    fresh: u8(),
  };
}
