import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { PageCommand } from "../../../expose/snapshot/command.ts";
import type { IncidentView, QuietView, Snapshot } from "../../../expose/snapshot.ts";
import { Commands } from "../commands.ts";
import { problemCard } from "../problems.ts";
import { shared } from "../styles.ts";
import { plural } from "../words.ts";
import { type CardContext, openCard, pastCard, quietWords } from "./card.ts";
import { byDay } from "./days.ts";

const SHOWN_AT_FIRST = 20;
const RANK = { critical: 0, warning: 1, info: 2 } as const;
/** After "this is normal" the way back stays on top for so long. */
const UNDO_MS = 30_000;

/** What happened, why Airwarden thinks so, and what to do. */
export class IncidentList extends LitElement {
  static override styles = [
    shared,
    css`
      .incident { border-left: 4px solid var(--line); }
      .incident.critical { border-left-color: var(--bad); } .incident.warning { border-left-color: var(--warn); }
      .incident h3 { margin: .5rem 0 .2rem; font-size: 1.15rem; line-height: 1.3; }
      .compare { grid-template-columns: 1fr 1fr; gap: .6rem; margin: .7rem 0; }
      .compare > div { background: var(--raised); border-radius: 10px; padding: .5rem .75rem; }
      .compare dt { font-size: .8rem; font-weight: 600; } .compare dd { margin: 0; }
      .advice h4 { margin: .6rem 0 0; color: var(--ink); } .advice p { margin: .1rem 0 0; }
      .evidence { margin-top: .6rem; } .evidence th { width: 45%; }
      .past { padding: .6rem .9rem; margin-bottom: .5rem; }
      .past > summary { display: grid; grid-template-columns: auto 1fr; gap: 0 .6rem; align-items: baseline; }
      .past > summary .what { font-weight: 500; } .past > summary .soft { grid-column: 2; }
      .dot { width: .6rem; height: .6rem; border-radius: 50%; background: var(--line); }
      .dot.bad { background: var(--bad); } .dot.warn { background: var(--warn); } .dot.soft { background: var(--soft); }
      .calm { display: flex; gap: .9rem; align-items: flex-start; }
      .calm .mark { flex: none; width: 2.2rem; height: 2.2rem; border-radius: 50%; background: var(--good-ground); color: var(--good); display: grid; place-items: center; font-weight: 700; }
      .calm .bar { margin-top: .5rem; }
      h3.day { color: var(--soft); font-size: .88rem; margin: 1rem 0 .4rem; }
      @media (max-width: 30rem) { .compare { grid-template-columns: 1fr; gap: .4rem; } }
    `,
  ];
  static override properties = {
    snapshot: { attribute: false },
    now: { attribute: false },
    most: { state: true },
    answered: { state: true },
  };
  declare snapshot: Snapshot | undefined;
  declare now: number;
  declare most: number;
  /** The incident last called normal or put off. */
  declare answered: string;
  readonly #commands = new Commands(this);
  #forget: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.now = 0;
    this.most = SHOWN_AT_FIRST;
    this.answered = "";
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#forget);
  }

  override render(): TemplateResult | typeof nothing {
    const { snapshot } = this;
    if (snapshot === undefined) return nothing;
    const { incidents, problems } = snapshot;
    const open = incidents
      .filter((one) => one.resolvedAt === null)
      .sort((a, b) => Number(a.acknowledged) - Number(b.acknowledged) || RANK[a.severity] - RANK[b.severity]);
    const past = incidents.filter((one) => one.resolvedAt !== null);
    return html`
      ${this.#commands.failure()}
      ${this.#undoNotice()}
      ${problems.filter((one) => one.choices !== undefined).map((one) => problemCard(one, this.#send))}
      <section aria-label="Open incidents">
        ${open.length === 0 ? this.#calm() : repeat(open, idOf, (one) => openCard(one, this.#context(one, snapshot)))}
      </section>
      ${past.length === 0 ? nothing : this.#history(past, snapshot)}
      ${this.#heldBack()}
    `;
  }

  #calm(): TemplateResult {
    const { learning } = this.snapshot?.hub ?? {};
    const listening = this.snapshot?.nodes.some((one) => one.connected) === true;
    if (!listening) {
      const words =
        this.snapshot?.nodes.length === 0
          ? html`Airwarden listens with small boards, called nodes, and has none yet. <a href="#nodes">Add the first one</a>`
          : html`No node is listening just now, so nothing can be seen. <a href="#nodes">See what to do</a>`;
      return html`<div class="card"><h3>Nothing is being watched</h3><p>${words}</p></div>`;
    }
    const percent = Math.floor((learning?.progress ?? 0) * 100);
    return html`<div class="card calm">
      <span class="mark" aria-hidden="true">✓</span>
      <div style="flex:1">
        <h3>Nothing unusual</h3>
        ${
          learning?.active
            ? html`<p class="soft">Airwarden is still getting to know your home. Attacks are reported already; a device that is new to it is not an alarm yet.</p>
              <div class="bar" role="progressbar" aria-label="Getting to know your home" aria-valuenow=${percent} aria-valuemin="0" aria-valuemax="100"><span style="width:${percent}%"></span></div>
              <p class="soft">${percent} % of the time it needs</p>`
            : html`<p class="soft">When something happens, this is where you see what it was and what to do.</p>`
        }
      </div>
    </div>`;
  }

  #history(past: readonly IncidentView[], snapshot: Snapshot): TemplateResult {
    const days = byDay(past.slice(0, this.most), (one) => one.raisedAt, this.now);
    return html`<section aria-label="Earlier">
      <h2>Earlier</h2>
      ${days.map(
        ({ title, of }) => html`<h3 class="day">${title}</h3>
          ${repeat(of, idOf, (one) => pastCard(one, this.#context(one, snapshot)))}`,
      )}
      ${
        past.length <= this.most
          ? nothing
          : html`<button @click=${() => {
              this.most += SHOWN_AT_FIRST;
            }}>Show earlier ones</button>`
      }
    </section>`;
  }

  /** What is held back is told, so that silence is not taken for calm. */
  #heldBack(): TemplateResult | typeof nothing {
    const { length } = this.snapshot?.quiets ?? [];
    if (length === 0) return nothing;
    return html`<p class="soft">${plural(length, "thing is", "things are")} not reported, because you said so. <a href="#settings">See them</a></p>`;
  }

  #undoNotice(): TemplateResult | typeof nothing {
    const quiet = this.#quietOf(this.answered);
    if (quiet === undefined) return nothing;
    const title = this.snapshot?.incidents.find((one) => one.id === this.answered)?.title ?? "";
    return html`<div class="notice good answer" role="status">
      <span><strong>${title}</strong><br />${quietWords(quiet, this.now)}</span>
      <button @click=${() => this.#send({ command: "undo_normal", identity: quiet.identity })}>Undo</button>
    </div>`;
  }

  #quietOf(id: string): QuietView | undefined {
    return this.snapshot?.quiets.find((one) => one.incident === id);
  }

  #context(one: IncidentView, snapshot: Snapshot): CardContext {
    return { snapshot, now: this.now, quiet: this.#quietOf(one.id), send: this.#send };
  }

  readonly #send = async (command: PageCommand): Promise<void> => {
    const answer = await this.#commands.send(command);
    if (!answer.ok) return;
    clearTimeout(this.#forget);
    const answers = command.command === "this_is_normal" || command.command === "snooze";
    this.answered = answers ? command.incident : "";
    this.#forget = setTimeout(() => {
      this.answered = "";
    }, UNDO_MS);
  };
}

const idOf = (one: IncidentView): string => one.id;
