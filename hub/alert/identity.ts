import { fnv1a } from "../base/hash.ts";
import { type Micros, SECOND } from "../base/units.ts";
import type { IncidentKind, Subject } from "../detect/finding.ts";

/** Identity of an alert: detector and subject, all else is evidence. Plain ASCII whatever a stranger chose. */
export function identityOf(kind: IncidentKind, subject: Subject): string {
  return `${kind}.${subjectKey(subject)}`;
}

/** Identity of everything about a subject, whatever the detector: for muting a device. */
export const muteIdentity = (subject: Subject): string => `mute.${subjectKey(subject)}`;

export const isMute = (identity: string): boolean => identity.startsWith("mute.");

/** Stable id of one incident: its identity and the second it was raised. At most 60 characters of `[a-z0-9_.-]`. */
export function incidentId(kind: IncidentKind, subject: Subject, raisedAt: Micros): string {
  return `${identityOf(kind, subject)}.${Math.floor(raisedAt / SECOND)}`;
}

function subjectKey(subject: Subject): string {
  if (subject.kind === "device") return `device-${hexOf(subject.mac)}`;
  if (subject.kind === "access_point") return `ap-${hexOf(subject.bssid)}`;
  if (subject.kind === "network") return `network-${hashOf(subject.ssid)}`;
  if (subject.kind === "node") return `node-${hashOf(subject.node)}`;
  return "air";
}

const hexOf = (mac: number): string => mac.toString(16).padStart(12, "0");

/** Two hashes of different seeds, 64 bits together: a stranger cannot make two names meet by chance. */
function hashOf(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return [fnv1a(bytes), fnv1a(bytes, 0x9747b28c)].map((hash) => hash.toString(16).padStart(8, "0")).join("");
}
