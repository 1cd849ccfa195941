import type { Dbm, Mac, Megahertz, Micros, NodeIndex } from "../base/units.ts";

/**
 * A management or EAPOL frame that changes what is known or may be an attack: rare enough to be an object. Beacons
 * and probe responses appear only when they say something new; bare data and control frames never do.
 */
export interface ManagementSighting {
  readonly time: Micros;
  readonly node: NodeIndex;
  readonly frequency: Megahertz;
  readonly rssi: Dbm;
  /** KIND of radio/frame.ts; EAPOL frames keep their data kind and have `eapol`. */
  readonly kind: number;
  readonly retry: boolean;
  readonly protected: boolean;
  readonly transmitter: Mac;
  readonly receiver: Mac;
  readonly bssid: Mac;
  /** Sequence number 0-4095, undefined where the frame has none. */
  readonly sequence: number | undefined;
  /** Duration/ID in µs as received. */
  readonly duration: number;
  readonly length: number;
  readonly tsf: number | undefined;
  /** Fixed fields as on the air, empty when protected or not sent. */
  readonly fixed: Uint8Array;
  /** SSID octets as received; undefined when the frame has none. */
  readonly ssid: Uint8Array | undefined;
  /** Hash that names an element block, undefined when the record has none. */
  readonly elements: number | undefined;
  readonly eapol: Eapol | undefined;
  readonly channelSwitch: ChannelSwitch | undefined;
  readonly bssLoad: BssLoad | undefined;
}

export interface Eapol {
  readonly packetType: number;
  readonly keyInformation: number;
  readonly replayCounter: bigint;
  readonly pmkid: boolean;
  readonly nonce: boolean;
}

export interface ChannelSwitch {
  readonly mode: number;
  readonly channel: number;
  readonly count: number;
}

/** BSS Load element, IEEE 802.11-2020, 9.4.2.27. Utilisation is a share of 255. */
export interface BssLoad {
  readonly stations: number;
  readonly utilisation: number;
}
