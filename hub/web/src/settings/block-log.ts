import { html, type TemplateResult } from "lit";
import type { BlockRunView } from "../../../expose/snapshot/block.ts";
import { callWords } from "../block/calls.ts";
import { ago, clock, sentence } from "../words.ts";

const CHANGE = { block: "Blocked", unblock: "Unblocked", forget: "Said to be on again" } as const;
const TRIED = { block: "Block", unblock: "Unblock", forget: "" } as const;

/** Who was blocked when, by whom, and how it ended. */
export function blockLog(runs: readonly BlockRunView[], now: number): TemplateResult {
  return html`<details class="card" data-block-log>
    <summary>Who was blocked, and by whom (${runs.length})</summary>
    ${
      runs.length === 0
        ? html`<p class="soft">Nobody yet.</p>`
        : html`<ul class="log">${runs.map(
            (run) => html`<li data-run=${run.id}>
            <strong>${run.name}</strong> <code>${run.mac}</code><br />
            ${words(run)}${run.by === "" ? "" : html`${run.outcome === "done" ? " by " : ", asked for by "}<bdi>${run.by}</bdi>`}, <time title=${clock(run.at)}>${ago(now, run.at)}</time>${run.called === null ? "" : html`: ${callWords(run.called)}`}
            ${run.outcome === "done" || run.failure === null ? "" : html`<br /><span class="bad">${sentence(run.failure)}</span>`}
          </li>`,
          )}</ul>`
    }
  </details>`;
}

function words({ change, outcome }: BlockRunView): string {
  if (outcome === "done") return CHANGE[change];
  if (outcome === "running") return `${TRIED[change]}, not finished yet`;
  return outcome === "failed" ? `${TRIED[change]} failed` : `${TRIED[change]}, end not known`;
}
