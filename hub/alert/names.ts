import { printable, printableText } from "../base/text.ts";
import type { Mac } from "../base/units.ts";
import { formatMac } from "../radio/mac.ts";
import type { House } from "../track/model.ts";

/** What people call the things that findings are about. All of it is printable, bounded text. */
export interface Names {
  /** Name a person gave, `Espressif device`, or the address. */
  device(mac: Mac): string;
  /** Only the name a person gave. */
  nickname(mac: Mac): string | undefined;
  /** Name of the network of an access point, undefined while unknown or hidden. */
  network(bssid: Mac): string | undefined;
}

const SSID_CHARACTERS = 32;
const NAME_CHARACTERS = 60;

/** Names from the house and from what people called their devices. */
export function namesOf(house: House, nickname: (mac: Mac) => string | undefined): Names {
  const given = (mac: Mac): string | undefined => {
    const name = printableText(nickname(mac)?.trim() ?? "", NAME_CHARACTERS);
    return name === "" ? undefined : name;
  };
  return {
    nickname: given,
    device(mac) {
      const vendor = house.device(mac)?.vendor;
      const made = vendor === undefined ? undefined : `${printableText(vendor, NAME_CHARACTERS)} device`;
      return given(mac) ?? made ?? formatMac(mac);
    },
    network(bssid) {
      const ssid = house.accessPoint(bssid)?.ssid;
      if (ssid?.some((octet) => octet !== 0) !== true) return undefined;
      const name = printable(ssid, SSID_CHARACTERS).trim();
      return name === "" ? undefined : name;
    },
  };
}
