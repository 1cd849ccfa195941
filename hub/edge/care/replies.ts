import type { NodeIndex } from "../../base/units.ts";
import type { HubCommand } from "../../wire/commands.ts";
import { RESULT } from "../../wire/kinds.ts";
import type { CommandResult } from "../../wire/records/bodies.ts";
import { Failure } from "../failure.ts";

/** Datagrams get lost: what is not answered is said again. All that is asked so may be done twice. */
const REPEAT_MS = 3000;
const PATIENCE_MS = 10_000;

interface Question {
  readonly node: NodeIndex;
  /** Numbers of the command, one each time that it was said. */
  readonly numbers: Set<number>;
  readonly answered: (result: CommandResult) => void;
}

/** Gives the command's number, undefined where it cannot be sent now. */
export type SendTo = (node: NodeIndex, command: HubCommand) => number | undefined;

/** Commands whose outcome a person waits for. */
export class Replies {
  readonly #send: SendTo;
  readonly #open = new Set<Question>();

  constructor(send: SendTo) {
    this.#send = send;
  }

  /** Says it until it is answered, and resolves when it is done; throws Failure in words where it is not. */
  async ask(node: NodeIndex, command: HubCommand): Promise<void> {
    const numbers = new Set<number>();
    const say = (): void => {
      const number = this.#send(node, command);
      if (number !== undefined) numbers.add(number);
    };
    const repeated = setInterval(say, REPEAT_MS);
    const result = await this.#answer(node, numbers, say);
    clearInterval(repeated);
    const refusal = result === undefined ? NO_ANSWER : refusalOf(result);
    if (refusal !== undefined) throw new Failure(refusal);
  }

  #answer(node: NodeIndex, numbers: Set<number>, say: () => void): Promise<CommandResult | undefined> {
    return new Promise((resolve) => {
      const over = (result: CommandResult | undefined): void => {
        clearTimeout(patience);
        this.#open.delete(question);
        resolve(result);
      };
      const question = { node, numbers, answered: over };
      const patience = setTimeout(() => over(undefined), PATIENCE_MS);
      this.#open.add(question);
      say();
    });
  }

  hear(node: NodeIndex, result: CommandResult): void {
    for (const question of this.#open) {
      if (question.node === node && question.numbers.has(result.command)) question.answered(result);
    }
  }
}

export const NO_ANSWER =
  "the node does not answer: it may have restarted, look whether it comes back, then try again";

/** Why a node did not do what it was told, as the end of a sentence; undefined where it did. */
export function refusalOf({ code, text }: CommandResult): string | undefined {
  const why = text === "" ? "" : `: ${text}`;
  switch (code) {
    case RESULT.done:
      return undefined;
    case RESULT.unknownCommand:
      return "this node is a program and takes no settings: start it with other options on its computer";
    case RESULT.storageFailed:
      return `the node's flash does not keep this${why}: write its firmware again, with the board erased first`;
    case RESULT.notNow:
      return `the node cannot do this now${why}: try again in a minute`;
    default:
      return `the node does not take this${why === "" ? `: code ${code}` : why}`;
  }
}
