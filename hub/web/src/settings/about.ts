import { html, type TemplateResult } from "lit";
import { clock, plural } from "../words.ts";
import type { SectionContext } from "./section.ts";

const PROJECT = "https://github.com/airwarden/airwarden";

const BROKER = {
  connected: "connected",
  connecting: "connecting…",
  refused: "refuses the password",
  off: "none: Home Assistant has no entities of Airwarden",
} as const;

/** Which Airwarden this is, and where more is written. */
export function aboutSection({ snapshot }: SectionContext): TemplateResult {
  const { hub, version } = snapshot;
  return html`<section aria-labelledby="about">
    <h2 id="about">About</h2>
    <div class="card">
      <dl>
        <dt>Version</dt><dd>${version}</dd>
        <dt>Running since</dt><dd>${clock(hub.startedAt)}</dd>
        <dt>MQTT broker</dt><dd>${BROKER[hub.mqtt]}</dd>
        <dt>Heard since then</dt><dd>${plural(hub.frames, "frame", "frames")}</dd>
      </dl>
      <h4>Read more</h4>
      <ul>
        <li>${link("How to set Airwarden up, and what its entities say", "blob/main/addon/DOCS.md")}</li>
        <li>${link("Ready automations for alerts", "tree/main/addon/blueprints")}</li>
        <li>${link("What is new", "blob/main/addon/CHANGELOG.md")}</li>
        <li>${link("Ask a question, or say what went wrong", "issues")}</li>
      </ul>
    </div>
  </section>`;
}

/** Beside the page, not in its place: inside Home Assistant the page stands in a frame. */
const link = (words: string, path: string): TemplateResult =>
  html`<a href="${PROJECT}/${path}" target="_blank" rel="noopener noreferrer">${words}</a>`;
