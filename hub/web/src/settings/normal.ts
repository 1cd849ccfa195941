import { html, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import type { QuietView, Snapshot } from "../../../expose/snapshot.ts";
import { quietWords } from "../incidents/card.ts";
import type { SectionContext } from "./section.ts";

/** What is not reported because a person said so, with the way back. */
export function normalSection({ snapshot, now, send }: SectionContext): TemplateResult {
  const { quiets } = snapshot;
  return html`<section aria-labelledby="normal">
    <h2 id="normal">What you called normal</h2>
    ${
      quiets.length === 0
        ? html`<div class="card"><p class="soft">Nothing yet: everything unusual is reported. When an alert is wrong, answer it with “This is normal”; it is then listed here, and you can take it back.</p></div>`
        : repeat(
            quiets,
            (one) => one.identity,
            (one) => html`<div class="card row" data-quiet=${one.identity}>
              <span>${titleOf(one, snapshot)} <span class="soft">${quietWords(one, now)}</span></span>
              <button @click=${() => send({ command: "undo_normal", identity: one.identity })}>Undo</button>
            </div>`,
          )
    }
  </section>`;
}

const titleOf = (quiet: QuietView, { incidents }: Snapshot): string =>
  incidents.find((one) => one.id === quiet.incident)?.title ?? identityWords(quiet.identity);

/** `deauth_flood.ap-02aa00000001` in words, where its incidents are no longer among the recent ones. */
function identityWords(identity: string): string {
  const [kind = "", subject = ""] = identity.split(".");
  const address = /-([0-9a-f]{12})$/.exec(subject)?.[1]?.replaceAll(/(..)(?=.)/g, "$1:");
  const words = kind.replaceAll("_", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${address === undefined ? "" : `, ${address}`}.`;
}
