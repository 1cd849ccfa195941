import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { EntityChoice } from "../../../expose/snapshot/house.ts";
import { askEntities } from "../api.ts";
import { focusOn } from "../focus.ts";
import { shared } from "../styles.ts";
import { sentence } from "../words.ts";

/** Chooses one entity of Home Assistant, asked for when it is shown. Sends `choose` with its id, or `cancel`. */
export class EntityField extends LitElement {
  static override styles = shared;
  static override properties = {
    label: { attribute: false },
    domains: { attribute: false },
    without: { attribute: false },
    entities: { state: true },
    text: { state: true },
  };
  declare label: string;
  /** Domains to choose from; undefined: all. */
  declare domains: readonly string[] | undefined;
  /** Ids that are chosen already. */
  declare without: readonly string[];
  /** Undefined while they are asked for, a sentence where they cannot be. */
  declare entities: readonly EntityChoice[] | string | undefined;
  declare text: string;

  constructor() {
    super();
    this.label = "Entity";
    this.without = [];
    this.text = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#ask().then(() => focusOn(this, "input, button"));
  }

  override render(): TemplateResult {
    const { entities } = this;
    if (entities === undefined) {
      return html`<p role="status" class="soft">Asking Home Assistant what it has…</p>`;
    }
    if (typeof entities === "string" || entities.length === 0) {
      const reason = typeof entities === "string" ? entities : "Home Assistant is not connected";
      return html`<p role="alert">${sentence(reason)}</p>
        <div class="actions"><button @click=${() => this.#ask()}>Try again</button>${this.#cancel()}</div>`;
    }
    const offered = this.#offered(entities);
    const chosen = this.#chosen(offered);
    return html`<form class="actions" @submit=${this.#save}>
      <input list="offered" name="entity" autocomplete="off" aria-label=${this.label} placeholder="Name or entity" .value=${this.text}
        @input=${(input: InputEvent) => {
          this.text = (input.target as HTMLInputElement).value;
        }} />
      <datalist id="offered">${offered.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}</datalist>
      <button class="primary" ?disabled=${chosen === undefined}>Choose</button>${this.#cancel()}
      ${this.text !== "" && chosen === undefined ? html`<span class="soft" role="status">Pick one from the list: nothing in Home Assistant is called exactly so.</span>` : nothing}
    </form>`;
  }

  #offered(entities: readonly EntityChoice[]): EntityChoice[] {
    const { domains, without } = this;
    return entities.filter(
      ({ id }) => !without.includes(id) && (domains?.includes(id.split(".")[0] ?? "") ?? true),
    );
  }

  /** By id, or by a name that only one has. */
  #chosen(offered: readonly EntityChoice[]): EntityChoice | undefined {
    const text = this.text.trim();
    const named = offered.filter(({ name }) => name.toLowerCase() === text.toLowerCase());
    return offered.find(({ id }) => id === text) ?? (named.length === 1 ? named[0] : undefined);
  }

  #cancel(): TemplateResult {
    return html`<button type="button" @click=${() => this.dispatchEvent(new Event("cancel"))}>Cancel</button>`;
  }

  readonly #save = (submit: SubmitEvent): void => {
    submit.preventDefault();
    const { entities } = this;
    const chosen = Array.isArray(entities) ? this.#chosen(this.#offered(entities)) : undefined;
    if (chosen !== undefined) this.dispatchEvent(new CustomEvent("choose", { detail: chosen.id }));
  };

  async #ask(): Promise<void> {
    this.entities = undefined;
    this.entities = await askEntities();
  }
}
