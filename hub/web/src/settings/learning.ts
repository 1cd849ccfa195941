import { html, nothing, type TemplateResult } from "lit";
import { clock, span } from "../words.ts";
import type { SectionContext } from "./section.ts";

/** Whether new devices count as the home's own for now, and the way to the other. */
export function learningSection(context: SectionContext): TemplateResult {
  const { active } = context.snapshot.hub.learning;
  return html`<section aria-labelledby="learning">
    <h2 id="learning">Getting to know your home</h2>
    <div class="card">${active ? runs(context) : rests(context)}</div>
  </section>`;
}

function runs({ snapshot, send }: SectionContext): TemplateResult {
  const { until, progress } = snapshot.hub.learning;
  const percent = Math.floor(progress * 100);
  return html`<h3>Airwarden is learning your devices</h3>
    <p>A device that joins your Wi-Fi counts as yours, without an alert. Attacks are reported all the same.</p>
    ${
      until === null
        ? html`<p class="soft">It begins as soon as a node hears your network.</p>`
        : html`<div class="bar" role="progressbar" aria-label="Getting to know your home" aria-valuenow=${percent} aria-valuemin="0" aria-valuemax="100"><span style="width:${percent}%"></span></div>
          <p class="soft">Until ${clock(until)}. After that, a device that Airwarden has not met is reported when it stays.</p>`
    }
    <div class="actions"><button @click=${() => send({ command: "set_learning", on: false })}>All my devices are here: stop learning</button></div>`;
}

function rests({ snapshot, send }: SectionContext): TemplateResult {
  const { lasts } = snapshot.hub.learning;
  const strangers = snapshot.incidents.some(
    (one) => one.kind === "unknown_device" && one.resolvedAt === null && !one.acknowledged,
  );
  return html`<h3>Airwarden knows your devices</h3>
    <p>A device that it has not met is reported when it joins your Wi-Fi and stays. If you set up several new ones, or had all of them switched off, let it learn once more: for ${span(lasts)}, what joins counts as yours.</p>
    ${
      strangers
        ? html`<p>A device that is reported already is not learned. <a href="#incidents">Say whether it is yours</a></p>`
        : nothing
    }
    <div class="actions"><button @click=${() => send({ command: "set_learning", on: true })}>Learn new devices for ${span(lasts)}</button></div>`;
}
