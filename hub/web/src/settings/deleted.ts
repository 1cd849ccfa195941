import { html, type TemplateResult } from "lit";
import { plural } from "../words.ts";
import type { SectionContext } from "./section.ts";

/** What a person deleted in Home Assistant stays away; here is the way back. */
export function deletedSection({ snapshot, send }: SectionContext): TemplateResult | undefined {
  const { deletedEntities } = snapshot.hub;
  if (deletedEntities === 0) return undefined;
  return html`<section aria-labelledby="deleted">
    <h2 id="deleted">What you deleted in Home Assistant</h2>
    <div class="card row">
      <span>${plural(deletedEntities, "entity", "entities")} of Airwarden, deleted in Home Assistant: Airwarden does not make them again.</span>
      <button @click=${() => send({ command: "restore_entities" })}>Bring all back</button>
    </div>
  </section>`;
}
