import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { Snapshot } from "../../../expose/snapshot.ts";
import { Commands } from "../commands.ts";
import { shared } from "../styles.ts";
import { aboutSection } from "./about.ts";
import { blockSection } from "./block.ts";
import { budgetSection } from "./budget.ts";
import { deletedSection } from "./deleted.ts";
import { houseSection } from "./house.ts";
import { learningSection } from "./learning.ts";
import { normalSection } from "./normal.ts";
import type { Section } from "./section.ts";
import { testSection } from "./test-alert.ts";

/** As they stand on the page. */
const SECTIONS: readonly Section[] = [
  learningSection,
  budgetSection,
  testSection,
  normalSection,
  houseSection,
  deletedSection,
  blockSection,
  aboutSection,
];

/** What a person decides once, and can take back. */
export class SettingsPage extends LitElement {
  static override styles = shared;
  static override properties = { snapshot: { attribute: false }, now: { attribute: false } };
  declare snapshot: Snapshot | undefined;
  declare now: number;
  readonly #commands = new Commands(this);

  constructor() {
    super();
    this.now = 0;
  }

  override render(): TemplateResult | typeof nothing {
    const { snapshot, now } = this;
    if (snapshot === undefined) return nothing;
    const context = { snapshot, now, send: this.#commands.send };
    return html`${this.#commands.failure()}${SECTIONS.map((section) => section(context) ?? nothing)}`;
  }
}
