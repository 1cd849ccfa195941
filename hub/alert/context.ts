import { MINUTE, type Micros, micros, SECOND } from "../base/units.ts";
import type { Evidence, Finding, Subject } from "../detect/finding.ts";
import type { HouseContext } from "../house/context.ts";
import { isArmedAway } from "../house/home.ts";
import type { HouseNote } from "../house/notes.ts";
import type { House } from "../track/model.ts";
import type { Names } from "./names.ts";
import { spanOf } from "./spans.ts";

/** Evidence of the house: `house_context` holds stable codes for automations, `house_notes` sentences for people. */
export const CODES = "house_context";
export const NOTES = "house_notes";

export interface ContextOptions {
  readonly context: HouseContext;
  readonly house: House;
  readonly names: Names;
}

/** What its open incident holds already. */
export interface Earlier {
  readonly evidence: Evidence;
  readonly raisedAt: Micros;
}

/** A finding with what the house knows. */
export type InContext = (finding: Finding, earlier: Earlier | undefined, now: Micros) => Finding;

/** What happened longer before an incident has nothing to do with it. */
const BEFORE = micros(15 * MINUTE);
/** What Home Assistant did just before is the likely cause of what is heard. */
const CAUSE = micros(MINUTE);
/** An incident's evidence goes to Home Assistant as attributes: few and short ones. */
const MOST_NOTES = 6;

/**
 * Puts the radio's findings beside what Home Assistant knows. The state of the house is that of the moment in which
 * the incident was raised; what happened to devices is added as long as it is open. Nothing is claimed of a house
 * that nobody told of.
 */
export function inContextOf(options: ContextOptions): InContext {
  const { context } = options;
  return (finding, earlier, now) => {
    const facts =
      earlier === undefined ? factsAt(finding.subject, context, now) : textsOf(earlier.evidence, CODES);
    const about = notesAbout(finding, options);
    const codes = [...new Set([...facts, ...about.map(codeOf)])];
    // One point in time for all of them, so that a sentence stays what it was.
    const raisedAt = earlier?.raisedAt ?? finding.time;
    const sentences = about.map((note) => sentenceOf(note, raisedAt, options.names));
    const kept = earlier === undefined ? [] : textsOf(earlier.evidence, NOTES);
    const notes = [...new Set([...kept, ...sentences])].slice(0, MOST_NOTES);
    const severity = isGuest(finding, context, now) ? "info" : finding.severity;
    if (codes.length === 0 && notes.length === 0) return { ...finding, severity };
    const told = { [CODES]: codes, ...(notes.length === 0 ? {} : { [NOTES]: notes }) };
    return { ...finding, severity, evidence: { ...finding.evidence, ...told } };
  };
}

export function textsOf(evidence: Evidence, fact: string): string[] {
  const value = evidence[fact];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** Guests bring their phones: worth a line, no interruption. */
const isGuest = ({ kind }: Finding, context: HouseContext, now: Micros): boolean =>
  kind === "unknown_device" && context.home(now).guest === true;

function factsAt(subject: Subject, context: HouseContext, now: Micros): string[] {
  const home = context.home(now);
  const conditions = subject.kind === "device" ? context.conditionsOf(subject.mac, now) : [];
  return [
    ...(home.presence === "away" ? ["nobody_home"] : []),
    ...(isArmedAway(home) ? ["armed_away"] : []),
    ...(home.alarm === "triggered" ? ["alarm_triggered"] : []),
    ...(home.guest === true ? ["guest_mode"] : []),
    ...conditions.map((condition) => `device_${condition}`),
  ];
}

/** Notes of the devices that a finding is about, from shortly before it began; an answer only where it is the cause. */
function notesAbout({ subject, since }: Finding, { context, house }: ContextOptions): HouseNote[] {
  const concerned = context.notes.devices().filter((mac) => {
    if (subject.kind === "device") return mac === subject.mac;
    if (subject.kind === "access_point") return house.device(mac)?.bssid === subject.bssid;
    return subject.kind === "air" || subject.kind === "network";
  });
  return concerned
    .flatMap((mac) => context.notes.of(mac))
    .filter((note) => {
      const normal = note.code === "answered" || note.code === "followed";
      if (normal && subject.kind !== "device") return false;
      return note.until >= since - (normal ? CAUSE : BEFORE);
    });
}

function codeOf({ code }: HouseNote): string {
  if (code === "burst") return "unexplained_burst";
  return code === "unanswered" ? "call_unanswered" : "device_controlled";
}

function sentenceOf(note: HouseNote, raisedAt: Micros, names: Names): string {
  const name = names.device(note.mac);
  const when = whenOf(note.time, raisedAt);
  const basis = basisOf(note);
  if (note.code === "burst") {
    const times = Math.round(note.rate / note.usual);
    return `${name} began to send ${times} times as much as usual ${when}; nothing in Home Assistant explains it${basis}.`;
  }
  const call = `Home Assistant called ${note.service} for ${name} ${when}`;
  if (note.code === "followed") return `${call}; it sent something ${delayOf(note.delay)} later${basis}.`;
  if (note.code === "answered") return `${call}; it answered by radio after ${delayOf(note.delay)}${basis}.`;
  return `${call}; it did not answer by radio, which it usually does within ${delayOf(note.usualDelay)}, as ${note.calls} earlier calls showed${basis}.`;
}

function whenOf(time: Micros, raisedAt: Micros): string {
  const seconds = Math.round((raisedAt - time) / SECOND);
  return seconds >= 0 ? `${spanOf(seconds)} before this alert` : `${spanOf(-seconds)} after this alert`;
}

/** `0.3 seconds`. */
export const delayOf = (seconds: number | undefined): string =>
  `${Math.max(0.1, seconds ?? 0).toFixed(1)} seconds`;

const basisOf = ({ coverage }: HouseNote): string =>
  coverage === undefined ? "" : ` (${Math.round(100 * coverage)} % of what it sends is heard)`;
