import assert from "node:assert/strict";
import { test } from "node:test";
import { choose } from "../../../hub/edge/cli/choose.ts";
import { type Command, nearest, parseCommand } from "../../../hub/edge/cli/command.ts";
import { COMMANDS, REPLAY, SERVE } from "../../../hub/edge/cli/commands.ts";
import { commandHelp, generalHelp, wrap } from "../../../hub/edge/cli/help.ts";
import { UsageFailure } from "../../../hub/edge/failure.ts";

const refused = (run: () => unknown): UsageFailure => {
  try {
    run();
  } catch (error) {
    if (error instanceof UsageFailure) return error;
    throw error;
  }
  assert.fail("it was accepted");
};

test("options and files are read in any order", () => {
  const args = parseCommand(REPLAY, ["a.pcap", "--home", "x y", "--table", "b.pcap", "--home=-dash"]);
  assert.deepEqual(args.positionals, ["a.pcap", "b.pcap"]);
  assert.deepEqual(args.texts("home"), ["x y", "-dash"]);
  assert.equal(args.on("table"), true);
  assert.equal(args.on("frames"), false);
  assert.equal(args.text("state"), undefined);
});

test("the last of an option that is given twice holds", () => {
  assert.equal(parseCommand(SERVE, ["--port", "1", "--port", "2"]).text("port"), "2");
});

test("after -- a file may begin with a dash", () => {
  assert.deepEqual(parseCommand(REPLAY, ["--table", "--", "--odd.pcap"]).positionals, ["--odd.pcap"]);
});

test("a misspelt option names its neighbour", () => {
  const failure = refused(() => parseCommand(REPLAY, ["--hoem", "x", "a.pcap"]));
  assert.match(failure.message, /replay has no option --hoem; did you mean --home\?/);
  assert.equal(failure.command, "replay");
});

test("an option far from any other has no hint", () => {
  assert.equal(refused(() => parseCommand(REPLAY, ["--zzzzzz"])).message, "replay has no option --zzzzzz");
});

test("a missing value says which", () => {
  assert.match(refused(() => parseCommand(SERVE, ["--port"])).message, /--port needs a value: --port N$/);
  assert.match(refused(() => parseCommand(SERVE, ["--home", "-net"])).message, /--home=-net/);
  assert.match(refused(() => parseCommand(SERVE, ["--demo=yes"])).message, /--demo takes no value/);
});

test("too many and too few words are refused", () => {
  assert.match(refused(() => choose(["node", "add"], "1")).message, /node add needs NAME/);
  assert.match(refused(() => choose(["node", "add", "a", "b"], "1")).message, /"b"/);
  assert.match(refused(() => choose(["node", "list", "now"], "1")).message, /"now"/);
});

test("an unknown command names its neighbour", () => {
  assert.match(refused(() => choose(["reply"], "1")).message, /did you mean replay\?/);
  assert.match(refused(() => choose(["node"], "1")).message, /node add, node list, node remove/);
  assert.match(refused(() => choose(["node", "ad"], "1")).message, /no "node ad"/);
  assert.match(refused(() => choose([], "1")).message, /a command is missing/);
  assert.match(refused(() => choose(["--port", "1"], "1")).message, /before a command/);
});

test("help and version are texts to print", () => {
  const text = (...words: string[]): string => {
    const choice = choose(words, "1.2.3");
    assert.equal(choice.kind, "print");
    return choice.kind === "print" ? choice.text : "";
  };
  assert.equal(text("--version"), "airwarden 1.2.3\n");
  assert.equal(text("help"), text("--help"));
  assert.equal(text("help", "replay"), text("replay", "--help"));
  assert.match(text("node", "--help"), /airwarden node remove \[options\] NAME/);
});

test("--help wins over missing words", () => {
  const choice = choose(["node", "add", "--help"], "1");
  assert.equal(choice.kind, "print");
});

test("every flag, fallback and example of a command is in its help, in 80 columns", () => {
  for (const command of COMMANDS) {
    const help = commandHelp(command);
    for (const flag of command.flags)
      assert.ok(help.includes(`--${flag.name}`), `${command.name} ${flag.name}`);
    for (const { line } of command.examples) assert.ok(help.includes(line));
    for (const line of help.split("\n")) {
      const example = command.examples.some((one) => line.includes(one.line));
      assert.ok(line.length <= 80 || example, `${command.name}: ${line}`);
    }
  }
});

test("every example of the help is a command line that is accepted", () => {
  for (const command of COMMANDS) {
    for (const { line } of command.examples) {
      const words = (line.split(" | ")[0] ?? "").split(" ").slice(1);
      const choice = choose(words, "1");
      assert.equal(choice.kind === "run" && choice.command.name, command.name, line);
    }
  }
});

test("the general help names every command", () => {
  const help = generalHelp(COMMANDS, "1.0.0");
  for (const command of COMMANDS) assert.ok(help.includes(`  ${command.name} `), command.name);
});

test("wrapping keeps every word and the width", () => {
  const words = "a bb ccc dddd eeeeeeeeeeeeeeeeeeee f";
  const lines = wrap(words, 8);
  assert.equal(lines.join(" "), words);
  assert.ok(lines.every((line) => line.length <= 8 || !line.includes(" ")));
});

test("nearest finds slips of two letters, swaps included, and nothing further", () => {
  assert.equal(nearest("srve", ["serve", "replay"]), "serve");
  assert.equal(nearest("sevre", ["serve", "replay"]), "serve");
  assert.equal(nearest("xyz", ["serve", "replay"]), undefined);
  assert.equal(nearest("nope", ["home"]), undefined);
  assert.equal(nearest("replya", ["replay"]), "replay");
  assert.equal(nearest("servant", ["serve"]), undefined);
});

test("two commands never share a name, two flags of a command neither", () => {
  const names = (list: readonly { name: string }[]) => list.map((one) => one.name);
  const unique = (list: readonly string[]) => assert.equal(new Set(list).size, list.length, list.join());
  unique(names(COMMANDS));
  COMMANDS.forEach((command: Command) => {
    unique(names(command.flags));
  });
});
