import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { IncidentView, PageCommand, Snapshot } from "../../expose/snapshot.ts";
import { send } from "./api.ts";
import { problemCard } from "./problems.ts";
import { shared } from "./styles.ts";
import { ago, clock } from "./words.ts";

const HOUR_SECONDS = 3600;

/** What happened, why Airwarden thinks so, and what to do. */
export class IncidentList extends LitElement {
  static override styles = shared;
  static override properties = { snapshot: { attribute: false }, failure: { state: true } };
  declare snapshot: Snapshot | undefined;
  declare failure: string;

  constructor() {
    super();
    this.failure = "";
  }

  override render(): TemplateResult | typeof nothing {
    if (this.snapshot === undefined) return nothing;
    const open = this.snapshot.incidents.filter((one) => one.resolvedAt === null);
    const past = this.snapshot.incidents.filter((one) => one.resolvedAt !== null);
    return html`
      ${this.failure === "" ? nothing : html`<p class="bad" role="alert">${this.failure}</p>`}
      ${this.snapshot.problems
        .filter((one) => one.choices !== undefined)
        .map((one) => problemCard(one, (command) => this.#send(command)))}
      <section aria-label="Open incidents">
        ${open.length === 0 ? this.#calm() : open.map((one) => this.#card(one))}
      </section>
      ${past.length === 0 ? nothing : html`<section><h2>Earlier</h2>${past.slice(0, 30).map((one) => this.#card(one))}</section>`}
    `;
  }

  #calm(): TemplateResult {
    const learning = this.snapshot?.hub.learning;
    return html`<div class="card">
      <h3 class="good">Nothing unusual</h3>
      <p class="soft">
        ${
          learning?.active
            ? html`Airwarden is still getting to know your home (${Math.floor(learning.progress * 100)} %). Attacks are
              reported already; a device that is new to it is not an alarm yet.`
            : "No open incidents. When something happens, this is where you see what it was and what to do."
        }
      </p>
    </div>`;
  }

  #card(one: IncidentView): TemplateResult {
    const now = this.snapshot?.now ?? 0;
    const tone =
      one.resolvedAt !== null
        ? "soft"
        : one.severity === "critical"
          ? "bad"
          : one.severity === "warning"
            ? "warn"
            : "";
    return html`<article class="card" data-incident=${one.id} data-kind=${one.kind}>
      <div class="row">
        <h3 class=${tone}>${one.title}</h3>
        <span class="soft" title=${clock(one.raisedAt)}>${ago(now, one.raisedAt)}${one.resolvedAt === null ? "" : " · over"}</span>
      </div>
      <p>${one.message}</p>
      <details>
        <summary class="soft">What was seen</summary>
        <table>
          <tbody>
            <tr><th>Observed</th><td>${one.evidence["observed"]} ${one.evidence["unit"]}</td></tr>
            <tr><th>Usual</th><td>${one.evidence["expected"]} ${one.evidence["unit"]}</td></tr>
            ${Object.entries(one.evidence)
              .filter(([key, value]) => !["observed", "expected", "unit"].includes(key) && value !== null)
              .map(
                ([key, value]) =>
                  html`<tr><th>${key.replaceAll("_", " ")}</th><td>${Array.isArray(value) ? value.join(", ") : value}</td></tr>`,
              )}
          </tbody>
        </table>
      </details>
      ${one.resolvedAt === null ? this.#actions(one) : nothing}
    </article>`;
  }

  #actions(one: IncidentView): TemplateResult {
    if (one.acknowledged) return html`<p class="soft">You have seen this.</p>`;
    return html`<p class="row" style="justify-content:flex-start">
      <button @click=${() => this.#send({ command: "acknowledge", incident: one.id })}>I have seen this</button>
      <button @click=${() => this.#send({ command: "this_is_normal", incident: one.id })}>This is normal</button>
      <button @click=${() => this.#send({ command: "snooze", incident: one.id, seconds: HOUR_SECONDS })}>Not now (1 h)</button>
    </p>`;
  }

  async #send(command: PageCommand): Promise<void> {
    this.failure = (await send(command)) ?? "";
  }
}
