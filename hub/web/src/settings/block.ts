import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { BlockRuleView } from "../../../expose/snapshot/block.ts";
import type { Snapshot } from "../../../expose/snapshot.ts";
import { callWords } from "../block/calls.ts";
import { noHouse } from "../block/no-house.ts";
import { titleOf } from "../devices/order.ts";
import { shared } from "../styles.ts";
import { sentence } from "../words.ts";
import type { BlockChoice } from "./block-form.ts";
import { blockLog } from "./block-log.ts";
import type { SectionContext } from "./section.ts";

export const blockSection = ({ snapshot, now, send }: SectionContext): TemplateResult =>
  html`<block-settings .snapshot=${snapshot} .now=${now} .send=${send}></block-settings>`;

/** The open form: for all devices, or for one. */
type Edited = "nothing" | { readonly mac: string | null };

/** What "block" does: chosen once by the person, since Airwarden has no access to the router. */
export class BlockSettings extends LitElement {
  static override styles = shared;
  static override properties = {
    snapshot: { attribute: false },
    now: { attribute: false },
    send: { attribute: false },
    edited: { state: true },
    choosing: { state: true },
  };
  declare snapshot: Snapshot | undefined;
  declare now: number;
  declare send: SectionContext["send"] | undefined;
  declare edited: Edited;
  /** The person is choosing the device that is to have a way of its own. */
  declare choosing: boolean;

  constructor() {
    super();
    this.now = 0;
    this.edited = "nothing";
    this.choosing = false;
  }

  override render(): TemplateResult | typeof nothing {
    const { snapshot } = this;
    if (snapshot === undefined) return nothing;
    const { rules, runs } = snapshot.block;
    const { homeAssistant } = snapshot.hub;
    const general = rules.find(({ mac }) => mac === null);
    const own = rules.filter(({ mac }) => mac !== null);
    return html`<section aria-labelledby="block">
      <h2 id="block">What “Block” does</h2>
      <div class="card">
        <p>Airwarden has no access to your router: to keep a device off the network, it asks Home Assistant. Choose what for: a script of yours, or a switch such as the one that your router's integration has for the device.</p>
        ${homeAssistant === "connected" ? nothing : html`<p class="warn">${noHouse(homeAssistant)}</p>`}
        <h4>For all devices</h4>
        ${this.#isEdited(null) ? this.#form(null, general) : this.#general(general)}
        <h4>For one device, another way</h4>
        ${own.map((rule) => (this.#isEdited(rule.mac) ? this.#form(rule.mac, rule) : this.#ruleRow(rule)))}
        ${this.#adding(own)}
      </div>
      ${blockLog(runs, this.now)}
    </section>`;
  }

  #away(): boolean {
    return this.snapshot?.hub.homeAssistant !== "connected";
  }

  #isEdited(mac: string | null): boolean {
    return this.edited !== "nothing" && this.edited.mac === mac;
  }

  #general(rule: BlockRuleView | undefined): TemplateResult {
    if (rule !== undefined) return this.#ruleRow(rule);
    return html`<p class="soft">Nothing is chosen yet: “Block” does nothing.</p>
      <div class="actions"><button class="primary" ?disabled=${this.#away()} @click=${() => this.#edit(null)}>Choose…</button></div>`;
  }

  #ruleRow(rule: BlockRuleView): TemplateResult {
    const of = rule.mac === null ? "" : ` for ${this.#nameOf(rule.mac)}`;
    return html`<div data-rule=${rule.mac ?? "all"}>
      <p>${rule.mac === null ? nothing : html`<strong>${this.#nameOf(rule.mac)}</strong>: `}Home Assistant will ${callWords(rule.block, rule.name)}; ${rule.unblock === null ? "nothing takes it back" : html`to take it back, it will ${callWords(rule.unblock)}`}.</p>
      ${rule.problem === null ? nothing : html`<p class="warn">${sentence(rule.problem)}</p>`}
      <div class="actions">
        <button aria-label="Change${of}" @click=${() => this.#edit(rule.mac)}>Change</button>
        <button aria-label="Remove${of}" @click=${() => this.#choose(rule.mac, undefined)}>Remove</button>
      </div>
    </div>`;
  }

  /** A device that is to be blocked in its own way. */
  #adding(own: readonly BlockRuleView[]): TemplateResult {
    const { edited } = this;
    const fresh = edited !== "nothing" && edited.mac !== null && !own.some(({ mac }) => mac === edited.mac);
    if (fresh) {
      return html`<p><strong>${this.#nameOf(edited.mac)}</strong></p>${this.#form(edited.mac, undefined)}`;
    }
    if (!this.choosing) {
      return html`<div class="actions"><button ?disabled=${this.#away()} @click=${() => {
        this.choosing = true;
      }}>Add a device…</button></div>`;
    }
    const devices = (this.snapshot?.devices ?? []).filter((one) => !own.some(({ mac }) => mac === one.mac));
    return html`<div class="actions">
      <label>Device <select aria-label="Device" @change=${(change: Event) => {
        const { value } = change.target as HTMLSelectElement;
        if (value !== "") this.#edit(value);
      }}>
        <option value="">choose…</option>
        ${devices.map((one) => html`<option value=${one.mac}>${titleOf(one)} · ${one.mac}</option>`)}
      </select></label>
      <button @click=${() => {
        this.choosing = false;
      }}>Cancel</button>
    </div>`;
  }

  #form(mac: string | null, rule: BlockRuleView | undefined): TemplateResult {
    return html`<block-form .mac=${mac} .rule=${rule}
      @cancel=${() => this.#close()}
      @choose=${(chosen: CustomEvent<BlockChoice>) => this.#choose(mac, chosen.detail)}></block-form>`;
  }

  #edit(mac: string | null): void {
    this.edited = { mac };
    this.choosing = false;
  }

  #close(): void {
    this.edited = "nothing";
  }

  async #choose(mac: string | null, choice: BlockChoice | undefined): Promise<void> {
    const { block = null, unblock = null } = choice ?? {};
    const answer = await this.send?.({ command: "choose_block", mac, block, unblock });
    if (answer?.ok === true) this.#close();
  }

  #nameOf(mac: string | null): string {
    const device = this.snapshot?.devices.find((one) => one.mac === mac);
    return device === undefined ? (mac ?? "") : titleOf(device);
  }
}
