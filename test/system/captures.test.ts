import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import process from "node:process";
import { before, test } from "node:test";
import { Failure } from "../../hub/edge/failure.ts";
import { captureReader } from "../../hub/edge/replay/node-program.ts";
import { capturesFolder, capturesOf } from "../support/captures.ts";
import { playCapture } from "../support/playback.ts";

const folder = capturesFolder();
const skip = folder === undefined ? "captures not found" : false;
const ROOT = join(import.meta.dirname, "../..");
/** Fewer farewells than this are no flood, whatever a file is called. */
const FLOOD = 20;

let reader = "";
before(async () => {
  if (skip === false)
    reader = await captureReader({ root: ROOT, environment: process.env, say: () => undefined });
});

interface Described {
  readonly frames: number;
  readonly shows: string;
}

function manifest(): Map<string, Described> {
  const lines = readFileSync(join(folder ?? "", "manifest.tsv"), "utf8")
    .trimEnd()
    .split("\n")
    .slice(1);
  return new Map(
    lines.map((line) => {
      const cells = line.split("\t");
      return [cells[0] ?? "", { frames: Number(cells[1]), shows: cells.at(-1) ?? "" }];
    }),
  );
}

/** The first farewell that four more follow within ten seconds. */
const startOf = (times: readonly number[]): number =>
  times.find((time, i) => (times[i + 4] ?? Number.POSITIVE_INFINITY) - time <= 10e6) ?? Number.NaN;

test("every flood of the manifest is raised within five seconds of its start, and only floods are", {
  skip,
}, async (t) => {
  const described = manifest();
  let floods = 0;
  for (const path of capturesOf("attack")) {
    const { raised, farewells } = await playCapture(path, reader);
    const shows = described.get(`attack/${basename(path)}`)?.shows ?? "";
    if (/unverified/.test(shows)) continue;
    const expected = /deauth|disassoc/.test(shows) && farewells.length >= FLOOD;
    const kinds = raised.map((change) => change.incident.kind);
    assert.deepEqual(kinds, expected ? ["deauth_flood"] : [], basename(path));
    for (const { incident } of raised) {
      const delay = (incident.raisedAt - startOf(farewells)) / 1e6;
      assert.ok(delay >= 0 && delay <= 5, `${basename(path)}: ${delay} s after the start`);
      floods += 1;
    }
  }
  t.diagnostic(`${floods} floods`);
  assert.ok(floods >= 10);
});

for (const kind of ["normal", "handshake", "phy", "probe"]) {
  test(`nothing is raised on ${kind}, and every frame is counted`, { skip }, async (t) => {
    const described = manifest();
    let frames = 0;
    for (const path of capturesOf(kind)) {
      const played = await playCapture(path, reader);
      assert.deepEqual(
        played.raised.map((change) => change.incident.title),
        [],
        basename(path),
      );
      assert.equal(played.frames, described.get(`${kind}/${basename(path)}`)?.frames, basename(path));
      frames += played.frames;
    }
    t.diagnostic(`${frames} frames`);
    assert.ok(frames > 1000);
  });
}

for (const kind of ["malformed", "synthetic"]) {
  test(`whatever is in ${kind}, node and hub go through it or say why not`, { skip }, async (t) => {
    let refused = 0;
    const files = capturesOf(kind);
    for (const path of files) {
      try {
        await playCapture(path, reader);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        assert.match(error.message, /\S/);
        refused += 1;
      }
    }
    t.diagnostic(`${files.length} files, ${refused} refused in words`);
    assert.ok(files.length > 10 && refused < files.length);
  });
}
