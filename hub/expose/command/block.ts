import { type Fields, textOf } from "../../base/fields.ts";
import { readCall } from "../../house/block.ts";
import type { BlockCommand } from "../snapshot/command.ts";
import { ADDRESS, INCIDENT } from "./patterns.ts";

/** Reads what the page asks about blocking; undefined for anything that is not exactly that. */
export function readBlockCommand(fields: Fields): BlockCommand | undefined {
  const { command } = fields;
  if (command === "choose_block") return readChoice(fields);
  const mac = textOf(fields["mac"], ADDRESS);
  if (mac === undefined) return undefined;
  if (command === "unblock_device" || command === "forget_block") return { command, mac };
  if (command !== "block_device") return undefined;
  const incident = fields["incident"] === null ? null : textOf(fields["incident"], INCIDENT);
  const { despite } = fields;
  if (incident === undefined || typeof despite !== "boolean") return undefined;
  return { command, mac, incident, despite };
}

function readChoice(fields: Fields): BlockCommand | undefined {
  const mac = fields["mac"] === null ? null : textOf(fields["mac"], ADDRESS);
  const block = fields["block"] === null ? null : readCall(fields["block"]);
  const unblock = fields["unblock"] === null ? null : readCall(fields["unblock"]);
  if (mac === undefined || block === undefined || unblock === undefined) return undefined;
  return { command: "choose_block", mac, block, unblock };
}
