import { html, nothing, type TemplateResult } from "lit";
import type { PageCommand } from "../../../expose/snapshot/command.ts";
import type { IncidentView, QuietView, Snapshot } from "../../../expose/snapshot.ts";
import { titleOf } from "../devices/order.ts";
import { ago, clock, span, timeOfDay } from "../words.ts";
import { evidenceRows, figure } from "./evidence.ts";
import { partsOf } from "./message.ts";

export interface CardContext {
  readonly snapshot: Snapshot;
  readonly now: number;
  readonly quiet: QuietView | undefined;
  readonly send: (command: PageCommand) => unknown;
}

const HOUR = 3600;
const LATER: readonly (readonly [string, number])[] = [
  ["for an hour", HOUR],
  ["for eight hours", 8 * HOUR],
  ["for a day", 24 * HOUR],
  ["for a week", 7 * 24 * HOUR],
];

const SEVERITY = {
  critical: { tone: "bad", word: "Act now" },
  warning: { tone: "warn", word: "Worth a look" },
  info: { tone: "soft", word: "For your information" },
} as const;

/** One open incident: what happened, what was seen against what is usual, what to do, and the answers. */
export function openCard(one: IncidentView, context: CardContext): TemplateResult {
  const { tone, word } = SEVERITY[one.severity];
  const lasts = context.now - one.raisedAt;
  return html`<article class="card incident ${one.severity}" data-incident=${one.id} data-kind=${one.kind} aria-label=${one.title}>
    <div class="row">
      <span class="tag ${tone}">${word}</span>
      <span class="soft" title=${clock(one.raisedAt)}>since ${timeOfDay(one.raisedAt)} · ${lasts < 10 ? "just now" : `for ${span(lasts)}`}</span>
    </div>
    <h3>${one.title}</h3>
    ${story(one)}
    ${one.acknowledged ? html`<p class="soft">You have seen this. It stays here until it is over.</p>` : nothing}
    ${actions(one, context)}
  </article>`;
}

/** One incident that is over: a line that opens. */
export function pastCard(one: IncidentView, context: CardContext): TemplateResult {
  const lasted = Math.max(0, (one.resolvedAt ?? one.updatedAt) - one.raisedAt);
  return html`<details class="card past" data-incident=${one.id} data-kind=${one.kind}>
    <summary>
      <span class="dot ${SEVERITY[one.severity].tone}" aria-hidden="true"></span>
      <span class="what">${one.title}</span>
      <span class="soft" title=${clock(one.raisedAt)}>${timeOfDay(one.raisedAt)} · lasted ${lasted < 1 ? "a moment" : span(lasted)}${one.resolvedAt === null ? "" : ` · over ${ago(context.now, one.resolvedAt)}`}</span>
    </summary>
    ${story(one)}
    ${quietLine(context)}
  </details>`;
}

function story(one: IncidentView): TemplateResult {
  const parts = partsOf(one.message);
  const { observed, expected, unit } = one.evidence;
  const seen = parts.seen ?? figure(observed, String(unit ?? ""));
  const usual = parts.usual ?? figure(expected, String(unit ?? ""));
  const rows = evidenceRows(one.evidence);
  return html`
    ${parts.happened === "" ? nothing : html`<p>${parts.happened}</p>`}
    <dl class="compare">
      <div><dt>Seen</dt><dd>${seen}</dd></div>
      <div><dt>Usual</dt><dd>${usual}</dd></div>
    </dl>
    ${parts.advice === undefined ? nothing : html`<div class="advice"><h4>What it means and what to do</h4><p>${parts.advice}</p></div>`}
    ${
      rows.length === 0
        ? nothing
        : html`<details class="evidence"><summary class="soft">What was seen in detail</summary>
          <table><tbody>${rows.map(({ label, value }) => html`<tr><th scope="row">${label}</th><td>${value}</td></tr>`)}</tbody></table>
        </details>`
    }
  `;
}

function actions(one: IncidentView, { send, snapshot }: CardContext): TemplateResult {
  const { mac } = one.subject;
  const stranger = one.kind === "unknown_device" && mac !== undefined;
  const later = (change: Event): void => {
    const select = change.target as HTMLSelectElement;
    const seconds = Number(select.value);
    select.value = "";
    if (seconds > 0) send({ command: "snooze", incident: one.id, seconds });
  };
  return html`<div class="actions">
    ${stranger ? html`<button class="primary" @click=${() => send({ command: "trust_device", mac, known: true })}>It belongs here</button>` : nothing}
    ${one.acknowledged ? nothing : html`<button class=${stranger ? "" : "primary"} @click=${() => send({ command: "acknowledge", incident: one.id })}>I have seen this</button>`}
    <button @click=${() => send({ command: "this_is_normal", incident: one.id })}>This is normal</button>
    <select aria-label="Not now: say nothing about this" @change=${later}>
      <option value="">Not now…</option>
      ${LATER.map(([label, seconds]) => html`<option value=${seconds}>Quiet ${label}</option>`)}
    </select>
    ${one.subject.kind !== "device" || mac === undefined ? nothing : html`<block-device .snapshot=${snapshot} .mac=${mac} .name=${nameOf(one, snapshot)} .incident=${one.id}></block-device>`}
  </div>
  <p class="soft">${stranger ? "“It belongs here” makes the device a known one. " : ""}“This is normal” means: do not report this again; it can be taken back in the settings.</p>`;
}

/** What the device is called; a stranger has its address only. */
function nameOf({ subject }: IncidentView, { devices }: Snapshot): string {
  const device = devices.find(({ mac }) => mac === subject.mac);
  return device === undefined ? (subject.name ?? subject.mac ?? "") : titleOf(device);
}

function quietLine({ quiet, now, send }: CardContext): TemplateResult | typeof nothing {
  if (quiet === undefined) return nothing;
  return html`<div class="actions">
    <span class="soft">${quietWords(quiet, now)}</span>
    <button @click=${() => send({ command: "undo_normal", identity: quiet.identity })}>Undo</button>
  </div>`;
}

/** What a person's answer still does. */
export function quietWords({ until }: QuietView, now: number): string {
  return until === null
    ? "You said that this is normal: it is not reported again."
    : `Quiet for ${span(Math.max(1, until - now))} more.`;
}
