import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { HubView } from "../../../expose/snapshot.ts";
import { shared } from "../styles.ts";
import { plural } from "../words.ts";
import type { SectionContext } from "./section.ts";

/** As many as the hub takes. */
const MOST = 50;

export const budgetSection = ({ snapshot, send }: SectionContext): TemplateResult =>
  html`<alert-budget .budget=${snapshot.hub.alertBudget} .send=${send}></alert-budget>`;

/** How often Airwarden may interrupt somebody. */
export class AlertBudget extends LitElement {
  static override styles = shared;
  static override properties = {
    budget: { attribute: false },
    send: { attribute: false },
    wanted: { state: true },
    saved: { state: true },
  };
  declare budget: HubView["alertBudget"] | undefined;
  declare send: SectionContext["send"] | undefined;
  /** What stands in the field, until it is saved. */
  declare wanted: string | undefined;
  declare saved: number | undefined;

  constructor() {
    super();
    this.wanted = undefined;
    this.saved = undefined;
  }

  override render(): TemplateResult | typeof nothing {
    const { budget } = this;
    if (budget === undefined) return nothing;
    return html`<section aria-labelledby="budget">
      <h2 id="budget">How often may it interrupt you?</h2>
      <div class="card">
        <p>Not more warnings than this are sent to you in 24 hours (the alert budget). Further ones wait on this page, and in Home Assistant's <em>Open incidents</em>. What is critical, such as an attack on your Wi-Fi, always reaches you.</p>
        <form class="actions" @submit=${this.#save}>
          <label for="per-day">Warnings in 24 hours</label>
          <input id="per-day" type="number" inputmode="numeric" min="0" max=${MOST} step="1" required style="width:5.5rem"
            .value=${this.wanted ?? String(budget.perDay)} @input=${this.#type}>
          <button ?disabled=${this.wanted === undefined || this.wanted === String(budget.perDay)}>Save</button>
        </form>
        <div role="status">${this.saved === budget.perDay ? html`<p>Saved.</p>` : nothing}</div>
        <p class="soft">${spentWords(budget)}</p>
      </div>
    </section>`;
  }

  readonly #type = (input: InputEvent): void => {
    this.wanted = (input.target as HTMLInputElement).value;
    this.saved = undefined;
  };

  readonly #save = async (submit: SubmitEvent): Promise<void> => {
    submit.preventDefault();
    const perDay = Number(this.wanted);
    const answer = await this.send?.({ command: "set_alert_budget", perDay });
    if (answer?.ok !== true) return;
    this.wanted = undefined;
    this.saved = perDay;
  };
}

function spentWords({ perDay, spent }: HubView["alertBudget"]): string {
  if (perDay === 0) return "No warning interrupts you; they are all on this page.";
  if (spent === 0) return "None was sent in the last 24 hours.";
  const full = spent >= perDay ? " The next warning waits on this page." : "";
  return `${plural(spent, "warning was", "warnings were")} sent in the last 24 hours.${full}`;
}
