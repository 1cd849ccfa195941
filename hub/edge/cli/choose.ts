import { UsageFailure } from "../failure.ts";
import { type Arguments, type Command, nearest, parseCommand } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { commandHelp, generalHelp } from "./help.ts";

/** What a command line asks for: a text to print, or a command to run. */
export type Choice =
  | { readonly kind: "print"; readonly text: string }
  | { readonly kind: "run"; readonly command: Command; readonly args: Arguments };

const findCommand = (words: readonly string[]): Command | undefined =>
  COMMANDS.find((command) => command.name === words.slice(0, command.name.split(" ").length).join(" "));

/** Reads a whole command line without the program's name; throws UsageFailure with a hint. */
export function choose(words: readonly string[], version: string): Choice {
  const first = words[0];
  if (first === undefined) throw new UsageFailure("say what to do: a command is missing");
  if (first === "--version" || first === "-V") return { kind: "print", text: `airwarden ${version}\n` };
  if (first === "--help" || first === "-h") return { kind: "print", text: generalHelp(COMMANDS, version) };
  if (first === "help") return { kind: "print", text: helpFor(words.slice(1), version) };
  const command = findCommand(words);
  if (command === undefined) return group(words, version);
  const args = parseCommand(command, words.slice(command.name.split(" ").length));
  if (args.on("help")) return { kind: "print", text: commandHelp(command) };
  return { kind: "run", command, args };
}

function helpFor(words: readonly string[], version: string): string {
  if (words.length === 0) return generalHelp(COMMANDS, version);
  const command = findCommand(words);
  if (command !== undefined) return commandHelp(command);
  const members = membersOf(words[0] ?? "");
  if (members.length === 0) throw unknown(words);
  return members.map(commandHelp).join("\n");
}

const membersOf = (word: string): readonly Command[] =>
  COMMANDS.filter((command) => command.name.startsWith(`${word} `));

/** `node` without a known second word: its help, or which second words there are. */
function group(words: readonly string[], version: string): Choice {
  const [first = "", second] = words;
  const members = membersOf(first);
  if (members.length > 0 && (second === "--help" || second === "-h")) {
    return { kind: "print", text: helpFor([first], version) };
  }
  throw unknown(words);
}

function unknown(words: readonly string[]): UsageFailure {
  const [first = "", second] = words;
  const members = membersOf(first).map((command) => command.name);
  if (members.length > 0) {
    const said = second === undefined ? `${first} needs a second word` : `there is no "${first} ${second}"`;
    return new UsageFailure(`${said}: ${members.join(", ")}`);
  }
  if (first.startsWith("-")) return new UsageFailure(`there is no option ${first} before a command`);
  const near = nearest(
    first,
    COMMANDS.map((command) => command.name),
  );
  const hint = near === undefined ? "" : `; did you mean ${near}?`;
  return new UsageFailure(`there is no command "${first}"${hint}`);
}
