import { html, LitElement, nothing, type TemplateResult } from "lit";
import type { DeviceView, PageCommand, Snapshot } from "../../expose/snapshot.ts";
import { send } from "./api.ts";
import { shared } from "./styles.ts";
import { ago, count, octets, share } from "./words.ts";

/** The home's devices: who they are, how much air they take, and how much of them was heard. */
export class DeviceList extends LitElement {
  static override styles = shared;
  static override properties = {
    snapshot: { attribute: false },
    search: { state: true },
    naming: { state: true },
    joining: { state: true },
    failure: { state: true },
  };
  declare snapshot: Snapshot | undefined;
  declare search: string;
  declare naming: string;
  declare joining: string;
  declare failure: string;

  constructor() {
    super();
    this.search = "";
    this.naming = "";
    this.joining = "";
    this.failure = "";
  }

  override render(): TemplateResult | typeof nothing {
    if (this.snapshot === undefined) return nothing;
    const home = this.snapshot.devices.filter((one) => one.home);
    const shown = home.filter((one) => this.#matches(one)).sort((a, b) => airtime(b) - airtime(a));
    return html`
      ${this.failure === "" ? nothing : html`<p class="bad" role="alert">${this.failure}</p>`}
      <div class="row">
        <p class="soft">
          Figures with ≈ are reconstructed from acknowledgements and counters: what nobody here could decode is counted
          all the same.
        </p>
        <input type="search" placeholder="Find a device" aria-label="Find a device" .value=${this.search}
          @input=${(input: InputEvent) => {
            this.search = (input.target as HTMLInputElement).value;
          }} />
      </div>
      ${home.length === 0 ? this.#empty() : this.#table(shown)}
      <p class="soft">${count(this.snapshot.hub.strangers)} other addresses were heard nearby; those of late seem to be ${count(this.snapshot.hub.strangerDevices)} devices. Neighbours are counted, not recorded.</p>
    `;
  }

  #matches(one: DeviceView): boolean {
    const text = `${one.name ?? ""} ${one.vendor ?? ""} ${one.mac} ${one.network ?? ""}`.toLowerCase();
    return text.includes(this.search.toLowerCase());
  }

  #empty(): TemplateResult {
    return html`<div class="card">
      <h3>No devices of your home yet</h3>
      <p class="soft">
        ${
          this.snapshot?.nodes.some((one) => one.connected)
            ? "A node is listening. Devices appear as soon as they exchange data with your network; use one of them to speed it up."
            : "No node is connected yet. Flash a board and plug it in, or see the Nodes tab for what is missing."
        }
      </p>
    </div>`;
  }

  #table(devices: readonly DeviceView[]): TemplateResult {
    return html`<div class="card scroll">
      <table class="wide">
        <thead>
          <tr>
            <th>Device</th><th>Network</th><th class="number">Air</th><th class="number">Up</th><th class="number">Down</th>
            <th class="number">Heard</th><th class="number">Signal</th><th class="number">Last</th>
          </tr>
        </thead>
        <tbody>${devices.map((one) => this.#row(one))}</tbody>
      </table>
      ${devices.length === 0 ? html`<p class="soft">Nothing matches “${this.search}”.</p>` : nothing}
    </div>`;
  }

  #row(one: DeviceView): TemplateResult {
    const signal = one.signals.reduce((best, next) => Math.max(best, next.rssi), -127);
    return html`<tr data-mac=${one.mac}>
      <td class="head">${this.naming === one.mac ? this.#nameField(one) : this.#identity(one)}</td>
      <td data-label="Network">${one.network ?? "—"}</td>
      <td class="number" data-label="Share of the air">${share(one.airtimeShare)}</td>
      <td class="number" data-label="Sent">${traffic(one.up)}</td>
      <td class="number" data-label="Received">${traffic(one.down)}</td>
      <td class="number" data-label="Heard by the nodes">${share(one.coverage)}</td>
      <td class="number" data-label="Signal">${signal === -127 ? "—" : `${signal} dBm`}</td>
      <td class="number" data-label="Last heard">${ago(this.snapshot?.now ?? 0, one.lastSeen)}</td>
    </tr>`;
  }

  #identity(one: DeviceView): TemplateResult {
    return html`
      <strong>${one.name ?? one.vendor ?? (one.randomized ? "Private address" : "Unknown maker")}</strong>
      ${one.known ? nothing : html`<span class="tag warn">new</span>`}
      ${one.randomized ? html`<span class="tag" title="This device hides its real address">private</span>` : nothing}
      <div class="soft"><code>${one.mac}</code>${one.area === null ? nothing : ` · ${one.area}`}</div>
      ${this.#sameAs(one)}
      <button class="quiet" @click=${() => {
        this.naming = one.mac;
      }}>Name</button>
      <button class="quiet" @click=${() => this.#trust(one)}>${one.known ? "Does not belong here" : "It belongs here"}</button>
      <button class="quiet" @click=${() => {
        this.joining = this.joining === one.mac ? "" : one.mac;
      }}>Same device as…</button>
      ${this.joining === one.mac ? this.#joinField(one) : nothing}
    `;
  }

  #nameOf(mac: string): string {
    const device = this.snapshot?.devices.find((other) => other.mac === mac);
    return device?.name ?? device?.vendor ?? mac;
  }

  #sameAs(one: DeviceView): TemplateResult | typeof nothing {
    if (one.sameAs === null) return nothing;
    const { macs, byHand, confidence } = one.sameAs;
    const others = macs.map((mac) => this.#nameOf(mac)).join(", ");
    if (!byHand) {
      return html`<div class="soft">Perhaps the same device as ${others} (${share(confidence)} sure)</div>`;
    }
    return html`<div class="soft">The same device as ${others}
      <button class="quiet" @click=${() => this.#send({ command: "split_device", mac: one.mac })}>It is not</button></div>`;
  }

  #joinField(one: DeviceView): TemplateResult {
    const others = (this.snapshot?.devices ?? []).filter((other) => other.mac !== one.mac);
    const choose = async (change: Event): Promise<void> => {
      const mac = (change.target as HTMLSelectElement).value;
      this.joining = "";
      await this.#send({ command: "merge_devices", macs: [one.mac, mac] });
    };
    return html`<select aria-label="The same device as" @change=${choose}>
      <option value="">choose a device</option>
      ${others.map((other) => html`<option value=${other.mac}>${this.#nameOf(other.mac)} · ${other.mac}</option>`)}
    </select>`;
  }

  #nameField(one: DeviceView): TemplateResult {
    const save = async (submit: SubmitEvent): Promise<void> => {
      submit.preventDefault();
      const field = (submit.target as HTMLFormElement).elements.namedItem("name") as HTMLInputElement;
      this.failure = (await send({ command: "name_device", mac: one.mac, name: field.value })) ?? "";
      this.naming = "";
    };
    return html`<form @submit=${save}>
      <input name="name" maxlength="60" .value=${one.name ?? ""} aria-label="Name of the device" autofocus />
      <button>Save</button>
      <button type="button" @click=${() => {
        this.naming = "";
      }}>Cancel</button>
    </form>`;
  }

  async #trust(one: DeviceView): Promise<void> {
    await this.#send({ command: "trust_device", mac: one.mac, known: !one.known });
  }

  async #send(command: PageCommand): Promise<void> {
    this.failure = (await send(command)) ?? "";
  }
}

const airtimeOf = (tally: DeviceView["up"]): number =>
  tally.airtime + tally.airtimeReserved + tally.airtimeEstimated;

const airtime = (one: DeviceView): number => airtimeOf(one.up) + airtimeOf(one.down);

const traffic = (tally: DeviceView["up"]): string =>
  tally.octetsEstimated > tally.octets ? `≈ ${octets(tally.octetsEstimated)}` : octets(tally.octets);
