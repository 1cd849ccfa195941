import assert from "node:assert/strict";
import { test } from "node:test";
import { namesOf } from "../../../hub/alert/names.ts";
import { spanOf } from "../../../hub/alert/spans.ts";
import { wordsOf } from "../../../hub/alert/wording.ts";
import type { Finding } from "../../../hub/detect/finding.ts";
import { at } from "../../support/farewells.ts";
import { PlainHouse, testMac } from "../../support/plain-house.ts";
import { floodOf, home, strangerOf } from "./findings.ts";

const house = new PlainHouse();
house.addAccessPoint(home, { ssid: "Home" });
house.addAccessPoint(testMac(2), { ssid: "\u0000\u0000" });
house.addAccessPoint(testMac(3), { ssid: "<b>\u202eevil\n</b>" });
house.addDevice(testMac(8), { vendor: "Example Corp" });
house.addDevice(testMac(9), { vendor: "Example Corp", randomized: true });
const names = namesOf(house, (mac) => (mac === testMac(8) ? "Grandma's tablet" : undefined));

const silent = (subject: Finding["subject"], minutes: number): Finding => ({
  kind: "node_silent",
  subject,
  time: at(0),
  since: at(-60 * minutes),
  severity: "warning",
  evidence: { observed: minutes, expected: 0, unit: "minutes of silence", nodes: [] },
});

const TABLE: readonly { finding: Finding; title: string; says: readonly RegExp[] }[] = [
  {
    finding: floodOf(0, { observed: 148, evidence: { window_seconds: 6 } }),
    title: "Devices are being forced off the Wi-Fi “Home”",
    says: [
      /^Somebody nearby sends “disconnect” messages in the name of “Home”\./,
      /Observed: 148 messages in 6 seconds, to all devices at once\./,
      /Expected: at most 2/,
      /check them/,
    ],
  },
  {
    finding: floodOf(0, { evidence: { forged_frames: 0, broadcast_share: 0, clients: 1, rejoins: 1 } }),
    title: "Devices are being forced off the Wi-Fi “Home”",
    says: [/faulty access point/, /to 1 device\./, /\. A device had to connect again\. Observed: /],
  },
  {
    finding: floodOf(0, { severity: "warning" }),
    title: "Attempt to disconnect devices from “Home”, without effect",
    says: [/PMF/, /You need not do anything\.$/],
  },
  {
    finding: floodOf(0, { bssid: testMac(2) }),
    title: "Devices are being forced off the Wi-Fi access point 02:00:00:00:00:02",
    says: [/in the name of access point 02:00:00:00:00:02\./],
  },
  {
    finding: floodOf(0, { bssid: testMac(3) }),
    title: "Devices are being forced off the Wi-Fi “<b>\ufffdevil\ufffd</b>”",
    says: [/“<b>\ufffdevil\ufffd<\/b>”/],
  },
  {
    finding: {
      ...floodOf(0),
      subject: { kind: "air" },
      evidence: { observed: 8, expected: 1, unit: "access points", bssids: [] },
    },
    title: "Many Wi-Fi networks are being disturbed at once",
    says: [/8 access points at the same time/, /Expected: none or one/],
  },
  {
    finding: strangerOf(0, testMac(8)),
    title: "New device on “Home”: Grandma's tablet",
    says: [
      /^Grandma's tablet \(02:00:00:00:00:08\) has joined “Home”\. Observed: a device that is not known here, for 5 minutes\. Expected: /,
      /that it belongs here/,
    ],
  },
  {
    finding: strangerOf(0, testMac(9), { randomized: true }),
    title: "New device on “Home”: Example Corp device",
    says: [/private one/, /one of yours with a new address/, /change the Wi-Fi password/],
  },
  {
    finding: strangerOf(0, testMac(7), { network: null }),
    title: "New device on your Wi-Fi: 02:00:00:00:00:07",
    says: [/^02:00:00:00:00:07 has joined your Wi-Fi/],
  },
  {
    finding: silent({ kind: "node", node: "hall\u0007" }, 3),
    title: "Node “hall\ufffd” is silent",
    says: [/for 3 minutes/, /Check its power/],
  },
  {
    finding: silent({ kind: "air" }, 125),
    title: "No node is heard any more",
    says: [/for 2 hours/],
  },
];

for (const { finding, title, says } of TABLE) {
  test(`words: ${title}`, () => {
    const words = wordsOf(finding, names);
    assert.equal(words.title, title);
    for (const pattern of says) assert.match(words.message, pattern);
    const text = `${words.title} ${words.message}`;
    assert.doesNotMatch(text, /hack|undefined|null|NaN|\[object| {2}/i);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there.
    assert.doesNotMatch(text, /[\u0000-\u001f\u202a-\u202e]/);
    assert.ok(words.title.length <= 100 && words.message.length <= 600, "short enough for a phone");
    assert.match(words.message, /[.!]$/);
  });
}

test("a vendor's or a person's endless name stays a name", () => {
  const long = namesOf(house, () => "x".repeat(5000));
  assert.ok(wordsOf(strangerOf(0, testMac(8)), long).title.length <= 100);
});

test("spans are read, not calculated with", () => {
  const spans = [0, 1, 2, 45, 89, 90, 600, 5400, 36_000].map(spanOf);
  assert.deepEqual(spans, [
    "one second",
    "one second",
    "2 seconds",
    "45 seconds",
    "89 seconds",
    "2 minutes",
    "10 minutes",
    "2 hours",
    "10 hours",
  ]);
});
