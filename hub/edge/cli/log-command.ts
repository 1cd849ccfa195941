import { createReadStream, type Stats, statSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { logFile } from "../association-log/files.ts";
import { causeOf, Failure, systemCode } from "../failure.ts";
import { dataFolder } from "../options.ts";
import type { Output } from "./output.ts";
import type { StoreCommand } from "./store-command.ts";

/** Files put aside that are looked for. */
const MOST_EARLIER = 16;
/** How often a log that is followed is looked at: the hub writes once a minute. */
const LOOK_EVERY_MS = 500;

/** `log`: the log of associations and edges as it was written, oldest line first; with `--follow` what comes, too. */
export async function showLog({ args, environment, output }: StoreCommand): Promise<void> {
  const folder = dataFolder(args, environment);
  const follow = args.on("follow");
  const ages = Array.from({ length: MOST_EARLIER }, (_, age) => age).reverse();
  const known = ages.filter((age) => statOf(logFile(folder, age)) !== undefined);
  if (known.length === 0 && !follow) {
    throw new Failure(
      `${folder} holds no log yet: the hub writes it, once it has heard a device of your home`,
    );
  }
  for (const age of known.filter((one) => one > 0)) await copy(logFile(folder, age), 0, output);
  const current = logFile(folder, 0);
  const from = statOf(current);
  let read = from === undefined ? 0 : await copy(current, 0, output);
  let inode = from?.ino;
  while (follow && !output.closed) {
    await output.flush();
    await pause(LOOK_EVERY_MS);
    const now = statOf(current);
    if (now === undefined) continue;
    if (inode !== undefined && now.ino !== inode) {
      // Put aside meanwhile: its end is in the file before.
      await copy(logFile(folder, 1), read, output);
      read = 0;
    }
    inode = now.ino;
    read += await copy(current, read, output);
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw new Failure(`${path} cannot be read: ${causeOf(error)}`, { cause: error });
  }
}

/** Copies whole lines from an offset on; gives the octets copied. */
async function copy(path: string, offset: number, output: Output): Promise<number> {
  let copied = 0;
  let held = "";
  try {
    for await (const piece of createReadStream(path, { start: offset, encoding: "utf8" })) {
      const text = held + String(piece);
      const end = text.lastIndexOf("\n") + 1;
      held = text.slice(end);
      output.write(text.slice(0, end));
      copied += Buffer.byteLength(text.slice(0, end));
      if (output.full) await output.flush();
      if (output.closed) return copied;
    }
  } catch (error) {
    throw new Failure(`${path} cannot be read: ${causeOf(error)}`, { cause: error });
  }
  return copied;
}
