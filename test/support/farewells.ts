import { dbm, type Mac, type Micros, megahertz, micros, nodeIndex } from "../../hub/base/units.ts";
import { KIND } from "../../hub/radio/frame.ts";
import type { ManagementSighting } from "../../hub/radio/sighting.ts";

/** Any Tuesday; `at(s)` is so many seconds later. */
export const at = (seconds: number): Micros => micros(Math.round((1_700_000_000 + seconds) * 1e6));

export interface FarewellTraits {
  readonly at: number;
  readonly from: Mac;
  readonly to: Mac;
  readonly bssid: Mac;
  readonly sequence: number;
  readonly kind?: number;
  readonly retry?: boolean;
  readonly protected?: boolean;
  readonly reason?: number;
  readonly rssi?: number;
  readonly node?: number;
}

/** A deauthentication frame unless `kind` says otherwise. */
export function farewell(traits: FarewellTraits): ManagementSighting {
  const reason = traits.reason ?? 7;
  return {
    time: at(traits.at),
    node: nodeIndex(traits.node ?? 0),
    frequency: megahertz(2412),
    rssi: dbm(traits.rssi ?? 127),
    kind: traits.kind ?? KIND.deauthentication,
    retry: traits.retry ?? false,
    protected: traits.protected ?? false,
    transmitter: traits.from,
    receiver: traits.to,
    bssid: traits.bssid,
    sequence: ((traits.sequence % 4096) + 4096) % 4096,
    duration: 314,
    length: 30,
    tsf: undefined,
    fixed: Uint8Array.of(reason & 0xff, reason >> 8),
    ssid: undefined,
    elements: undefined,
    eapol: undefined,
    channelSwitch: undefined,
    bssLoad: undefined,
  };
}
