import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { Snapshot } from "../../../expose/snapshot.ts";
import { shared } from "../styles.ts";
import type { SectionContext } from "./section.ts";

export const testSection = ({ snapshot, send }: SectionContext): TemplateResult =>
  html`<test-alert .snapshot=${snapshot} .send=${send}></test-alert>`;

/** Proves that alerts arrive where the person expects them. */
export class TestAlert extends LitElement {
  static override styles = shared;
  static override properties = {
    snapshot: { attribute: false },
    send: { attribute: false },
    sent: { state: true },
    busy: { state: true },
  };
  declare snapshot: Snapshot | undefined;
  declare send: SectionContext["send"] | undefined;
  declare sent: boolean;
  declare busy: boolean;

  constructor() {
    super();
    this.sent = false;
    this.busy = false;
  }

  override render(): TemplateResult {
    return html`<section aria-labelledby="alerts">
      <h2 id="alerts">Do alerts reach you?</h2>
      <div class="card">
        <p>A test alert goes the way of a real one, so that you see whether it arrives. For automations its type is <code>test</code>.</p>
        <div class="actions"><button ?disabled=${this.busy} @click=${this.#test}>Send a test alert</button></div>
        <div role="status">${this.sent ? html`<p>Sent. ${this.#where()}</p>` : nothing}</div>
      </div>
    </section>`;
  }

  #where(): string {
    return this.snapshot?.hub.mqtt === "connected"
      ? "Home Assistant shows it at the entity “Alert” of Airwarden; your automations for alerts decide what happens next."
      : "Without a connection to an MQTT broker it is a notification in Home Assistant; nowhere else. The Nodes tab says what is the matter with the broker.";
  }

  readonly #test = async (): Promise<void> => {
    this.sent = false;
    this.busy = true;
    this.sent = (await this.send?.({ command: "test_alert" }))?.ok === true;
    this.busy = false;
  };
}
