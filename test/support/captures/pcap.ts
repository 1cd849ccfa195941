/** Captures made octet by octet, for tests that need one of a certain shape. Addresses are made up. */

/** 802.11 without a radio header. */
const LINK_802_11 = 105;
export const LINK_ETHERNET = 1;

export interface Packet {
  /** Seconds since the epoch. */
  readonly time: number;
  readonly octets: Uint8Array;
}

/** A pcap file, little-endian, microseconds (www.tcpdump.org/manpages/pcap-savefile.5.html). */
export function pcap(packets: readonly Packet[], linkType = LINK_802_11): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(65_535, 16);
  head.writeUInt32LE(linkType, 20);
  return Buffer.concat([head, ...packets.flatMap(({ time, octets }) => [packetHead(time, octets), octets])]);
}

function packetHead(time: number, octets: Uint8Array): Buffer {
  const head = Buffer.alloc(16);
  const whole = Math.round(time * 1e6);
  head.writeUInt32LE(Math.floor(whole / 1e6), 0);
  head.writeUInt32LE(whole % 1e6, 4);
  head.writeUInt32LE(octets.length, 8);
  head.writeUInt32LE(octets.length, 12);
  return head;
}

const BROADCAST = "ffffffffffff";

interface Header {
  readonly type: number;
  readonly to: string;
  readonly from: string;
  readonly bssid: string;
  readonly sequence: number;
}

const header = ({ type, to, from, bssid, sequence }: Header): Buffer => {
  const control = Buffer.alloc(2);
  control.writeUInt16LE((sequence & 0xfff) << 4);
  const fc = Buffer.from([type, 0, 0, 0]);
  return Buffer.concat([fc, ...[to, from, bssid].map((one) => Buffer.from(one, "hex")), control]);
};

/** A beacon of an open network, IEEE 802.11-2020, 9.3.3.2. */
export function beacon(bssid: string, ssid: string, sequence: number): Buffer {
  const name = Buffer.from(ssid);
  const fixed = Buffer.from("00000000000000006400210400", "hex");
  const rates = Buffer.from([1, 4, 0x82, 0x84, 0x8b, 0x96, 3, 1, 6]);
  return Buffer.concat([
    header({ type: 0x80, to: BROADCAST, from: bssid, bssid, sequence }),
    fixed.subarray(0, 12),
    Buffer.from([0, name.length]),
    name,
    rates,
  ]);
}

/** A deauthentication in the name of the access point, reason 7. */
export const deauthentication = (bssid: string, to: string, sequence: number): Buffer =>
  Buffer.concat([header({ type: 0xc0, to, from: bssid, bssid, sequence }), Buffer.from([7, 0])]);

/** A data frame of a station towards the access point's network, protected, of so many octets. */
function dataFrame(station: string, bssid: string, sequence: number): Buffer {
  const head = header({ type: 0x08, to: bssid, from: station, bssid: "020000000099", sequence });
  head[1] = 0x41;
  return Buffer.concat([head, Buffer.alloc(100, 0x5a)]);
}

export const ROUTER = "020000000001";
export const PHONE = "020000000002";
export const NETWORK = "Test network";
/** A Tuesday. */
export const START = 1_700_000_000;

/** Ten beacons and ten data frames a second, nothing else. */
export function quietHome(seconds: number, start = START): Packet[] {
  return Array.from({ length: seconds * 10 }, (_, i) => [
    { time: start + i / 10, octets: beacon(ROUTER, NETWORK, 2 * i) },
    { time: start + i / 10 + 0.05, octets: dataFrame(PHONE, ROUTER, i) },
  ]).flat();
}

/** The quiet home with fifty forged deauthentications a second from `from` to `to` seconds after its start. */
export function attackedHome(seconds: number, from: number, to: number): Packet[] {
  const forged = Array.from({ length: Math.round((to - from) * 50) }, (_, i) => ({
    time: START + from + i / 50 + 0.01,
    octets: deauthentication(ROUTER, BROADCAST, 3000 + i),
  }));
  return [...quietHome(seconds), ...forged].sort((a, b) => a.time - b.time);
}
