import { type Command, type Flag, flagsOf } from "./command.ts";

/** Columns of a terminal that nobody has widened. */
const WIDTH = 80;
const INDENT = "  ";

/** Words broken into lines of at most `width` characters; a longer word stands alone. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines;
}

/** Terms and their explanations in two columns. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const longest = Math.max(0, ...rows.map(([term]) => term.length));
  const start = Math.min(longest, 28) + INDENT.length + 2;
  return rows.flatMap(([term, text]) => {
    const lines = wrap(text, WIDTH - start);
    const fits = term.length + INDENT.length + 2 <= start;
    const head = fits ? [`${INDENT}${term}`.padEnd(start) + (lines.shift() ?? "")] : [`${INDENT}${term}`];
    return [...head, ...lines.map((line) => " ".repeat(start) + line)];
  });
}

function flagTerm(flag: Flag): string {
  const short = flag.short === undefined ? "" : `-${flag.short}, `;
  const value = flag.value === undefined ? "" : ` ${flag.value}`;
  return `${short}--${flag.name}${value}${flag.multiple === true ? " …" : ""}`;
}

function flagText(flag: Flag): string {
  const fallback = flag.fallback === undefined ? [] : [`default: ${flag.fallback}`];
  const environment = flag.environment === undefined ? [] : [`also ${flag.environment}`];
  const notes = [...fallback, ...environment].join("; ");
  return notes === "" ? flag.help : `${flag.help} (${notes})`;
}

function usage(command: Command): string {
  const { positional } = command;
  if (positional === undefined) return `airwarden ${command.name} [options]`;
  const name = positional.min === 0 ? `[${positional.name}]` : positional.name;
  return `airwarden ${command.name} [options] ${name}${positional.max > 1 ? " …" : ""}`;
}

const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", title, ...lines];

const exampleLines = (command: Command): string[] =>
  command.examples.flatMap(({ line, what }) => [`${INDENT}${line}`, `${INDENT}    ${what}`]);

/** `airwarden COMMAND --help`. */
export function commandHelp(command: Command): string {
  const { positional } = command;
  const lines = [
    ...wrap(command.summary, WIDTH),
    ...section("Usage", [`${INDENT}${usage(command)}`]),
    ...(positional === undefined ? [] : ["", ...columns([[positional.name, positional.help]])]),
    ...section("Options", columns(flagsOf(command).map((flag) => [flagTerm(flag), flagText(flag)]))),
    ...(command.notes ?? []).flatMap((note) => ["", ...wrap(note, WIDTH)]),
    ...section("Examples", exampleLines(command)),
  ];
  return `${lines.join("\n")}\n`;
}

/** `airwarden --help`. */
export function generalHelp(commands: readonly Command[], version: string): string {
  const lines = [
    `airwarden ${version}`,
    ...wrap("Learns how your Wi-Fi devices normally behave and says when one stops.", WIDTH),
    ...section("Usage", [`${INDENT}airwarden COMMAND [options]`]),
    ...section("Commands", columns(commands.map((command) => [command.name, command.summary]))),
    ...section(
      "Options",
      columns([
        ["-h, --help", "show this help; after a command, that command's"],
        ["-V, --version", "show the version"],
      ]),
    ),
    ...section(
      "Examples",
      commands.flatMap((command) => exampleLines(command).slice(0, 2)),
    ),
    "",
    "Exit codes: 0 done, 1 failed (the reason is on standard error), 2 wrong usage.",
  ];
  return `${lines.join("\n")}\n`;
}
