import assert from "node:assert/strict";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { createLog } from "../../../hub/edge/log.ts";
import { BACKUP_FILE, copyStore, restoreBackup } from "../../../hub/edge/store/backup.ts";
import { BackupWatch, noteBackup } from "../../../hub/edge/store/backup-note.ts";
import { STORE_FILE } from "../../../hub/edge/store.ts";
import { at } from "../../support/farewells.ts";
import { testMac } from "../../support/plain-house.ts";
import { incidentOf, storeIn, temporaryFolder } from "./folders.ts";

const NODE = { nodeId: testMac(1), nodeKey: new Uint8Array(32).fill(7) };

/** Restores the copy of `from` into a folder of its own. */
function restored(from: string, folder: string, now = at(0)): ReturnType<typeof storeIn> {
  copyFileSync(join(from, BACKUP_FILE), join(folder, BACKUP_FILE));
  assert.equal(restoreBackup(folder, now), true);
  return storeIn(folder, { now });
}

test("a copy is a store of its own, of the moment it was made", (context) => {
  const [folder, elsewhere] = [temporaryFolder(context), temporaryFolder(context)];
  const store = storeIn(folder);
  store.saveIncident(incidentOf(1));
  copyStore(folder, join(folder, BACKUP_FILE));
  store.saveIncident(incidentOf(2));
  store.close();
  assert.equal(statSync(join(folder, BACKUP_FILE)).mode & 0o777, 0o600);
  const copy = restored(folder, elsewhere);
  context.after(() => copy.close());
  assert.equal(copy.incidents().length, 1);
  assert.equal(restoreBackup(elsewhere, at(0)), false, "there is a store now");
});

test("a store that is damaged or newer is copied as it is or not at all, and never touched", (context) => {
  const folder = temporaryFolder(context);
  const [path, copy] = [join(folder, STORE_FILE), join(folder, BACKUP_FILE)];
  const store = storeIn(folder);
  for (let i = 0; i < 300; i++) store.noteIncident(incidentOf(i));
  store.close();
  copyStore(folder, copy);
  const good = readFileSync(copy);
  const octets = readFileSync(path);
  octets.fill(0xa5, 3 * 4096, octets.length - 4096);
  writeFileSync(path, octets);
  assert.throws(() => copyStore(folder, copy), { name: "Failure", message: /cannot be written: .*damaged/ });
  assert.deepEqual(readFileSync(copy), good, "the copy before is kept");
  assert.deepEqual(readFileSync(path), octets);
  assert.deepEqual(
    readdirSync(folder).filter((name) => /damaged|new$/.test(name)),
    [],
  );

  const newer = temporaryFolder(context);
  storeIn(newer).close();
  const database = new DatabaseSync(join(newer, STORE_FILE));
  database.exec("PRAGMA user_version = 99");
  database.close();
  copyStore(newer, join(newer, BACKUP_FILE));
  assert.throws(() => restored(newer, temporaryFolder(context)), { name: "StoreFailure", problem: "newer" });
});

test("no counter that was given after the copy is given again", (context) => {
  const [folder, elsewhere] = [temporaryFolder(context), temporaryFolder(context)];
  const given = new Set<number>();
  const take = (store: ReturnType<typeof storeIn>, bootId: number, blocks: number): void => {
    for (let block = 0; block < blocks; block++) {
      const first = store.nodes.reserveCounters({ ...NODE, bootId }, 256);
      assert.ok(first + 256 < 2 ** 32);
      for (let i = first; i < first + 256; i++) {
        const counter = bootId * 2 ** 32 + i;
        assert.equal(given.has(counter), false, `counter ${i} of start ${bootId} again`);
        given.add(counter);
      }
    }
  };
  const store = storeIn(folder);
  store.nodes.add({ name: "hall", key: NODE.nodeKey, mac: NODE.nodeId, addedAt: at(0) });
  take(store, 7, 3);
  copyStore(folder, join(folder, BACKUP_FILE));
  take(store, 7, 300);
  take(store, 8, 300);
  store.close();
  const first = restored(folder, elsewhere, at(86_400));
  for (const bootId of [7, 8]) take(first, bootId, 300);
  first.close();
  const again = storeIn(elsewhere, { now: at(86_460) });
  take(again, 8, 30);
  again.close();
  const second = restored(folder, temporaryFolder(context), at(2 * 86_400));
  context.after(() => second.close());
  for (const bootId of [7, 8, 9]) take(second, bootId, 300);
});

test("a clock that is wrong leaves counters enough", (context) => {
  const folder = temporaryFolder(context);
  storeIn(folder).close();
  copyStore(folder, join(folder, BACKUP_FILE));
  for (const now of [at(-1_700_000_000), at(10_000_000_000)]) {
    const store = restored(folder, temporaryFolder(context), now);
    const first = store.nodes.reserveCounters({ ...NODE, bootId: 1 }, 256);
    assert.ok(first >= 0 && first <= 2 ** 31 + 2 ** 30, String(first));
    store.close();
  }
});

test("what became of the last copy is told once, and shown until a copy is made", (context) => {
  const folder = temporaryFolder(context);
  const lines: string[] = [];
  const log = createLog({ level: "info", write: (line) => lines.push(line), now: () => 0, prefix: () => "" });
  const watch = new BackupWatch(folder, log);
  watch.tick();
  assert.deepEqual(watch.problems(), []);
  noteBackup(folder, `the backup cannot be written: no space left on the disk\n${"x".repeat(10_000)}`);
  for (let second = 0; second < 3; second++) watch.tick();
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? "", /no space left/);
  const [problem] = watch.problems();
  assert.match(problem?.advice ?? "", /no space left.* holds none of Airwarden's data/);
  assert.ok((problem?.advice.length ?? 0) < 1000);
  writeFileSync(join(folder, BACKUP_FILE), "");
  assert.match(watch.problems()[0]?.advice ?? "", /holds an earlier copy/);
  noteBackup(folder, undefined);
  watch.tick();
  assert.deepEqual(watch.problems(), []);
  assert.equal(existsSync(join(folder, `${BACKUP_FILE}.failed`)), false);
  mkdirSync(join(folder, `${BACKUP_FILE}.failed`));
  watch.tick();
  assert.deepEqual(watch.problems(), [], "what is no note is none");
});
