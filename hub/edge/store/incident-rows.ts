import type { Incident, Tier } from "../../alert/incident.ts";
import { fieldsOf, jsonOf } from "../../base/fields.ts";
import { type Micros, micros } from "../../base/units.ts";
import type { Evidence, IncidentKind, Severity, Subject } from "../../detect/finding.ts";
import { formatMac, parseMac } from "../../radio/mac.ts";

export type Row = Readonly<Record<string, unknown>>;
type Value = string | number | null;

const KINDS: readonly IncidentKind[] = ["deauth_flood", "unknown_device", "node_silent"];
const SEVERITIES: readonly Severity[] = ["info", "warning", "critical"];
const TIERS: readonly Tier[] = ["push", "digest"];

export const INCIDENT_COLUMNS =
  "id, kind, severity, tier, subject_kind, subject, raised_at, updated_at, resolved_at, acknowledged, title, message, evidence";

/** Values in the order of INCIDENT_COLUMNS. */
export function incidentValues(incident: Incident): Value[] {
  return [
    incident.id,
    incident.kind,
    incident.severity,
    incident.tier,
    incident.subject.kind,
    subjectText(incident.subject),
    Math.round(incident.raisedAt),
    Math.round(incident.updatedAt),
    incident.resolvedAt === undefined ? null : Math.round(incident.resolvedAt),
    incident.acknowledged ? 1 : 0,
    incident.title,
    incident.message,
    JSON.stringify(incident.evidence),
  ];
}

/** The incident of a row; undefined for one that this version cannot read. */
export function incidentOfRow(row: Row): Incident | undefined {
  const kind = KINDS.find((one) => one === row["kind"]);
  const severity = SEVERITIES.find((one) => one === row["severity"]);
  const tier = TIERS.find((one) => one === row["tier"]);
  const subject = subjectOf(String(row["subject_kind"]), String(row["subject"]));
  const evidence = evidenceOf(String(row["evidence"]));
  if (kind === undefined || severity === undefined || tier === undefined) return undefined;
  if (subject === undefined || evidence === undefined) return undefined;
  return {
    id: String(row["id"]),
    kind,
    severity,
    tier,
    subject,
    raisedAt: timeOf(row["raised_at"]),
    updatedAt: timeOf(row["updated_at"]),
    resolvedAt: row["resolved_at"] === null ? undefined : timeOf(row["resolved_at"]),
    acknowledged: row["acknowledged"] === 1,
    title: String(row["title"]),
    message: String(row["message"]),
    evidence,
  };
}

export const timeOf = (value: unknown): Micros => micros(Number(value));

function subjectText(subject: Subject): string {
  switch (subject.kind) {
    case "device":
      return formatMac(subject.mac);
    case "access_point":
      return formatMac(subject.bssid);
    case "network":
      return subject.ssid;
    case "node":
      return subject.node;
    case "air":
      return "";
  }
}

function subjectOf(kind: string, text: string): Subject | undefined {
  if (kind === "network") return { kind, ssid: text };
  if (kind === "node") return { kind, node: text };
  if (kind === "air") return { kind };
  const address = parseMac(text);
  if (address === undefined) return undefined;
  if (kind === "device") return { kind, mac: address };
  return kind === "access_point" ? { kind, bssid: address } : undefined;
}

function evidenceOf(text: string): Evidence | undefined {
  const value = jsonOf(text);
  return isEvidence(value) ? value : undefined;
}

function isEvidence(value: unknown): value is Evidence {
  const { observed, expected, unit } = fieldsOf(value);
  return typeof observed === "number" && typeof expected === "number" && typeof unit === "string";
}
