import { type Micros, micros } from "../base/units.ts";
import type { Finding, IncidentKind, Subject } from "../detect/finding.ts";
import { formatMac } from "../radio/mac.ts";

/** Access points a home or a house full of them may have under attack one by one; beyond, it is the air itself. */
const STORM = 5;
const NAMED = 16;
const AIR: Subject = { kind: "air" };

/**
 * Floods on more access points at once than anybody attacks one by one become one finding about the air. Those that
 * have an open incident of their own go on as they are, and the storm goes on with the last of its floods, so that
 * nothing changes its identity while it lasts.
 */
export function foldStorm(
  findings: readonly Finding[],
  isOpen: (kind: IncidentKind, subject: Subject) => boolean,
): readonly Finding[] {
  const floods = findings.filter((finding) => finding.kind === "deauth_flood");
  if (floods.length <= STORM && !isOpen("deauth_flood", AIR)) return findings;
  const folded = floods.filter((flood) => !isOpen(flood.kind, flood.subject));
  const first = folded[0];
  if (first === undefined) return findings;
  const kept = findings.filter((finding) => !folded.includes(finding));
  return [...kept, stormOf(first, folded, floods)];
}

function stormOf(first: Finding, folded: readonly Finding[], floods: readonly Finding[]): Finding {
  const bssids = floods.flatMap(({ subject }) => (subject.kind === "access_point" ? [subject.bssid] : []));
  const least = (pick: (finding: Finding) => Micros): Micros => micros(Math.min(...folded.map(pick)));
  return {
    kind: first.kind,
    subject: AIR,
    time: least((finding) => finding.time),
    since: least((finding) => finding.since),
    severity: folded.some((flood) => flood.severity === "critical") ? "critical" : "warning",
    evidence: {
      observed: floods.length,
      expected: 1,
      unit: "access points",
      bssids: bssids.slice(0, NAMED).map(formatMac),
    },
  };
}
