import { html, nothing, type TemplateResult } from "lit";
import type { PageCommand } from "../../expose/snapshot/command.ts";
import type { ProblemView } from "../../expose/snapshot.ts";

/** Something the person can put right, with the answers that can be given at once. */
export function problemCard(problem: ProblemView, answer: (command: PageCommand) => unknown): TemplateResult {
  const { choices = [] } = problem;
  return html`<div class="card" data-problem=${problem.id}>
    <h3 class="warn">${problem.title}</h3>
    <p>${problem.advice}</p>
    ${
      choices.length === 0
        ? nothing
        : html`<div class="actions">
          ${choices.map(({ label, command }) => html`<button @click=${() => answer(command)}>${label}</button>`)}
        </div>`
    }
  </div>`;
}
