import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { BlockEntity, BlockRuleView, CallView } from "../../../expose/snapshot/block.ts";
import { askBlockEntities } from "../api.ts";
import { callWords, domainOf, isTold, isTurned, reverse } from "../block/calls.ts";
import { focusOn } from "../focus.ts";
import { shared } from "../styles.ts";
import { sentence } from "../words.ts";

export interface BlockChoice {
  readonly block: CallView;
  readonly unblock: CallView | null;
}

const KINDS = [
  ["script", "Scripts"],
  ["switch", "Switches"],
  ["input_boolean", "Helpers"],
  ["scene", "Scenes"],
  ["automation", "Automations"],
] as const;

/** Where a switch is turned back is no entity. */
const REVERSE = "reverse";

/** Chooses what keeps a device off the network, and what takes that back. */
export class BlockForm extends LitElement {
  static override styles = shared;
  static override properties = {
    mac: { attribute: false },
    rule: { attribute: false },
    entities: { state: true },
    entity: { state: true },
    turn: { state: true },
    back: { state: true },
  };
  /** The device that it is for; null: for all others. */
  declare mac: string | null;
  /** What is chosen so far. */
  declare rule: BlockRuleView | undefined;
  /** Undefined while they are asked for, a sentence where they cannot be. */
  declare entities: readonly BlockEntity[] | string | undefined;
  declare entity: string;
  declare turn: CallView["turn"];
  declare back: string;

  constructor() {
    super();
    this.mac = null;
    this.entity = "";
    this.turn = "off";
    this.back = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { block, unblock } = this.rule ?? {};
    this.entity = block?.entity ?? "";
    this.turn = block?.turn ?? "off";
    this.back = unblock?.entity === block?.entity && block !== undefined ? REVERSE : (unblock?.entity ?? "");
    void this.#ask().then(() => focusOn(this, "select, button"));
  }

  override render(): TemplateResult {
    const { entities } = this;
    if (entities === undefined)
      return html`<p role="status" class="soft">Asking Home Assistant what it has…</p>`;
    if (typeof entities === "string") {
      return html`<p role="alert">${sentence(entities)}</p>
        <div class="actions"><button @click=${() => this.#ask()}>Try again</button>${this.#cancel()}</div>`;
    }
    if (entities.length === 0) {
      return html`<p>Home Assistant has no script and no switch yet. Make a script there that tells your router what to do (the documentation has one to start from), then come back.</p>
        <div class="actions"><button @click=${() => this.#ask()}>Look again</button>${this.#cancel()}</div>`;
    }
    const choice = this.#choice();
    return html`<form @submit=${this.#save}>
      <div class="actions">
        <label>To block, use <select name="entity" aria-label="To block, use" required @change=${this.#choose}>${this.#options(entities, this.entity)}</select></label>
        ${
          isTurned(this.entity)
            ? html`<label>and turn it <select name="turn" aria-label="and turn it" @change=${(
                change: Event,
              ) => {
                this.turn = (change.target as HTMLSelectElement).value === "on" ? "on" : "off";
              }}><option value="off" ?selected=${this.turn === "off"}>off</option><option value="on" ?selected=${this.turn === "on"}>on</option></select></label>`
            : nothing
        }
      </div>
      <div class="actions">
        <label>To unblock, use <select name="back" aria-label="To unblock, use" @change=${(change: Event) => {
          this.back = (change.target as HTMLSelectElement).value;
        }}>
          <option value="" ?selected=${this.back === ""}>nothing: I will do it in Home Assistant</option>
          ${isTurned(this.entity) ? html`<option value=${REVERSE} ?selected=${this.back === REVERSE}>the same, turned ${this.turn === "on" ? "off" : "on"} again</option>` : nothing}
          ${this.#groups(
            entities.filter(({ id }) => !isTurned(id)),
            this.back,
          )}
        </select></label>
      </div>
      <p class="soft" aria-live="polite">${choice === undefined ? nothing : this.#meaning(choice)}</p>
      <div class="actions"><button class="primary" ?disabled=${choice === undefined}>Save</button>${this.#cancel()}</div>
    </form>`;
  }

  /** What was chosen, in a sentence. */
  #meaning({ block }: BlockChoice): TemplateResult {
    const told = isTold(block.entity)
      ? html`It is told the variables <code>mac</code>, <code>name</code> and <code>incident_id</code>, so that it knows which device is meant.`
      : this.mac === null
        ? "It is not told which device is meant: it does the same for all of them."
        : "";
    return html`“Block” will ${callWords(block)}. ${told}`;
  }

  #options(entities: readonly BlockEntity[], chosen: string): TemplateResult {
    const own = this.mac === null ? [] : entities.filter(({ mac }) => mac === this.mac);
    const gone = chosen !== "" && !entities.some(({ id }) => id === chosen);
    return html`
      <option value="" ?selected=${chosen === ""}>choose…</option>
      ${gone ? html`<option value=${chosen} selected>${chosen} (not there any more)</option>` : nothing}
      ${own.length === 0 ? nothing : html`<optgroup label="Of this device">${own.map((one) => option(one, chosen))}</optgroup>`}
      ${this.#groups(
        entities.filter((one) => !own.includes(one)),
        chosen,
      )}
    `;
  }

  #groups(entities: readonly BlockEntity[], chosen: string): TemplateResult[] {
    return KINDS.flatMap(([domain, label]) => {
      const group = entities.filter(({ id }) => domainOf(id) === domain);
      return group.length === 0
        ? []
        : [html`<optgroup label=${label}>${group.map((one) => option(one, chosen))}</optgroup>`];
    });
  }

  #cancel(): TemplateResult {
    return html`<button type="button" @click=${() => this.dispatchEvent(new Event("cancel"))}>Cancel</button>`;
  }

  readonly #choose = (change: Event): void => {
    this.entity = (change.target as HTMLSelectElement).value;
    if (isTurned(this.entity)) this.back = REVERSE;
    else if (this.back === REVERSE) this.back = "";
  };

  #choice(): BlockChoice | undefined {
    const { entity, turn, back } = this;
    if (entity === "") return undefined;
    const block: CallView = { entity, turn: isTurned(entity) ? turn : "on" };
    if (back === "") return { block, unblock: null };
    return { block, unblock: back === REVERSE ? reverse(block) : { entity: back, turn: "on" } };
  }

  readonly #save = (submit: SubmitEvent): void => {
    submit.preventDefault();
    const choice = this.#choice();
    if (choice !== undefined) this.dispatchEvent(new CustomEvent<BlockChoice>("choose", { detail: choice }));
  };

  async #ask(): Promise<void> {
    this.entities = undefined;
    this.entities = await askBlockEntities();
  }
}

const option = ({ id, name }: BlockEntity, chosen: string): TemplateResult =>
  html`<option value=${id} ?selected=${id === chosen}>${name === id ? id : `${name} (${id})`}</option>`;
