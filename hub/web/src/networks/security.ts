import type { AccessPointView } from "../../../expose/snapshot.ts";

export interface SecurityWords {
  readonly words: string;
  readonly tone: "good" | "warn" | "bad" | "soft";
  /** What the owner can do about it; undefined where nothing needs to be done. */
  readonly hint: string | undefined;
}

const PLAIN: Readonly<Record<string, Omit<SecurityWords, "hint"> & { readonly hint?: string }>> = {
  open: {
    words: "No password: everybody nearby can join and read along",
    tone: "bad",
    hint: "Set a password in your router, with WPA3 or WPA2/WPA3 as security.",
  },
  wep: {
    words: "WEP: broken, anybody can get in within minutes",
    tone: "bad",
    hint: "Choose WPA2 or WPA3 in your router. Devices that know only WEP are better replaced.",
  },
  wpa: {
    words: "WPA: outdated and easy to attack",
    tone: "bad",
    hint: "Choose WPA2 or WPA3 in your router.",
  },
  wpa2: { words: "WPA2: sound with a long password", tone: "good" },
  wpa2_wpa3: { words: "WPA2 and WPA3: sound, WPA3 where a device can", tone: "good" },
  wpa3: { words: "WPA3: the best there is", tone: "good" },
  owe: { words: "Encrypted, but without a password: everybody can join", tone: "warn" },
};

/** Forged “disconnect” messages work where management frames are not protected (IEEE 802.11w). */
const UNPROTECTED =
  "Anybody nearby can throw devices off this network. If your router offers it, turn on “protected management frames” (PMF, 802.11w) or WPA3.";

/** How safe a network is, in plain words. */
export function securityOf({ security, pmf }: Pick<AccessPointView, "security" | "pmf">): SecurityWords {
  const known = PLAIN[security];
  if (known === undefined) {
    return { words: "Not known yet", tone: "soft", hint: undefined };
  }
  if (known.hint !== undefined) return { ...known, hint: known.hint };
  return { ...known, hint: pmf === "no" ? UNPROTECTED : undefined };
}

/** Whether “disconnect” messages can be forged, in a few words. */
export function protectionWord(pmf: string): string {
  if (pmf === "required") return "protected against forged “disconnect” messages";
  if (pmf === "capable")
    return "protected against forged “disconnect” messages where a device knows how (PMF)";
  return pmf === "no" ? "not protected against forged “disconnect” messages" : "protection not known yet";
}
