/** What texts of commands have to look like. */

export const ADDRESS = /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/;
export const INCIDENT = /^[A-Za-z0-9_.:-]{1,120}$/;
/** The name of a network as the page shows it. */
export const SSID = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,32}$/u;
