import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Subject } from "../../../hub/detect/finding.ts";
import { STORE_FILE } from "../../../hub/edge/store.ts";
import { at } from "../../support/farewells.ts";
import { testMac } from "../../support/plain-house.ts";
import { incidentOf, storeIn, temporaryFolder } from "./folders.ts";

const DAY_SECONDS = 86_400;

test("incidents come back as they were, of every kind of subject", (context) => {
  const folder = temporaryFolder(context);
  const subjects: Subject[] = [
    { kind: "device", mac: testMac(1) },
    { kind: "access_point", bssid: testMac(2) },
    { kind: "network", ssid: "'; DROP TABLE incidents; --\u0001" },
    { kind: "node", node: "hall" },
    { kind: "air" },
  ];
  const incidents = subjects.map((subject, i) =>
    incidentOf(i, i % 2 === 0 ? { subject } : { subject, resolvedAt: at(50), acknowledged: true }),
  );
  const store = storeIn(folder);
  for (const incident of incidents) assert.equal(store.saveIncident(incident), true);
  store.close();
  const again = storeIn(folder);
  context.after(() => again.close());
  assert.deepEqual(again.incidents(), incidents);
  assert.deepEqual(again.incidents(2), incidents.slice(3), "the latest ones");
});

test("saving an incident again replaces it", () => {
  const store = storeIn(undefined);
  store.saveIncident(incidentOf(1));
  store.saveIncident(incidentOf(1, { resolvedAt: at(99) }));
  assert.deepEqual(store.incidents(), [incidentOf(1, { resolvedAt: at(99) })]);
});

test("a row that nobody can read is left alone and counted", () => {
  const store = storeIn(undefined);
  store.saveIncident(incidentOf(1));
  store.saveIncident(incidentOf(2, { kind: "of_a_later_version" as never }));
  store.saveIncident(incidentOf(3, { evidence: "no evidence" as never }));
  assert.deepEqual(
    store.incidents().map((incident) => incident.id),
    ["deauth_flood.ap-1"],
  );
  assert.equal(store.unreadable, 2);
});

test("devices are written in batches, the newest state of each once", (context) => {
  const folder = temporaryFolder(context);
  const store = storeIn(folder);
  const device = { mac: testMac(1), name: undefined, known: true, since: at(1), lastSeen: at(2) };
  const other = { mac: testMac(2), name: "TV", known: false, since: at(1), lastSeen: at(2) };
  store.saveDevices([device, other]);
  store.saveDevices([{ ...device, name: "Phone" }]);
  assert.equal(store.waiting, 2);
  assert.deepEqual(store.devices(), [], "not yet");
  assert.equal(store.flush(), true);
  assert.equal(store.waiting, 0);
  store.close();
  const again = storeIn(folder);
  context.after(() => again.close());
  assert.deepEqual(again.devices(), [{ ...device, name: "Phone" }, other]);
});

test("a noted incident goes with the batch, and a saved one overtakes its note", () => {
  const store = storeIn(undefined);
  store.noteIncident(incidentOf(1));
  store.noteIncident(incidentOf(2));
  assert.equal(store.incidents().length, 0);
  store.saveIncident(incidentOf(1, { resolvedAt: at(9) }));
  store.flush();
  assert.equal(store.incidents()[0]?.resolvedAt, at(9), "the older note does not come back");
  assert.equal(store.incidents().length, 2);
});

test("quiets and settings are kept", () => {
  const store = storeIn(undefined);
  store.saveQuiet({ identity: "a", until: undefined });
  store.saveQuiet({ identity: "b", until: at(5) });
  store.saveQuiet({ identity: "c", until: at(5) });
  store.removeQuiet("c");
  assert.deepEqual(store.quiets(), [
    { identity: "a", until: undefined },
    { identity: "b", until: at(5) },
  ]);
  assert.equal(store.setting("x"), undefined);
  store.setSetting("x", "1");
  store.setSetting("x", "2");
  assert.equal(store.setting("x"), "2");
});

test("old incidents leave after the retention, open ones and devices with a name never", () => {
  const store = storeIn(undefined, { retentionDays: 10 });
  store.saveIncident(incidentOf(1, { resolvedAt: at(0) }));
  store.saveIncident(incidentOf(2, { resolvedAt: at(5 * DAY_SECONDS) }));
  store.saveIncident(incidentOf(3));
  store.saveQuiet({ identity: "over", until: at(5) });
  store.saveQuiet({ identity: "for good", until: undefined });
  store.prune(at(11 * DAY_SECONDS));
  assert.deepEqual(
    store.incidents().map((incident) => incident.raisedAt),
    [at(2), at(3)],
  );
  assert.deepEqual(
    store.quiets().map((quiet) => quiet.identity),
    ["for good"],
  );
});

test("devices without a name are bounded, the latest heard stay", () => {
  const store = storeIn(undefined);
  const devices = Array.from({ length: 5000 }, (_, i) => ({
    mac: testMac(i),
    name: i === 0 ? "Phone" : undefined,
    known: true,
    since: at(0),
    lastSeen: at(i),
  }));
  store.saveDevices(devices);
  store.flush();
  store.prune(at(0));
  const kept = store.devices();
  assert.equal(kept.length, 4097);
  assert.equal(kept[0]?.name, "Phone");
  assert.equal(kept[1]?.lastSeen, at(904));
});

test("a store that fills up lets the oldest incidents go and gives the space back", (context) => {
  const folder = temporaryFolder(context);
  const store = storeIn(folder, { maxBytes: 1024 * 1024 });
  context.after(() => store.close());
  const message = "x".repeat(900);
  let saved = 0;
  for (; saved < 5000 && store.saveIncident(incidentOf(saved, { resolvedAt: at(saved), message })); saved++);
  assert.ok(saved > 300 && saved < 1200, `${saved} fit into one megabyte`);
  assert.equal(store.trouble?.problem, "full");
  store.prune(at(6000));
  assert.equal(store.flush(), true, "what waited is written now");
  const kept = store.incidents(5000);
  assert.ok(kept.length > 0);
  assert.equal(kept.at(-1)?.raisedAt, at(saved), "the latest is there");
  assert.ok((kept[0]?.raisedAt ?? 0) > at(0), "the oldest is not");
  assert.ok(statSync(join(folder, STORE_FILE)).size <= 1024 * 1024);
});

test("a full disk stops nobody: writes wait and are made up for", () => {
  const store = storeIn(undefined, { maxBytes: 128 * 1024 });
  const message = "x".repeat(4000);
  let nth = 0;
  while (store.saveIncident(incidentOf(nth, { resolvedAt: at(nth), message }))) nth += 1;
  assert.equal(store.trouble?.problem, "full");
  assert.match(store.trouble?.message ?? "", /no space left/);
  store.saveDevices([
    { mac: testMac(1), name: "x".repeat(4000), known: true, since: at(0), lastSeen: at(0) },
  ]);
  assert.equal(store.flush(), false);
  assert.equal(store.waiting, 2);
  assert.equal(store.incidents().length, nth, "what was there is there");
  store.prune(at(nth + 91 * DAY_SECONDS));
  assert.equal(store.flush(), true);
  assert.equal(store.trouble, undefined);
  assert.deepEqual(
    store.incidents().map((incident) => incident.raisedAt),
    [at(nth)],
  );
  assert.equal(store.devices().length, 1);
});
