import { statSync } from "node:fs";
import process from "node:process";
import { RecordingClock } from "../../../hub/edge/replay/clock.ts";
import { readCapture } from "../../../hub/edge/replay/node-process.ts";
import { captureReader } from "../../../hub/edge/replay/node-program.ts";
import { MessageStream } from "../../../hub/edge/replay/stream.ts";
import { capturesOf } from "../../support/captures.ts";
import { ROOT } from "../../support/program.ts";
import type { Recorded } from "./demo.ts";

const CAPTURES = 8;

/** The largest captures of ordinary air, each as the messages that one node sends; empty without captures. */
export async function recordCaptures(): Promise<Recorded[][]> {
  const files = [...capturesOf("normal"), ...capturesOf("phy")]
    .sort((a, b) => statSync(b).size - statSync(a).size)
    .slice(0, CAPTURES);
  if (files.length === 0) return [];
  const reader = await captureReader({
    root: ROOT,
    environment: process.env,
    say: (line) => console.error(line),
  });
  const recorded: Recorded[][] = [];
  for (const path of files) recorded.push(await recordCapture(reader, path));
  return recorded;
}

async function recordCapture(reader: string, path: string): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  const octets = readCapture({ reader, path, node: "bench", warn: () => undefined });
  const stream = new MessageStream(octets, new RecordingClock());
  let first: number | undefined;
  while (await stream.fill()) {
    const arrival = stream.next ?? 0;
    first ??= arrival;
    const message = stream.take();
    if (message !== undefined) recorded.push({ node: 0, message, at: arrival - first });
  }
  await stream.close();
  return recorded;
}
