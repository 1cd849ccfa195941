import { printableText, sentence } from "../base/text.ts";
import type { NodeView, ProblemView, SetupProblemView } from "./snapshot.ts";

/** Problems of nodes that knock and are refused have ids that begin so. */
export const NODE_REFUSED = "node_refused_";

/** What lasts shorter is a start, or a board that was plugged in anew: nobody is told outside of the page. */
const LASTING_SECONDS = 30;
/** All of them together stay far below what Home Assistant keeps as attributes, 16 KiB. */
const MOST_PROBLEMS = 20;
const TITLE_CHARACTERS = 100;
const ADVICE_CHARACTERS = 300;

/** All that a person has to put right, nodes included. */
export function problemsIn(problems: readonly ProblemView[], nodes: readonly NodeView[]): SetupProblemView[] {
  const ofNodes = nodes.flatMap(({ id, name, problem }) =>
    problem === null ? [] : [{ id: `node_${id}`, title: `Node “${name}”`, advice: sentence(problem) }],
  );
  return [...problems, ...ofNodes].slice(0, MOST_PROBLEMS).map(({ id, title, advice }) => ({
    id,
    title: printableText(title, TITLE_CHARACTERS),
    advice: printableText(advice, ADVICE_CHARACTERS),
  }));
}

/** Keeps since when each problem has been there. */
export class LastingProblems {
  /** By id; never more than MOST_PROBLEMS. */
  #since = new Map<string, number>();

  /** Those of the problems at `now` (seconds) that have lasted; call it with every look. */
  take(problems: readonly SetupProblemView[], now: number): SetupProblemView[] {
    this.#since = new Map(problems.map(({ id }) => [id, this.#since.get(id) ?? now]));
    return problems.filter(({ id }) => now - (this.#since.get(id) ?? now) >= LASTING_SECONDS);
  }
}
