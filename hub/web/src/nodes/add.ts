import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { PageCommand } from "../../../expose/snapshot/command.ts";
import type { PairedView, Snapshot } from "../../../expose/snapshot.ts";
import { Commands } from "../commands.ts";
import { focusOn } from "../focus.ts";
import { shared } from "../styles.ts";
import { ago, clock } from "../words.ts";
import { addressNotice, hubAddresses } from "./address.ts";
import { revealCard } from "./reveal.ts";
import { wifiForm } from "./wifi.ts";

interface Revealed {
  readonly name: string;
  readonly key: string;
}

/** Ways to add a node: on USB, from this browser, over Wi-Fi; and the nodes that have a key. */
export class AddNode extends LitElement {
  static override styles = [
    shared,
    css`
      .ways > details { margin-bottom: .5rem; padding: .7rem 1.1rem; }
      .ways summary { font-weight: 600; }
      form.fields, form.fields label { grid-template-columns: minmax(0, 1fr); }
      form.fields { display: grid; gap: .6rem; max-width: 26rem; margin-top: .6rem; }
      form.fields label { display: grid; gap: .15rem; }
      .key { display: block; background: var(--raised); border: 1px dashed var(--line); border-radius: 8px; padding: .6rem; user-select: all; }
    `,
  ];
  static override properties = {
    snapshot: { attribute: false },
    now: { attribute: false },
    revealed: { state: true },
    said: { state: true },
    removing: { state: true },
    busy: { state: true },
  };
  declare snapshot: Snapshot | undefined;
  declare now: number;
  declare revealed: Revealed | undefined;
  /** What was done last, in words. */
  declare said: string;
  declare removing: string;
  declare busy: boolean;
  readonly #commands = new Commands(this);

  constructor() {
    super();
    this.now = 0;
    this.said = "";
    this.removing = "";
    this.busy = false;
  }

  override render(): TemplateResult | typeof nothing {
    const { snapshot } = this;
    if (snapshot === undefined) return nothing;
    const first = snapshot.nodes.length === 0;
    return html`<section aria-label="Add a node">
      <h2>Add a node</h2>
      <p class="soft">A node is an ESP32-C3, -C5, -C6 or -C61 board, or a Linux computer with a Wi-Fi stick that can listen (“monitor mode”).</p>
      ${this.#commands.failure()}
      ${this.said === "" ? nothing : html`<div class="notice good" role="status"><span>${this.said}</span></div>`}
      ${this.revealed === undefined ? nothing : this.#reveal(this.revealed)}
      <div class="ways">
        <details class="card"><summary>Write the firmware from this browser</summary><node-flasher .snapshot=${snapshot}></node-flasher></details>
        <details class="card" ?open=${first}><summary>On USB, at the computer that Airwarden runs on</summary>
          <p>The surest way, and the one that hears most: the board is free to listen on all channels.</p>
          <ol>
            <li>Write Airwarden's firmware to the board once, as above.</li>
            <li>Plug the board into the computer that Airwarden runs on. It is found by itself and appears above within seconds.</li>
          </ol>
          <p class="soft">A board with a bridge chip (CP2102, CH340 and the like) instead of a USB port of its own looks like any other stick: when it is plugged in, choose “Listen on this port” for it in the list of USB ports above.</p>
        </details>
        <details class="card"><summary>Over Wi-Fi, from anywhere in the house</summary>${this.#overWifi(snapshot)}</details>
      </div>
      ${this.#paired(snapshot.paired)}
    </section>`;
  }

  #overWifi(snapshot: Snapshot): TemplateResult {
    const { hub, nodes } = snapshot;
    const boards = nodes.filter((one) => one.cable !== null && one.restartable);
    const closed = hub.nodeProblem === "off" || hub.nodeProblem === "closed";
    return html`
      ${addressNotice(hub) ?? nothing}
      <p>Such a node needs only power. What it sends is encrypted with a key of its own. It hears the channel of its access point only.</p>
      <h4>A board that is on USB now</h4>
      ${
        closed || boards.length === 0
          ? html`<p class="soft">Plug a flashed board into the computer that Airwarden runs on first; then it can be given your Wi-Fi here.</p>`
          : wifiForm({ boards, hub, busy: this.busy }, this.#move)
      }
      <h4>A Linux computer, or a board that is set up elsewhere</h4>
      <p class="soft">It needs a key, so that only your own nodes are heard. Make it here, and give it to the node.</p>
      <form class="actions" @submit=${this.#add}>
        <input name="name" required maxlength="32" placeholder="Name, such as hall" aria-label="Name of the node" />
        <button>Make its key</button>
      </form>`;
  }

  readonly #move = async (command: Extract<PageCommand, { command: "configure_node" }>): Promise<boolean> => {
    this.busy = true;
    const answer = await this.#commands.send(command);
    this.busy = false;
    this.said = answer.ok ? `“${command.name}” has taken its settings. How far it is stands above.` : "";
    return answer.ok;
  };

  readonly #add = async (submit: SubmitEvent): Promise<void> => {
    submit.preventDefault();
    const form = submit.target as HTMLFormElement;
    const name = (form.elements.namedItem("name") as HTMLInputElement).value.trim();
    const answer = await this.#commands.send({ command: "add_node", name });
    if (!answer.ok || answer.reveal === undefined) return;
    this.revealed = { name, key: answer.reveal };
    form.reset();
  };

  #reveal({ name, key }: Revealed): TemplateResult {
    const { hub } = this.snapshot ?? {};
    const [address = "HUB:4729"] = hub === undefined ? [] : hubAddresses(hub, location.hostname);
    return revealCard({ name, key, hub: address }, () => {
      this.revealed = undefined;
    });
  }

  #paired(paired: readonly PairedView[]): TemplateResult | typeof nothing {
    if (paired.length === 0) return nothing;
    return html`<div class="card"><h3>Nodes with a key</h3>
      <table><tbody>${paired.map(
        (one) => html`<tr data-paired=${one.name}>
          <td><strong>${one.name}</strong><div class="soft">${one.mac === null ? "has not reported yet" : html`<code>${one.mac}</code>`} · made <span title=${clock(one.addedAt)}>${ago(this.now, one.addedAt)}</span>${one.lastHeard === null ? "" : ` · last heard ${ago(this.now, one.lastHeard)}`}</div></td>
          <td class="number">${
            this.removing === one.name
              ? this.#confirm(one)
              : html`<button @click=${() => {
                  this.removing = one.name;
                  void focusOn(this, "[data-paired] .danger");
                }}>Remove</button>`
          }</td>
        </tr>`,
      )}</tbody></table>
    </div>`;
  }

  #confirm({ name }: PairedView): TemplateResult {
    return html`<span class="soft">It will be refused from then on.</span>
      <button class="danger" @click=${async () => {
        this.removing = "";
        await this.#commands.send({ command: "remove_node", name });
      }}>Remove “${name}”</button>
      <button @click=${() => {
        this.removing = "";
      }}>Keep</button>`;
  }
}
