import assert from "node:assert/strict";
import { test } from "node:test";
import { traffic } from "../../../hub/web/src/devices/sentences.ts";
import { tally } from "../../support/snapshot.ts";

const nothing = { ...tally, heard: 0, reconstructed: 0, octets: 0, octetsEstimated: 0 };

test("traffic is octets where they are known, ≈ where part is reconstructed, frames where sizes are not known", () => {
  const rows: [Partial<typeof tally>, string][] = [
    [{}, "0 B"],
    [{ heard: 4, reconstructed: 4, octets: 900, octetsEstimated: 900 }, "900 B"],
    [{ heard: 4, reconstructed: 40, octets: 900, octetsEstimated: 9000 }, "≈ 9.0 kB"],
    [{ heard: 0, reconstructed: 300 }, "≈ 300 frames"],
    // Its probe requests were heard, of its data nothing: their octets are not its traffic.
    [{ heard: 8, reconstructed: 300, octets: 928 }, "≈ 300 frames"],
  ];
  for (const [changes, said] of rows) assert.equal(traffic({ ...nothing, ...changes }), said);
});
