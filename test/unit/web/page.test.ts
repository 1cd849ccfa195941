import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { Recent } from "../../../hub/web/src/chart/series.ts";
import { byDay } from "../../../hub/web/src/incidents/days.ts";
import { evidenceRows, figure } from "../../../hub/web/src/incidents/evidence.ts";
import { partsOf } from "../../../hub/web/src/incidents/message.ts";
import { securityOf } from "../../../hub/web/src/networks/security.ts";
import { healthOf } from "../../../hub/web/src/nodes/health.ts";
import { span } from "../../../hub/web/src/words.ts";
import { nodeView } from "../../support/snapshot.ts";

const CSS = readFileSync(join(import.meta.dirname, "../../../hub/web/src/page.css"), "utf8");

/** Relative luminance (WCAG 2.2, 1.4.3). */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const contrast = (one: string, other: string): number => {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
};

test("text stands out from what is behind it, light and dark (WCAG 2.2 AA: 4.5)", () => {
  const themes = [...CSS.matchAll(/:root \{([^}]*)\}/g)].map(
    ([, body]) => new Map([...(body ?? "").matchAll(/--([\w-]+): (#[0-9a-f]{6})/g)].map((m) => [m[1], m[2]])),
  );
  assert.equal(themes.length, 2);
  const pairs = [
    ...["ink", "soft", "brand", "good", "warn", "bad"].flatMap((text) => [
      [text, "ground"],
      [text, "card"],
    ]),
    ...["ink", "soft"].map((text) => [text, "raised"]),
    ...["good", "warn", "bad"].flatMap((tone) => [
      [tone, `${tone}-ground`],
      ["ink", `${tone}-ground`],
    ]),
    ["on-brand", "brand"],
    ["card", "bad"],
  ];
  for (const theme of themes) {
    for (const [text = "", behind = ""] of pairs) {
      const ratio = contrast(theme.get(text) ?? "", theme.get(behind) ?? "");
      assert.ok(ratio >= 4.5, `${text} on ${behind}: ${ratio.toFixed(2)}`);
    }
  }
});

test("a message is taken apart at what was seen and what is usual; names do not tear it", () => {
  const parts = partsOf(
    "Somebody imitates “A. Mc. B!”. Observed: 3.5 messages in one second. Expected: none. Check cameras. Use WPA3.",
  );
  assert.deepEqual(parts, {
    happened: "Somebody imitates “A. Mc. B!”.",
    seen: "3.5 messages in one second.",
    usual: "None.",
    advice: "Check cameras. Use WPA3.",
  });
  const plain = "A node is silent. Check its power.";
  assert.deepEqual(partsOf(plain), {
    ...{ happened: plain, seen: undefined, usual: undefined, advice: undefined },
  });
});

test("no text of a message is lost, whatever it holds", () => {
  const squeezed = (text: string): string => text.replaceAll(/\s|Observed:|Expected:/g, "").toLowerCase();
  const words = fc.array(
    fc.constantFrom("a", ". ", "Observed: ", "Expected: ", "“", "”", "!", "3.5", "x. Y"),
  );
  fc.assert(
    fc.property(words, (some) => {
      const text = some.join("");
      const { happened, seen = "", usual = "", advice = "" } = partsOf(text);
      const kept = squeezed([happened, seen, usual, advice].join(""));
      const twice =
        (text.match(/Observed: /g)?.length ?? 0) > 1 || (text.match(/Expected: /g)?.length ?? 0) > 1;
      if (!twice) assert.deepEqual([...kept].sort(), [...squeezed(text)].sort());
    }),
  );
});

test("evidence is said with units; a fact without a label of its own is words too", () => {
  assert.equal(figure(0.125, "share"), "13 %");
  assert.equal(figure(1_500_000, "octets"), "1.5 MB");
  assert.equal(figure(180, "seconds"), "3 minutes");
  assert.equal(figure(2, "access points"), "2 access points");
  assert.equal(figure(1, "frames"), "1 message");
  const rows = evidenceRows({
    ...{
      observed: 1,
      expected: 0,
      unit: "frames",
      retry_share: 0.5,
      airtime_us: 2500,
      new_peers: ["a", "b"],
    },
    ...{ silent_minutes: 90, frequency_mhz: 2437, octets: 900, gone: null, none: [], known: false },
  });
  assert.deepEqual(
    rows.map(({ label, value }) => `${label}: ${value}`),
    [
      "Retry share: 50 %",
      "Airtime: 2.5 ms of air",
      "New peers: a, b",
      "Silent: 2 hours",
      "Frequency: 2437 MHz",
      "Octets: 900 B",
      "Known: no",
    ],
  );
});

test("days are those of the calendar, also where a day has 23 hours", () => {
  const noon = new Date(2026, 2, 30, 12).getTime() / 1000;
  const late = new Date(2026, 2, 29, 0, 30).getTime() / 1000;
  const days = byDay([noon, late, late - 3600], (one) => one, noon);
  assert.deepEqual(
    days.map(({ of }) => of.length),
    [1, 1, 1],
  );
  assert.deepEqual(days.map(({ title }) => title).slice(0, 2), ["Today", "Yesterday"]);
});

test("durations", () => {
  const said = [0.4, 1, 89, 90, 5399, 5400, 172_800].map(span);
  assert.deepEqual(said, [
    ...["less than a second", "1 second", "89 seconds", "2 minutes", "90 minutes", "2 hours", "2 days"],
  ]);
});

test("weak security says what to do, sound security says nothing more", () => {
  assert.equal(securityOf({ security: "wpa3", pmf: "required" }).hint, undefined);
  assert.match(securityOf({ security: "wpa2", pmf: "no" }).hint ?? "", /protected management frames/);
  for (const security of ["open", "wep", "wpa"]) {
    assert.equal(securityOf({ security, pmf: "no" }).tone, "bad");
    assert.ok(securityOf({ security, pmf: "no" }).hint);
  }
  assert.equal(securityOf({ security: "?", pmf: "?" }).tone, "soft");
});

test("a node's health", () => {
  assert.equal(healthOf(nodeView(), 1000).tone, "good");
  assert.match(
    healthOf(nodeView({ frames: 1000, dropped: 100 }), 1000).advice.join(),
    /9\.1 % of what it heard/,
  );
  assert.match(healthOf(nodeView({ framesPerSecond: 0 }), 1000).advice.join(), /hears nothing/);
  const silent = healthOf(nodeView({ connected: false, uplink: "cable" }), 1120);
  assert.match(silent.word, /2 minutes ago/);
  assert.match(silent.advice.join(), /Unplug it/);
});

test("the chart's memory ends: old samples go, names are bounded, time does not run back", () => {
  const recent = new Recent(2);
  for (let time = 1; time <= 2000; time++) {
    recent.add(
      time,
      new Map([
        ["a", time],
        [time < 500 ? "b" : "c", 1],
        ["d", 1],
      ]),
    );
  }
  recent.add(5, new Map([["a", 7]]));
  const { times, series } = recent.lines();
  assert.equal(times.length, 901);
  assert.deepEqual(
    series.map(({ name }) => name),
    ["a", "c"],
  );
  for (const { values } of series) assert.equal(values.length, times.length);
});
