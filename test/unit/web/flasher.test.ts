import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { keyFieldOf } from "../../../hub/web/src/flasher/forms.ts";
import { buildFor, ImageError, readRelease } from "../../../hub/web/src/flasher/manifest.ts";
import { plainFailure, plainRefusal, whyNot } from "../../../hub/web/src/flasher/support.ts";
import { snapshotOf } from "../../support/snapshot.ts";

test("a browser that cannot write a board is told the real reason", () => {
  const chrome = "Mozilla/5.0 (X11; Linux x86_64) Chrome/140 Safari/537";
  assert.equal(whyNot({ secure: true, serial: true, userAgent: chrome }), undefined);
  const over = (userAgent: string, secure = true) =>
    whyNot({ secure, serial: false, userAgent })?.reason ?? "";
  assert.match(over(chrome, false), /plain HTTP/);
  assert.match(over("Mozilla/5.0 (X11) Gecko/20100101 Firefox/128.0"), /This version of Firefox/);
  assert.match(over("Mozilla/5.0 (Macintosh) Version/18 Safari/605"), /^Safari/);
  assert.match(over("Mozilla/5.0 (Linux; Android 15) Chrome/140", false), /Phones and tablets/);
});

/** As Chromium and esptool-js say them. */
const FAILURES: readonly (readonly [name: string, message: string, words: RegExp])[] = [
  [
    "NotFoundError",
    "Failed to execute 'requestPort' on 'Serial': No port selected by the user.",
    /only charge/,
  ],
  [
    "SecurityError",
    'Access to the feature "serial" is disallowed by permissions policy.',
    /a tab of its own/,
  ],
  [
    "NetworkError",
    "Failed to execute 'open' on 'SerialPort': Failed to open serial port.",
    /Close other programs/,
  ],
  ["InvalidStateError", "The port is already open.", /Close other programs/],
  ["PortError", "Failed to execute 'open' on 'SerialPort': Failed to open serial port.", /group dialout/],
  ["NetworkError", "The device has been lost.", /Plug it in/],
  ["Error", "Failed to connect with the device", /BOOT button/],
  ["Error", "Unexpected chip ID value 99. Failed to autodetect chip type.", /does not know/],
  ["Error", "MD5 of file does not match data in flash!", /read back/],
  ["TypeError", "Failed to fetch", /hub running/],
  ["FramingError", "A framing error has been detected.", /another cable/],
];

test("every failure of browser, port and board is said with what to do", () => {
  for (const [name, message, words] of FAILURES)
    assert.match(plainFailure({ name, message }), words, message);
  assert.match(plainFailure(undefined), /did not work/);
  assert.match(plainRefusal("Home", new Error("UNABLE_TO_CONNECT")), /“Home”.*name and password/);
  assert.match(plainRefusal("Home", new Error("TIMEOUT")), /RESET/);
  assert.match(plainRefusal("Home", new Error("INVALID_RPC_PACKET")), /at most 32/);
});

const MERGED = { path: "c3/merged.bin", size: 9, sha256: "a".repeat(64) };
const BUILD = {
  ...{ chip: "c3", chipFamily: "ESP32-C3", version: "1", merged: MERGED },
  parts: [{ path: MERGED.path, offset: 0 }],
};

test("a manifest is read as far as it can be, and never throws", () => {
  assert.equal(readRelease({ builds: [BUILD] }).builds.length, 1);
  for (const wrong of [
    { parts: [] },
    { merged: { ...MERGED, sha256: "x" } },
    { parts: [{ path: "a", offset: -1 }] },
  ]) {
    assert.deepEqual(readRelease({ builds: [{ ...BUILD, ...wrong }] }).builds, []);
  }
  for (const wait of [0, -1, 1e9, "5", undefined]) {
    assert.equal(readRelease({ new_install_improv_wait_time: wait }).wait, 10);
  }
  fc.assert(fc.property(fc.anything(), (value) => Array.isArray(readRelease(value).builds)));
  fc.assert(fc.property(fc.anything(), (builds) => Array.isArray(readRelease({ builds }).builds)));
});

test("the image is that of the chip and of the socket, as ESP Web Tools chooses", () => {
  const { builds } = readRelease({
    builds: [
      BUILD,
      { ...BUILD, serialType: "uart", version: "2" },
      { ...BUILD, chipFamily: "ESP32-C6", serialType: "uart" },
    ],
  });
  assert.equal(buildFor(builds, "ESP32-C3", true).version, "2");
  assert.equal(buildFor(builds, "ESP32-C3", false).version, "1");
  assert.equal(buildFor(builds.slice(0, 1), "ESP32-C3", true).version, "1");
  const refused = (family: string, words: RegExp): void =>
    assert.throws(
      () => buildFor(builds, family, false),
      (cause) => cause instanceof ImageError && words.test(cause.message),
    );
  refused("ESP32-C6", /bridge chip/);
  refused("ESP32-S3", /ESP32-S3; there are images for ESP32-C3, ESP32-C6 only/);
});

test("the key comes from the hub that serves the page; an address that only this computer knows is no answer", () => {
  const at = (nodePort: number | null, hostname: string, nodeHosts: readonly string[] = []) => {
    const snapshot = snapshotOf();
    return keyFieldOf({ ...snapshot, hub: { ...snapshot.hub, nodePort, nodeHosts } }, hostname, "hall");
  };
  assert.equal(at(4729, "localhost", ["192.0.2.7", "192.0.2.8"]).hub, "192.0.2.7:4729");
  assert.deepEqual(at(4729, "hub.local"), { name: "hall", hub: "hub.local:4729", source: "hub" });
  for (const loopback of ["localhost", "127.0.0.1", "[::1]"]) assert.equal(at(4729, loopback).hub, "");
  assert.equal(at(null, "hub.local").source, "closed");
  assert.deepEqual(keyFieldOf(undefined, "example.org", ""), { name: "", hub: "", source: "typed" });
});
