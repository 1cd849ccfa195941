import assert from "node:assert/strict";
import { test } from "node:test";
import type { BlockRun } from "../../../hub/house/block-log.ts";
import { at } from "../../support/farewells.ts";
import { testMac } from "../../support/plain-house.ts";
import { storeIn, temporaryFolder } from "./folders.ts";

test("who was blocked is kept: the last run of a device for ever, the others for their time", (context) => {
  const folder = temporaryFolder(context);
  const run = (id: number, traits: Partial<BlockRun> = {}): BlockRun => ({
    ...{ id, at: at(id), mac: testMac(id), name: "Camera", change: "block", by: "Ada" },
    ...{ called: { entity: "script.block", turn: "on" }, undo: undefined, incident: "i", outcome: "done" },
    ...{ failure: undefined, ...traits },
  });
  const kept = [
    run(1, { undo: { entity: "switch.camera", turn: "on" } }),
    run(2, { mac: testMac(1), change: "unblock", outcome: "unknown", failure: "the hub ended" }),
    run(3, { outcome: "failed", failure: "“no” 'answer'" }),
    run(4, { mac: testMac(3), change: "forget", called: undefined, incident: undefined }),
    run(5, { outcome: "running" }),
    run(6, { outcome: "unknown" }),
  ];
  const store = storeIn(folder, { retentionDays: 1 });
  for (const one of kept) store.blocks.save(one);
  store.blocks.save(run(5));
  store.close();
  const again = storeIn(folder, { retentionDays: 1 });
  context.after(() => again.close());
  assert.deepEqual(again.blocks.all(), [...kept.slice(0, 4), run(5), ...kept.slice(5)]);
  again.prune(at(86_400));
  assert.equal(again.blocks.all().length, 6);
  again.prune(at(86_500));
  assert.deepEqual(
    again.blocks.all().map(({ id }) => id),
    [1, 4, 5, 6],
  );
  for (let id = 10; id < 1200; id++) again.blocks.save(run(id, { at: at(86_500), outcome: "failed" }));
  again.prune(at(86_500));
  assert.equal(again.blocks.all().length, 1004);
});
