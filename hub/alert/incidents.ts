import { BoundedMap, RecentRing } from "../base/bounded.ts";
import { DAY, MINUTE, type Micros, micros, SECOND } from "../base/units.ts";
import type { Evidence, Finding, IncidentKind, Severity, Subject } from "../detect/finding.ts";
import { PushBudget } from "./budget.ts";
import { type InContext, NOTES, textsOf } from "./context.ts";
import { Feedback } from "./feedback.ts";
import { identityOf, incidentId, muteIdentity } from "./identity.ts";
import type { Incident, Tier } from "./incident.ts";
import type { Names } from "./names.ts";
import { foldStorm } from "./storm.ts";
import { wordsOf } from "./wording.ts";

/** `updated` also when an incident that was over goes on. */
export interface IncidentChange {
  readonly kind: "raised" | "updated" | "resolved";
  readonly incident: Incident;
  /** It was a line of the day, and has become worth an interruption. */
  readonly promoted?: boolean;
}

export interface BookOptions {
  readonly names: Names;
  /** How long a condition must be gone before its incident is over. */
  readonly hold?: Partial<Record<IncidentKind, Micros>>;
  readonly pushesADay?: number;
  /** Puts a finding beside what the house knows. */
  readonly inContext?: InContext;
}

const HOLD: Readonly<Record<IncidentKind, Micros>> = {
  /** Attackers pause while they wait for devices to come back. */
  deauth_flood: micros(60 * SECOND),
  /** A guest who is gone for a day has left. */
  unknown_device: DAY,
  node_silent: micros(10 * SECOND),
};
/** A condition that comes back within this is the same incident going on. */
const REOPEN = micros(10 * MINUTE);
/** What changed is told again after this, and after a second when it has doubled or become worse. */
const TELL_EVERY = micros(10 * SECOND);
const TELL_SOONEST = SECOND;
const MOST_OPEN = 500;
const MOST_KNOWN = 1000;
const HISTORY = 200;
const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 };

interface Entry {
  readonly id: string;
  readonly kind: IncidentKind;
  readonly subject: Subject;
  severity: Severity;
  tier: Tier;
  readonly raisedAt: Micros;
  resolvedAt: Micros | undefined;
  acknowledged: boolean;
  title: string;
  message: string;
  evidence: Evidence;
  /** The condition held last. */
  found: Micros;
  told: Micros;
  toldObserved: number;
  toldNotes: number;
  /** A person closed it: it stays so until the condition has been gone for its hold. */
  closed: boolean;
}

/**
 * The life of incidents: one per detector and subject, raised by its first finding, updated, held over pauses,
 * resolved, and gone on with when the condition soon comes back. Detectors have seen to persistence.
 */
export class IncidentBook {
  readonly #names: Names;
  readonly #hold: Readonly<Record<IncidentKind, Micros>>;
  readonly #inContext: InContext;
  readonly #entries = new BoundedMap<string, Entry>({
    capacity: MOST_KNOWN,
    protect: (entry) => entry.resolvedAt === undefined,
    onEvict: (_, entry) => this.#history.push(incidentOf(entry)),
  });
  readonly #history = new RecentRing<Incident>(HISTORY);
  #open = 0;
  #suppressed = 0;
  readonly feedback = new Feedback();
  readonly budget: PushBudget;

  constructor(options: BookOptions) {
    this.#names = options.names;
    this.#hold = { ...HOLD, ...options.hold };
    this.budget = new PushBudget(options.pushesADay);
    this.#inContext = options.inContext ?? ((finding) => finding);
  }

  /** Findings left out because too many incidents were open. */
  get suppressed(): number {
    return this.#suppressed;
  }

  /** Takes what the detectors find at `now`; call it at least once a second, also with nothing. */
  apply(findings: readonly Finding[], now: Micros): IncidentChange[] {
    const changes: IncidentChange[] = [];
    for (const finding of foldStorm(findings, (kind, subject) => this.#isOpen(kind, subject))) {
      const change = this.#take(finding, now);
      if (change !== undefined) changes.push(change);
    }
    for (const entry of this.#entries.values()) {
      const gone = now - entry.found > this.#hold[entry.kind];
      if (gone) entry.closed = false;
      if (gone && entry.resolvedAt === undefined) changes.push(this.#resolve(entry, now));
    }
    return changes;
  }

  open(): Incident[] {
    return this.all().filter((incident) => incident.resolvedAt === undefined);
  }

  /** Open and recent ones, in the order they were raised. */
  all(): Incident[] {
    const entries = [...this.#entries.values()].map(incidentOf);
    return [...this.#history, ...entries].sort((a, b) => a.raisedAt - b.raisedAt);
  }

  /** A person has seen it. An unknown device is thereby settled; other incidents last as long as their condition. */
  acknowledge(id: string, now: Micros): IncidentChange | undefined {
    const entry = this.#openEntry(id);
    if (entry === undefined) return undefined;
    entry.acknowledged = true;
    if (entry.kind === "unknown_device") return this.#close(entry, now);
    return { kind: "updated", incident: incidentOf(entry) };
  }

  acknowledgeAll(now: Micros): IncidentChange[] {
    const ids = this.open().map((incident) => incident.id);
    return ids.flatMap((id) => this.acknowledge(id, now) ?? []);
  }

  /** "This is normal" (`until` undefined) or "not now": closed, and not raised again before then. */
  quiet(id: string, until: Micros | undefined, now: Micros): IncidentChange | undefined {
    const entry = this.#openEntry(id);
    if (entry === undefined) return undefined;
    this.feedback.quiet(identityOf(entry.kind, entry.subject), until);
    entry.acknowledged = true;
    return this.#resolve(entry, now);
  }

  /** A person mutes a subject: what is open about it ends, and nothing is raised while it lasts. False takes it back. */
  mute(subject: Subject, muted: boolean, now: Micros): IncidentChange[] {
    const identity = muteIdentity(subject);
    if (!muted) this.feedback.undo(identity);
    if (!muted) return [];
    this.feedback.quiet(identity, undefined);
    const about = [...this.#entries.values()].filter((entry) => muteIdentity(entry.subject) === identity);
    return about.filter((entry) => entry.resolvedAt === undefined).map((entry) => this.#resolve(entry, now));
  }

  isMuted(subject: Subject, now: Micros): boolean {
    return this.feedback.isQuiet(muteIdentity(subject), now);
  }

  /** The condition is known to be over, as when a person has said that the device belongs here. */
  resolveNow(kind: IncidentKind, subject: Subject, now: Micros): IncidentChange | undefined {
    const entry = this.#entries.get(identityOf(kind, subject));
    return entry === undefined || entry.resolvedAt !== undefined ? undefined : this.#close(entry, now);
  }

  /** Incidents of an earlier run. Open and settled ones get a full hold from `now`: the hub was deaf meanwhile. */
  restore(incidents: Iterable<Incident>, now: Micros): void {
    for (const incident of incidents) {
      const { kind, severity, tier, raisedAt, updatedAt, resolvedAt, evidence, acknowledged } = incident;
      this.budget.restore(severity, tier, raisedAt);
      const open = resolvedAt === undefined;
      const closed = kind === "unknown_device" && acknowledged && !open;
      this.#put({
        ...incident,
        found: open || closed ? now : updatedAt,
        told: updatedAt,
        ...{ toldObserved: evidence.observed, toldNotes: notesIn(evidence) },
        closed,
      });
    }
  }

  #isOpen(kind: IncidentKind, subject: Subject): boolean {
    const entry = this.#entries.get(identityOf(kind, subject));
    return entry !== undefined && entry.resolvedAt === undefined;
  }

  #openEntry(id: string): Entry | undefined {
    for (const entry of this.#entries.values()) {
      if (entry.id === id) return entry.resolvedAt === undefined ? entry : undefined;
    }
    return undefined;
  }

  #put(entry: Entry): void {
    const identity = identityOf(entry.kind, entry.subject);
    const before = this.#entries.get(identity);
    if (before !== undefined && before.id !== entry.id) this.#history.push(incidentOf(before));
    if (before !== undefined && before.resolvedAt === undefined) this.#open -= 1;
    if (entry.resolvedAt === undefined) this.#open += 1;
    this.#entries.set(identity, entry);
  }

  #take(finding: Finding, now: Micros): IncidentChange | undefined {
    const identity = identityOf(finding.kind, finding.subject);
    const entry = this.#entries.get(identity);
    if (entry?.closed === true && now - entry.found <= this.#hold[entry.kind]) {
      entry.found = now;
      return undefined;
    }
    if (this.feedback.isQuiet(identity, now) || this.isMuted(finding.subject, now)) return undefined;
    if (entry?.resolvedAt === undefined && entry !== undefined) {
      return this.#update(entry, this.#inContext(finding, entry, now), now);
    }
    if (this.#open >= MOST_OPEN) {
      this.#suppressed += 1;
      return undefined;
    }
    const seen = this.#inContext(finding, undefined, now);
    const goesOn = entry?.resolvedAt !== undefined && now - entry.resolvedAt <= REOPEN;
    return goesOn ? this.#reopen(entry, seen, now) : this.#raise(seen, now);
  }

  #raise(finding: Finding, now: Micros): IncidentChange {
    const { kind, subject, severity, evidence } = finding;
    const entry: Entry = {
      id: incidentId(kind, subject, finding.time),
      kind,
      subject,
      severity,
      tier: this.budget.tierOf(severity, now),
      raisedAt: finding.time,
      resolvedAt: undefined,
      acknowledged: false,
      ...wordsOf(finding, this.#names),
      evidence,
      found: now,
      told: now,
      ...{ toldObserved: evidence.observed, toldNotes: notesIn(evidence) },
      closed: false,
    };
    this.#put(entry);
    return { kind: "raised", incident: incidentOf(entry) };
  }

  #reopen(entry: Entry, finding: Finding, now: Micros): IncidentChange {
    entry.resolvedAt = undefined;
    entry.acknowledged = false;
    this.#open += 1;
    this.#renew(entry, finding, now);
    return this.#tell(entry, now);
  }

  #update(entry: Entry, finding: Finding, now: Micros): IncidentChange | undefined {
    const { tier } = entry;
    const worse = this.#renew(entry, finding, now);
    if (tier === "digest" && entry.tier === "push") return { ...this.#tell(entry, now), promoted: true };
    const grown = worse || entry.evidence.observed >= 2 * Math.max(1, entry.toldObserved);
    const due = now - entry.told >= (grown ? TELL_SOONEST : TELL_EVERY);
    const noted = notesIn(entry.evidence) !== entry.toldNotes;
    const changed = grown || noted || entry.evidence.observed !== entry.toldObserved;
    return due && changed ? this.#tell(entry, now) : undefined;
  }

  /** Takes the newest evidence and words; true where it has become worse. It does not become less while it lasts. */
  #renew(entry: Entry, finding: Finding, now: Micros): boolean {
    const worse = RANK[finding.severity] > RANK[entry.severity];
    if (worse) {
      entry.severity = finding.severity;
      if (entry.tier === "digest") entry.tier = this.budget.tierOf(finding.severity, now);
    }
    const { title, message } = wordsOf({ ...finding, severity: entry.severity }, this.#names);
    entry.title = title;
    entry.message = message;
    entry.evidence = finding.evidence;
    entry.found = now;
    return worse;
  }

  #tell(entry: Entry, now: Micros): IncidentChange {
    entry.told = now;
    entry.toldObserved = entry.evidence.observed;
    entry.toldNotes = notesIn(entry.evidence);
    return { kind: "updated", incident: incidentOf(entry) };
  }

  #close(entry: Entry, now: Micros): IncidentChange {
    entry.closed = true;
    return this.#resolve(entry, now);
  }

  #resolve(entry: Entry, now: Micros): IncidentChange {
    entry.resolvedAt = now;
    this.#open -= 1;
    return { kind: "resolved", incident: incidentOf(entry) };
  }
}

const notesIn = (evidence: Evidence): number => textsOf(evidence, NOTES).length;

const incidentOf = (entry: Entry): Incident => ({
  id: entry.id,
  kind: entry.kind,
  severity: entry.severity,
  tier: entry.tier,
  subject: entry.subject,
  raisedAt: entry.raisedAt,
  updatedAt: entry.found,
  resolvedAt: entry.resolvedAt,
  acknowledged: entry.acknowledged,
  title: entry.title,
  message: entry.message,
  evidence: entry.evidence,
});
