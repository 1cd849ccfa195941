import assert from "node:assert/strict";
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { MIGRATIONS } from "../../../hub/edge/store/schema.ts";
import { STORE_FILE } from "../../../hub/edge/store.ts";
import { at } from "../../support/farewells.ts";
import { testMac } from "../../support/plain-house.ts";
import { incidentOf, storeIn, temporaryFolder } from "./folders.ts";

const SAMPLES = join(import.meta.dirname, "samples");

/** A store file made of a stored sample. */
function sampleIn(folder: string, sample: string): string {
  const path = join(folder, STORE_FILE);
  const database = new DatabaseSync(path);
  database.exec(readFileSync(join(SAMPLES, sample), "utf8"));
  database.close();
  return path;
}

test("there is a sample of every released schema", () => {
  const samples = readdirSync(SAMPLES).sort();
  assert.deepEqual(
    samples,
    MIGRATIONS.map((_, i) => `schema-${i + 1}.sql`),
  );
});

for (const sample of readdirSync(SAMPLES)) {
  test(`${sample} is read with all that is in it`, (context) => {
    const folder = temporaryFolder(context);
    sampleIn(folder, sample);
    const store = storeIn(folder);
    context.after(() => store.close());
    assert.deepEqual(store.devices(), [
      { mac: testMac(1), name: "Phone", known: true, since: at(0), lastSeen: at(60) },
      { mac: testMac(2), name: undefined, known: false, since: at(1), lastSeen: at(1) },
    ]);
    const [flood, silence] = store.incidents();
    assert.equal(flood?.resolvedAt, at(69));
    assert.deepEqual(flood?.evidence["reason_codes"], ["7"]);
    assert.deepEqual(silence?.subject, { kind: "air" });
    assert.equal(store.unreadable, 0);
    assert.deepEqual(
      store.nodes.list().map((node) => [node.name, node.mac, node.bootFloor]),
      [
        ["hall", testMac(48), 7],
        ["attic", undefined, 0],
      ],
    );
    assert.equal(store.nodes.keyOf(testMac(48))?.[31], 31);
    assert.equal(store.quiets().length, 2);
    assert.equal(store.setting("learning_since"), "1700000000000000");
    assert.deepEqual(
      store.blocks.all().map((run) => [run.mac, run.change, run.by, run.called?.entity, run.outcome]),
      sample === "schema-1.sql"
        ? []
        : [
            [testMac(2), "block", "Ada", "script.block", "done"],
            [testMac(1), "block", "", "switch.phone_internet", "failed"],
          ],
    );
  });
}

test("the schema of a sample is that of a fresh store", (context) => {
  const columns = (path: string): unknown[] => {
    const database = new DatabaseSync(path, { readOnly: true });
    const rows = database
      .prepare(
        'SELECT m.name AS tab, c.name, c.type, c."notnull", c.dflt_value, c.pk FROM sqlite_schema m, pragma_table_info(m.name) c ORDER BY 1, c.cid',
      )
      .all();
    database.close();
    return rows;
  };
  const fresh = temporaryFolder(context);
  storeIn(fresh).close();
  const old = temporaryFolder(context);
  sampleIn(old, `schema-${MIGRATIONS.length}.sql`);
  assert.deepEqual(columns(join(old, STORE_FILE)), columns(join(fresh, STORE_FILE)));
});

const NOW = MIGRATIONS.length;
const NEXT = [...MIGRATIONS, "ALTER TABLE devices ADD COLUMN area TEXT; UPDATE devices SET area = 'hall';"];

test("an older store is copied, then brought forward in one transaction", (context) => {
  const folder = temporaryFolder(context);
  const path = sampleIn(folder, "schema-1.sql");
  const store = storeIn(folder, { migrations: NEXT });
  assert.match(
    store.notices.join(),
    new RegExp(`from schema 1 to ${NOW + 1}; the store as it was is airwarden\\.db\\.schema-1`),
  );
  assert.equal(store.devices().length, 2);
  store.close();
  const copy = new DatabaseSync(`${path}.schema-1`, { readOnly: true });
  assert.equal(copy.prepare("PRAGMA user_version").get()?.["user_version"], 1);
  assert.equal(copy.prepare("SELECT count(*) AS n FROM devices").get()?.["n"], 2);
  copy.close();
  const again = storeIn(folder, { migrations: NEXT });
  context.after(() => again.close());
  assert.deepEqual(again.notices, [], "once");
});

test("a step that fails changes nothing", (context) => {
  const folder = temporaryFolder(context);
  sampleIn(folder, "schema-1.sql");
  const broken = [...NEXT, "ALTER TABLE nowhere ADD COLUMN x"];
  assert.throws(() => storeIn(folder, { migrations: broken }), /nowhere/);
  const store = storeIn(folder);
  context.after(() => store.close());
  assert.equal(store.devices().length, 2, "still schema 1, with everything in it");
});

test("a newer store is refused and not touched", (context) => {
  const folder = temporaryFolder(context);
  storeIn(folder, { migrations: NEXT }).close();
  assert.throws(() => storeIn(folder), {
    name: "StoreFailure",
    problem: "newer",
    message: new RegExp(`newer Airwarden \\(schema ${NOW + 1}, this one knows ${NOW}\\): update Airwarden`),
  });
  storeIn(folder, { migrations: NEXT }).close();
});

test("a damaged store is set aside and the hub starts anew", (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, STORE_FILE);
  writeFileSync(path, "this is no database, and has not been one for a long time".repeat(100));
  const store = storeIn(folder);
  context.after(() => store.close());
  assert.match(store.notices.join(), /was damaged and is kept as airwarden\.db\.damaged-1700000000/);
  assert.equal(store.saveIncident(incidentOf(1)), true);
  assert.match(readFileSync(`${path}.damaged-1700000000`, "utf8"), /no database/);
});

test("damage in the middle of a page is found at the start", (context) => {
  const folder = temporaryFolder(context);
  const path = join(folder, STORE_FILE);
  const store = storeIn(folder);
  for (let i = 0; i < 300; i++) store.noteIncident(incidentOf(i));
  store.close();
  const octets = readFileSync(path);
  octets.fill(0xa5, 3 * 4096, octets.length - 4096);
  writeFileSync(path, octets);
  const again = storeIn(folder);
  context.after(() => again.close());
  assert.equal(again.notices.length, 1);
  assert.deepEqual(again.incidents(), []);
});

test("only the two latest damaged files are kept", (context) => {
  const folder = temporaryFolder(context);
  for (const seconds of [1, 2, 3, 4]) {
    writeFileSync(join(folder, STORE_FILE), "no database".repeat(1000));
    storeIn(folder, { now: at(seconds) }).close();
  }
  const kept = readdirSync(folder).filter((name) => name.includes("damaged"));
  assert.deepEqual(kept.sort(), ["airwarden.db.damaged-1700000003", "airwarden.db.damaged-1700000004"]);
});

test("a file cut off anywhere never throws anything but a StoreFailure, and never hangs", (context) => {
  const folder = temporaryFolder(context);
  const path = sampleIn(folder, "schema-1.sql");
  const octets = readFileSync(path);
  for (let length = 0; length < octets.length; length += 1499) {
    const place = temporaryFolder(context);
    writeFileSync(join(place, STORE_FILE), octets.subarray(0, length));
    const store = storeIn(place);
    assert.equal(store.saveIncident(incidentOf(1)), true);
    store.close();
  }
});

test("nobody else may read the keys", (context) => {
  const folder = join(temporaryFolder(context), "new", "data");
  const store = storeIn(folder);
  store.nodes.add({ name: "hall", key: new Uint8Array(32), addedAt: at(0) });
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name);
  store.close();
});

test("a folder that cannot be used is named with the way out", (context) => {
  const folder = temporaryFolder(context);
  writeFileSync(join(folder, "file"), "");
  assert.throws(() => storeIn(join(folder, "file")), {
    name: "StoreFailure",
    problem: "unusable",
    message: /cannot be written: .*--data/,
  });
  assert.throws(() => storeIn("/proc/nowhere"), { name: "StoreFailure", problem: "unusable" });
  const taken = join(folder, "taken");
  mkdirSync(join(taken, STORE_FILE), { recursive: true });
  assert.throws(() => storeIn(taken), { name: "StoreFailure", problem: "unusable" });
  chmodSync(folder, 0o700);
});
