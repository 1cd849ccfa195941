import type { SetupProblemView } from "../../expose/snapshot.ts";

export interface ProblemNotesOptions {
  /** Ids of problems that an earlier run told of. */
  readonly told: Iterable<string>;
  /** Shows a notification in Home Assistant; without a note it is taken back. */
  readonly notify: (
    id: string,
    note: { readonly title: string; readonly message: string } | undefined,
  ) => void;
  /** Keep the ids that are told of now. */
  readonly changed: (told: readonly string[]) => void;
}

/** Problems of the setup as notifications, where there are no entities to show them: each once, for as long as it lasts. */
export class ProblemNotes {
  readonly #options: ProblemNotesOptions;
  /** Never more than are shown at a time, and those of the earlier run. */
  readonly #told: Set<string>;

  constructor(options: ProblemNotesOptions) {
    this.#options = options;
    this.#told = new Set(options.told);
  }

  /** Brings Home Assistant to what is there now. `sure`: what is not among the problems is over. */
  show(problems: readonly SetupProblemView[], sure: boolean): void {
    const { notify } = this.#options;
    const fresh = problems.filter(({ id }) => !this.#told.has(id));
    const ids = new Set(problems.map(({ id }) => id));
    const over = sure ? [...this.#told].filter((id) => !ids.has(id)) : [];
    for (const { id, title, advice } of fresh) {
      notify(`problem_${id}`, { title: `Airwarden: ${title}`, message: advice });
      this.#told.add(id);
    }
    for (const id of over) {
      notify(`problem_${id}`, undefined);
      this.#told.delete(id);
    }
    if (fresh.length + over.length > 0) this.#options.changed([...this.#told]);
  }
}
