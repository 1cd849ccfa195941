import type { Mac, Micros } from "../base/units.ts";

/** What a finding and an incident are about. Detector + subject is the identity of an alert; all else is evidence. */
export type Subject =
  | { readonly kind: "device"; readonly mac: Mac }
  | { readonly kind: "access_point"; readonly bssid: Mac }
  | { readonly kind: "network"; readonly ssid: string }
  | { readonly kind: "node"; readonly node: string }
  | { readonly kind: "air" };

/** Stable names, never renamed after release; automations depend on them. */
export type IncidentKind = "deauth_flood" | "unknown_device" | "node_silent";

export type Severity = "info" | "warning" | "critical";

/** Expected against observed, in one unit; further facts as plain values. Never identity. */
export interface Evidence {
  readonly observed: number;
  readonly expected: number;
  readonly unit: string;
  readonly [fact: string]: string | number | boolean | null | readonly string[];
}

/** A condition that holds at `time`. A detector reports it again as long as it holds; alert/ makes the life of it. */
export interface Finding {
  readonly kind: IncidentKind;
  readonly subject: Subject;
  readonly time: Micros;
  /** When the condition began, at most `time`. */
  readonly since: Micros;
  readonly severity: Severity;
  readonly evidence: Evidence;
}
