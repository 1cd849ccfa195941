import { namesOf } from "../../../hub/alert/names.ts";
import type { Mac } from "../../../hub/base/units.ts";
import type { Evidence, Finding, Severity } from "../../../hub/detect/finding.ts";
import { at } from "../../support/farewells.ts";
import { PlainHouse, testMac } from "../../support/plain-house.ts";

export const home = testMac(1);

export const names = namesOf(new PlainHouse(), () => undefined);

export function floodOf(
  seconds: number,
  traits: { bssid?: Mac; observed?: number; severity?: Severity; evidence?: Partial<Evidence> } = {},
): Finding {
  return {
    kind: "deauth_flood",
    subject: { kind: "access_point", bssid: traits.bssid ?? home },
    time: at(seconds),
    since: at(seconds - 1),
    severity: traits.severity ?? "critical",
    evidence: {
      expected: 2,
      unit: "frames",
      window_seconds: 12,
      broadcast_share: 1,
      clients: 0,
      forged_frames: 40,
      rejoins: 0,
      ...traits.evidence,
      observed: traits.observed ?? 40,
    },
  };
}

export function strangerOf(
  seconds: number,
  mac: Mac = testMac(9),
  evidence: Partial<Evidence> = {},
): Finding {
  return {
    kind: "unknown_device",
    subject: { kind: "device", mac },
    time: at(seconds),
    since: at(seconds - 300),
    severity: "warning",
    evidence: {
      observed: 5,
      expected: 0,
      unit: "minutes",
      network: "Home",
      vendor: null,
      randomized: false,
      ...evidence,
    },
  };
}
