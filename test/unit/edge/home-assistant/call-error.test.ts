import assert from "node:assert/strict";
import { test } from "node:test";
import { CallError } from "../../../../hub/edge/home-assistant/assistant.ts";

const ROWS: readonly (readonly [string, unknown, RegExp, boolean])[] = [
  [
    "an error of the protocol",
    { code: "not_found", message: "Service a.b not found." },
    /^Service a\.b/,
    false,
  ],
  ["one in a message", { error: { code: "home_assistant_error", message: "no" } }, /^no$/, false],
  ["a lost connection", { error: { code: 3, message: "Connection lost" } }, /connection was lost/, true],
  ["a lost connection as a number", 3, /connection was lost/, true],
  ["an Error", new Error("not connected"), /^not connected$/, false],
  ["anything else", 7, /^error 7$/, false],
];
for (const [name, cause, message, lost] of ROWS) {
  test(`${name} is told in words`, () => {
    const error = new CallError(cause);
    assert.match(error.message, message);
    assert.equal(error.lost, lost);
  });
}
