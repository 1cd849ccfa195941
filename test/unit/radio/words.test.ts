import assert from "node:assert/strict";
import { test } from "node:test";
import { mac } from "../../../hub/base/units.ts";
import { loadVendors } from "../../../hub/edge/vendors.ts";
import { reasonText } from "../../../hub/radio/codes/reasons.ts";
import { statusText } from "../../../hub/radio/codes/status.ts";
import { parseMac } from "../../../hub/radio/mac.ts";
import { vendorsOf } from "../../../hub/radio/oui.ts";

test("reason and status codes have words of at most 60 characters, unknown ones their number", () => {
  for (let code = 0; code <= 300; code++) {
    for (const text of [reasonText(code), statusText(code)]) {
      assert.ok(text.length > 0 && text.length <= 60, `${code}: ${text}`);
    }
  }
  assert.equal(reasonText(7), "a frame came from a device that is not associated");
  assert.equal(reasonText(0), "reason 0");
  assert.equal(reasonText(65_535), "reason 65535");
  assert.equal(statusText(0), "successful");
  assert.equal(statusText(127), "status 127");
});

const vendorOf = loadVendors();
const vendor = (address: string): string | undefined => vendorOf(parseMac(address) ?? mac(0));

test("vendors by the block of an address, the smallest first", () => {
  assert.equal(vendor("24:0a:c4:01:02:03"), "Espressif Inc.");
  // 70:b3:d5 is divided into blocks of 36 bits, each with its own owner.
  assert.notEqual(vendor("70:b3:d5:00:10:01"), vendor("70:b3:d5:00:20:01"));
});

test("the registry is read as JSON has it: escapes, sizes that nobody has, an end that is missing", () => {
  const text = (json: string) => vendorsOf(new TextEncoder().encode(json));
  const one = text(
    String.raw`{ "AA00": "Short", "24\u0030AC4": "A \"quoted\" maker\nStreet", "00000B": "Private\n" }`,
  );
  assert.equal(one(mac(0x24_0a_c4_00_00_01)), undefined);
  assert.equal(one(mac(0x00_00_0b_00_00_01)), undefined);
  const two = text(String.raw`{"240AC4": "A \"quoted\"  maker\nStreet","00000C":"Caf\u00e9"}`);
  assert.equal(two(mac(0x24_0a_c4_00_00_01)), 'A "quoted" maker');
  assert.equal(two(mac(0x00_00_0c_00_00_01)), "Café");
  for (const cut of [`{"240AC4": "Mak`, `{"240AC4"`, `{"240`, "{", ""]) {
    assert.equal(text(cut)(mac(0x24_0a_c5_00_00_01)), undefined);
  }
});

test("nobody makes random, group and unassigned addresses", () => {
  assert.equal(vendor("26:0a:c4:01:02:03"), undefined);
  // Assigned before the bit meant "local"; today such an address is far more likely random.
  assert.equal(vendor("02:60:8c:01:02:03"), undefined);
  assert.equal(vendor("25:0a:c4:01:02:03"), undefined);
  assert.equal(vendor("ff:ff:ff:ff:ff:ff"), undefined);
  assert.equal(vendor("f4:ff:ff:01:02:03"), undefined);
});

test("names are short and clean, whatever the registry holds", () => {
  for (let block = 0; block < 2 ** 24; block += 4099) {
    const name = vendorOf(mac(block * 2 ** 24));
    if (name === undefined) continue;
    assert.ok(name.length > 0 && name.length <= 48 && !/\p{Cc}/u.test(name), name);
    assert.ok(!/^private$/i.test(name));
  }
});
