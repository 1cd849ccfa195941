import {
  html,
  nothing,
  type ReactiveController,
  type ReactiveControllerHost,
  type TemplateResult,
} from "lit";
import type { CommandAnswer, PageCommand } from "../../expose/snapshot/command.ts";
import { send } from "./api.ts";
import { sentence } from "./words.ts";

/** Sends what a person asked for on one part of the page, and shows there what could not be done. */
export class Commands implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #failure = "";

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  hostConnected(): void {
    this.#fail("");
  }

  readonly send = async (command: PageCommand): Promise<CommandAnswer> => {
    this.#fail("");
    const answer = await send(command);
    if (!answer.ok) this.#fail(answer.error);
    return answer;
  };

  /** Stands still in sight, wherever on a long page the button was. */
  failure(): TemplateResult | typeof nothing {
    if (this.#failure === "") return nothing;
    return html`<div class="notice bad answer" role="alert">
      <span>That did not work. ${sentence(this.#failure)}</span>
      <button class="quiet" @click=${() => this.#fail("")}>Close</button>
    </div>`;
  }

  #fail(reason: string): void {
    this.#failure = reason;
    this.#host.requestUpdate();
  }
}
