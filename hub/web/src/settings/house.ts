import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { HouseRole, HouseView } from "../../../expose/snapshot/house.ts";
import type { HubView } from "../../../expose/snapshot.ts";
import { noHouse } from "../block/no-house.ts";
import { focusOn } from "../focus.ts";
import { homeWords, stateWords } from "../house/words.ts";
import { shared } from "../styles.ts";
import type { SectionContext } from "./section.ts";

interface RoleWords {
  readonly title: string;
  readonly why: string;
  readonly automatic: string;
  readonly domains: readonly string[];
}

const ROLES: Readonly<Record<HouseRole, RoleWords>> = {
  presence: {
    title: "Who is at home",
    why: "Alerts say when nobody was home.",
    automatic: "all persons of Home Assistant",
    domains: ["person", "group", "zone", "input_boolean", "binary_sensor"],
  },
  alarm: {
    title: "The alarm",
    why: "Alerts say when the alarm was armed.",
    automatic: "the alarm panel, where there is just one",
    domains: ["alarm_control_panel"],
  },
  guest: {
    title: "Guests",
    why: "While it is on, a new device on your Wi-Fi is listed, without a notification.",
    automatic: "",
    domains: ["input_boolean", "calendar", "schedule", "switch", "binary_sensor"],
  },
};

export const houseSection = ({ snapshot, send }: SectionContext): TemplateResult =>
  html`<house-settings .house=${snapshot.house} .link=${snapshot.hub.homeAssistant} .send=${send}></house-settings>`;

/** What Airwarden knows of the home from Home Assistant, and which entity says so. */
export class HouseSettings extends LitElement {
  static override styles = shared;
  static override properties = {
    house: { attribute: false },
    link: { attribute: false },
    send: { attribute: false },
    opened: { state: true },
  };
  declare house: HouseView | undefined;
  declare link: HubView["homeAssistant"] | undefined;
  declare send: SectionContext["send"] | undefined;
  declare opened: HouseRole | "";

  constructor() {
    super();
    this.opened = "";
  }

  override render(): TemplateResult | typeof nothing {
    const { house } = this;
    if (house === undefined) return nothing;
    return html`<section aria-labelledby="house">
      <h2 id="house">What Airwarden knows of your house</h2>
      ${house.told ? nothing : html`<p class="warn">${this.#away()} Nothing is assumed meanwhile.</p>`}
      ${house.roles.map((role) => this.#card(house, role))}
    </section>`;
  }

  #away(): string {
    const { link = "connecting" } = this;
    return link === "connected"
      ? "Home Assistant has not told its states yet; it may be starting."
      : noHouse(link, "knows your house from");
  }

  #card(house: HouseView, { role, choice, entities }: HouseView["roles"][number]): TemplateResult {
    const { title, why, automatic } = ROLES[role];
    const source =
      choice === "automatic"
        ? automatic === ""
          ? "Nothing says so yet."
          : `Goes by ${automatic}.`
        : choice === "none"
          ? "Nothing says so: you switched it off."
          : "You chose what it goes by.";
    return html`<div class="card" data-role=${role}>
      <div class="row"><h3>${title}</h3>${house.told ? html`<span>Now: ${homeWords(role, house)}</span>` : nothing}</div>
      <p>${why} <span class="soft">${source}</span></p>
      ${entities.length === 0 ? nothing : html`<p class="soft">${entities.map((one, at) => html`${at === 0 ? "" : " · "}<bdi>${one.name}</bdi>: <bdi>${stateWords(one)}</bdi>`)}</p>`}
      ${this.opened === role ? this.#field(role) : this.#actions(role, choice)}
    </div>`;
  }

  #actions(role: HouseRole, choice: string): TemplateResult {
    const off = role === "guest" ? choice === "automatic" || choice === "none" : choice === "none";
    return html`<div class="actions">
      <button data-choose ?disabled=${this.link !== "connected"} @click=${() => this.#open(role)}>Choose an entity</button>
      ${choice === "automatic" ? nothing : html`<button @click=${() => this.#choose(role, "automatic")}>${role === "guest" ? "No guest mode" : "Let Airwarden choose"}</button>`}
      ${off || role === "guest" ? nothing : html`<button class="quiet" @click=${() => this.#choose(role, "none")}>Do not use this</button>`}
    </div>`;
  }

  #field(role: HouseRole): TemplateResult {
    const { title, domains } = ROLES[role];
    const choose = (chosen: CustomEvent<string>): void => void this.#choose(role, chosen.detail);
    return html`<entity-field .label=${`Entity for: ${title}`} .domains=${domains} @choose=${choose} @cancel=${() => this.#open("")}></entity-field>`;
  }

  async #choose(role: HouseRole, choice: string): Promise<void> {
    await this.send?.({ command: "choose_entity", role, choice });
    this.#open("");
  }

  #open(role: HouseRole | ""): void {
    const before = this.opened;
    this.opened = role;
    if (role === "") void focusOn(this, `[data-role="${before}"] [data-choose]`);
  }
}
