import type { Micros } from "../base/units.ts";
import type { Evidence, IncidentKind, Severity, Subject } from "../detect/finding.ts";

/** `push` is worth a notification now; `digest` can wait for the daily line. */
export type Tier = "push" | "digest";

/** What a person is told: one per detector and subject while it lasts. */
export interface Incident {
  /** Stable text id, derived from kind, subject and the time it was raised. */
  readonly id: string;
  readonly kind: IncidentKind;
  readonly severity: Severity;
  readonly tier: Tier;
  readonly subject: Subject;
  readonly raisedAt: Micros;
  readonly updatedAt: Micros;
  readonly resolvedAt: Micros | undefined;
  readonly acknowledged: boolean;
  readonly title: string;
  readonly message: string;
  readonly evidence: Evidence;
}
