import { printable } from "../../base/text.ts";
import { KIND } from "../../radio/frame.ts";
import type { ManagementSighting } from "../../radio/sighting.ts";
import type { AccessPoints } from "./access-points.ts";
import type { ElementStore } from "./element-store.ts";
import type { Station } from "./station.ts";

/** Home names kept per device; more than a home has networks. */
const MOST_NAMES = 16;
/** An SSID has at most 32 octets, hence characters. */
const NAME_LENGTH = 32;

/** Takes a probe request into the device's behaviour. Names of other networks tell where somebody has been: only counted. */
export function probed(
  station: Station,
  sighting: ManagementSighting,
  known: { accessPoints: AccessPoints; elements: ElementStore },
): void {
  const { probe } = station;
  probe.requests += 1;
  if (sighting.time > probe.lastRequest) probe.lastRequest = sighting.time;
  const { ssid } = sighting;
  if (ssid === undefined || ssid.length === 0) probe.wildcard += 1;
  else {
    probe.directed += 1;
    if (!known.accessPoints.isHomeName(ssid)) probe.otherNames += 1;
    else if (probe.homeNames.size < MOST_NAMES) probe.homeNames.add(printable(ssid, NAME_LENGTH));
  }
  if (sighting.elements === undefined) return;
  const elements = known.elements.find(sighting.elements, KIND.probeRequest);
  if (elements === undefined) return;
  probe.fingerprint = elements.fingerprint;
  station.family = elements.family;
}
