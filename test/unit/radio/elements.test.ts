import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { splitElements, vendorOui } from "../../../hub/radio/elements/block.ts";
import { type Elements, parseElements } from "../../../hub/radio/elements.ts";
import { CAPABILITY } from "../../../hub/radio/fixed.ts";
import { attribute, block, element, MICROSOFT, rsn, vendor } from "./blocks.ts";

const MFP_CAPABLE = 0x80;
const MFP_REQUIRED = 0xc0;
const encryption = (octets: Uint8Array, capability?: number): string =>
  parseElements(octets, capability).security.encryption;

test("a block splits into its elements, cut where it ends", () => {
  const octets = block(element(1, [2, 4]), element(48, [1, 0, 0, 15], 2), element(61, [6]));
  const split = splitElements(octets);
  assert.deepEqual(
    split.map(({ id, length, body }) => [id, length, [...body]]),
    [
      [1, 2, [2, 4]],
      [48, 4, [1, 0]],
      [61, 1, [6]],
    ],
  );
  assert.deepEqual([...(splitElements(octets.subarray(0, 4))[0]?.body ?? [])], [2]);
  assert.deepEqual(splitElements(octets.subarray(0, 2)), []);
  // More kept than the element is long: the surplus belongs to nobody.
  assert.deepEqual([...(splitElements(Uint8Array.of(1, 1, 3, 7, 8, 9))[0]?.body ?? [])], [7]);
  assert.equal(vendorOui({ id: 221, length: 2, body: Uint8Array.of(0, 80) }), undefined);
});

test("security by key management", () => {
  const cases: [akms: number[], capabilities: number | undefined, expected: string][] = [
    [[2], 0, "wpa2"],
    [[6], MFP_CAPABLE, "wpa2"],
    [[8], MFP_REQUIRED, "wpa3"],
    [[2, 8], MFP_CAPABLE, "wpa2_wpa3"],
    [[24, 25], MFP_REQUIRED, "wpa3"],
    [[18], MFP_REQUIRED, "owe"],
    [[1], 0, "wpa2"],
    [[5], MFP_REQUIRED, "wpa3"],
    [[99], 0, "unknown"],
  ];
  for (const [akms, capabilities, expected] of cases) {
    assert.equal(encryption(block(rsn(akms, capabilities))), expected, `AKM ${akms}`);
  }
  const enterprise = parseElements(block(rsn([1, 5], MFP_CAPABLE))).security;
  assert.deepEqual(enterprise, { encryption: "wpa2", enterprise: true, pmf: "capable", wps: false });
});

test("protected management frames by the RSN capabilities, no without, unknown where the element is cut", () => {
  const pmf = (octets: Uint8Array): string => parseElements(octets).security.pmf;
  assert.equal(pmf(block(rsn([2], 0))), "no");
  assert.equal(pmf(block(rsn([2], MFP_CAPABLE))), "capable");
  assert.equal(pmf(block(rsn([8], MFP_REQUIRED))), "required");
  assert.equal(pmf(block(rsn([2]))), "no");
  assert.equal(pmf(block([48, 20, 18, ...rsn([2], MFP_CAPABLE).slice(3, 21)])), "unknown");
});

test("without RSN: WPA by its element, WEP and open by the privacy bit, unknown without it", () => {
  const wpa = vendor(MICROSOFT, 1, [1, 0, 0, 80, 242, 2, 1, 0, 0, 80, 242, 2, 1, 0, 0, 80, 242, 2]);
  assert.equal(encryption(block(wpa), CAPABILITY.privacy), "wpa");
  assert.equal(encryption(block(rsn([2], 0), wpa)), "wpa2");
  const enterprise = vendor(MICROSOFT, 1, [1, 0, 0, 80, 242, 2, 1, 0, 0, 80, 242, 2, 1, 0, 0, 80, 242, 1]);
  assert.equal(parseElements(block(enterprise)).security.enterprise, true);
  assert.equal(encryption(block(), CAPABILITY.ess | CAPABILITY.privacy), "wep");
  assert.equal(encryption(block(), CAPABILITY.ess), "open");
  assert.equal(encryption(block()), "unknown");
  assert.equal(parseElements(block(), CAPABILITY.ess).security.pmf, "no");
});

test("an RSN element that leaves out its end has the defaults of the standard", () => {
  assert.equal(encryption(block(element(48, [1, 0]))), "wpa2");
  assert.equal(encryption(block(element(48, [1, 0, 0, 15, 172, 4]))), "wpa2");
  assert.equal(encryption(block(element(48, [1, 0, 0, 15, 172, 4, 255, 255]))), "unknown");
});

test("WPS: names as bounded, printable text, joined over several elements", () => {
  const texts = [
    ...attribute(0x1021, "ACME"),
    ...attribute(0x1023, "Plug <b>"),
    ...attribute(0x1011, "\u0007bell"),
  ];
  const whole = parseElements(block(vendor(MICROSOFT, 4, texts)));
  assert.deepEqual(whole.wps, { manufacturer: "ACME", modelName: "Plug <b>", deviceName: "\ufffdbell" });
  assert.equal(whole.security.wps, true);
  const parts = block(vendor(MICROSOFT, 4, texts.slice(0, 11)), vendor(MICROSOFT, 4, texts.slice(11)));
  assert.deepEqual(parseElements(parts).wps, whole.wps);
  const blank = vendor(MICROSOFT, 4, [...attribute(0x1021, " "), ...attribute(0x1023, "\0\0\0\0")]);
  assert.deepEqual(parseElements(block(blank)).wps, {
    manufacturer: undefined,
    modelName: undefined,
    deviceName: undefined,
  });
  assert.equal(parseElements(block(vendor([0x50, 0x6f, 0x9a], 4))).wps, undefined);
});

test("rates without the basic bit and without membership selectors; country; vendors once and in order", () => {
  const parsed = parseElements(
    block(
      element(1, [0x82, 0x84, 0x8b, 0x96, 0x0c]),
      element(7, [0x64, 0x65, 0x20, 1, 13, 20]),
      element(50, [0x30, 0xff, 0xfb]),
      vendor([0, 0x10, 0x18], 2),
      vendor(MICROSOFT, 2),
      vendor([0, 0x10, 0x18], 9),
    ),
  );
  assert.deepEqual(parsed.rates, [2, 4, 11, 22, 12, 48]);
  assert.equal(parsed.country, "DE");
  assert.deepEqual(parsed.vendors, [0x001018, 0x0050f2]);
  assert.equal(parseElements(block(element(7, [0, 255, 32]))).country, undefined);
});

test("capabilities are there or not", () => {
  const octets = block(element(45, new Array(26).fill(0)), element(255, [35, 1]), element(255, [108, 0]));
  assert.deepEqual(parseElements(octets).capabilities, { ht: true, vht: false, he: true, eht: true });
});

const bounded = (parsed: Elements): boolean =>
  parsed.rates.length <= 32 &&
  parsed.vendors.length <= 16 &&
  [20, 40, 80, 160, 320].includes(parsed.widthMhz) &&
  [parsed.wps?.manufacturer, parsed.wps?.modelName, parsed.wps?.deviceName].every(
    (text) => (text?.length ?? 0) <= 64,
  );

test("property: any octets give bounded values", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), fc.option(fc.nat(0xffff)), (octets, capability) =>
      bounded(parseElements(octets, capability ?? undefined)),
    ),
    { numRuns: 2000 },
  );
});

test("property: elements of the IDs that are read, with any contents and any cut, give bounded values", () => {
  const one = fc
    .record({
      id: fc.constantFrom(1, 3, 7, 45, 48, 50, 61, 127, 191, 192, 221, 255),
      head: fc.constantFrom([], [0, 80, 242, 1], [0, 80, 242, 4], [35], [36], [106], [1, 0]),
      rest: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 60 }),
      cut: fc.nat(70),
    })
    .map(({ id, head, rest, cut }) =>
      element(id, [...head, ...rest], Math.min(cut, head.length + rest.length)),
    );
  fc.assert(
    fc.property(fc.array(one, { maxLength: 12 }), fc.nat(700), (elements, end) =>
      bounded(parseElements(block(...elements).subarray(0, end), 0x0411)),
    ),
    { numRuns: 3000 },
  );
});
