/**
 * Everything that was on the air, one row an MPDU or control frame, in order of time per frequency and, after
 * `sorted()`, overall. The row number is the identity of the frame: two receptions of one row are one sighting.
 */
export interface Transmission {
  /** Hub time of the start of the PPDU, µs. */
  time: number;
  frequency: number;
  fc: number;
  duration: number;
  length: number;
  phy: number;
  /** MAC addresses, -1 where the frame has none. */
  a1: number;
  a2: number;
  a3: number;
  /** Sequence control, or -1. */
  sequence: number;
  /** QoS control, BA or BAR control, or -1. */
  qos: number;
  /** BlockAck and BlockAckReq: starting sequence number, 1 + highest bit, bits set; -1 elsewhere. */
  baStart: number;
  baTop: number;
  baSet: number;
  /** Octets of the PSDU of an A-MPDU, else 0. */
  ppduLength: number;
  /** µs of the whole PPDU. */
  airtime: number;
  /** Number of the PPDU; the MPDUs of one A-MPDU share it. */
  ppdu: number;
  /** Index into `flows` of the truth, -1 for beacons, probes and their answers. Answers carry the flow they answer. */
  flow: number;
  /** First transmission of this MPDU (no retry): one per true MPDU. */
  first: boolean;
  /** An ESP32 can decode it. */
  decodable: boolean;
  /** TSF in a beacon or probe response, else -1. */
  tsf: number;
  /** Sender of the frame, also where the frame does not name it (ACK, CTS). */
  sender: number;
}
