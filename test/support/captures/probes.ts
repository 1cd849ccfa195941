import { nodeIndex } from "../../../hub/base/units.ts";
import { readCapture } from "../../../hub/edge/replay/node-process.ts";
import { readManagement } from "../../../hub/radio/extension.ts";
import { KIND } from "../../../hub/radio/frame.ts";
import type { ManagementSighting } from "../../../hub/radio/sighting.ts";
import { Deframer } from "../../../hub/wire/frame.ts";
import { decodeNodeMessage } from "../../../hub/wire/messages.ts";
import { FrameDecoder } from "../../../hub/wire/records.ts";

/** The probe requests of one capture in order, and the element blocks that they name by hash. */
export interface ProbeCapture {
  readonly probes: readonly ManagementSighting[];
  readonly blocks: ReadonlyMap<number, Uint8Array>;
}

/** Reads a capture through the node program; times are the capture's own. */
export async function probesOf(reader: string, path: string): Promise<ProbeCapture> {
  const decoder = new FrameDecoder();
  const deframer = new Deframer();
  const probes: ManagementSighting[] = [];
  const blocks = new Map<number, Uint8Array>();
  const take = (message: Uint8Array): void => {
    const body = decodeNodeMessage(message);
    if (body.kind === "elements" && body.subtype === KIND.probeRequest)
      blocks.set(body.hash, body.blocks.slice());
    if (body.kind !== "frames") return;
    decoder.decode(body, nodeIndex(0), (batch) => {
      for (let row = 0; row < batch.count; row++) {
        const sighting = readManagement(batch, row);
        if (sighting.kind === KIND.probeRequest) probes.push(sighting);
      }
    });
  };
  for await (const octets of readCapture({ reader, path, node: "capture", warn: () => undefined })) {
    deframer.push(octets, take);
  }
  return { probes, blocks };
}
