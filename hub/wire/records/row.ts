import type { Mac, Megahertz, Micros } from "../../base/units.ts";

/** BlockAck or BlockAckReq fields: control, starting sequence number, 1 + highest bit set, bits set. */
export interface BlockAckRow {
  readonly control: number;
  readonly start: number;
  readonly top: number;
  readonly set: number;
}

/** One frame as a node heard it. A frame without an address that its kind has is recorded as headerless. */
export interface FrameRow {
  /** Node time. */
  readonly time: Micros;
  readonly frequency: Megahertz;
  /** dBm, 0 unknown; sent with the first frame and at a change of frequency. */
  readonly noise: number;
  /** dBm; 127 unknown. */
  readonly rssi: number;
  /** Octets of the MPDU with its FCS. */
  readonly length: number;
  /** PHY descriptor, radio/phy.ts. */
  readonly phy: number;
  /** Frame control; undefined: headerless. */
  readonly fc?: number;
  readonly duration?: number;
  readonly a1?: Mac;
  readonly a2?: Mac;
  readonly a3?: Mac;
  readonly a4?: Mac;
  /** Sequence control: fragment in bits 0-3, number in bits 4-15. */
  readonly sequence?: number;
  /** Low octet of QoS control. */
  readonly qos?: number;
  readonly blockAck?: BlockAckRow;
  /** Octets of the PSDU. */
  readonly ppduLength?: number;
  /** TLVs, at most 255 octets; see wire/extension.ts. */
  readonly extension?: Uint8Array;
  readonly badFcs?: boolean;
  /** A further MPDU of the A-MPDU of this transmitter's previous one. */
  readonly ppduContinues?: boolean;
}
