import assert from "node:assert/strict";
import { test } from "node:test";
import { IncidentBook, type IncidentChange } from "../../../hub/alert/incidents.ts";
import type { Finding } from "../../../hub/detect/finding.ts";
import { at } from "../../support/farewells.ts";
import { testMac } from "../../support/plain-house.ts";
import { floodOf, home, names, strangerOf } from "./findings.ts";

const bookOf = (): IncidentBook => new IncidentBook({ names });

const kindsOf = (changes: readonly IncidentChange[]): string[] => changes.map((change) => change.kind);

/** Applies findings each second of `[from, to)`; the changes with their second. */
function live(book: IncidentBook, span: [number, number], find: (second: number) => Finding[]): string[] {
  const told: string[] = [];
  for (let second = span[0]; second < span[1]; second++) {
    for (const change of book.apply(find(second), at(second))) told.push(`${second} ${change.kind}`);
  }
  return told;
}

test("raised once, held for a minute, resolved once", () => {
  const told = live(bookOf(), [0, 200], (second) => (second < 3 ? [floodOf(second)] : []));
  assert.deepEqual(told, ["0 raised", "63 resolved"]);
});

test("raised at the time of the finding, also when it is told later", () => {
  const book = bookOf();
  const [change] = book.apply([floodOf(4.2)], at(5));
  assert.equal(change?.incident.raisedAt, at(4.2));
  assert.equal(change?.incident.resolvedAt, undefined);
});

test("growth is told at most once a second, and slow growth every ten", () => {
  const doubling = live(bookOf(), [0, 6], (second) => [floodOf(second, { observed: 10 * 2 ** second })]);
  assert.deepEqual(doubling, ["0 raised", "1 updated", "2 updated", "3 updated", "4 updated", "5 updated"]);
  const slow = live(bookOf(), [0, 25], (second) => [floodOf(second, { observed: 1000 + second })]);
  assert.deepEqual(slow, ["0 raised", "10 updated", "20 updated"]);
  const still = live(bookOf(), [0, 60], (second) => [floodOf(second)]);
  assert.deepEqual(still, ["0 raised"]);
  const book = bookOf();
  book.apply([floodOf(0)], at(0));
  const quick = [0.2, 0.4, 0.6, 0.8].flatMap((time) =>
    book.apply([floodOf(time, { observed: 1000 })], at(time)),
  );
  assert.deepEqual(quick, []);
});

test("evidence is the newest whether told or not", () => {
  const book = bookOf();
  live(book, [0, 5], (second) => [floodOf(second, { observed: 1000 + second })]);
  assert.equal(book.open()[0]?.evidence.observed, 1004);
  assert.match(book.open()[0]?.message ?? "", /1004 messages/);
});

test("back within ten minutes it is the same incident, later another", () => {
  const book = bookOf();
  const told = live(book, [0, 1500], (second) =>
    second === 0 || second === 600 || second === 1400 ? [floodOf(second)] : [],
  );
  assert.deepEqual(told, [
    "0 raised",
    "61 resolved",
    "600 updated",
    "661 resolved",
    "1400 raised",
    "1461 resolved",
  ]);
  const all = book.all();
  assert.equal(all.length, 2, "the first is remembered");
  assert.notEqual(all[0]?.id, all[1]?.id);
  assert.equal(all[0]?.resolvedAt, at(661));
});

test("identity is detector and subject: other evidence is the same, another subject is not", () => {
  const book = bookOf();
  book.apply([floodOf(0), floodOf(0, { bssid: testMac(2) }), strangerOf(0)], at(0));
  book.apply([floodOf(1, { observed: 50, evidence: { rssi_dbm: -20 } })], at(1));
  assert.equal(book.open().length, 3);
  assert.equal(new Set(book.open().map((incident) => incident.id)).size, 3);
});

test("it becomes worse at once and never less while it lasts", () => {
  const book = bookOf();
  book.apply([floodOf(0, { severity: "warning" })], at(0));
  assert.match(book.open()[0]?.title ?? "", /without effect/);
  const worse = book.apply([floodOf(1)], at(1));
  assert.deepEqual(kindsOf(worse), ["updated"]);
  assert.equal(worse[0]?.incident.severity, "critical");
  book.apply([floodOf(2, { severity: "warning" })], at(2));
  assert.equal(book.open()[0]?.severity, "critical");
  assert.match(book.open()[0]?.title ?? "", /forced off/);
});

test("a storm of floods is one incident on the air, and stays it while it calms down", () => {
  const book = bookOf();
  const floods = (count: number, second: number): Finding[] =>
    Array.from({ length: count }, (_, i) => floodOf(second, { bssid: testMac(i) }));
  const told = live(book, [0, 120], (second) => floods(second < 10 ? 8 : second < 20 ? 3 : 0, second));
  assert.deepEqual(told, ["0 raised", "10 updated", "80 resolved"]);
  assert.deepEqual(book.all()[0]?.subject, { kind: "air" });
});

test("floods that had their own incident keep it when a storm begins", () => {
  const book = bookOf();
  const floods = (count: number, second: number): Finding[] =>
    Array.from({ length: count }, (_, i) => floodOf(second, { bssid: testMac(i) }));
  const told = live(book, [0, 5], (second) => floods(second < 2 ? 2 : 8, second));
  assert.deepEqual(told, ["0 raised", "0 raised", "2 raised"]);
  assert.deepEqual(
    book.open().map((incident) => incident.subject.kind),
    ["access_point", "access_point", "air"],
  );
});

test("more strangers than anybody can read about are counted, not opened", () => {
  const book = bookOf();
  const many = Array.from({ length: 900 }, (_, i) => strangerOf(0, testMac(i)));
  assert.equal(book.apply(many, at(0)).length, 500);
  assert.equal(book.open().length, 500);
  assert.equal(book.suppressed, 400);
  assert.equal(live(book, [100_000, 100_001], () => []).length, 500, "all of them end");
  assert.equal(book.apply([floodOf(100_002)], at(100_002)).length, 1, "and there is room again");
});

test("memory of the past is bounded", () => {
  const book = bookOf();
  for (let i = 0; i < 5000; i++) {
    book.apply([floodOf(i * 200, { bssid: testMac(i) })], at(i * 200));
    book.apply([], at(i * 200 + 100));
  }
  assert.equal(book.all().length, 1200);
});

test("an acknowledged flood lasts as long as it lasts", () => {
  const book = bookOf();
  const id = book.apply([floodOf(0)], at(0))[0]?.incident.id ?? "";
  assert.equal(book.acknowledge(id, at(1))?.incident.acknowledged, true);
  assert.equal(book.open().length, 1);
  assert.deepEqual(
    live(book, [2, 100], (second) => (second < 5 ? [floodOf(second)] : [])),
    ["65 resolved"],
  );
});

test("an acknowledged stranger is settled while it stays, and news when it comes back another day", () => {
  const book = bookOf();
  const id = book.apply([strangerOf(0)], at(0))[0]?.incident.id ?? "";
  assert.equal(book.acknowledge(id, at(1))?.kind, "resolved");
  assert.equal(book.acknowledge(id, at(1)), undefined);
  assert.deepEqual(
    live(book, [2, 3000], (second) => [strangerOf(second)]),
    [],
  );
  assert.deepEqual(
    live(book, [200_000, 200_002], (second) => (second > 200_000 ? [strangerOf(second)] : [])),
    ["200001 raised"],
  );
});

test("a device that is known now is resolved at once", () => {
  const book = bookOf();
  const finding = strangerOf(0);
  book.apply([finding], at(0));
  assert.equal(book.resolveNow(finding.kind, finding.subject, at(1))?.kind, "resolved");
  assert.equal(book.resolveNow(finding.kind, finding.subject, at(2)), undefined);
});

test("this is normal: closed, and not raised again until it is taken back", () => {
  const book = bookOf();
  const id = book.apply([floodOf(0)], at(0))[0]?.incident.id ?? "";
  assert.equal(book.quiet(id, undefined, at(1))?.kind, "resolved");
  assert.deepEqual(
    live(book, [2, 2000], (second) => [floodOf(second)]),
    [],
  );
  assert.deepEqual(
    live(book, [5000, 5010], (second) => [floodOf(second)]),
    [],
  );
  const [quiet] = book.feedback.all();
  assert.equal(book.feedback.undo(quiet?.identity ?? ""), true);
  assert.deepEqual(
    live(book, [6000, 6002], (second) => (second > 6000 ? [floodOf(second)] : [])),
    ["6001 raised"],
  );
});

test("not now: quiet until the time, then raised again", () => {
  const book = bookOf();
  const id = book.apply([floodOf(0)], at(0))[0]?.incident.id ?? "";
  book.quiet(id, at(3600), at(1));
  assert.deepEqual(
    live(book, [1000, 1002], (second) => [floodOf(second)]),
    [],
  );
  assert.deepEqual(
    live(book, [3700, 3702], (second) => [floodOf(second)]),
    ["3700 raised"],
  );
});

test("restored incidents go on where they were", () => {
  const before = bookOf();
  before.apply([floodOf(0), strangerOf(0)], at(0));
  live(before, [1, 70], () => [strangerOf(0)]);
  const after = bookOf();
  after.restore(before.all(), at(500));
  assert.deepEqual(
    after.open().map((incident) => incident.kind),
    ["unknown_device"],
  );
  assert.deepEqual(
    live(after, [500, 503], () => [strangerOf(0), floodOf(0)]),
    ["500 updated"],
    "the flood goes on",
  );
  assert.equal(after.all().find((one) => one.kind === "deauth_flood")?.id, before.all()[0]?.id);
});

test("an open incident that is not found again after a restart is resolved after its hold", () => {
  const before = bookOf();
  before.apply([floodOf(0)], at(0));
  const after = bookOf();
  after.restore(before.all(), at(500));
  assert.deepEqual(
    live(after, [500, 600], () => []),
    ["561 resolved"],
  );
});

test("an acknowledged stranger stays settled over a restart", () => {
  const before = bookOf();
  before.acknowledge(before.apply([strangerOf(0)], at(0))[0]?.incident.id ?? "", at(1));
  const after = bookOf();
  after.restore(before.all(), at(1_000_000));
  assert.deepEqual(
    live(after, [1_000_001, 1_002_000], () => [strangerOf(0)]),
    [],
  );
});

test("ids are plain and short, whatever a stranger calls itself", () => {
  const book = bookOf();
  const ssid = "<script>\u202e".repeat(50);
  const finding: Finding = { ...floodOf(0), subject: { kind: "network", ssid } };
  const other: Finding = { ...floodOf(0), subject: { kind: "node", node: "../../etc" } };
  for (const { incident } of book.apply([finding, other, floodOf(0)], at(0))) {
    assert.match(incident.id, /^[a-z0-9_.-]{1,60}$/);
  }
  assert.equal(book.open().at(-1)?.id, `deauth_flood.ap-${home.toString(16).padStart(12, "0")}.1700000000`);
});
